import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  beginDetachedCms,
  jpkiRequirements,
  parseCertificate,
  verdictOf,
  verifyCms,
  type SignerReport,
} from '../../../sdk/formats/index.js';
import { element, nullValue, oid, sequence, tagged } from '../../../sdk/formats/asn1/write.js';
import { memorySource } from '../../support/piecewise-source.js';
import { rejectedFormatErrorCode } from '../../support/expect-format-error.js';
import {
  attribute,
  buildCms,
  essReference,
  issuerAndSerialNumber,
  Oid,
  sha256,
  sorted,
  standardAttributes,
  toIndefiniteLength,
  verifyTestCms,
  type CmsTemplate,
  type SignerTemplate,
  type TestVerdict,
  type TestVerification,
} from '../../support/test-cms.js';
import {
  holderExtensions,
  issueAuthority,
  issueHolder,
  signWith,
  subjectKeyIdentifier,
  testKey,
  yearsFromNow,
} from '../../support/test-pki.js';

const content = Buffer.from('申請書\n');
const authority = issueAuthority('signing');
const anchor = parseCertificate(authority.certificate);
const holder = issueHolder('signing', authority);
const other = issueHolder('signing', authority, { key: testKey('other-holder'), serialNumber: 99 });
const standard = standardAttributes(content, holder.certificate);

function verify(cms: Uint8Array, options: Partial<TestVerification> = {}): Promise<TestVerdict> {
  return verifyTestCms({ cms, content, trustAnchors: [anchor], ...options });
}

/** Report on a signature by one signer, the holder unless the template says otherwise. */
async function report(
  signer: Partial<SignerTemplate> = {},
  cms: Partial<CmsTemplate> = {},
  options: Partial<TestVerification> = {},
): Promise<SignerReport> {
  const { signers } = await verify(buildCms({ content, signers: [{ holder, ...signer }], ...cms }), options);
  const [only, ...more] = signers;
  if (only === undefined || more.length > 0) throw new Error('not one signer');
  return only;
}

