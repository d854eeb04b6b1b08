import fc from 'fast-check';
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
import { givenRevocationCheck } from '../../../sdk/formats/revocation/revocation-check.js';
import type { RevocationCheck, TimeStampReport, TrustOptions } from '../../../sdk/formats/signature-report.js';
import { encodeTimeStampRequest, type TimeStampRequest } from '../../../sdk/formats/time-stamp/request.js';
import { readTimeStampResponse } from '../../../sdk/formats/time-stamp/response.js';
import { readTokenContent } from '../../../sdk/formats/time-stamp/token-content.js';
import { verifyTimeStampToken } from '../../../sdk/formats/time-stamp/verify-token.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import {
  extension,
  generalizedTime,
  issueBelow,
  issueCrl,
  issueTestCa,
  issueTimeStampAuthority,
  minutesFromNow,
  TEST_POLICY,
  TIME_STAMPING,
  timeStampResponse,
  timeStampToken,
  UNKNOWN_CRITICAL,
  type TokenTemplate,
} from '../../support/test-authorities.js';
import { elementsOf, includes, Oid, sha256, toIndefiniteLength } from '../../support/test-cms.js';
import { extKeyUsage, keyUsage, testKey, unknownExtension, yearsFromNow } from '../../support/test-pki.js';

const ca = issueTestCa('TSA CA');
const otherCa = issueTestCa('Other CA');
const authority = issueTimeStampAuthority(ca);
const colleague = issueTimeStampAuthority(ca, { name: 'TSA 2', serialNumber: 501 });
const digest = sha256(Buffer.from('署名値'));
const imprint = { digestAlgorithm: 'SHA-256', digest } as const;
const anchors = [parseCertificate(ca.certificate)];

function token(template: Partial<TokenTemplate> = {}): Uint8Array {
  return timeStampToken({ authority, digest, ...template });
}

function verify(der: Uint8Array, trust: Partial<TrustOptions> = {}): Promise<TimeStampReport> {
  return verifyTimeStampToken(der, imprint, { trustAnchors: anchors, at: new Date(), ...trust }, nodeCrypto);
}

async function refusal(der: Uint8Array, trust: Partial<TrustOptions> = {}): Promise<string> {
  const report = await verify(der, trust);
  if (report.status === 'failed') return `${report.code} ${report.reason}`;
  return report.status === 'intact' ? `${report.status} ${report.path.status}` : report.status;
}

const genuine = token();
const authorityWith = (...extensions: ReturnType<typeof keyUsage>[]): ReturnType<typeof issueTimeStampAuthority> =>
  issueTimeStampAuthority(ca, { extensions });

/** What has to stay DER: the certificate, and the signed attributes, which hold the message digest's OID. */
const keptAsDer = elementsOf(genuine).filter(
  (part) => part.length < 300 && part[0] === 0xa0 && includes(part, oid(Oid.messageDigest)),
);

