import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import {
  element,
  nullValue,
  octetString,
  oid,
  sequence,
  smallInteger,
  tagged,
} from '../../../sdk/formats/asn1/write.js';
import { FormatError, parseCertificate } from '../../../sdk/formats/index.js';
import type { CertificateStatus, RevocationMoment } from '../../../sdk/formats/revocation/certificate-status.js';
import { CrlChecker } from '../../../sdk/formats/revocation/crl-checker.js';
import { findRevocation } from '../../../sdk/formats/revocation/crl-entries.js';
import { indexCrl } from '../../../sdk/formats/revocation/crl-index.js';
import { MAX_CRL_BYTES, parseCrl } from '../../../sdk/formats/revocation/crl.js';
import {
  crlDistributionPoints,
  extension,
  generalizedTime,
  issueBelow,
  issueCrl,
  issueTestCa,
  issuingDistributionPoint,
  minutesFromNow,
  UNKNOWN_CRITICAL,
  uri,
  type CrlEntryTemplate,
  type CrlTemplate,
} from '../../support/test-authorities.js';
import { childrenOf, Oid } from '../../support/test-cms.js';
import { basicConstraints, keyUsage, testKey, yearsFromNow, type TestHolder } from '../../support/test-pki.js';

const ca = issueTestCa('Issuing CA');
/** Another CA of the same name. */
const twin = issueTestCa('Issuing CA', { keyName: 'twin' });
const otherCa = issueTestCa('Other CA');
const rsaCa = issueTestCa('RSA CA', { key: testKey('rsa ca') });
const cityPoint = uri('http://crl.test/city');
const holder = issueBelow(ca, 'holder', { serialNumber: 0x80_01, extensions: [crlDistributionPoints(cityPoint)] });
const subordinate = issueBelow(ca, 'subordinate', {
  serialNumber: 0x80_02,
  extensions: [keyUsage('keyCertSign', 'cRLSign'), basicConstraints(true)],
});
const ofRsaCa = issueBelow(rsaCa, 'of RSA CA', { serialNumber: 0x80_01 });

const revocationDate = minutesFromNow(-60);
const revokedHolder: CrlEntryTemplate = { serialNumber: 0x80_01, revocationDate };
const neighbours: readonly CrlEntryTemplate[] = [
  { serialNumber: 1 },
  { serialNumber: 0x7f_01, reason: 4 },
  { serialNumber: 0x80_00, reason: 1, invalidityDate: minutesFromNow(-600) },
  { serialNumber: 0x01_80_01 },
];

function crl(template: Partial<CrlTemplate> = {}): Uint8Array {
  return issueCrl({ issuer: ca, entries: neighbours, ...template });
}

interface Question extends Partial<RevocationMoment> {
  readonly subject?: TestHolder;
  readonly issuer?: Uint8Array;
}

async function ask(der: Uint8Array, question: Question = {}): Promise<CertificateStatus> {
  const { subject = holder, issuer = ca.certificate, at = new Date(), ...moment } = question;
  const issued = { certificate: parseCertificate(subject.certificate), issuer: parseCertificate(issuer) };
  return new CrlChecker(der, nodeCrypto).status(issued, { at, now: new Date(), ...moment });
}

async function refusal(der: Uint8Array, question: Question = {}): Promise<string> {
  try {
    return (await ask(der, question)).status;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return `${error.code} ${error.reason ?? ''}`;
  }
}

