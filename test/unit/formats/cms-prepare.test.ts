import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { verify, X509Certificate } from 'node:crypto';
import { fromBER } from 'asn1js';
import * as pkijs from 'pkijs';
import { describe, expect, it } from 'vitest';
import { beginDetachedCms, encodeHex, prepareCms, type SignerInput } from '../../../sdk/formats/index.js';
import { encodeTime } from '../../../sdk/formats/time.js';
import { memorySource } from '../../support/piecewise-source.js';
import { rejectedFormatError } from '../../support/expect-format-error.js';
import { outputBytes, signPrepared } from '../../support/signed-documents.js';
import { includes, sha256, verifyTestCms } from '../../support/test-cms.js';
import { issueAuthority, issueHolder, signWith, testKey } from '../../support/test-pki.js';

const content = Buffer.from('申請書\n');
const source = memorySource(content, 5);
const authority = issueAuthority('signing');
const holder = issueHolder('signing', authority);
const context = {
  certificate: holder.certificate,
  signatureAlgorithm: 'RS256',
  signingTime: new Date('2026-03-04T05:06:07.890Z'),
} as const;
const input: SignerInput = { context, contentDigest: sha256(content), crypto: nodeCrypto };

function parsed(cms: Uint8Array): { signedData: pkijs.SignedData; signerInfo: pkijs.SignerInfo } {
  const contentInfo = new pkijs.ContentInfo({ schema: fromBER(cms).result });
  expect(contentInfo.contentType).toBe('1.2.840.113549.1.7.2');
  const signedData = new pkijs.SignedData({ schema: contentInfo.content });
  const [signerInfo] = signedData.signerInfos;
  if (signerInfo === undefined) throw new Error('no SignerInfo');
  return { signedData, signerInfo };
}

async function detached(changes: Parameters<typeof signPrepared>[2] = {}): Promise<Buffer> {
  return signPrepared(await prepareCms(source, { content: 'detached' }, nodeCrypto), holder, changes);
}

describe('the signed attributes', () => {
  it('are four, of one value each, sorted as DER', async () => {
    const { toBeSigned } = await beginDetachedCms(input);
    const attributes = new pkijs.SignedAndUnsignedAttributes({
      type: 0,
      schema: fromBER(Uint8Array.of(0xa0, ...toBeSigned.subarray(1))).result,
    }).attributes;
    expect(new Set(attributes.map(({ type }) => type))).toEqual(
      new Set(['1.2.840.113549.1.9.3', '1.2.840.113549.1.9.4', '1.2.840.113549.1.9.5', '1.2.840.113549.1.9.16.2.47']),
    );
    expect(attributes.every(({ values }) => values.length === 1)).toBe(true);
    const encoded = attributes.map((attribute) => Buffer.from(attribute.toSchema().toBER()));
    expect(encoded).toEqual(encoded.toSorted((a, b) => Buffer.compare(a, b)));
  });

  it('hold digest, time to the second, and the certificate by digest, issuer and serial number', async () => {
    const { toBeSigned } = await beginDetachedCms(input);
    const text = encodeHex(toBeSigned);
    expect(text.slice(0, 2)).toBe('31');
    expect(text).toContain(`0420${encodeHex(sha256(content))}`);
    expect(text).toContain(encodeHex(Buffer.from('260304050607Z')));
    const issuer = encodeHex(
      new Uint8Array(pkijs.Certificate.fromBER(Buffer.from(holder.certificate)).issuer.toSchema().toBER()),
    );
    expect(text).toContain(`0420${encodeHex(sha256(holder.certificate))}`);
    expect(text).toContain(`a4${(issuer.length / 2 > 127 ? '81' : '') + (issuer.length / 2).toString(16)}${issuer}`);
  });

  it('go without a time where that is elsewhere', async () => {
    const { toBeSigned } = await beginDetachedCms({ ...input, withSigningTime: false });
    expect(encodeHex(toBeSigned)).not.toContain('2a864886f70d010905');
  });

  it('write a year from 2050 as GeneralizedTime', () => {
    expect(Buffer.from(encodeTime(new Date('2049-12-31T23:59:59Z'))).toString('latin1')).toBe('\x17\r491231235959Z');
    expect(Buffer.from(encodeTime(new Date('2050-01-01T00:00:00Z'))).toString('latin1')).toBe(
      '\x18\x0f20500101000000Z',
    );
    expect(Buffer.from(encodeTime(new Date('1949-12-31T00:00:00Z'))).toString('latin1')).toBe(
      '\x18\x0f19491231000000Z',
    );
  });
});

