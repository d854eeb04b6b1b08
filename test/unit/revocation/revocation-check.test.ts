import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { parseCertificate } from '../../../sdk/formats/index.js';
import { crlAddresses, ocspAddresses } from '../../../sdk/formats/revocation/distribution-points.js';
import { givenRevocationCheck, type GivenRevocationData } from '../../../sdk/formats/revocation/revocation-check.js';
import type { RevocationReport } from '../../../sdk/formats/signature-report.js';
import {
  certificateExtension,
  crlDistributionPoints,
  issueBelow,
  issueCrl,
  issueOcspResponder,
  issueTestCa,
  minutesFromNow,
  ocspAddress,
  ocspResponse,
  uri,
  type CrlTemplate,
  type OcspStatusTemplate,
} from '../../support/test-authorities.js';
import { basicConstraints, keyUsage, testKey, yearsFromNow } from '../../support/test-pki.js';

const root = issueTestCa('Root');
const subordinateKey = testKey('Subordinate', 'P-256');
const subordinateName = [['C', 'JP'] as const, ['CN', 'Subordinate'] as const];
const subordinate = {
  subject: subordinateName,
  ...issueBelow(root, 'Subordinate', {
    key: subordinateKey,
    serialNumber: 20,
    extensions: [keyUsage('keyCertSign', 'cRLSign'), basicConstraints(true)],
  }),
};
const holder = issueBelow(subordinate, 'holder', { serialNumber: 100 });
const responder = issueOcspResponder(subordinate);
const path = [holder.certificate, subordinate.certificate, root.certificate].map(parseCertificate);

const rootUpdate = minutesFromNow(-20);
const rootCrl = issueCrl({ issuer: root, thisUpdate: rootUpdate });
const crl = (template: Partial<CrlTemplate> = {}): Uint8Array => issueCrl({ issuer: subordinate, ...template });
const ocsp = (status: OcspStatusTemplate, thisUpdate = minutesFromNow(-10)): Uint8Array =>
  ocspResponse({
    signer: responder,
    responses: [{ certificate: holder.certificate, issuer: subordinate.certificate, status, thisUpdate }],
  });

function check(data: Partial<GivenRevocationData>, at = new Date()): Promise<RevocationReport> {
  return givenRevocationCheck({ now: new Date(), crypto: nodeCrypto, ...data })(path, at);
}

