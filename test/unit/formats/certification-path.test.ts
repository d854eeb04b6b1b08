import { describe, expect, it } from 'vitest';
import {
  jpkiRequirements,
  parseCertificate,
  validateCertificationPath,
  type Certificate,
  type CertificationPathOptions,
} from '../../../sdk/formats/index.js';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { rejectedFormatErrorCode } from '../../support/expect-format-error.js';
import {
  authorityKeyIdentifier,
  basicConstraints,
  certificatePolicies,
  extKeyUsage,
  holderExtensions,
  issueAuthority,
  issueCertificate,
  issueHolder,
  keyUsage,
  subjectKeyIdentifier,
  testKey,
  unknownExtension,
  YEAR_MILLISECONDS,
  yearsFromNow,
  type CertificateTemplate,
  type TestAuthority,
} from '../../support/test-pki.js';

const CA_EXTENSIONS = [keyUsage('keyCertSign', 'cRLSign'), basicConstraints(true)];
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const NAME_CONSTRAINTS = '2.5.29.30';

const authority = issueAuthority('authentication');
const anchor = parseCertificate(authority.certificate);

function holder(template: Partial<CertificateTemplate> = {}, issuer: TestAuthority = authority): Certificate {
  return parseCertificate(issueHolder('authentication', issuer, template).certificate);
}

/** A CA below `issuer` with a name of its own. */
function subordinate(
  name: string,
  issuer: TestAuthority,
  template: Partial<CertificateTemplate> = {},
): TestAuthority & { readonly parsed: Certificate } {
  const subject = [['CN', name] as const];
  const key = template.key ?? testKey(`subordinate ${name}`, 'P-256');
  const certificate = issueCertificate({ subject, key, issuer, extensions: CA_EXTENSIONS, ...template });
  return { subject, key, certificate, parsed: parseCertificate(certificate) };
}

function validate(leaf: Certificate, options: Partial<CertificationPathOptions> = {}): Promise<readonly Certificate[]> {
  return validateCertificationPath(leaf, { trustAnchors: [anchor], at: new Date(), crypto: nodeCrypto, ...options });
}

function failure(leaf: Certificate, options: Partial<CertificationPathOptions> = {}): Promise<string> {
  return rejectedFormatErrorCode(validate(leaf, options));
}

describe('a leaf right under its anchor', () => {
  it('has the path leaf, anchor', async () => {
    const leaf = holder();
    expect(await validate(leaf)).toEqual([leaf, anchor]);
  });

  it('is validated with P-384 and SHA-384 as well', async () => {
    const issuer = issueAuthority('authentication', 'ca', { key: testKey('p384-ca', 'P-384'), digest: 'sha384' });
    const leaf = holder({ key: testKey('p384', 'P-384'), digest: 'sha384' }, issuer);
    expect(await validate(leaf, { trustAnchors: [parseCertificate(issuer.certificate)] })).toHaveLength(2);
  });

  it('is untrusted without anchors, and under one of another name', async () => {
    expect(await failure(holder(), { trustAnchors: [] })).toBe('ERR_CERT_UNTRUSTED');
    const other = parseCertificate(issueAuthority('signing', 'authentication-ca').certificate);
    expect(await failure(holder(), { trustAnchors: [other] })).toBe('ERR_CERT_UNTRUSTED');
  });

  it('is untrusted under an anchor of the same name with another key', async () => {
    const impostor = issueAuthority('authentication', 'impostor');
    expect(await failure(holder({}, impostor))).toBe('ERR_CERT_UNTRUSTED');
  });

  it('finds its issuer among generations that share a name', async () => {
    const generations = ['first', 'second', 'third'].map((name) => issueAuthority('authentication', name));
    const trustAnchors = generations.map(({ certificate }) => parseCertificate(certificate));
    for (const [index, generation] of generations.entries()) {
      const plain = holder({}, generation);
      expect((await validate(plain, { trustAnchors })).at(-1)).toBe(trustAnchors[index]);
      const extensions = [...holderExtensions('authentication'), authorityKeyIdentifier(generation.key)];
      expect((await validate(holder({ extensions }, generation), { trustAnchors })).at(-1)).toBe(trustAnchors[index]);
    }
  });

  it('is untrusted when its authority key identifier names another key', async () => {
    const extensions = [...holderExtensions('authentication'), authorityKeyIdentifier(testKey('impostor'))];
    expect(await failure(holder({ extensions }))).toBe('ERR_CERT_UNTRUSTED');
  });

  it('is untrusted when one octet of it was changed', async () => {
    const { certificate } = issueHolder('authentication', authority);
    const changed = new Uint8Array(certificate);
    changed[changed.length - 300] = (changed.at(-300) ?? 0) ^ 1;
    const leaf = parseCertificate(changed);
    expect(leaf.tbsCertificate).not.toEqual(parseCertificate(certificate).tbsCertificate);
    expect(await failure(leaf)).toBe('ERR_CERT_UNTRUSTED');
  });

  it('is not an anchor itself', async () => {
    const leaf = holder();
    expect(await failure(leaf, { trustAnchors: [leaf] })).toBe('ERR_CERT_UNTRUSTED');
    expect(await failure(anchor)).toBe('ERR_CERT_UNTRUSTED');
  });

  it('is not a CA', async () => {
    expect(await failure(subordinate('ca as leaf', authority).parsed)).toBe('ERR_CERT_USAGE');
  });
});

