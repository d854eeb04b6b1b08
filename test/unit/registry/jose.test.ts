import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { compactDecrypt, decodeProtectedHeader, FlattenedSign, importJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { nodeJose } from '../../../main/node/jose.js';
import { signatureJwkSchema, type SignatureJwk } from '../../../sdk/protocol/index.js';
import { decryptionKey, signingKey, signJws, type SignatureAlgorithm } from '../../support/signed-registry.js';

const ALGORITHMS: readonly SignatureAlgorithm[] = ['ES256', 'ES384', 'EdDSA', 'PS256'];
const PAYLOAD = '{"日本":1}';
const verify = (jws: string, jwk: SignatureJwk) => nodeJose.verifyJws(jws, jwk);

/** A key of Node's own as the JWK of an entry. */
const asJwk = (key: KeyObject): SignatureJwk => ({ ...key.export({ format: 'jwk' }), kid: 'key-1' }) as SignatureJwk;

describe('verifyJws', () => {
  it.each(ALGORITHMS)('gives the payload of a signature with %s', async (algorithm) => {
    const key = await signingKey('key-1', algorithm);
    const payload = await verify(await signJws(key, 'x', PAYLOAD), key.jwk);
    expect(new TextDecoder().decode(payload)).toBe(PAYLOAD);
  });

  it('agrees with openssl’s signatures', async () => {
    const pairs = [
      { alg: 'ES256', hash: 'sha256', ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) },
      { alg: 'ES384', hash: 'sha384', ...generateKeyPairSync('ec', { namedCurve: 'P-384' }) },
      { alg: 'EdDSA', hash: null, ...generateKeyPairSync('ed25519') },
    ];
    for (const { alg, hash, privateKey, publicKey } of pairs) {
      const input = `${Buffer.from(JSON.stringify({ alg })).toString('base64url')}.e30`;
      const signature = sign(hash, Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      expect(await verify(`${input}.${signature.toString('base64url')}`, asJwk(publicKey)), alg).toBeDefined();
    }
  });

  it('takes no key for another, of any kind', async () => {
    const keys = await Promise.all(ALGORITHMS.map((algorithm) => signingKey('key-1', algorithm)));
    const strangers = await Promise.all(ALGORITHMS.map((algorithm) => signingKey('key-1', algorithm)));
    for (const signer of keys) {
      const jws = await signJws(signer, 'x', PAYLOAD);
      for (const { jwk } of [...keys, ...strangers]) {
        expect((await verify(jws, jwk)) !== undefined).toBe(jwk === signer.jwk);
      }
    }
  });

  it('takes no algorithm but the key’s own', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const padded = (alg: string, padding?: number): string => {
      const input = `${Buffer.from(JSON.stringify({ alg })).toString('base64url')}.e30`;
      const options = padding === undefined ? privateKey : { key: privateKey, padding, saltLength: 32 };
      return `${input}.${sign('sha256', Buffer.from(input), options).toString('base64url')}`;
    };
    const RSA_PKCS1_PSS_PADDING = 6;
    expect(await verify(padded('PS256', RSA_PKCS1_PSS_PADDING), asJwk(publicKey))).toBeDefined();
    for (const alg of ['RS256', 'PS256', 'none', 'HS256'])
      expect(await verify(padded(alg), asJwk(publicKey))).toBeUndefined();
    for (const alg of ['RS256', 'PS384', 'PS512']) {
      expect(await verify(padded(alg, RSA_PKCS1_PSS_PADDING), asJwk(publicKey))).toBeUndefined();
    }
  });

  it('takes no RSA key that is too short', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1' };
    expect(signatureJwkSchema.safeParse(jwk).success).toBe(false);
    const input = `${Buffer.from('{"alg":"PS256"}').toString('base64url')}.e30`;
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, padding: 6, saltLength: 32 });
    expect(await verify(`${input}.${signature.toString('base64url')}`, jwk as SignatureJwk)).toBeUndefined();
  });

  it('takes no point that is not on the curve', async () => {
    const key = await signingKey();
    const jws = await signJws(key, 'x', PAYLOAD);
    expect(await verify(jws, { ...key.jwk, x: 'A'.repeat(43) } as SignatureJwk)).toBeUndefined();
  });

  it('understands no extension', async () => {
    const key = await signingKey();
    const bytes = new TextEncoder().encode('e30');
    const header = { alg: 'ES256', b64: false, crit: ['b64'] };
    const { signature } = await new FlattenedSign(bytes).setProtectedHeader(header).sign(key.privateKey);
    const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
    expect(await verify(`${encoded}.e30.${signature}`, key.jwk)).toBeUndefined();
    expect(await verify(await signJws(key, 'x', PAYLOAD, { b64: true, crit: ['b64'] }), key.jwk)).toBeUndefined();
    const unknown = Buffer.from(JSON.stringify({ alg: 'ES256', crit: ['exp'], exp: 1 })).toString('base64url');
    expect(await verify(`${unknown}.e30.${signature}`, key.jwk)).toBeUndefined();
  });

  it.each(['', 'x', 'a.b', 'a.b.c', 'a.b.c.d', '{}', '..'])('takes %j for nothing', async (text) => {
    expect(await verify(text, (await signingKey()).jwk)).toBeUndefined();
  });
});

describe('encryptJwe', () => {
  const plaintext = new TextEncoder().encode(PAYLOAD);

  it.each(['ECDH-ES+A256KW', 'RSA-OAEP-256'] as const)(
    'is opened by the owner of the key with %s',
    async (algorithm) => {
      const { jwk, privateKey } = await decryptionKey('key-7', algorithm);
      const jwe = await nodeJose.encryptJwe(plaintext, jwk, 'example+jwe');
      expect(decodeProtectedHeader(jwe)).toMatchObject({
        alg: algorithm,
        enc: 'A256GCM',
        kid: 'key-7',
        typ: 'example+jwe',
      });
      const opened = await compactDecrypt(jwe, privateKey);
      expect(new TextDecoder().decode(opened.plaintext)).toBe(PAYLOAD);
      const stranger = await decryptionKey('key-7', algorithm);
      await expect(compactDecrypt(jwe, stranger.privateKey)).rejects.toThrow();
    },
  );

  it('uses P-384 too', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1' } as Extract<SignatureJwk, { kty: 'EC' }>;
    const jwe = await nodeJose.encryptJwe(plaintext, jwk, 'example+jwe');
    const key = await importJWK(privateKey.export({ format: 'jwk' }) as SignatureJwk, 'ECDH-ES+A256KW');
    expect((await compactDecrypt(jwe, key)).plaintext).toEqual(plaintext);
  });

  it('is never the same twice', async () => {
    const { jwk } = await decryptionKey();
    const results = await Promise.all([1, 2, 3].map(() => nodeJose.encryptJwe(plaintext, jwk, 'example+jwe')));
    expect(new Set(results).size).toBe(3);
  });
});
