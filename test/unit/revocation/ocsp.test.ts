import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { octetString, oid, sequence, setOf, tagged } from '../../../sdk/formats/asn1/write.js';
import { FormatError, parseCertificate } from '../../../sdk/formats/index.js';
import { encodeOcspRequest } from '../../../sdk/formats/revocation/ocsp-request.js';
import { verifyOcspResponse, type OcspVerification } from '../../../sdk/formats/revocation/verify-ocsp.js';
import type { CertificateStatus } from '../../../sdk/formats/revocation/certificate-status.js';
import {
  extension,
  generalizedTime,
  issueBelow,
  issueOcspResponder,
  issueTestCa,
  minutesFromNow,
  OCSP_SIGNING,
  ocspResponse,
  ocspResponseBytes,
  ocspStatus,
  responderByKey,
  UNKNOWN_CRITICAL,
  type OcspTemplate,
  type SingleResponseTemplate,
} from '../../support/test-authorities.js';
import { childrenOf, Oid } from '../../support/test-cms.js';
import { extKeyUsage, keyUsage, testKey, unknownExtension, yearsFromNow } from '../../support/test-pki.js';

const ca = issueTestCa('Issuing CA');
/** Another CA of the same name. */
const twin = issueTestCa('Issuing CA', { keyName: 'twin' });
const otherCa = issueTestCa('Other CA');
const holder = issueBelow(ca, 'holder', { serialNumber: 100 });
const neighbour = issueBelow(ca, 'neighbour', { serialNumber: 101 });
const expired = issueBelow(ca, 'expired', {
  serialNumber: 102,
  notBefore: yearsFromNow(-3),
  notAfter: yearsFromNow(-1),
});
const responder = issueOcspResponder(ca);

const certificate = parseCertificate(holder.certificate);
const issuer = parseCertificate(ca.certificate);

function about(subject = holder, more: Partial<SingleResponseTemplate> = {}): SingleResponseTemplate {
  return { certificate: subject.certificate, issuer: ca.certificate, ...more };
}

function response(template: Partial<OcspTemplate> = {}): Uint8Array {
  return ocspResponse({ signer: responder, responses: [about()], ...template });
}

function one(more: Partial<SingleResponseTemplate>, template: Partial<OcspTemplate> = {}): Uint8Array {
  return response({ responses: [about(holder, more)], ...template });
}

function verify(der: Uint8Array, options: Partial<OcspVerification> = {}): Promise<CertificateStatus> {
  const now = new Date();
  return verifyOcspResponse(der, { certificate, issuer, at: now, now, crypto: nodeCrypto, ...options });
}

async function refusal(der: Uint8Array, options: Partial<OcspVerification> = {}): Promise<string> {
  try {
    return (await verify(der, options)).status;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return `${error.code} ${error.reason ?? ''}`;
  }
}

