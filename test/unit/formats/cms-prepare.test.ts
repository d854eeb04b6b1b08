import { createHash, verify, X509Certificate } from 'node:crypto';
import { fromBER } from 'asn1js';
import * as pkijs from 'pkijs';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import {
  encodeHex,
  prepareDetachedSignedData,
  verifyDetachedSignedData,
  type DetachedSignedDataInput,
} from '../../../sdk/formats/index.js';
import { encodeTime } from '../../../sdk/formats/time.js';
import { rejectedFormatErrorCode } from '../../support/expect-format-error.js';
import { issueAuthority, issueHolder, signWith, testKey } from '../../support/test-pki.js';
import { includes, sha256 } from '../../support/test-cms.js';

const content = Buffer.from('申請書\n');
const authority = issueAuthority('signing');
const holder = issueHolder('signing', authority);

const input: DetachedSignedDataInput = {
  signerCertificate: holder.certificate,
  contentDigest: sha256(content),
  digestAlgorithm: 'SHA-256',
  signatureAlgorithm: 'RS256',
  signingTime: new Date('2026-03-04T05:06:07.890Z'),
  crypto: nodeCrypto,
};

function parsed(cms: Uint8Array): { signedData: pkijs.SignedData; signerInfo: pkijs.SignerInfo } {
  const contentInfo = new pkijs.ContentInfo({ schema: fromBER(cms).result });
  expect(contentInfo.contentType).toBe('1.2.840.113549.1.7.2');
  const signedData = new pkijs.SignedData({ schema: contentInfo.content });
  const [signerInfo] = signedData.signerInfos;
  if (signerInfo === undefined) throw new Error('no SignerInfo');
  return { signedData, signerInfo };
}

async function signed(changes: Partial<DetachedSignedDataInput> = {}): Promise<Uint8Array> {
  const prepared = await prepareDetachedSignedData({ ...input, ...changes });
  return prepared.complete(signWith(holder.key, prepared.toBeSigned));
}

describe('the signed attributes', () => {
  it('are four, of one value each, sorted as DER', async () => {
    const { toBeSigned } = await prepareDetachedSignedData(input);
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
    const { toBeSigned } = await prepareDetachedSignedData(input);
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

  it('go without a time when none is given', async () => {
    const { signingTime, ...rest } = input;
    expect(signingTime).toBeDefined();
    const { toBeSigned } = await prepareDetachedSignedData(rest);
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

describe('the completed signature', () => {
  it('is a SignedData of version 1 without content, with NULL parameters for RSA', async () => {
    const { signedData, signerInfo } = parsed(await signed());
    expect(signedData.version).toBe(1);
    expect(signedData.encapContentInfo.eContentType).toBe('1.2.840.113549.1.7.1');
    expect(signedData.encapContentInfo.eContent).toBeUndefined();
    expect(signerInfo.version).toBe(1);
    expect(signerInfo.signatureAlgorithm.algorithmId).toBe('1.2.840.113549.1.1.11');
    expect(encodeHex(new Uint8Array(signerInfo.signatureAlgorithm.toSchema().toBER()))).toMatch(/0500$/);
    expect(signerInfo.unsignedAttrs).toBeUndefined();
  });

  it('is over what was to be signed', async () => {
    const prepared = await prepareDetachedSignedData(input);
    const { signerInfo } = parsed(prepared.complete(signWith(holder.key, prepared.toBeSigned)));
    const sent = new Uint8Array(signerInfo.signedAttrs?.encodedValue ?? new ArrayBuffer());
    expect(sent).toEqual(prepared.toBeSigned);
    const { publicKey } = new X509Certificate(holder.certificate);
    expect(verify('sha256', sent, publicKey, Buffer.from(signerInfo.signature.getValue()))).toBe(true);
  });

  it('embeds the certificates octet for octet, in DER order', async () => {
    const cms = Buffer.from(await signed({ otherCertificates: [authority.certificate] }));
    expect(includes(cms, holder.certificate)).toBe(true);
    expect(includes(cms, authority.certificate)).toBe(true);
    const [first, second] = [holder, authority].map(({ certificate }) => cms.indexOf(Buffer.from(certificate)));
    const inOrder = Buffer.compare(holder.certificate, authority.certificate) < 0;
    expect(Number(first) < Number(second)).toBe(inOrder);
  });

  it('can be completed again: preparing keeps no state', async () => {
    const prepared = await prepareDetachedSignedData(input);
    const signature = signWith(holder.key, prepared.toBeSigned);
    expect(prepared.complete(signature)).toEqual(prepared.complete(signature));
  });

  it.each([
    ['RS384', 'SHA-384', 'signing-holder', 'sha384'],
    ['RS512', 'SHA-512', 'signing-holder', 'sha512'],
    ['ES256', 'SHA-256', 'p256', 'sha256'],
    ['ES384', 'SHA-384', 'p384', 'sha384'],
  ] as const)('verifies with %s', async (signatureAlgorithm, digestAlgorithm, keyName, hashName) => {
    const types = { 'signing-holder': 'rsa2048', p256: 'P-256', p384: 'P-384' } as const;
    const signer = issueHolder('signing', authority, { key: testKey(keyName, types[keyName]) });
    const prepared = await prepareDetachedSignedData({
      ...input,
      signerCertificate: signer.certificate,
      contentDigest: new Uint8Array(createHash(hashName).update(content).digest()),
      digestAlgorithm,
      signatureAlgorithm,
    });
    const cms = prepared.complete(signWith(signer.key, prepared.toBeSigned, hashName));
    const report = await verifyDetachedSignedData({ cms, content, crypto: nodeCrypto, at: new Date() });
    expect(report.signers).toMatchObject([{ integrity: 'intact', signatureAlgorithm, digestAlgorithm }]);
  });
});

describe('is not prepared', () => {
  it.each([
    ['from a certificate that is none', { signerCertificate: new Uint8Array(10) }, 'ERR_CERT_MALFORMED'],
    ['with another certificate that is none', { otherCertificates: [new Uint8Array(10)] }, 'ERR_CERT_MALFORMED'],
    ['from a digest of another length', { contentDigest: new Uint8Array(20) }, 'ERR_SIGN_DIGEST'],
    ['with a digest of another algorithm', { digestAlgorithm: 'SHA-512' }, 'ERR_SIGN_ALGORITHM'],
    ['with SHA-1', { digestAlgorithm: 'SHA-1', contentDigest: new Uint8Array(20) }, 'ERR_SIGN_ALGORITHM'],
  ] as const)('%s', async (_, changes, code) => {
    expect(await rejectedFormatErrorCode(prepareDetachedSignedData({ ...input, ...changes }))).toBe(code);
  });
});
