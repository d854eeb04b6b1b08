import { createHash, createPublicKey, generateKeyPairSync, privateEncrypt, verify, constants } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  digestAlgorithm,
  encodeDigestInfo,
  encodeSignatureAlgorithm,
  signatureAlgorithm,
  signerInfoAlgorithm,
} from '../../../sdk/formats/algorithms.js';
import { encodeHex } from '../../../sdk/formats/bytes.js';
import { ecdsaSignatureFromDer, ecdsaSignatureToDer } from '../../../sdk/formats/ecdsa-signature.js';
import { FORMAT_ERROR_CODES, type DigestAlgorithm, type SignatureAlgorithm } from '../../../sdk/formats/index.js';
import { acceptedKeyKind } from '../../../sdk/formats/public-key.js';
import { ERROR_CODES } from '../../../sdk/protocol/index.js';
import { expectFormatError } from '../../support/expect-format-error.js';
import { signWith, testKey } from '../../support/test-pki.js';

const SHA256 = '2.16.840.1.101.3.4.2.1';
const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';

describe('DigestInfo', () => {
  // RFC 8017 §9.2, note 1.
  it.each([
    ['SHA-256', 32, '3031300d060960864801650304020105000420'],
    ['SHA-384', 48, '3041300d060960864801650304020205000430'],
    ['SHA-512', 64, '3051300d060960864801650304020305000440'],
  ] as const)('%s has the prefix of RFC 8017', (name, length, prefix) => {
    const digest = new Uint8Array(length).fill(0xab);
    expect(encodeHex(encodeDigestInfo(name, digest))).toBe(prefix + 'ab'.repeat(length));
  });

  it('padded and signed as a card does it, verifies as PKCS #1 v1.5', () => {
    const key = testKey('signer');
    const digest = createHash('sha256').update('content').digest();
    const signature = privateEncrypt(
      { key: key.privateKey, padding: constants.RSA_PKCS1_PADDING },
      encodeDigestInfo('SHA-256', digest),
    );
    const publicKey = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' });
    expect(verify('sha256', Buffer.from('content'), publicKey, signature)).toBe(true);
  });

  it('is not made of a digest of another length, nor of SHA-1, nor of an unknown algorithm', () => {
    expectFormatError(() => encodeDigestInfo('SHA-256', new Uint8Array(31)), 'ERR_SIGN_DIGEST');
    expectFormatError(() => encodeDigestInfo('SHA-256', new Uint8Array(48)), 'ERR_SIGN_DIGEST');
    expectFormatError(() => encodeDigestInfo('SHA-1', new Uint8Array(20)), 'ERR_SIGN_ALGORITHM');
    expectFormatError(() => encodeDigestInfo('MD5' as DigestAlgorithm, new Uint8Array(16)), 'ERR_SIGN_ALGORITHM');
  });
});

describe('the table', () => {
  it('writes NULL for RSA and nothing for ECDSA', () => {
    expect(encodeHex(encodeSignatureAlgorithm('RS256'))).toBe('300d06092a864886f70d01010b0500');
    expect(encodeHex(encodeSignatureAlgorithm('ES384'))).toBe('300a06082a8648ce3d040303');
  });

  it('knows each digest’s length', () => {
    for (const name of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const) {
      expect(digestAlgorithm(name).length).toBe(createHash(name.replace('-', '')).digest().length);
    }
  });

  it('has no algorithm for another name, not even one every object has', () => {
    for (const name of ['none', 'HS256', 'constructor', '']) {
      expectFormatError(() => signatureAlgorithm(name as SignatureAlgorithm), 'ERR_SIGN_ALGORITHM');
    }
  });

  it.each([
    ['1.2.840.113549.1.1.11', SHA256, 'RS256'],
    [RSA_ENCRYPTION, SHA256, 'RS256'],
    [RSA_ENCRYPTION, '2.16.840.1.101.3.4.2.3', 'RS512'],
    ['1.2.840.10045.4.3.3', '2.16.840.1.101.3.4.2.2', 'ES384'],
    // Digests that disagree, SHA-1, RSASSA-PSS, ecPublicKey.
    ['1.2.840.113549.1.1.12', SHA256, undefined],
    [RSA_ENCRYPTION, '1.3.14.3.2.26', undefined],
    ['1.2.840.113549.1.1.10', SHA256, undefined],
    ['1.2.840.10045.2.1', SHA256, undefined],
    ['', '', undefined],
  ])('takes %s with %s for %s', (signatureOid, digestOid, name) => {
    expect(signerInfoAlgorithm(signatureOid, digestOid)?.name).toBe(name);
  });

  it('reports codes of the product only', () => {
    expect(ERROR_CODES).toEqual(expect.arrayContaining([...FORMAT_ERROR_CODES]));
  });
});