describe('dates', () => {
  const notBefore = new Date('2020-01-01T00:00:00Z');
  const notAfter = new Date('2021-01-01T00:00:00Z');
  const trusted = issueAuthority('authentication', 'authentication-ca', {
    notBefore: new Date('2010-01-01T00:00:00Z'),
  });
  const trustAnchors = [parseCertificate(trusted.certificate)];
  const leaf = holder({ notBefore, notAfter }, trusted);

  it('hold from the first to the whole of the last second', async () => {
    await expect(validate(leaf, { trustAnchors, at: notBefore })).resolves.toHaveLength(2);
    await expect(validate(leaf, { trustAnchors, at: notAfter })).resolves.toHaveLength(2);
    const lastMoment = new Date(notAfter.getTime() + 999);
    await expect(validate(leaf, { trustAnchors, at: lastMoment })).resolves.toHaveLength(2);
  });

  it('do not hold a millisecond before or a second after', async () => {
    const before = new Date(notBefore.getTime() - 1);
    expect(await failure(leaf, { trustAnchors, at: before })).toBe('ERR_CERT_NOT_YET_VALID');
    const after = new Date(notAfter.getTime() + 1000);
    expect(await failure(leaf, { trustAnchors, at: after })).toBe('ERR_CERT_EXPIRED');
  });

  it('of the anchor and of a CA between count too', async () => {
    const expired = issueAuthority('authentication', 'authentication-ca', { notAfter: yearsFromNow(-0.5) });
    const options = { trustAnchors: [parseCertificate(expired.certificate)] };
    expect(await failure(holder({}, expired), options)).toBe('ERR_CERT_EXPIRED');
    const between = subordinate('not yet', authority, { notBefore: yearsFromNow(1) });
    expect(await failure(holder({}, between), { intermediates: [between.parsed] })).toBe('ERR_CERT_NOT_YET_VALID');
  });

  it('are looked at on a path that exists: a foreign expired certificate is untrusted', async () => {
    const foreign = holder({ notAfter: yearsFromNow(-0.5) }, issueAuthority('authentication', 'impostor'));
    expect(await failure(foreign)).toBe('ERR_CERT_UNTRUSTED');
  });

  it('that are not a date do not hold', async () => {
    expect(await failure(holder(), { at: new Date(Number.NaN) })).toBe('ERR_CERT_NOT_YET_VALID');
  });

  it('pass over an expired anchor where another with the same key is in force', async () => {
    const expired = issueAuthority('authentication', 'authentication-ca', { notAfter: yearsFromNow(-0.5) });
    const both = [parseCertificate(expired.certificate), anchor];
    expect((await validate(holder(), { trustAnchors: both })).at(-1)).toBe(anchor);
  });
});