describe('a time stamp that holds', () => {
  const name = parseCertificate(authority.certificate).subject.der;
  const caName = parseCertificate(ca.certificate).subject.der;

  it.each([
    ['plain', genuine],
    ['in BER', toIndefiniteLength(genuine, [authority.certificate, caName, ...keptAsDer])],
    [
      'with an accuracy and ordering',
      token({
        afterTime: [sequence(smallInteger(1), element(0x80, Uint8Array.of(10))), element(0x01, Uint8Array.of(0xff))],
      }),
    ],
    ['with the authority’s name', token({ afterNonce: [tagged(0, tagged(4, name))] })],
    [
      'with an extension that is not critical',
      token({ afterNonce: [tagged(1, extension('1.3.6.1.5.5.7.1.3', nullValue()))] }),
    ],
    ['with the CA’s certificate', token({ certificates: [ca.certificate, authority.certificate] })],
    ['by RSA', token({ authority: issueTimeStampAuthority(ca, { name: 'RSA', key: testKey('rsa tsa') }) })],
  ])('is intact and trusted: %s', async (_, der) => {
    expect(await refusal(der)).toBe('intact trusted');
  });

  it('tells its time, and the path at that time', async () => {
    const time = yearsFromNow(-2);
    const past = issueTimeStampAuthority(ca, { name: 'past', notBefore: yearsFromNow(-3), notAfter: yearsFromNow(-1) });
    const pastCa = issueTestCa('Past CA', { notBefore: yearsFromNow(-4) });
    const ofPastCa = issueTimeStampAuthority(pastCa, { notBefore: yearsFromNow(-3), notAfter: yearsFromNow(-1) });
    const trust = { trustAnchors: [parseCertificate(pastCa.certificate)] };
    const old = token({ authority: ofPastCa, genTime: time });
    const at = yearsFromNow(-1.5);
    expect(await verify(old, { ...trust, at })).toMatchObject({
      status: 'intact',
      time,
      path: { status: 'trusted' },
      isPathOver: false,
    });
    expect(await verify(token({ authority: past }))).toMatchObject({
      path: { status: 'untrusted', code: 'ERR_CERT_EXPIRED' },
      isPathOver: false,
    });
  });

  it('is held to the anchors for time stamps where there are such', async () => {
    const timeStampAnchors = [parseCertificate(otherCa.certificate)];
    expect(await verify(genuine, { timeStampAnchors })).toMatchObject({
      status: 'intact',
      path: { status: 'untrusted', code: 'ERR_CERT_UNTRUSTED' },
    });
    expect(await refusal(genuine, { trustAnchors: timeStampAnchors, timeStampAnchors: anchors })).toBe(
      'intact trusted',
    );
    expect(await verifyTimeStampToken(genuine, imprint, { at: new Date() }, nodeCrypto)).toMatchObject({
      path: { status: 'not-checked' },
    });
  });

  it('has its time and accuracy read', () => {
    const read = (template: Partial<TokenTemplate>): unknown => readTokenContent(token(template)).tstInfo;
    const at = new Date('2026-01-02T03:04:05Z');
    expect(read({ genTimeElement: generalizedTime(at, '.1') })).toMatchObject({
      genTime: new Date(at.getTime() + 100),
    });
    expect(read({ genTimeElement: generalizedTime(at, '.0451239') })).toMatchObject({
      genTime: new Date(at.getTime() + 45),
      accuracyMilliseconds: undefined,
      policy: TEST_POLICY,
    });
    const accuracy = sequence(smallInteger(2), element(0x80, Uint8Array.of(3)), element(0x81, Uint8Array.of(0, 250)));
    expect(read({ afterTime: [accuracy] })).toMatchObject({ accuracyMilliseconds: 2003.25 });
    expect(read({ afterTime: [sequence()] })).toMatchObject({ accuracyMilliseconds: 0 });
  });
});

const zeros = (signature: Uint8Array): Uint8Array => new Uint8Array(signature.length);
const time = (text: string): { genTimeElement: Uint8Array } => ({ genTimeElement: element(0x18, Buffer.from(text)) });