describe('accepted keys', () => {
  it('are RSA from 2048 bits, P-256 and P-384', () => {
    expect(acceptedKeyKind(testKey('signer').spki)).toBe('RSA');
    expect(acceptedKeyKind(testKey('p256', 'P-256').spki)).toBe('P-256');
    expect(acceptedKeyKind(testKey('p384', 'P-384').spki)).toBe('P-384');
  });

  it('are not RSA of 1024 bits', () => {
    expectFormatError(() => acceptedKeyKind(testKey('weak', 'rsa1024').spki), 'ERR_SIGN_ALGORITHM');
  });

  it('are not RSA with an exponent of 3, or an even one', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 });
    expectFormatError(() => acceptedKeyKind(publicKey.export({ type: 'spki', format: 'der' })), 'ERR_SIGN_ALGORITHM');
    const even = new Uint8Array(testKey('signer').spki);
    // 65537 is the INTEGER 02 03 01 00 01 at the very end.
    even.set([0x01, 0x00, 0x02], even.length - 3);
    expectFormatError(() => acceptedKeyKind(even), 'ERR_SIGN_ALGORITHM');
  });

  it('are not of another curve, nor anything else', () => {
    const changed = new Uint8Array(testKey('p384', 'P-384').spki);
    // secp384r1 is 1.3.132.0.34; 35 is secp521r1.
    const last = changed.findIndex((_, index) => encodeHex(changed.subarray(index, index + 5)) === '2b81040022') + 4;
    changed[last] = 0x23;
    expectFormatError(() => acceptedKeyKind(changed), 'ERR_SIGN_ALGORITHM');
    expectFormatError(() => acceptedKeyKind(new Uint8Array()), 'ERR_CERT_MALFORMED');
  });
});

describe('ECDSA signature values', () => {
  it('go from DER to fixed length and back, for random signatures', () => {
    const key = testKey('p256', 'P-256');
    for (let index = 0; index < 64; index += 1) {
      const der = signWith(key, Uint8Array.of(index));
      const fixed = ecdsaSignatureFromDer(der, 'P-256');
      expect(fixed.length).toBe(64);
      expect(encodeHex(ecdsaSignatureToDer(fixed, 'P-256'))).toBe(encodeHex(der));
    }
  });

  it.each([
    ['a third number', '3009020101020101020101'],
    ['one number', '3003020101'],
    ['a negative number', '30060201ff020101'],
    ['a number longer than the curve', `3026 0221 01${'00'.repeat(32)} 020101`],
    ['trailing octets', '300602010102010100'],
    ['something else', '0500'],
  ])('are not %s', (_, text) => {
    const der = Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
    expectFormatError(() => ecdsaSignatureFromDer(der, 'P-256'), 'ERR_SIGN_FORMAT');
  });

  it('of fixed length are of the curve’s length', () => {
    for (const length of [0, 1, 63, 65, 96]) {
      expectFormatError(() => ecdsaSignatureToDer(new Uint8Array(length), 'P-256'), 'ERR_SIGN_FORMAT');
    }
  });
});