describe('CAs between', () => {
  it('may be three, and no more', async () => {
    const chain: ReturnType<typeof subordinate>[] = [];
    for (const name of ['one', 'two', 'three', 'four']) chain.push(subordinate(name, chain.at(-1) ?? authority));
    const intermediates = chain.map(({ parsed }) => parsed).toReversed();
    const [, , third, fourth] = chain;
    if (third === undefined || fourth === undefined) throw new Error('four CAs were made');
    expect(await validate(holder({}, third), { intermediates })).toHaveLength(5);
    expect(await failure(holder({}, fourth), { intermediates })).toBe('ERR_CERT_UNTRUSTED');
  });

  it('may not be a holder posing as a CA', async () => {
    const { certificate, key } = issueHolder('authentication', authority);
    const posing = { subject: parsedSubject, key, certificate };
    const victim = holder({ serialNumber: 666, key: testKey('forged', 'P-256') }, posing);
    expect(await failure(victim, { intermediates: [parseCertificate(certificate)] })).toBe('ERR_CERT_USAGE');
  });

  const parsedSubject = [['C', 'JP'] as const, ['CN', '20260101123456789TEST'] as const];

  it.each([
    ['without BasicConstraints', [keyUsage('keyCertSign')]],
    ['with cA false', [keyUsage('keyCertSign'), basicConstraints(false)]],
    ['without keyCertSign', [keyUsage('digitalSignature', 'cRLSign'), basicConstraints(true)]],
    ['without KeyUsage', [basicConstraints(true)]],
  ])('may not be a CA %s', async (_, extensions) => {
    const between = subordinate('half a CA', authority, { extensions });
    expect(await failure(holder({}, between), { intermediates: [between.parsed] })).toBe('ERR_CERT_USAGE');
    const root = issueAuthority('authentication', 'authentication-ca', { extensions });
    expect(await failure(holder(), { trustAnchors: [parseCertificate(root.certificate)] })).toBe('ERR_CERT_USAGE');
  });

  it('are as many as pathLenConstraint allows', async () => {
    const limited = issueAuthority('authentication', 'authentication-ca', {
      extensions: [keyUsage('keyCertSign'), basicConstraints(true, 1), subjectKeyIdentifier(authority.key)],
    });
    const trustAnchors = [parseCertificate(limited.certificate)];
    const one = subordinate('one', limited);
    const two = subordinate('two', one);
    const intermediates = [one.parsed, two.parsed];
    expect(await validate(holder({}, one), { trustAnchors, intermediates })).toHaveLength(3);
    expect(await failure(holder({}, two), { trustAnchors, intermediates })).toBe('ERR_CERT_USAGE');
  });

  it('with pathLenConstraint 0 issue to holders only', async () => {
    const last = subordinate('last', authority, { extensions: [keyUsage('keyCertSign'), basicConstraints(true, 0)] });
    const beyond = subordinate('beyond', last);
    const intermediates = [last.parsed, beyond.parsed];
    expect(await validate(holder({}, last), { intermediates })).toHaveLength(3);
    expect(await failure(holder({}, beyond), { intermediates })).toBe('ERR_CERT_USAGE');
  });

  it('cost a bounded number of signature checks, however many look alike', async () => {
    const between = subordinate('between', issueAuthority('authentication', 'impostor'));
    const intermediates = Array.from({ length: 60 }, (_, index) =>
      subordinate('between', between, { key: between.key, serialNumber: index + 1 }),
    ).map(({ parsed }) => parsed);
    let checks = 0;
    const crypto: CertificationPathOptions['crypto'] = {
      verifySignature: (...args) => {
        checks += 1;
        return nodeCrypto.verifySignature(...args);
      },
    };
    expect(await failure(holder({}, between), { intermediates, crypto })).toBe('ERR_CERT_UNTRUSTED');
    expect(checks).toBeLessThanOrEqual(64);
    expect(checks).toBeGreaterThan(32);
  });
});

describe('extensions', () => {
  it('nobody knows may be there, but not critical', async () => {
    const extensions = (critical: boolean): NonNullable<CertificateTemplate['extensions']> => [
      ...holderExtensions('authentication'),
      unknownExtension(critical),
    ];
    await expect(validate(holder({ extensions: extensions(false) }))).resolves.toHaveLength(2);
    expect(await failure(holder({ extensions: extensions(true) }))).toBe('ERR_CERT_UNTRUSTED');
    const root = issueAuthority('authentication', 'authentication-ca', {
      extensions: [...CA_EXTENSIONS, unknownExtension(true)],
    });
    expect(await failure(holder(), { trustAnchors: [parseCertificate(root.certificate)] })).toBe('ERR_CERT_UNTRUSTED');
  });

  it.each([true, false])('constraining names are refused, not skipped (critical: %s)', async (critical) => {
    const extensions = [...CA_EXTENSIONS, unknownExtension(critical, NAME_CONSTRAINTS)];
    const between = subordinate('constrained', authority, { extensions });
    expect(await failure(holder({}, between), { intermediates: [between.parsed] })).toBe('ERR_CERT_UNTRUSTED');
  });

  it('narrowing the purpose are obeyed', async () => {
    const leaf = (critical: boolean, ...purposes: string[]): Certificate =>
      holder({ extensions: [...holderExtensions('authentication'), extKeyUsage(critical, ...purposes)] });
    const serverAuth = '1.3.6.1.5.5.7.3.1';
    const options = { extKeyUsage: CLIENT_AUTH };
    await expect(validate(leaf(true, serverAuth, CLIENT_AUTH), options)).resolves.toHaveLength(2);
    await expect(validate(leaf(false, '2.5.29.37.0'), options)).resolves.toHaveLength(2);
    await expect(validate(holder(), options)).resolves.toHaveLength(2);
    expect(await failure(leaf(false, serverAuth), options)).toBe('ERR_CERT_USAGE');
    expect(await failure(leaf(true, CLIENT_AUTH))).toBe('ERR_CERT_UNTRUSTED');
  });
});