describe('an intact signature', () => {
  it('is reported with everything a caller needs', async () => {
    const result = await verify(buildCms({ content, signers: [{ holder }] }));
    expect(result).toMatchObject({
      verdict: 'total-passed',
      signers: [
        {
          integrity: 'intact',
          signatureAlgorithm: 'RS256',
          digestAlgorithm: 'SHA-256',
          signingTime: new Date('2026-01-02T03:04:05Z'),
          signingCertificate: 'v2',
          path: { status: 'trusted' },
          revocation: { status: 'not-checked', reason: 'not-asked' },
        },
      ],
    });
    const [signer] = result.signers;
    expect(signer?.integrity === 'intact' && signer.certificate.der).toEqual(holder.certificate);
  });

  it('may be over no content at all', async () => {
    const empty = new Uint8Array();
    const cms = buildCms({ content: empty, signers: [{ holder }] });
    expect((await verify(cms, { content: empty })).verdict).toBe('total-passed');
    expect((await verify(cms)).signers).toMatchObject([{ code: 'ERR_SIGN_DIGEST' }]);
  });

  it('may be over content that comes in pieces', async () => {
    const source = memorySource(content, 1);
    expect((await verify(buildCms({ content, signers: [{ holder }] }), { content: source })).verdict).toBe(
      'total-passed',
    );
  });

  it('may name its signer by subject key identifier', async () => {
    const extensions = [...holderExtensions('signing'), subjectKeyIdentifier(testKey('signing-holder'))];
    const named = issueHolder('signing', authority, { extensions });
    const identifier = parseCertificate(named.certificate).extensions.subjectKeyIdentifier ?? new Uint8Array();
    const signer = { holder: named, version: 3, sid: element(0x80, identifier) };
    expect(await report(signer)).toMatchObject({ integrity: 'intact' });
  });

  it('may call its algorithm rsaEncryption, with NULL or nothing behind it', async () => {
    for (const parameters of [[nullValue()], []]) {
      const signatureAlgorithm = sequence(oid(Oid.rsaEncryption), ...parameters);
      expect(await report({ signatureAlgorithm })).toMatchObject({ integrity: 'intact', signatureAlgorithm: 'RS256' });
    }
  });

  it('may have no signing time and no ESS attribute, and says so', async () => {
    const attributes = sorted([standard.contentType, standard.messageDigest]);
    expect(await report({ attributes })).toMatchObject({
      integrity: 'intact',
      signingTime: undefined,
      signingCertificate: 'absent',
    });
  });

  it('may have unsigned attributes, other certificates and revocation data, which prove nothing', async () => {
    const unsignedAttributes = element(0xa1, attribute('1.2.840.113549.1.9.16.2.14', nullValue()));
    const revocation = element(0xa1, sequence(nullValue()));
    const certificates = [authority.certificate, holder.certificate];
    const cms = buildCms({ content, signers: [{ holder, unsignedAttributes }], certificates, revocation });
    expect(await verify(cms)).toMatchObject({
      verdict: 'total-passed',
      signers: [{ revocation: { status: 'not-checked', reason: 'not-asked' } }],
    });
  });

  it('may be countersigned, which is told and not checked', async () => {
    const unsignedAttributes = element(0xa1, attribute('1.2.840.113549.1.9.6', nullValue()));
    const source = memorySource(buildCms({ content, signers: [{ holder, unsignedAttributes }, { holder }] }));
    const report = await verifyCms({
      source,
      content: memorySource(content),
      crypto: nodeCrypto,
      at: new Date(),
      trustAnchors: [anchor],
    });
    expect(report).toMatchObject({
      format: 'cms',
      findings: [],
      signatures: [
        {
          coverage: { kind: 'whole' },
          findings: [{ code: 'cms-countersignature-not-checked', severity: 'information' }],
        },
        { coverage: { kind: 'whole' }, findings: [] },
      ],
    });
    expect(verdictOf(report)).toBe('total-passed');
  });

  it('may be in BER with indefinite lengths, its attributes alone in DER', async () => {
    const der = buildCms({ content, signers: [{ holder }] });
    const attributes = element(0xa0, ...sorted(Object.values(standard)));
    const kept = [attributes, holder.certificate, anchor.subject.der];
    const ber = toIndefiniteLength(der, kept);
    expect(ber.subarray(0, 2)).toEqual(Uint8Array.of(0x30, 0x80));
    expect((await verify(ber)).verdict).toBe('total-passed');
    const berAttributes = toIndefiniteLength(der, kept.slice(1));
    expect((await verify(berAttributes)).signers).toMatchObject([{ reason: 'cms-signed-attributes-not-der' }]);
    // A certificate is always DER; one in BER is none.
    expect((await verify(toIndefiniteLength(der, kept.toSpliced(1, 1)))).signers).toMatchObject([
      { code: 'ERR_CERT_MALFORMED' },
    ]);
  });

  it('is what beginDetachedCms makes', async () => {
    const begun = await beginDetachedCms({
      context: { certificate: holder.certificate, signatureAlgorithm: 'RS256', signingTime: new Date() },
      contentDigest: sha256(content),
      crypto: nodeCrypto,
    });
    const cms = await begun.complete(signWith(holder.key, begun.toBeSigned));
    expect(await verify(cms)).toMatchObject({ verdict: 'total-passed', signers: [{ signingCertificate: 'v2' }] });
  });
});

describe('ESS', () => {
  const signedWith = (...references: readonly Uint8Array[]): Partial<SignerTemplate> => ({
    attributes: sorted([standard.contentType, standard.messageDigest, ...references]),
  });
  const versionOne = attribute(
    Oid.signingCertificate,
    essReference(createHash('sha1').update(holder.certificate).digest()),
  );

  it('may name issuer and serial number too', async () => {
    const issuerSerial = sequence(sequence(tagged(4, anchor.subject.der)), element(0x02, Uint8Array.of(0x12, 0x34)));
    const reference = essReference(sha256(holder.certificate), issuerSerial);
    expect(await report(signedWith(attribute(Oid.signingCertificateV2, reference)))).toMatchObject({
      signingCertificate: 'v2',
    });
  });

  it('of version 1 is reported as such, and beside version 2 as that', async () => {
    expect(await report(signedWith(versionOne))).toMatchObject({ signingCertificate: 'v1' });
    expect(await report(signedWith(versionOne, standard.signingCertificateV2))).toMatchObject({
      signingCertificate: 'v2',
    });
  });

  it('picks the certificate among several under one name', async () => {
    const twin = issueHolder('signing', authority, { notAfter: yearsFromNow(9) });
    const certificates = [twin.certificate, holder.certificate];
    expect(issuerAndSerialNumber(twin.certificate)).toEqual(issuerAndSerialNumber(holder.certificate));
    const signer = await report({}, { certificates });
    expect(signer.integrity === 'intact' && signer.certificate.der).toEqual(holder.certificate);
    const attributes = sorted([standard.contentType, standard.messageDigest]);
    const same = [holder.certificate, holder.certificate];
    expect(await report({ attributes }, { certificates: same })).toMatchObject({ integrity: 'intact' });
  });
});