describe('an OCSP response that holds', () => {
  it.each([
    ['by a responder', response()],
    ['by the issuer itself', response({ signer: ca, certificates: [] })],
    ['by a responder named by its key', response({ responderId: responderByKey(responder.certificate) })],
    ['by the issuer named by its key', response({ signer: ca, responderId: responderByKey(ca.certificate) })],
    ['with a CertID by SHA-256', one({ digest: 'sha256' })],
    [
      'with another certificate’s status in front',
      response({ responses: [about(neighbour, { status: 'unknown' }), about()] }),
    ],
    ['fresh, without nextUpdate', one({ nextUpdate: null })],
    [
      'with a stranger’s certificate in front',
      response({ certificates: [otherCa.certificate, responder.certificate] }),
    ],
    [
      'with an extension that is not critical',
      response({ extensions: [extension('1.3.6.1.5.5.7.48.1.9', octetString(Uint8Array.of(5)))] }),
    ],
  ])('is good: %s', async (_, der) => {
    expect(await verify(der)).toMatchObject({ status: 'good', source: 'ocsp' });
  });

  it('tells a revocation and its reason', async () => {
    const revokedAt = minutesFromNow(-30);
    expect(await verify(one({ status: { revokedAt, reason: 1 } }))).toMatchObject({
      status: 'revoked',
      revocation: { revocationDate: revokedAt, reason: 'keyCompromise', invalidityDate: undefined },
    });
  });

  it('tells since when the key is not to be relied on', async () => {
    const invalidityDate = minutesFromNow(-300);
    const extensions = [extension('2.5.29.24', generalizedTime(invalidityDate))];
    expect(await verify(one({ status: { revokedAt: minutesFromNow(-30) }, extensions }))).toMatchObject({
      revocation: { reason: undefined, invalidityDate },
    });
  });

  it('is unknown, never good, where the responder does not know', async () => {
    expect(await verify(one({ status: 'unknown' }))).toMatchObject({ status: 'unknown' });
  });

  it('counts for a moment before it was made, and a revocation however old it is', async () => {
    expect(await verify(response(), { at: minutesFromNow(-600) })).toMatchObject({ status: 'good' });
    const old = { thisUpdate: yearsFromNow(-0.5), nextUpdate: yearsFromNow(-0.4) };
    const status = { revokedAt: yearsFromNow(-0.6), reason: 1 };
    expect(await verify(one({ ...old, status }))).toMatchObject({ status: 'revoked' });
    expect(await refusal(one({ ...old, status: { ...status, reason: 6 } }))).toBe('ERR_SIGN_FORMAT ocsp-expired');
  });

  it('tells nothing of a moment that came long after it, whatever its nextUpdate', async () => {
    const made = { thisUpdate: yearsFromNow(-0.5), nextUpdate: yearsFromNow(-0.4) };
    const archived = one(made, { signer: ca, producedAt: made.thisUpdate });
    const at = yearsFromNow(-0.45);
    expect(await verify(archived, { at, now: at })).toMatchObject({ status: 'good' });
    expect(await refusal(archived, { at })).toBe('ERR_SIGN_FORMAT ocsp-not-fresh');
    expect(await verify(archived, { at: made.thisUpdate })).toMatchObject({ status: 'good' });
    const endless = { thisUpdate: yearsFromNow(-0.5), nextUpdate: new Date('2090-01-01') };
    const eternal = one(endless, { signer: ca, producedAt: endless.thisUpdate });
    expect(await refusal(eternal)).toBe('ERR_SIGN_FORMAT ocsp-not-fresh');
    expect(await verify(eternal, { at: endless.thisUpdate })).toMatchObject({ status: 'good' });
  });

  it('proves nothing once its responder’s certificate has run out, whenever it says that it was made', async () => {
    const past = issueOcspResponder(ca, { notBefore: yearsFromNow(-0.9), notAfter: yearsFromNow(-0.01) });
    const made = { thisUpdate: minutesFromNow(-24 * 60 * 10), nextUpdate: minutesFromNow(24 * 60) };
    const backdated = one(made, { signer: past, producedAt: made.thisUpdate });
    expect(await verify(backdated, { at: made.thisUpdate, now: made.thisUpdate })).toMatchObject({ status: 'good' });
    expect(await refusal(backdated)).toBe('ERR_CERT_EXPIRED ocsp-responder-not-in-force');
  });

  it('brings back the nonce', async () => {
    const nonce = new Uint8Array(32).fill(7);
    expect(await verify(response({ nonce }), { nonce, requireNonce: true })).toMatchObject({ status: 'good' });
    expect(await verify(response(), { nonce })).toMatchObject({ status: 'good' });
    expect(await refusal(response(), { nonce, requireNonce: true })).toBe('ERR_SIGN_FORMAT ocsp-nonce-missing');
    expect(await refusal(response({ nonce: new Uint8Array(32) }), { nonce })).toBe('ERR_SIGN_FORMAT ocsp-nonce');
  });
});