describe('a CRL that holds', () => {
  it.each([
    ['with others in it', crl()],
    ['with none in it', crl({ entries: [] })],
    ['without extensions', crl({ allExtensions: [], version: new Uint8Array() })],
    ['for holders only', crl({ extensions: [issuingDistributionPoint([1])] })],
    [
      'for the holder’s distribution point',
      crl({ extensions: [issuingDistributionPoint([], uri('ldap://x'), cityPoint)] }),
    ],
    ['with extensions that are not critical', crl({ extensions: [extension('2.5.29.46', sequence())] })],
    [
      'with an entry extension that is not critical',
      crl({ entries: [{ serialNumber: 9, extensions: [extension('1.3.6.1.4.1.99999.9', nullValue())] }] }),
    ],
  ])('is good: %s', async (_, der) => {
    expect(await ask(der)).toMatchObject({ status: 'good', source: 'crl' });
  });

  it('is read as far as its entries', () => {
    const thisUpdate = minutesFromNow(-7);
    const nextUpdate = new Date('2051-01-02T03:04:05Z');
    const parsed = parseCrl(crl({ thisUpdate, nextUpdate, extensions: [issuingDistributionPoint([1], cityPoint)] }));
    expect(parsed).toMatchObject({ thisUpdate, nextUpdate, crlNumber: Uint8Array.of(7), signatureAlgorithm: 'ES256' });
    expect(parsed.issuingDistributionPoint).toMatchObject({ onlyContains: 'user-certificates', isIndirect: false });
    expect(parsed.issuer).toEqual(parseCertificate(ca.certificate).subject.der);
  });

  it('tells a revocation', async () => {
    expect(await ask(crl({ entries: [...neighbours, revokedHolder, { serialNumber: 7 }] }))).toMatchObject({
      status: 'revoked',
      revocation: { revocationDate, reason: undefined, invalidityDate: undefined },
    });
    const invalidityDate = minutesFromNow(-90);
    expect(await ask(crl({ entries: [{ ...revokedHolder, reason: 1, invalidityDate }] }))).toMatchObject({
      revocation: { revocationDate, reason: 'keyCompromise', invalidityDate },
    });
  });

  it('tells the earliest where a serial number is listed twice', async () => {
    const twice = [{ ...revokedHolder, revocationDate: minutesFromNow(-5) }, revokedHolder];
    expect(await ask(crl({ entries: twice }))).toMatchObject({ revocation: { revocationDate } });
    expect(await ask(crl({ entries: twice.toReversed() }))).toMatchObject({ revocation: { revocationDate } });
  });

  it('counts a revocation however old the CRL is, but no hold', async () => {
    const old = { thisUpdate: yearsFromNow(-0.5), nextUpdate: yearsFromNow(-0.4) };
    expect(await ask(crl({ ...old, entries: [revokedHolder] }))).toMatchObject({ status: 'revoked' });
    expect(await refusal(crl({ ...old, entries: [{ ...revokedHolder, reason: 6 }] }))).toBe(
      'ERR_SIGN_FORMAT crl-expired',
    );
    expect(await ask(crl({ entries: [{ ...revokedHolder, reason: 6 }] }))).toMatchObject({ status: 'revoked' });
  });

  it('speaks for a moment it was current at, and for one before it was made', async () => {
    const old = crl({ thisUpdate: yearsFromNow(-0.5), nextUpdate: yearsFromNow(-0.4) });
    const then = { at: yearsFromNow(-0.48), now: yearsFromNow(-0.48) };
    expect(await ask(old, then)).toMatchObject({ status: 'good' });
    expect(await ask(old, { at: yearsFromNow(-0.9) })).toMatchObject({ status: 'good' });
    expect(await refusal(old, { at: yearsFromNow(-0.3) })).toBe('ERR_SIGN_FORMAT crl-expired');
    // Asked today, it hides what was revoked between it and the moment.
    expect(await refusal(old, { ...then, now: new Date() })).toBe('ERR_SIGN_FORMAT crl-not-fresh');
  });

  it('is not relied on for longer than is usual, whatever it says', async () => {
    const made = (days: number): Uint8Array =>
      crl({ thisUpdate: minutesFromNow(-days * 24 * 60), nextUpdate: new Date('2090-01-01') });
    expect(await ask(made(34))).toMatchObject({ status: 'good' });
    expect(await refusal(made(36))).toBe('ERR_SIGN_FORMAT crl-not-fresh');
    expect(await ask(made(399), { subject: subordinate })).toMatchObject({ status: 'good' });
    expect(await refusal(made(401), { subject: subordinate })).toBe('ERR_SIGN_FORMAT crl-not-fresh');
  });

  it('speaks for certificates that have run out only where it says so', async () => {
    const subject = issueBelow(ca, 'expired', {
      serialNumber: 3,
      notBefore: yearsFromNow(-3),
      notAfter: yearsFromNow(-1),
    });
    const question = { subject, at: yearsFromNow(-2) };
    expect(await refusal(crl(), question)).toBe('ERR_SIGN_FORMAT crl-after-expiry');
    const kept = (years: number): readonly Uint8Array[] => [
      extension('2.5.29.60', generalizedTime(yearsFromNow(years))),
    ];
    expect(await ask(crl({ extensions: kept(-4) }), question)).toMatchObject({ status: 'good' });
    expect(await refusal(crl({ extensions: kept(-0.5) }), question)).toBe('ERR_SIGN_FORMAT crl-after-expiry');
  });

  it('distinguishes what it contains', async () => {
    const authorities = crl({ extensions: [issuingDistributionPoint([2])] });
    expect(await ask(authorities, { subject: subordinate })).toMatchObject({ status: 'good' });
    expect(await refusal(authorities)).toBe('ERR_SIGN_FORMAT crl-scope');
    expect(await refusal(crl({ extensions: [issuingDistributionPoint([1])] }), { subject: subordinate })).toBe(
      'ERR_SIGN_FORMAT crl-scope',
    );
  });
});