describe('a prepared document', () => {
  it('tells size and SHA-256 of what is bound', async () => {
    const { bound, unboundNames } = await prepareCms(source, { content: 'detached' }, nodeCrypto);
    expect(bound).toEqual([{ unverifiedName: '', size: content.length, sha256: sha256(content) }]);
    expect(unboundNames).toEqual([]);
  });

  it('is read once, and once more for a digest it has not got', async () => {
    let passes = 0;
    const counted = {
      ...source,
      chunks() {
        passes += 1;
        return source.chunks();
      },
    };
    const prepared = await prepareCms(counted, { content: 'detached' }, nodeCrypto);
    await prepared.use('SHA-256');
    await signPrepared(prepared, holder);
    expect(passes).toBe(1);
    await prepared.use('SHA-512');
    await prepared.use('SHA-512');
    await signPrepared(prepared, holder, { algorithm: 'RS512' });
    expect(passes).toBe(2);
  });

  it('does not begin with a digest it has not got', async () => {
    const prepared = await prepareCms(source, { content: 'detached' }, nodeCrypto);
    const begun = prepared.begin({ ...context, signatureAlgorithm: 'RS512' });
    expect(await rejectedFormatError(begun)).toEqual({ code: 'ERR_SIGN_DIGEST', reason: 'cms-digest-not-ready' });
  });

  it('notices content that changes', async () => {
    const octets = Buffer.from(content);
    const prepared = await prepareCms(memorySource(octets), { content: 'detached' }, nodeCrypto);
    octets[0] = 0;
    expect(await rejectedFormatError(prepared.use('SHA-512'))).toEqual({
      code: 'ERR_SIGN_DIGEST',
      reason: 'cms-content-changed',
    });
    const shrinking = prepareCms({ ...source, size: 100 }, { content: 'detached' }, nodeCrypto);
    expect(await rejectedFormatError(shrinking)).toEqual({ code: 'ERR_SIGN_DIGEST', reason: 'cms-content-changed' });
  });
});