describe('a check by what is at hand', () => {
  it('is good where every certificate but the anchor is, as of the oldest', async () => {
    expect(await check({ crls: [rootCrl, crl()] })).toEqual({
      status: 'good',
      source: 'crl',
      thisUpdate: rootUpdate,
    });
    expect(await check({ crls: [rootCrl], ocspResponses: [ocsp('good', minutesFromNow(-30))] })).toMatchObject({
      status: 'good',
      source: 'ocsp',
    });
  });

  it('is open where nobody speaks for one of them', async () => {
    expect(await check({})).toEqual({ status: 'not-checked', reason: 'no-data' });
    expect(await check({ crls: [crl()] })).toEqual({ status: 'not-checked', reason: 'no-data' });
    expect(await check({ crls: [rootCrl] })).toEqual({ status: 'not-checked', reason: 'no-data' });
  });

  it.each([
    ['a CRL that has expired', { crls: [rootCrl, crl({ nextUpdate: minutesFromNow(-9) })] }, 'crl-expired'],
    ['a forged CRL', { crls: [rootCrl, crl({ tamper: (octets) => new Uint8Array(octets.length) })] }, 'crl-signature'],
    ['something else', { crls: [rootCrl, holder.certificate] }, 'crl-format'],
    ['an unknown status', { crls: [rootCrl], ocspResponses: [ocsp('unknown')] }, 'ocsp-unknown'],
    ['a response that is none', { crls: [rootCrl], ocspResponses: [new Uint8Array()] }, 'ocsp-format'],
  ])('is open and says why: %s', async (_, data: Partial<GivenRevocationData>, reason) => {
    expect(await check(data)).toEqual({ status: 'not-checked', reason });
  });

  it('is not held up by data that proves nothing', async () => {
    const forged = crl({ tamper: (octets) => new Uint8Array(octets.length) });
    const data = { crls: [forged, rootCrl, crl()], ocspResponses: [ocsp('unknown'), new Uint8Array()] };
    expect(await check(data)).toMatchObject({ status: 'good' });
  });

  it('is revoked whoever says so and whoever says good', async () => {
    const revokedAt = minutesFromNow(-60);
    const listing = crl({
      entries: [{ serialNumber: 100, revocationDate: revokedAt }],
      thisUpdate: minutesFromNow(-50),
    });
    const expected = { status: 'revoked', revokedAt };
    expect(await check({ crls: [rootCrl, listing], ocspResponses: [ocsp('good')] })).toMatchObject(expected);
    expect(await check({ crls: [rootCrl, crl(), listing] })).toMatchObject(expected);
    expect(await check({ crls: [rootCrl, crl()], ocspResponses: [ocsp('good'), ocsp({ revokedAt })] })).toMatchObject(
      expected,
    );
  });

  it('is revoked where the CA is, even if nobody speaks for the holder', async () => {
    const revokedAt = minutesFromNow(-60);
    const listing = issueCrl({ issuer: root, entries: [{ serialNumber: 20, revocationDate: revokedAt }] });
    expect(await check({ crls: [listing, crl()] })).toMatchObject({ status: 'revoked', revokedAt });
    expect(await check({ crls: [listing] })).toMatchObject({ status: 'revoked', revokedAt });
  });

  it('was good before a revocation, and says that there is one', async () => {
    const revokedAt = minutesFromNow(-60);
    const crls = [rootCrl, crl({ entries: [{ serialNumber: 100, revocationDate: revokedAt }] })];
    expect(await check({ crls }, minutesFromNow(-61))).toMatchObject({ status: 'good', revokedLater: revokedAt });
    expect(await check({ crls }, revokedAt)).toMatchObject({ status: 'revoked' });
    const data = { crls, ocspResponses: [ocsp('good', minutesFromNow(-1))] };
    expect(await check(data, minutesFromNow(-61))).toMatchObject({ revokedLater: revokedAt });
  });

  it('tells why', async () => {
    const revokedAt = minutesFromNow(-60);
    const crls = [rootCrl, crl({ entries: [{ serialNumber: 100, revocationDate: revokedAt, reason: 1 }] })];
    const why = { revocationReason: 'keyCompromise' };
    expect(await check({ crls })).toMatchObject({ status: 'revoked', ...why });
    expect(await check({ crls }, minutesFromNow(-61))).toMatchObject({ revokedLater: revokedAt, ...why });
  });

  it('tells of two later revocations the compromise, although the other came first', async () => {
    const [first, second] = [minutesFromNow(-60), minutesFromNow(-50)];
    const ofHolder = (reason: number, revocationDate: Date): Uint8Array =>
      crl({ entries: [{ serialNumber: 100, reason, revocationDate }] });
    const ofAuthority = issueCrl({ issuer: root, entries: [{ serialNumber: 20, revocationDate: second, reason: 2 }] });
    const compromise = { status: 'good', revokedLater: second, revocationReason: 'cACompromise' };
    expect(await check({ crls: [ofAuthority, ofHolder(4, first)] }, minutesFromNow(-61))).toMatchObject(compromise);
    const twice = { crls: [rootCrl, ofHolder(4, first), ofHolder(1, second)] };
    expect(await check(twice, minutesFromNow(-61))).toMatchObject({ revocationReason: 'keyCompromise' });
  });

  it('is revoked from when the key got into other hands', async () => {
    const invalidityDate = minutesFromNow(-600);
    const crls = [rootCrl, crl({ entries: [{ serialNumber: 100, reason: 1, invalidityDate }] })];
    expect(await check({ crls }, minutesFromNow(-300))).toMatchObject({ status: 'revoked', revokedAt: invalidityDate });
    expect(await check({ crls }, minutesFromNow(-601))).toMatchObject({ status: 'good', revokedLater: invalidityDate });
  });

  it('has nothing to ask about an anchor alone', async () => {
    const [, , anchor] = path;
    const all = givenRevocationCheck({ crls: [rootCrl], now: new Date(), crypto: nodeCrypto });
    expect(await all(anchor === undefined ? [] : [anchor], new Date())).toEqual({
      status: 'not-checked',
      reason: 'no-data',
    });
  });

  it('does not take data from the future', async () => {
    const crls = [rootCrl, crl({ thisUpdate: yearsFromNow(1), nextUpdate: yearsFromNow(2) })];
    expect(await check({ crls })).toEqual({ status: 'not-checked', reason: 'crl-not-yet-valid' });
  });
});

describe('the addresses in a certificate', () => {
  const parsed = (...extensions: ReturnType<typeof ocspAddress>[]): ReturnType<typeof parseCertificate> =>
    parseCertificate(issueBelow(root, 'addressed', { extensions }).certificate);

  it('are those of http and https', () => {
    const certificate = parsed(
      crlDistributionPoints(uri('ldap://directory/cn=x'), uri('http://crl.test/a'), uri('HTTPS://crl.test/b')),
      ocspAddress('http://ocsp.test/'),
    );
    expect(crlAddresses(certificate)).toEqual(['http://crl.test/a', 'HTTPS://crl.test/b']);
    expect(ocspAddresses(certificate)).toEqual(['http://ocsp.test/']);
  });

  it('are none where there are none, or none that can be read', () => {
    expect(crlAddresses(parsed())).toEqual([]);
    expect(ocspAddresses(parsed())).toEqual([]);
    const broken = parsed(
      certificateExtension('2.5.29.31', Uint8Array.of(0x30, 0x05)),
      certificateExtension('1.3.6.1.5.5.7.1.1', Uint8Array.of(0x04, 0x00)),
    );
    expect(crlAddresses(broken)).toEqual([]);
    expect(ocspAddresses(broken)).toEqual([]);
    expect(ocspAddresses(parsed(ocspAddress('file:///etc/passwd')))).toEqual([]);
  });
});
