import { createHash, verify, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { validateAuthenticationToken } from '../../../sdk/verifier/index.js';

interface Token {
  readonly unverifiedCertificate: string;
  readonly algorithm: 'RS256' | 'ES384';
  readonly signature: string;
  readonly format: string;
}

/** Tokens that were made once, outside of the code they test. Their keys are gone. */
const vector = JSON.parse(readFileSync(new URL('web-eid-vector.json', import.meta.url), 'utf8')) as {
  readonly origin: string;
  readonly challengeNonce: string;
  /** PEM. */
  readonly authority: string;
  readonly tokens: readonly Token[];
};
const { origin, challengeNonce, authority } = vector;
const at = new Date('2027-01-01T00:00:00Z');

type Hash = (data: string | Buffer) => Buffer;

/** With `node:crypto` alone: what an implementer reads in the Web eID specification and in docs/protocol.md. */
function holds(token: Token, signedBy: (hash: Hash) => Buffer): boolean {
  const digest = token.algorithm === 'RS256' ? 'sha256' : 'sha384';
  const { publicKey } = new X509Certificate(Buffer.from(token.unverifiedCertificate, 'base64'));
  const signature = Buffer.from(token.signature, 'base64');
  const toBeSigned = signedBy((data) => createHash(digest).update(data).digest());
  return verify(digest, toBeSigned, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
}

describe.each(vector.tokens)('a fixed $algorithm token', (token) => {
  it('is H(H(origin) ‖ H(nonce)) signed, both as text', () => {
    expect(holds(token, (hash) => Buffer.concat([hash(origin), hash(challengeNonce)]))).toBe(true);
  });

  it.each<[string, (hash: Hash) => Buffer]>([
    ['the nonce first', (hash) => Buffer.concat([hash(challengeNonce), hash(origin)])],
    ['the octets of the nonce', (hash) => Buffer.concat([hash(origin), hash(Buffer.from(challengeNonce, 'base64'))])],
    ['one hash over both', () => Buffer.from(origin + challengeNonce)],
    ['the origin with a slash', (hash) => Buffer.concat([hash(`${origin}/`), hash(challengeNonce)])],
    ['the hashes hashed before', (hash) => hash(Buffer.concat([hash(origin), hash(challengeNonce)]))],
    ['hexadecimal hashes', (hash) => Buffer.from(hash(origin).toString('hex') + hash(challengeNonce).toString('hex'))],
  ])('is not %s', (_, signedBy) => {
    expect(holds(token, signedBy)).toBe(false);
  });

  it('has the certificate in DER and everything in padded base64', () => {
    for (const text of [token.unverifiedCertificate, token.signature]) {
      expect(Buffer.from(text, 'base64').toString('base64')).toBe(text);
    }
    const certificate = new X509Certificate(Buffer.from(token.unverifiedCertificate, 'base64'));
    expect(certificate.verify(new X509Certificate(authority).publicKey)).toBe(true);
    expect(token.format).toBe('web-eid:1.0');
  });

  it('is accepted for its origin and nonce alone', async () => {
    const options = { origin, challengeNonce, trustAnchors: [authority], at };
    const result = await validateAuthenticationToken(token, options);
    expect(result).toMatchObject({ serialNumber: '0123', isTestCertificate: true, revocation: 'not-checked' });
    const refused = { code: 'ERR_SIGN_INVALID' };
    await expect(
      validateAuthenticationToken(token, { ...options, origin: 'https://example.jp' }),
    ).rejects.toMatchObject(refused);
    const nonce = `${challengeNonce.slice(0, -2)}A=`;
    await expect(validateAuthenticationToken(token, { ...options, challengeNonce: nonce })).rejects.toMatchObject(
      refused,
    );
  });
});