const zeros = (signature: Uint8Array): Uint8Array => new Uint8Array(signature.length);
const flipped = (signature: Uint8Array): Uint8Array => signature.with(-1, (signature.at(-1) ?? 0) ^ 1);
const genuine = crl();
const [genuineTbs = new Uint8Array(), genuineAlgorithm = new Uint8Array(), genuineSignature = new Uint8Array()] =
  childrenOf(genuine);
const withEntry = (entry: Partial<CrlEntryTemplate>): Uint8Array =>
  crl({ entries: [...neighbours, { serialNumber: 9, ...entry }] });
const noSign = issueTestCa('No CRL CA', {
  extensions: [keyUsage('keyCertSign'), basicConstraints(true)],
});
const weakCa = issueTestCa('Weak CA', { key: testKey('weak ca', 'rsa1024') });

/** How it is forged, the forgery, what it must be refused for, and whom it is asked about. */
const ATTACKS: readonly [string, Uint8Array, string, Question?][] = [
  ['a signature of zeros', crl({ tamper: zeros }), 'ERR_SIGN_INVALID crl-signature'],
  ['one bit of the signature', crl({ tamper: flipped }), 'ERR_SIGN_INVALID crl-signature'],
  [
    'the holder’s entry taken out',
    sequence(
      genuineTbs,
      genuineAlgorithm,
      childrenOf(crl({ entries: [...neighbours, revokedHolder] }))[2] ?? new Uint8Array(),
    ),
    'ERR_SIGN_INVALID crl-signature',
  ],
  ['signed by the holder', crl({ key: holder.key }), 'ERR_SIGN_INVALID crl-signature'],
  [
    'signed with SHA-1',
    issueCrl({ issuer: rsaCa, digest: 'sha1', algorithm: sequence(oid(Oid.sha1WithRsa), nullValue()) }),
    'ERR_SIGN_ALGORITHM crl-algorithm',
    { subject: ofRsaCa, issuer: rsaCa.certificate },
  ],
  [
    'an algorithm for another key',
    crl({ algorithm: sequence(oid(Oid.sha256WithRsa), nullValue()) }),
    'ERR_SIGN_ALGORITHM crl-algorithm',
  ],
  [
    'a short key',
    issueCrl({ issuer: weakCa }),
    'ERR_SIGN_ALGORITHM key-rsa-modulus',
    { subject: issueBelow(weakCa, 'weak'), issuer: weakCa.certificate },
  ],
  [
    'two algorithms',
    crl({ outerAlgorithm: sequence(oid(Oid.sha256WithRsa), nullValue()) }),
    'ERR_SIGN_FORMAT crl-format',
  ],
  ['of another CA', issueCrl({ issuer: otherCa }), 'ERR_SIGN_MISMATCH crl-other-issuer'],
  ['of a CA of the same name', issueCrl({ issuer: twin }), 'ERR_SIGN_MISMATCH crl-other-issuer'],
  [
    'of a CA of the same name, key identifier left out',
    issueCrl({ issuer: twin, allExtensions: [] }),
    'ERR_SIGN_INVALID crl-signature',
  ],
  [
    'of a CA that must not sign CRLs',
    issueCrl({ issuer: noSign }),
    'ERR_CERT_USAGE crl-issuer-usage',
    { subject: issueBelow(noSign, 'x'), issuer: noSign.certificate },
  ],
  ['an unknown critical extension', crl({ extensions: [UNKNOWN_CRITICAL] }), 'ERR_SIGN_FORMAT crl-critical-extension'],
  [
    'an unknown critical extension of an entry',
    withEntry({ extensions: [UNKNOWN_CRITICAL] }),
    'ERR_SIGN_FORMAT crl-critical-extension',
  ],
  [
    'an entry of another issuer',
    withEntry({
      extensions: [
        extension('2.5.29.29', sequence(tagged(4, parseCertificate(otherCa.certificate).subject.der)), true),
      ],
    }),
    'ERR_SIGN_FORMAT crl-critical-extension',
  ],
  ['a delta CRL', crl({ extensions: [extension('2.5.29.27', smallInteger(3), true)] }), 'ERR_SIGN_FORMAT crl-delta'],
  [
    'a delta CRL that hides it',
    crl({ extensions: [extension('2.5.29.27', smallInteger(3))] }),
    'ERR_SIGN_FORMAT crl-delta',
  ],
  ['an indirect CRL', crl({ extensions: [issuingDistributionPoint([4])] }), 'ERR_SIGN_FORMAT crl-indirect'],
  ['for attribute certificates', crl({ extensions: [issuingDistributionPoint([5])] }), 'ERR_SIGN_FORMAT crl-scope'],
  [
    'for some reasons',
    crl({ extensions: [extension('2.5.29.28', sequence(element(0x83, Uint8Array.of(1, 0x40))), true)] }),
    'ERR_SIGN_FORMAT crl-some-reasons',
  ],
  [
    'for another distribution point',
    crl({ extensions: [issuingDistributionPoint([], uri('http://crl.test/town'))] }),
    'ERR_SIGN_FORMAT crl-distribution-point',
  ],
  [
    'for a distribution point, of a certificate that names none',
    crl({ extensions: [issuingDistributionPoint([], cityPoint)] }),
    'ERR_SIGN_FORMAT crl-distribution-point',
    { subject: subordinate },
  ],
  ['only this and only that', crl({ extensions: [issuingDistributionPoint([1, 2])] }), 'ERR_SIGN_FORMAT crl-format'],
  [
    'nextUpdate an hour ago',
    crl({ thisUpdate: minutesFromNow(-120), nextUpdate: minutesFromNow(-60) }),
    'ERR_SIGN_FORMAT crl-expired',
  ],
  ['of 1970', crl({ thisUpdate: new Date(0), nextUpdate: new Date(86_400_000) }), 'ERR_SIGN_FORMAT crl-expired'],
  [
    'of tomorrow',
    crl({ thisUpdate: minutesFromNow(1440), nextUpdate: minutesFromNow(2880) }),
    'ERR_SIGN_FORMAT crl-not-yet-valid',
  ],
  ['for ever', crl({ nextUpdate: null }), 'ERR_SIGN_FORMAT crl-next-update'],
  ['nextUpdate before thisUpdate', crl({ nextUpdate: minutesFromNow(-20) }), 'ERR_SIGN_FORMAT crl-format'],
  ['removeFromCRL', crl({ entries: [{ ...revokedHolder, reason: 8 }] }), 'ERR_SIGN_FORMAT crl-remove-from-crl'],
  ['a reason that is none', crl({ entries: [{ ...revokedHolder, reason: 7 }] }), 'ERR_SIGN_FORMAT crl-format'],
  [
    'the serial number in other octets',
    withEntry({ serial: element(0x02, Uint8Array.of(0, 0, 0x80, 1)) }),
    'ERR_SIGN_FORMAT crl-format',
  ],
  ['an entry without serial number', withEntry({ serial: element(0x02) }), 'ERR_SIGN_FORMAT crl-format'],
  ['an entry that is none', withEntry({ serial: octetString(Uint8Array.of(1)) }), 'ERR_SIGN_FORMAT crl-format'],
  [
    'an entry with something behind',
    withEntry({ serial: Buffer.concat([smallInteger(9), generalizedTime(new Date())]) }),
    'ERR_SIGN_FORMAT crl-format',
  ],
  [
    'an extension given twice',
    crl({ extensions: [extension('2.5.29.20', smallInteger(8))] }),
    'ERR_SIGN_FORMAT crl-format',
  ],
  ['extensions in version 1', crl({ version: new Uint8Array() }), 'ERR_SIGN_FORMAT crl-format'],
  ['version 3', crl({ version: smallInteger(2) }), 'ERR_SIGN_FORMAT crl-format'],
  ['cut', genuine.subarray(0, -1), 'ERR_SIGN_FORMAT crl-format'],
  ['octets behind it', Buffer.concat([genuine, Buffer.of(0)]), 'ERR_SIGN_FORMAT crl-format'],
  [
    'a field behind the signature',
    sequence(genuineTbs, genuineAlgorithm, genuineSignature, nullValue()),
    'ERR_SIGN_FORMAT crl-format',
  ],
  [
    'indefinite length',
    Buffer.concat([Buffer.of(0x30, 0x80), genuineTbs, genuineAlgorithm, genuineSignature, Buffer.of(0, 0)]),
    'ERR_SIGN_FORMAT crl-format',
  ],
  [
    'a longer length than needed',
    Buffer.concat([Buffer.of(0x30, 0x83, 0), genuine.subarray(2)]),
    'ERR_SIGN_FORMAT crl-format',
  ],
  ['nothing', new Uint8Array(), 'ERR_SIGN_FORMAT crl-format'],
  ['a certificate', ca.certificate, 'ERR_SIGN_FORMAT crl-format'],
];