/** How it is forged, the forgery, and what it must be refused for. */
const ATTACKS: readonly (readonly [string, Uint8Array, string])[] = [
  ['over something else', token({ digest: sha256(Buffer.from('another')) }), 'ERR_SIGN_DIGEST time-stamp-imprint'],
  ['the digest under another algorithm', token({ imprintOid: Oid.sha384 }), 'ERR_SIGN_FORMAT time-stamp-format'],
  [
    'over a SHA-1 digest',
    token({ imprintOid: Oid.sha1, digest: digest.subarray(0, 20) }),
    'ERR_SIGN_ALGORITHM time-stamp-digest-algorithm',
  ],
  ['over a digest nobody knows', token({ imprintOid: '1.2.3.4' }), 'ERR_SIGN_ALGORITHM time-stamp-digest-algorithm'],
  ['a signature of zeros', token({ tamper: zeros }), 'ERR_SIGN_INVALID cms-signature-invalid'],
  [
    'signed by a holder',
    token({ authority: issueBelow(ca, 'holder') }),
    'ERR_CERT_USAGE time-stamp-extended-key-usage',
  ],
  [
    'EKU not critical',
    token({ authority: authorityWith(extKeyUsage(false, TIME_STAMPING)) }),
    'ERR_CERT_USAGE time-stamp-extended-key-usage',
  ],
  [
    'EKU and another',
    token({ authority: authorityWith(extKeyUsage(true, TIME_STAMPING, '1.3.6.1.5.5.7.3.2')) }),
    'ERR_CERT_USAGE time-stamp-extended-key-usage',
  ],
  [
    'EKU twice',
    token({ authority: authorityWith(extKeyUsage(true, TIME_STAMPING, TIME_STAMPING)) }),
    'ERR_CERT_USAGE time-stamp-extended-key-usage',
  ],
  [
    'another EKU',
    token({ authority: authorityWith(extKeyUsage(true, '1.3.6.1.5.5.7.3.9')) }),
    'ERR_CERT_USAGE time-stamp-extended-key-usage',
  ],
  [
    'any EKU',
    token({ authority: authorityWith(extKeyUsage(true, '2.5.29.37.0')) }),
    'ERR_CERT_USAGE time-stamp-extended-key-usage',
  ],
  [
    'a key for certificates',
    token({ authority: authorityWith(keyUsage('keyCertSign'), extKeyUsage(true, TIME_STAMPING)) }),
    'ERR_CERT_USAGE time-stamp-key-usage',
  ],
  [
    'ESS of another certificate',
    token({ essCertificate: colleague.certificate }),
    'ERR_SIGN_MISMATCH cms-ess-mismatch',
  ],
  ['no ESS', token({ essCertificate: null }), 'ERR_SIGN_FORMAT time-stamp-signing-certificate'],
  ['two signers', token({ others: [colleague] }), 'ERR_SIGN_FORMAT time-stamp-signers'],
  ['no certificate', token({ certificates: [] }), 'ERR_CERT_MISSING cms-certificate-missing'],
  [
    'another’s certificate',
    token({ certificates: [colleague.certificate] }),
    'ERR_CERT_MISSING cms-certificate-missing',
  ],
  [
    'a critical extension',
    token({ afterNonce: [tagged(1, UNKNOWN_CRITICAL)] }),
    'ERR_SIGN_FORMAT time-stamp-critical-extension',
  ],
  [
    'another authority’s name',
    token({ afterNonce: [tagged(0, tagged(4, parseCertificate(colleague.certificate).subject.der))] }),
    'ERR_SIGN_MISMATCH time-stamp-authority-name',
  ],
  ['plain content', token({ eContentType: Oid.data }), 'ERR_SIGN_FORMAT time-stamp-content-type'],
  [
    'a content-type attribute of plain content',
    token({ contentTypeAttribute: Oid.data }),
    'ERR_SIGN_FORMAT cms-content-type-mismatch',
  ],
  ['content left out', token({ isDetached: true }), 'ERR_SIGN_FORMAT time-stamp-content'],
  ['octets behind the TSTInfo', token({ trailing: Uint8Array.of(5, 0) }), 'ERR_SIGN_FORMAT time-stamp-format'],
  ['octets behind the token', Buffer.concat([genuine, Buffer.of(0)]), 'ERR_SIGN_FORMAT time-stamp-format'],
  ['cut', genuine.subarray(0, -1), 'ERR_SIGN_FORMAT time-stamp-format'],
  ['version 2', token({ version: 2 }), 'ERR_SIGN_FORMAT time-stamp-format'],
  ['content that is no TSTInfo', token({ tstInfo: octetString(digest) }), 'ERR_SIGN_FORMAT time-stamp-format'],
  [
    'ordering FALSE written out',
    token({ afterTime: [element(0x01, Uint8Array.of(0))] }),
    'ERR_SIGN_FORMAT time-stamp-format',
  ],
  [
    'an accuracy of a thousand milliseconds',
    token({ afterTime: [sequence(element(0x80, Uint8Array.of(3, 0xe8)))] }),
    'ERR_SIGN_FORMAT time-stamp-format',
  ],
  [
    'an accuracy below zero',
    token({ afterTime: [sequence(element(0x02, Uint8Array.of(0xff)))] }),
    'ERR_SIGN_FORMAT time-stamp-format',
  ],
  ['a time without seconds', token(time('202601020304Z')), 'ERR_SIGN_FORMAT time-stamp-format'],
  ['a local time', token(time('20260102030405+0900')), 'ERR_SIGN_FORMAT time-stamp-format'],
  ['a fraction that ends in zero', token(time('20260102030405.10Z')), 'ERR_SIGN_FORMAT time-stamp-format'],
  ['the 30th of February', token(time('20260230030405Z')), 'ERR_SIGN_FORMAT time-stamp-format'],
  ['a fraction without end', token(time(`20260102030405.${'1'.repeat(60)}Z`)), 'ERR_SIGN_FORMAT time-stamp-format'],
  ['a certificate', authority.certificate, 'ERR_SIGN_FORMAT time-stamp-format'],
];