describe('an OCSP response for a certificate that has run out', () => {
  const about102 = about(expired);
  const options = { certificate: parseCertificate(expired.certificate), at: yearsFromNow(-2) };

  it('proves nothing, unless the responder remembers so far back', async () => {
    expect(await refusal(response({ responses: [about102] }), options)).toBe('ERR_SIGN_FORMAT ocsp-after-expiry');
    const cutoff = (years: number): Uint8Array[] => [
      extension('1.3.6.1.5.5.7.48.1.6', generalizedTime(yearsFromNow(years))),
    ];
    const remembering = response({ responses: [{ ...about102, extensions: cutoff(-5) }] });
    expect(await verify(remembering, options)).toMatchObject({ status: 'good' });
    const forgetful = response({ responses: [{ ...about102, extensions: cutoff(-0.5) }] });
    expect(await refusal(forgetful, options)).toBe('ERR_SIGN_FORMAT ocsp-after-expiry');
  });
});

const zeros = (signature: Uint8Array): Uint8Array => new Uint8Array(signature.length);
const flipped = (signature: Uint8Array): Uint8Array => signature.with(-1, (signature.at(-1) ?? 0) ^ 1);
const genuine = response();
const basicOf = (der: Uint8Array): Uint8Array => {
  const responseBytes = childrenOf(childrenOf(der)[1] ?? new Uint8Array())[0] ?? new Uint8Array();
  const basic = childrenOf(responseBytes)[1] ?? new Uint8Array();
  return basic.subarray(4);
};
const rsaResponder = issueOcspResponder(ca, { name: 'RSA responder', key: testKey('rsa responder') });
const weakResponder = issueOcspResponder(ca, { name: 'weak', key: testKey('weak responder', 'rsa1024') });

