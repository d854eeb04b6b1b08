/** openssl as the independent party, in both directions. */
import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import {
  encodePemCertificate,
  parseCertificate,
  prepareDetachedSignedData,
  signatureAlgorithm,
  verifyDetachedSignedData,
  type SignatureAlgorithm,
  type SignedDataReport,
} from '../../../sdk/formats/index.js';
import { rejectedFormatErrorCode } from '../../support/expect-format-error.js';
import { Openssl, opensslMissing } from '../../support/openssl.js';
import { elementsOf, includes, sha256, toIndefiniteLength } from '../../support/test-cms.js';
import {
  holderExtensions,
  issueAuthority,
  issueHolder,
  signWith,
  subjectKeyIdentifier,
  testKey,
} from '../../support/test-pki.js';

const missing = opensslMissing();
if (missing !== undefined) process.emitWarning(`skipped: CMS against openssl, because ${missing}`);

const content = Buffer.from('申請書\r\nline\n\0');
const authority = issueAuthority('signing');
const holders = {
  RSA: issueHolder('signing', authority),
  'P-256': issueHolder('signing', authority, { key: testKey('p256', 'P-256'), serialNumber: 2 }),
  'P-384': issueHolder('signing', authority, { key: testKey('p384', 'P-384'), serialNumber: 3 }),
};

const openssl = new Openssl();
afterAll(() => openssl.close());

const contentFile = openssl.write('content', content);
const caFile = openssl.write('ca.pem', encodePemCertificate(authority.certificate));

/** Our signature over `content`. */
async function sign(name: SignatureAlgorithm, signed: Uint8Array = content): Promise<Uint8Array> {
  const { digestAlgorithm, keyKind } = signatureAlgorithm(name);
  const hashName = digestAlgorithm.replace('-', '').toLowerCase();
  const { certificate, key } = holders[keyKind];
  const prepared = await prepareDetachedSignedData({
    signerCertificate: certificate,
    otherCertificates: [authority.certificate],
    contentDigest: new Uint8Array(createHash(hashName).update(signed).digest()),
    digestAlgorithm,
    signatureAlgorithm: name,
    signingTime: new Date(),
    crypto: nodeCrypto,
  });
  return prepared.complete(signWith(key, prepared.toBeSigned, hashName));
}

function verifyWithOpenssl(cms: Uint8Array, file: string, ...more: readonly string[]): ReturnType<Openssl['run']> {
  const signature = openssl.write('signature.der', cms);
  const output = openssl.path('output');
  return openssl.run(
    ...['cms', '-verify', '-binary', '-inform', 'DER', '-in', signature, '-content', file, '-out', output],
    ...['-CAfile', caFile, ...more],
  );
}

describe.skipIf(missing !== undefined)('openssl takes ours', () => {
  it.each(['RS256', 'RS384', 'RS512', 'ES256', 'ES384'] as const)('by %s', async (name) => {
    const cms = await sign(name);
    expect(verifyWithOpenssl(cms, contentFile, '-purpose', 'any')).toMatchObject({ ok: true });
    expect(verifyWithOpenssl(cms, contentFile, '-purpose', 'any', '-cades')).toMatchObject({ ok: true });
    expect(verifyWithOpenssl(cms, openssl.write('other', 'other'), '-purpose', 'any').ok).toBe(false);
  });

  it('over no content, and over a megabyte', async () => {
    for (const signed of [new Uint8Array(), new Uint8Array(1024 * 1024).fill(7)]) {
      const file = openssl.write('sized', signed);
      expect(verifyWithOpenssl(await sign('RS256', signed), file, '-purpose', 'any', '-cades')).toMatchObject({
        ok: true,
      });
    }
  });

  it('and reads the same structure back', async () => {
    const signature = openssl.write('signature.der', await sign('RS256'));
    const output = openssl.path('again.der');
    openssl.must('cms', '-cmsout', '-inform', 'DER', '-in', signature, '-outform', 'DER', '-out', output);
    expect(openssl.read('again.der')).toEqual(openssl.read('signature.der'));
  });
});

function signWithOpenssl(holder: keyof typeof holders, ...more: readonly string[]): Uint8Array {
  const signer = openssl.writeHolder(holder, holders[holder]);
  const output = openssl.path('openssl.der');
  openssl.must('cms', '-sign', '-binary', '-in', contentFile, '-outform', 'DER', '-out', output, ...signer, ...more);
  return openssl.read('openssl.der');
}