describe('the completed signature', () => {
  it('is a SignedData of version 1 without content, with NULL parameters for RSA', async () => {
    const { signedData, signerInfo } = parsed(await detached());
    expect(signedData.version).toBe(1);
    expect(signedData.encapContentInfo.eContentType).toBe('1.2.840.113549.1.7.1');
    expect(signedData.encapContentInfo.eContent).toBeUndefined();
    expect(signerInfo.version).toBe(1);
    expect(signerInfo.signatureAlgorithm.algorithmId).toBe('1.2.840.113549.1.1.11');
    expect(encodeHex(new Uint8Array(signerInfo.signatureAlgorithm.toSchema().toBER()))).toMatch(/0500$/);
    expect(signerInfo.unsignedAttrs).toBeUndefined();
  });

  it('is over what was to be signed', async () => {
    const prepared = await prepareCms(source, { content: 'detached' }, nodeCrypto);
    const begun = await prepared.begin(context);
    const { toBeSigned } = begun;
    const { signerInfo } = parsed(await outputBytes(await begun.complete(signWith(holder.key, toBeSigned))));
    const sent = new Uint8Array(signerInfo.signedAttrs?.encodedValue ?? new ArrayBuffer());
    expect(sent).toEqual(toBeSigned);
    const { publicKey } = new X509Certificate(holder.certificate);
    expect(verify('sha256', sent, publicKey, Buffer.from(signerInfo.signature.getValue()))).toBe(true);
  });

  it('embeds each certificate once, octet for octet, in DER order', async () => {
    const cms = await detached({ otherCertificates: [authority.certificate, holder.certificate] });
    expect(includes(cms, holder.certificate)).toBe(true);
    expect(includes(cms, authority.certificate)).toBe(true);
    expect(cms.indexOf(holder.certificate)).toBe(cms.lastIndexOf(holder.certificate));
    const [first, second] = [holder, authority].map(({ certificate }) => cms.indexOf(Buffer.from(certificate)));
    const inOrder = Buffer.compare(holder.certificate, authority.certificate) < 0;
    expect(Number(first) < Number(second)).toBe(inOrder);
  });

  it('has attached content where it was, in one OCTET STRING', async () => {
    const prepared = await prepareCms(source, { content: 'attached' }, nodeCrypto);
    const begun = await prepared.begin(context);
    const output = await begun.complete(signWith(holder.key, begun.toBeSigned));
    expect(output).toHaveLength(3);
    expect(output[1]).toEqual({ source, start: 0, end: content.length });
    const cms = await outputBytes(output);
    const { eContent } = parsed(cms).signedData.encapContentInfo;
    expect(Buffer.from(eContent?.getValue() ?? new ArrayBuffer())).toEqual(content);
    expect(await verifyTestCms({ cms })).toMatchObject({ verdict: 'indeterminate' });
  });

  it('may be over no octets, attached or not', async () => {
    const empty = memorySource(new Uint8Array());
    for (const form of ['attached', 'detached'] as const) {
      const cms = await signPrepared(await prepareCms(empty, { content: form }, nodeCrypto), holder);
      const over = form === 'detached' ? empty : undefined;
      expect(await verifyTestCms({ cms, content: over })).toMatchObject({ verdict: 'indeterminate' });
    }
  });

  it('has right lengths around more than 4 GiB', async () => {
    // Nobody reads this much here: the digest is of the octets that come, the lengths of the size that is told.
    const size = 5 * 2 ** 30 + 3;
    const begun = await (await prepareHuge(size)).begin(context);
    const [before, slice, after] = await begun.complete(signWith(holder.key, begun.toBeSigned));
    expect(slice).toMatchObject({ start: 0, end: size });
    if (!(before instanceof Uint8Array) || !(after instanceof Uint8Array)) throw new Error('not octets');
    const total = before.length + size + after.length;
    const header = (length: number): string => `3085${length.toString(16).padStart(10, '0')}`;
    expect(encodeHex(before.subarray(0, 7))).toBe(header(total - 7));
    expect(encodeHex(before.subarray(-7))).toBe(`0485${size.toString(16).padStart(10, '0')}`);
  });

  it.each([
    ['RS384', 'SHA-384', 'signing-holder'],
    ['RS512', 'SHA-512', 'signing-holder'],
    ['ES256', 'SHA-256', 'p256'],
    ['ES384', 'SHA-384', 'p384'],
  ] as const)('verifies with %s', async (algorithm, digestAlgorithm, keyName) => {
    const types = { 'signing-holder': 'rsa2048', p256: 'P-256', p384: 'P-384' } as const;
    const signer = issueHolder('signing', authority, { key: testKey(keyName, types[keyName]) });
    const prepared = await prepareCms(source, { content: 'detached' }, nodeCrypto);
    await prepared.use(digestAlgorithm);
    const cms = await signPrepared(prepared, signer, { algorithm });
    expect((await verifyTestCms({ cms, content })).signers).toMatchObject([
      { integrity: 'intact', signatureAlgorithm: algorithm, digestAlgorithm, signingCertificate: 'v2' },
    ]);
  });
});

/** A document that is as long as told and is digested as if it were empty. */
function prepareHuge(size: number): ReturnType<typeof prepareCms> {
  const chunk = { length: size };
  const source = { size, chunks: () => chunksOf(chunk as Uint8Array), read: () => Promise.resolve(new Uint8Array()) };
  const startDigest = (): ReturnType<typeof nodeCrypto.startDigest> => ({
    ...nodeCrypto.startDigest('SHA-256'),
    update: () => undefined,
  });
  return prepareCms(source, { content: 'attached' }, { ...nodeCrypto, startDigest });
}

async function* chunksOf(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(chunk);
}

describe('is not begun', () => {
  it.each([
    ['from a certificate that is none', { certificate: new Uint8Array(10) }, 'ERR_CERT_MALFORMED'],
    ['with another certificate that is none', { otherCertificates: [new Uint8Array(10)] }, 'ERR_CERT_MALFORMED'],
    ['with an algorithm of another key', { signatureAlgorithm: 'ES256' }, 'ERR_SIGN_ALGORITHM'],
  ] as const)('%s', async (_, changes, code) => {
    const begun = beginDetachedCms({ ...input, context: { ...context, ...changes } });
    expect(await rejectedFormatError(begun)).toMatchObject({ code });
  });

  it('from a digest of another length', async () => {
    const begun = beginDetachedCms({ ...input, contentDigest: new Uint8Array(20) });
    expect(await rejectedFormatError(begun)).toEqual({ code: 'ERR_SIGN_DIGEST', reason: 'cms-digest-length' });
  });
});
