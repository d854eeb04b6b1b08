/** What sites have signed, and what other programs make of the answers. */
import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { Openssl } from './openssl.js';

/** DER up to the digest (RFC 8017 §9.2, note 1). */
const PREFIXES = {
  sha1: '3021300906052b0e03021a05000414',
  sha256: '3031300d060960864801650304020105000420',
  sha512: '3051300d060960864801650304020305000440',
} as const;

/** DigestInfo of a fresh challenge. */
export function digestInfo(algorithm: keyof typeof PREFIXES = 'sha256'): Buffer {
  const digest = createHash(algorithm).update(randomBytes(32)).digest();
  return Buffer.concat([Buffer.from(PREFIXES[algorithm], 'hex'), digest]);
}

export interface PageAnswer {
  readonly mode: string;
  readonly result: string;
  readonly errcode?: string;
  readonly signature?: string | readonly string[];
  readonly certificate?: string;
  readonly uuid?: string;
  readonly combination_code?: string;
  readonly name?: string;
  readonly sex?: string;
  readonly address?: string;
  readonly birthday?: string;
}

export const logIn = (digest: Buffer = digestInfo()) => ({
  mode: '01',
  service_id: '01',
  digest: digest.toString('base64'),
});

export const sign = (digests: readonly Buffer[]) => ({
  mode: '02',
  service_id: '01',
  digest: digests.map((digest) => digest.toString('base64')),
});

export const CANCELLED = { result: '1', errcode: 'EW044-C300' };

/** Has openssl check the signature over the very bytes that the site sent, with the certificate of the answer. */
export function expectSigned(
  openssl: Openssl,
  signed: { bytes: Buffer; signature?: unknown; certificate?: string },
): void {
  const { bytes, signature, certificate } = signed;
  if (typeof signature !== 'string' || certificate === undefined) throw new Error('no signature');
  // Sites get the certificate without padding.
  expect(certificate).toMatch(/^[A-Za-z0-9+/]+$/);
  const der = openssl.write('certificate.der', Buffer.from(certificate, 'base64'));
  openssl.must('x509', '-inform', 'DER', '-in', der, '-out', openssl.path('certificate.pem'));
  const files = ['-sigfile', openssl.write('signature', Buffer.from(signature, 'base64'))];
  const data = ['-in', openssl.write('digest-info', bytes), '-pkeyopt', 'rsa_padding_mode:pkcs1'];
  openssl.must('pkeyutl', '-verify', '-certin', '-inkey', openssl.path('certificate.pem'), ...files, ...data);
}