function verify(cms: Uint8Array): Promise<SignedDataReport> {
  const trustAnchors = [parseCertificate(authority.certificate)];
  return verifyDetachedSignedData({ cms, content, crypto: nodeCrypto, trustAnchors, at: new Date() });
}

describe.skipIf(missing !== undefined)('ours takes openssl’s', () => {
  it.each([
    ['RSA', 'sha256', 'RS256'],
    ['RSA', 'sha512', 'RS512'],
    ['P-256', 'sha256', 'ES256'],
    ['P-384', 'sha384', 'ES384'],
  ] as const)('by %s and %s', async (holder, digest, name) => {
    expect(await verify(signWithOpenssl(holder, '-md', digest))).toMatchObject({
      isTrusted: true,
      signers: [{ signatureAlgorithm: name, signingCertificate: 'absent' }],
    });
    expect(await verify(signWithOpenssl(holder, '-md', digest, '-cades'))).toMatchObject({
      isTrusted: true,
      signers: [{ signingCertificate: 'v2' }],
    });
  });

  it('with CAdES’s reference by another digest', async () => {
    const cms = signWithOpenssl('RSA', '-md', 'sha512', '-cades');
    expect(await verify(cms)).toMatchObject({ signers: [{ integrity: 'intact', signingCertificate: 'v2' }] });
  });

  it('after both take it in BER', async () => {
    const der = signWithOpenssl('RSA', '-md', 'sha256');
    const { certificate } = holders.RSA;
    const attributes = elementsOf(der).findLast((part) => part[0] === 0xa0 && includes(part, sha256(content)));
    const kept = [attributes ?? der, certificate, parseCertificate(certificate).issuer.der];
    const ber = toIndefiniteLength(der, kept);
    expect(ber.subarray(0, 2)).toEqual(Uint8Array.of(0x30, 0x80));
    expect(verifyWithOpenssl(ber, contentFile, '-purpose', 'any')).toMatchObject({ ok: true });
    expect(await verify(ber)).toMatchObject({ isTrusted: true });
  });

  it('by subject key identifier', async () => {
    const extensions = [...holderExtensions('signing'), subjectKeyIdentifier(testKey('signing-holder'))];
    const signer = openssl.writeHolder('ski', issueHolder('signing', authority, { extensions }));
    const output = openssl.path('ski.der');
    openssl.must('cms', '-sign', '-binary', '-in', contentFile, '-outform', 'DER', '-out', output, '-keyid', ...signer);
    expect(await verify(openssl.read('ski.der'))).toMatchObject({ isTrusted: true });
  });

  it('by two signers', async () => {
    const cms = signWithOpenssl('RSA', '-md', 'sha256', ...openssl.writeHolder('P-256', holders['P-256']));
    const { signers } = await verify(cms);
    expect(signers.map(({ integrity }) => integrity)).toEqual(['intact', 'intact']);
  });

  it('over no content', async () => {
    const signer = openssl.writeHolder('RSA', holders.RSA);
    const [empty, output] = [openssl.write('empty', ''), openssl.path('empty.der')];
    openssl.must('cms', '-sign', '-binary', '-in', empty, '-outform', 'DER', '-out', output, ...signer);
    const options = { cms: openssl.read('empty.der'), crypto: nodeCrypto, at: new Date() };
    expect(await verifyDetachedSignedData({ ...options, content: new Uint8Array() })).toMatchObject({ isIntact: true });
  });

  it.each([
    ['SHA-1', ['-md', 'sha1'], 'ERR_SIGN_ALGORITHM'],
    ['RSASSA-PSS', ['-md', 'sha256', '-keyopt', 'rsa_padding_mode:pss'], 'ERR_SIGN_ALGORITHM'],
    ['no certificate', ['-md', 'sha256', '-nocerts'], 'ERR_CERT_MISSING'],
  ])('but not with %s', async (_, more, code) => {
    expect((await verify(signWithOpenssl('RSA', ...more))).signers).toMatchObject([{ integrity: 'failed', code }]);
  });

  it.each([
    ['attached content', '-nodetach'],
    ['streamed content', '-stream'],
    ['no signed attributes', '-noattr'],
  ])('and for now not with %s', async (_, option) => {
    const cms = signWithOpenssl('RSA', '-md', 'sha256', option);
    expect(await rejectedFormatErrorCode(verify(cms))).toBe('ERR_SIGN_FORMAT');
  });
});