/** How it is forged, the forgery, and what it must be refused for. */
const ATTACKS: readonly (readonly [string, Uint8Array, string])[] = [
  ['a signature of zeros', response({ tamper: zeros }), 'ERR_SIGN_INVALID ocsp-signature'],
  ['one bit of the signature', response({ tamper: flipped }), 'ERR_SIGN_INVALID ocsp-signature'],
  ['no signature', response({ tamper: () => new Uint8Array() }), 'ERR_SIGN_INVALID ocsp-signature'],
  ['zeros in the issuer’s name', response({ signer: ca, tamper: zeros }), 'ERR_SIGN_INVALID ocsp-signature'],
  [
    'signed with SHA-1',
    response({ signer: rsaResponder, digest: 'sha1', algorithm: sequence(oid(Oid.sha1WithRsa)) }),
    'ERR_SIGN_ALGORITHM ocsp-algorithm',
  ],
  [
    'an algorithm for another key',
    response({ algorithm: sequence(oid(Oid.sha256WithRsa)) }),
    'ERR_SIGN_ALGORITHM ocsp-algorithm',
  ],
  ['a responder with a short key', response({ signer: weakResponder }), 'ERR_SIGN_ALGORITHM ocsp-responder-untrusted'],
  ['by the holder itself', response({ signer: holder }), 'ERR_CERT_USAGE ocsp-responder-usage'],
  ['a responder without EKU', response({ signer: issueBelow(ca, 'no EKU') }), 'ERR_CERT_USAGE ocsp-responder-usage'],
  [
    'a responder for any purpose',
    response({ signer: issueOcspResponder(ca, { extensions: [extKeyUsage(false, '2.5.29.37.0')] }) }),
    'ERR_CERT_USAGE ocsp-responder-usage',
  ],
  [
    'a responder that must not sign',
    response({
      signer: issueOcspResponder(ca, { extensions: [keyUsage('nonRepudiation'), extKeyUsage(false, OCSP_SIGNING)] }),
    }),
    'ERR_CERT_USAGE ocsp-responder-usage',
  ],
  [
    'a responder of another CA',
    response({ signer: issueOcspResponder(otherCa) }),
    'ERR_CERT_UNTRUSTED ocsp-responder-untrusted',
  ],
  [
    'a responder of a CA of the same name',
    response({ signer: issueOcspResponder(twin) }),
    'ERR_CERT_UNTRUSTED ocsp-responder-untrusted',
  ],
  [
    'a responder that made itself',
    response({
      signer: issueOcspResponder({
        subject: [['CN', 'self']],
        key: testKey('OCSP', 'P-256'),
        certificate: new Uint8Array(),
      }),
    }),
    'ERR_CERT_UNTRUSTED ocsp-responder-untrusted',
  ],
  [
    'a responder that has run out',
    response({ signer: issueOcspResponder(ca, { notBefore: yearsFromNow(-2), notAfter: yearsFromNow(-1) }) }),
    'ERR_CERT_EXPIRED ocsp-responder-not-in-force',
  ],
  [
    'a responder of tomorrow',
    response({ signer: issueOcspResponder(ca, { notBefore: yearsFromNow(1) }) }),
    'ERR_CERT_NOT_YET_VALID ocsp-responder-not-in-force',
  ],
  [
    'a responder with an unknown critical extension',
    response({
      signer: issueOcspResponder(ca, { extensions: [extKeyUsage(false, OCSP_SIGNING), unknownExtension(true)] }),
    }),
    'ERR_CERT_UNTRUSTED ocsp-responder-untrusted',
  ],
  ['the other CA itself', response({ signer: otherCa }), 'ERR_CERT_USAGE ocsp-responder-usage'],
  ['a CA of the same name itself', response({ signer: twin }), 'ERR_SIGN_INVALID ocsp-signature'],
  ['no certificate', response({ certificates: [] }), 'ERR_CERT_MISSING ocsp-responder-missing'],
  [
    'the certificate of another responder',
    response({ certificates: [rsaResponder.certificate] }),
    'ERR_CERT_MISSING ocsp-responder-missing',
  ],
  [
    'another responder’s name',
    response({ responderId: tagged(1, parseCertificate(rsaResponder.certificate).subject.der) }),
    'ERR_CERT_MISSING ocsp-responder-missing',
  ],
  [
    'another responder’s key',
    response({ responderId: responderByKey(rsaResponder.certificate) }),
    'ERR_CERT_MISSING ocsp-responder-missing',
  ],
  [
    'the status of another certificate',
    response({ responses: [about(neighbour)] }),
    'ERR_SIGN_MISMATCH ocsp-other-certificate',
  ],
  [
    'the serial number under another CA',
    one({ issuer: otherCa.certificate }),
    'ERR_SIGN_MISMATCH ocsp-other-certificate',
  ],
  [
    'the serial number under a CA of the same name',
    one({ issuer: twin.certificate }),
    'ERR_SIGN_MISMATCH ocsp-other-certificate',
  ],
  ['a CertID by an unknown digest', one({ digest: 'md5' }), 'ERR_SIGN_MISMATCH ocsp-other-certificate'],
  ['no status at all', response({ responses: [] }), 'ERR_SIGN_MISMATCH ocsp-other-certificate'],
  [
    'good behind revoked',
    response({ responses: [about(holder, { status: { revokedAt: minutesFromNow(-60) } }), about()] }),
    'ERR_SIGN_FORMAT ocsp-duplicate-response',
  ],
  [
    'good by SHA-256 behind revoked by SHA-1',
    response({
      responses: [about(holder, { status: { revokedAt: minutesFromNow(-60) } }), about(holder, { digest: 'sha256' })],
    }),
    'ERR_SIGN_FORMAT ocsp-duplicate-response',
  ],
  ['of 1970', one({ thisUpdate: new Date(0), nextUpdate: new Date(86_400_000) }), 'ERR_SIGN_FORMAT ocsp-expired'],
  ['of 1970, without nextUpdate', one({ thisUpdate: new Date(0), nextUpdate: null }), 'ERR_SIGN_FORMAT ocsp-expired'],
  [
    'nextUpdate an hour ago',
    one({ thisUpdate: minutesFromNow(-120), nextUpdate: minutesFromNow(-60) }),
    'ERR_SIGN_FORMAT ocsp-expired',
  ],
  [
    'of yesterday, without nextUpdate',
    one({ thisUpdate: minutesFromNow(-1440), nextUpdate: null }),
    'ERR_SIGN_FORMAT ocsp-expired',
  ],
  [
    'of tomorrow',
    one({ thisUpdate: minutesFromNow(1440), nextUpdate: minutesFromNow(2880) }, { producedAt: minutesFromNow(1440) }),
    'ERR_SIGN_FORMAT ocsp-produced-at',
  ],
  ['a status from after it was told', one({ thisUpdate: minutesFromNow(30) }), 'ERR_SIGN_FORMAT ocsp-produced-at'],
  ['nextUpdate before thisUpdate', one({ nextUpdate: minutesFromNow(-20) }), 'ERR_SIGN_FORMAT ocsp-produced-at'],
  [
    'an unknown critical extension',
    response({ extensions: [UNKNOWN_CRITICAL] }),
    'ERR_SIGN_FORMAT ocsp-critical-extension',
  ],
  [
    'an unknown critical extension of the status',
    one({ extensions: [UNKNOWN_CRITICAL] }),
    'ERR_SIGN_FORMAT ocsp-critical-extension',
  ],
  [
    'an extension given twice',
    response({ extensions: [UNKNOWN_CRITICAL, UNKNOWN_CRITICAL] }),
    'ERR_SIGN_FORMAT ocsp-format',
  ],
  [
    'a reason that is none',
    one({ status: { revokedAt: minutesFromNow(-60), reason: 7 } }),
    'ERR_SIGN_FORMAT ocsp-format',
  ],
  ['cut', genuine.subarray(0, -1), 'ERR_SIGN_FORMAT ocsp-format'],
  ['octets behind it', Buffer.concat([genuine, Buffer.of(0)]), 'ERR_SIGN_FORMAT ocsp-format'],
  [
    'octets behind the basic response',
    ocspResponseBytes(Buffer.concat([basicOf(genuine), Buffer.of(5, 0)])),
    'ERR_SIGN_FORMAT ocsp-format',
  ],
  ['nothing', new Uint8Array(), 'ERR_SIGN_FORMAT ocsp-format'],
  [
    'another type of response',
    ocspResponseBytes(basicOf(genuine), '1.3.6.1.5.5.7.48.1.99'),
    'ERR_SIGN_FORMAT ocsp-response-type',
  ],
  ['a success without response', ocspStatus(0), 'ERR_SIGN_FORMAT ocsp-format'],
  ['a set of certificates', ocspResponseBytes(setOf(genuine)), 'ERR_SIGN_FORMAT ocsp-format'],
  ['malformedRequest', ocspStatus(1), 'ERR_SIGN_FORMAT ocsp-status-malformed-request'],
  ['tryLater', ocspStatus(3), 'ERR_SIGN_FORMAT ocsp-status-try-later'],
  ['unauthorized', ocspStatus(6), 'ERR_SIGN_FORMAT ocsp-status-unauthorized'],
  ['a status nobody knows', ocspStatus(4), 'ERR_SIGN_FORMAT ocsp-status-unknown'],
];

describe('an OCSP response that proves nothing', () => {
  it('would hold as it was before', async () => {
    expect(await refusal(genuine)).toBe('good');
    expect(await refusal(ocspResponseBytes(basicOf(genuine)))).toBe('good');
  });

  it.each(ATTACKS)('is refused: %s', async (_, der, expected) => {
    expect(await refusal(der)).toBe(expected);
  });

  it('says nothing of a certificate of a CA of the same name', async () => {
    expect(await refusal(genuine, { issuer: parseCertificate(twin.certificate) })).toBe(
      'ERR_SIGN_MISMATCH ocsp-other-certificate',
    );
  });
});

describe('a request', () => {
  it('refuses a nonce of a length that RFC 9654 forbids', async () => {
    for (const length of [0, 129]) {
      const input = { certificate, issuer, digestAlgorithm: 'SHA-256', crypto: nodeCrypto } as const;
      await expect(encodeOcspRequest({ ...input, nonce: new Uint8Array(length) })).rejects.toMatchObject({
        reason: 'ocsp-nonce',
      });
    }
  });
});