describe('a CRL that proves nothing', () => {
  it('would hold as it was before', async () => {
    expect(await refusal(genuine)).toBe('good');
    expect(await refusal(sequence(genuineTbs, genuineAlgorithm, genuineSignature))).toBe('good');
  });

  it.each(ATTACKS)('is refused: %s', async (_, der, expected, question) => {
    expect(await refusal(der, question)).toBe(expected);
  });

  it('is not looked at beyond its limit', () => {
    const long = Buffer.alloc(MAX_CRL_BYTES + 1);
    expect(() => parseCrl(long)).toThrow(expect.objectContaining({ reason: 'crl-format' }));
  });
});

describe('an index', () => {
  const serials = Array.from({ length: 3000 }, (_, index) => index * 7 + 1);
  const parsed = parseCrl(
    issueCrl({
      issuer: ca,
      entries: serials.map((serialNumber) => ({
        serialNumber,
        ...(serialNumber % 2 === 0 && { reason: 1 }),
        ...(serialNumber % 3 === 0 && { invalidityDate: revocationDate }),
      })),
    }),
  );
  const index = indexCrl(parsed);
  const template = parseCertificate(holder.certificate);

  it('finds exactly what a walk finds', () => {
    expect(index.size).toBe(serials.length);
    for (const serial of [...serials.slice(0, 200), ...serials.slice(-50), 0, 2, 3, 9, 20_995, 70_000]) {
      const serialNumber = Buffer.from(serial.toString(16).padStart(6, '0'), 'hex').toString('hex');
      const certificate = { ...template, serialNumber };
      const found = index.find(certificate);
      expect(found).toEqual(findRevocation(parsed, certificate));
      expect(found !== undefined).toBe(serials.includes(serial));
    }
  });

  it('finds the earliest of two, and refuses what a walk refuses', () => {
    const twice = indexCrl(
      parseCrl(crl({ entries: [{ ...revokedHolder, revocationDate: minutesFromNow(-5) }, revokedHolder] })),
    );
    expect(twice.find(template)).toMatchObject({ revocationDate });
    const broken = parseCrl(withEntry({ extensions: [UNKNOWN_CRITICAL] }));
    expect(() => indexCrl(broken)).toThrow(expect.objectContaining({ reason: 'crl-critical-extension' }));
    const removed = indexCrl(parseCrl(crl({ entries: [{ ...revokedHolder, reason: 8 }] })));
    expect(() => removed.find(template)).toThrow(expect.objectContaining({ reason: 'crl-remove-from-crl' }));
  });

  it('is what a checker uses once it is asked often', async () => {
    const checker = new CrlChecker(crl({ entries: [...neighbours, revokedHolder] }), nodeCrypto);
    const issuer = parseCertificate(ca.certificate);
    for (let count = 0; count < 5; count += 1) {
      const moment = { at: new Date(), now: new Date() };
      expect(await checker.status({ certificate: template, issuer }, moment)).toMatchObject({ status: 'revoked' });
      const other = parseCertificate(subordinate.certificate);
      expect(await checker.status({ certificate: other, issuer }, moment)).toMatchObject({ status: 'good' });
    }
  });
});