describe('the certificate', () => {
  it('is found beside others that cannot be read', async () => {
    const certificates = [sequence(nullValue()), element(0xa1, nullValue()), holder.certificate];
    expect(await report({}, { certificates })).toMatchObject({ integrity: 'intact' });
  });

  it.each([
    ['under a foreign CA', () => issueHolder('signing', issueAuthority('signing', 'impostor')), 'ERR_CERT_UNTRUSTED'],
    ['out of date', () => issueHolder('signing', authority, { notAfter: yearsFromNow(-0.5) }), 'ERR_CERT_EXPIRED'],
    [
      'not yet in force',
      () => issueHolder('signing', authority, { notBefore: yearsFromNow(1) }),
      'ERR_CERT_NOT_YET_VALID',
    ],
    [
      'for another use',
      () => issueHolder('signing', authority, { extensions: holderExtensions('authentication') }),
      'ERR_CERT_USAGE',
    ],
    [
      'under another policy',
      () => issueHolder('signing', authority, { extensions: holderExtensions('signing', '1.2.3') }),
      'ERR_CERT_USAGE',
    ],
  ])('%s leaves the signature intact and its path untrusted', async (_, issue, code) => {
    const requirements = (certificate: Parameters<typeof jpkiRequirements>[0]): ReturnType<typeof jpkiRequirements> =>
      jpkiRequirements(certificate, 'signing');
    const cms = buildCms({ content, signers: [{ holder: issue() }] });
    const result = await verify(cms, { requirements });
    expect(result).toMatchObject({
      verdict: 'indeterminate',
      signers: [{ integrity: 'intact', path: { status: 'untrusted', code } }],
    });
  });

  it('is not checked without anchors, and then not trusted', async () => {
    const cms = buildCms({ content, signers: [{ holder }] });
    const result = await verifyTestCms({ cms, content });
    expect(result).toMatchObject({ verdict: 'indeterminate', signers: [{ path: { status: 'not-checked' } }] });
  });

  it('is not trusted because it comes along', async () => {
    const impostor = issueAuthority('signing', 'impostor');
    const certificates = [impostor.certificate, issueHolder('signing', impostor).certificate];
    const signer = await report({ holder: issueHolder('signing', impostor) }, { certificates });
    expect(signer).toMatchObject({ integrity: 'intact', path: { status: 'untrusted', code: 'ERR_CERT_UNTRUSTED' } });
  });
});

describe('several signers', () => {
  it('are all reported, and one bad one spoils the whole', async () => {
    const good = { holder };
    const bad = { holder: other, tamper: () => new Uint8Array(256) };
    for (const signers of [
      [good, bad],
      [bad, good],
    ]) {
      const result = await verify(buildCms({ content, signers }));
      expect(result.signers.map(({ integrity }) => integrity)).toEqual(
        signers.map((signer) => (signer === good ? 'intact' : 'failed')),
      );
      expect(result).toMatchObject({ verdict: 'total-failed' });
    }
    expect(await verify(buildCms({ content, signers: [good, { holder: other }] }))).toMatchObject({
      verdict: 'total-passed',
    });
  });

  it('may be sixteen', async () => {
    const signers = (count: number): CmsTemplate['signers'] => Array.from({ length: count }, () => ({ holder }));
    expect((await verify(buildCms({ content, signers: signers(16) }))).signers).toHaveLength(16);
    expect(await rejectedFormatErrorCode(verify(buildCms({ content, signers: signers(17) })))).toBe('ERR_SIGN_FORMAT');
  });
});