const revocationDate = minutesFromNow(-60);

function revokingCrl(reason?: number, date = revocationDate): Uint8Array {
  const entries = [{ serialNumber: 500, revocationDate: date, ...(reason !== undefined && { reason }) }];
  return issueCrl({ issuer: ca, entries });
}

function revokedFor(reason?: number): RevocationCheck {
  return givenRevocationCheck({ crls: [revokingCrl(reason)], now: new Date(), crypto: nodeCrypto });
}

describe('a time stamp that proves nothing', () => {
  it.each(ATTACKS)('is refused: %s', async (_, der, expected) => {
    expect(await refusal(der)).toBe(expected);
  });

  it('has no path: an authority under another anchor, with an unknown critical extension, or not in force', async () => {
    const untrusted = async (by: ReturnType<typeof issueTimeStampAuthority>, genTime?: Date): Promise<unknown> =>
      verify(token({ authority: by, ...(genTime !== undefined && { genTime }) }));
    const code = (code: string): object => ({ status: 'intact', path: { status: 'untrusted', code } });
    expect(await untrusted(issueTimeStampAuthority(otherCa))).toMatchObject(code('ERR_CERT_UNTRUSTED'));
    const odd = authorityWith(extKeyUsage(true, TIME_STAMPING), unknownExtension(true));
    expect(await untrusted(odd)).toMatchObject(code('ERR_CERT_UNTRUSTED'));
    expect(await untrusted(authority, yearsFromNow(-5))).toMatchObject(code('ERR_CERT_NOT_YET_VALID'));
  });

  it.each([
    ['whose own certificate', { notAfter: yearsFromNow(-1) }, {}],
    ['whose CA’s certificate', {}, { notAfter: yearsFromNow(-1) }],
  ])('is by an authority %s has run out since: nothing but the token tells its time', async (_, own, above) => {
    const oldCa = issueTestCa('Old CA', { notBefore: yearsFromNow(-4), ...above });
    const old = issueTimeStampAuthority(oldCa, { notBefore: yearsFromNow(-3), ...own });
    const trust = { trustAnchors: [parseCertificate(oldCa.certificate)] };
    const der = token({ authority: old, genTime: yearsFromNow(-2) });
    expect(await verify(der, { ...trust, at: yearsFromNow(-1.5) })).toMatchObject({ path: { status: 'trusted' } });
    expect(await verify(der, trust)).toMatchObject({
      status: 'intact',
      path: { status: 'untrusted', code: 'ERR_CERT_EXPIRED' },
      isPathOver: true,
    });
  });

  it('is from the future', async () => {
    const later = token({ genTime: yearsFromNow(2) });
    expect(await refusal(later)).toBe('ERR_SIGN_FORMAT time-stamp-future');
    expect(await refusal(token({ genTime: minutesFromNow(6) }))).toBe('ERR_SIGN_FORMAT time-stamp-future');
    expect(await refusal(token({ genTime: minutesFromNow(4) }))).toBe('intact trusted');
    // The moment that paths are asked for is not the clock.
    const at = yearsFromNow(3);
    expect(await refusal(later, { at, now: new Date() })).toBe('ERR_SIGN_FORMAT time-stamp-future');
    expect(await refusal(genuine, { at: minutesFromNow(-600), now: new Date() })).toBe('intact trusted');
    expect(await refusal(genuine, { at: minutesFromNow(-600) })).toBe('ERR_SIGN_FORMAT time-stamp-future');
  });

  it('is by an authority that was revoked at that time', async () => {
    for (const reason of [undefined, 0, 1, 4, 5]) {
      const revocation = revokedFor(reason);
      expect(await refusal(genuine, { revocation })).toBe('ERR_CERT_UNTRUSTED time-stamp-authority-revoked');
    }
  });

  it.each([
    ['no reason', undefined],
    ['keyCompromise', 1],
    ['cACompromise', 2],
    ['aACompromise', 10],
  ])('is by an authority that is revoked afterwards for %s: whoever has the key writes any time', async (_, reason) => {
    const backdated = token({ genTime: minutesFromNow(-90) });
    expect(await refusal(backdated)).toBe('intact trusted');
    expect(await refusal(backdated, { revocation: revokedFor(reason) })).toBe(
      'ERR_CERT_UNTRUSTED time-stamp-authority-revoked',
    );
  });

  it.each([
    ['unspecified', 0],
    ['affiliationChanged', 3],
    ['superseded', 4],
    ['cessationOfOperation', 5],
  ] as const)('keeps its worth where its authority is revoked afterwards for %s, and tells', async (name, reason) => {
    const before = token({ genTime: minutesFromNow(-90) });
    expect(await verify(before, { revocation: revokedFor(reason) })).toMatchObject({
      path: { status: 'trusted' },
      revocation: { status: 'good', revokedLater: revocationDate, revocationReason: name },
    });
  });

  it('is refused for a compromise that is known beside a harmless revocation', async () => {
    const before = token({ genTime: minutesFromNow(-90) });
    for (const reasons of [
      [4, 1],
      [1, 4],
    ]) {
      const crls = reasons.map((reason, index) => revokingCrl(reason, minutesFromNow(-60 + index)));
      const revocation = givenRevocationCheck({ crls, now: new Date(), crypto: nodeCrypto });
      expect(await refusal(before, { revocation })).toBe('ERR_CERT_UNTRUSTED time-stamp-authority-revoked');
    }
  });

  it('says that nobody spoke for the authority', async () => {
    const none = givenRevocationCheck({ now: new Date(), crypto: nodeCrypto });
    const open = (reason: string): object => ({ path: { status: 'trusted' }, revocation: { reason } });
    expect(await verify(genuine, { revocation: none })).toMatchObject(open('no-data'));
    expect(await verify(genuine)).toMatchObject(open('not-asked'));
  });

  it('is believed by nobody after a change', { timeout: FUZZ_TIMEOUT }, async () => {
    const position = fc.nat(genuine.length - 1);
    const changes = fc.array(fc.tuple(position, fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(changes, fc.option(position), async (pairs, cut) => {
        const octets = new Uint8Array(genuine);
        for (const [index, value] of pairs) octets[index] = value;
        const report = await verify(cut === null ? octets : octets.slice(0, cut));
        if (report.status === 'intact') expect(report).toEqual(await verify(genuine));
        else
          expect(report).toMatchObject({ status: 'failed', reason: expect.stringMatching(/^[a-z0-9-]+$/) as string });
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});

const nonce = Uint8Array.of(0x80, 1, 2, 3, 4, 5, 6, 7);
const request: TimeStampRequest = { ...imprint, nonce, policy: TEST_POLICY, certReq: true };
const answer = (template: Partial<TokenTemplate> = {}): Uint8Array => token({ nonce, ...template });

function readReason(response: Uint8Array, asked: TimeStampRequest = request): string {
  try {
    readTimeStampResponse(response, asked);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return `${error.code} ${error.reason ?? ''}`;
  }
}

describe('a response', () => {
  it('hands out the token as sent', () => {
    const der = answer();
    expect(readTimeStampResponse(timeStampResponse(0, der), request)).toEqual(der);
    expect(readTimeStampResponse(timeStampResponse(1, der), request)).toEqual(der);
    expect(readReason(timeStampResponse(0, answer({ policy: '1.2.3' })), { ...imprint, nonce, certReq: true })).toBe(
      'accepted',
    );
  });

  it.each([
    ['another nonce', timeStampResponse(0, answer({ nonce: nonce.with(7, 8) })), 'ERR_SIGN_FORMAT time-stamp-nonce'],
    ['no nonce', timeStampResponse(0, token()), 'ERR_SIGN_FORMAT time-stamp-nonce'],
    ['another policy', timeStampResponse(0, answer({ policy: '1.2.3' })), 'ERR_SIGN_FORMAT time-stamp-policy'],
    ['another imprint', timeStampResponse(0, answer({ digest: sha256(nonce) })), 'ERR_SIGN_DIGEST time-stamp-imprint'],
    ['a rejection', timeStampResponse(2), 'ERR_SIGN_FORMAT time-stamp-rejected'],
    [
      'a rejection that says why',
      timeStampResponse(2, undefined, 15),
      'ERR_SIGN_FORMAT time-stamp-rejected-unaccepted-policy',
    ],
    ['a system failure', timeStampResponse(2, undefined, 25), 'ERR_SIGN_FORMAT time-stamp-rejected-system-failure'],
    ['a rejection with a token', timeStampResponse(2, answer(), 0), 'ERR_SIGN_FORMAT time-stamp-rejected-bad-alg'],
    ['a call to wait', timeStampResponse(3), 'ERR_SIGN_FORMAT time-stamp-waiting'],
    ['a revocation', timeStampResponse(5), 'ERR_SIGN_FORMAT time-stamp-revocation-notification'],
    ['a status nobody knows', timeStampResponse(9), 'ERR_SIGN_FORMAT time-stamp-format'],
    ['granted without token', timeStampResponse(0), 'ERR_SIGN_FORMAT time-stamp-format'],
    [
      'octets behind it',
      Buffer.concat([timeStampResponse(0, answer()), Buffer.of(0)]),
      'ERR_SIGN_FORMAT time-stamp-format',
    ],
    ['cut', timeStampResponse(0, answer()).subarray(0, -1), 'ERR_SIGN_FORMAT time-stamp-format'],
    ['a page', Buffer.from('<html>'), 'ERR_SIGN_FORMAT time-stamp-format'],
    ['something else for a token', timeStampResponse(0, authority.certificate), 'ERR_SIGN_FORMAT time-stamp-format'],
  ])('is refused: %s', (_, response, expected) => {
    expect(readReason(response)).toBe(expected);
  });

  it('is read or refused, whatever it is', { timeout: FUZZ_TIMEOUT }, () => {
    const response = timeStampResponse(0, answer());
    const position = fc.nat(response.length - 1);
    const mutated = fc.array(fc.tuple(position, fc.nat(255)), { maxLength: 4 }).map((pairs) => {
      const octets = new Uint8Array(response);
      for (const [index, value] of pairs) octets[index] = value;
      return octets;
    });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 200 })), (octets) => {
        expect(readReason(octets)).toMatch(/^(?:accepted|ERR_SIGN_[A-Z]+ [a-z0-9-]+)$/);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});

describe('a request', () => {
  it.each([
    ['SHA-1', { digestAlgorithm: 'SHA-1', digest: digest.subarray(0, 20) }, 'ERR_SIGN_ALGORITHM'],
    ['a digest of another length', { digest: digest.subarray(1) }, 'ERR_SIGN_DIGEST'],
    ['no nonce', { nonce: new Uint8Array() }, 'ERR_SIGN_FORMAT'],
  ] as const)('is not made for %s', (_, part, code) => {
    expect(() => encodeTimeStampRequest({ ...request, ...part })).toThrow(expect.objectContaining({ code }));
  });
});