describe('policies', () => {
  const policy = '1.2.392.200149.8.5.1.0.30';

  it('must be the leaf’s own', async () => {
    await expect(validate(holder(), { certificatePolicies: ['1.2.3', policy] })).resolves.toHaveLength(2);
    expect(await failure(holder(), { certificatePolicies: ['1.2.3'] })).toBe('ERR_CERT_USAGE');
    expect(await failure(holder(), { certificatePolicies: [] })).toBe('ERR_CERT_USAGE');
    const none = holder({ extensions: [keyUsage('digitalSignature')] });
    expect(await failure(none, { certificatePolicies: [policy] })).toBe('ERR_CERT_USAGE');
    const any = holder({ extensions: [keyUsage('digitalSignature'), certificatePolicies('2.5.29.32.0')] });
    expect(await failure(any, { certificatePolicies: [policy] })).toBe('ERR_CERT_USAGE');
  });

  it('are passed on only by a CA that has them', async () => {
    const through = (...extensions: ReturnType<typeof keyUsage>[]): ReturnType<typeof subordinate> =>
      subordinate('policy', authority, { extensions: [...CA_EXTENSIONS, ...extensions] });
    for (const [between, isPassed] of [
      [through(), false],
      [through(certificatePolicies('1.2.3')), false],
      [through(certificatePolicies('1.2.3', policy)), true],
      [through(certificatePolicies('2.5.29.32.0')), true],
    ] as const) {
      const options = { intermediates: [between.parsed], certificatePolicies: [policy] };
      if (isPassed) await expect(validate(holder({}, between), options)).resolves.toHaveLength(3);
      else expect(await failure(holder({}, between), options)).toBe('ERR_CERT_USAGE');
    }
  });

  it('of JPKI are asked for by hierarchy: the test policy does not do under a real name', () => {
    const test = jpkiRequirements(holder(), 'authentication');
    expect(test.certificatePolicies).toEqual([policy]);
    const realSubject = { ...authority, subject: [['O', 'JPKI'] as const] };
    expect(jpkiRequirements(holder({}, realSubject), 'authentication').certificatePolicies).toEqual([
      '1.2.392.200149.8.5.1.3.30',
    ]);
  });
});

describe('algorithms', () => {
  it('SHA-1 proves nothing', async () => {
    expect(await failure(holder({ digest: 'sha1' }))).toBe('ERR_SIGN_ALGORITHM');
    const between = subordinate('by sha1', authority, { digest: 'sha1' });
    expect(await failure(holder({}, between), { intermediates: [between.parsed] })).toBe('ERR_CERT_UNTRUSTED');
  });

  it('RSA of 1024 bits proves nothing, in holder or CA', async () => {
    expect(await failure(holder({ key: testKey('weak', 'rsa1024') }))).toBe('ERR_SIGN_ALGORITHM');
    const weak = issueAuthority('authentication', 'weak-ca', { key: testKey('weak', 'rsa1024') });
    const options = { trustAnchors: [parseCertificate(weak.certificate)] };
    expect(await failure(holder({}, weak), options)).toBe('ERR_CERT_UNTRUSTED');
  });

  it('a weak candidate does not hide a good one', async () => {
    const weak = issueAuthority('authentication', 'weak-ca', { key: testKey('weak', 'rsa1024') });
    const both = [parseCertificate(weak.certificate), anchor];
    expect((await validate(holder(), { trustAnchors: both })).at(-1)).toBe(anchor);
  });
});

it('takes the moment it is given, not the clock', async () => {
  const at = new Date(Date.now() + 20 * YEAR_MILLISECONDS);
  expect(await failure(holder(), { at })).toBe('ERR_CERT_EXPIRED');
});
