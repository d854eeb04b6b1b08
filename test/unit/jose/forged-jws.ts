/** JWS for tests, good ones and forged ones. */
import { createHash } from 'node:crypto';
import { issueAuthority, issueHolder, signWith } from '../../support/test-pki.js';

export const content = Buffer.from('{"氏名":"𠮷野　葛\u{E0100}子"}\n');
export const authority = issueAuthority('signing');
export const holder = issueHolder('signing', authority);

export const b64u = (data: Uint8Array | string): string => Buffer.from(data).toString('base64url');

export interface Forgery {
  readonly header?: (good: Record<string, unknown>) => Record<string, unknown>;
  readonly rawHeader?: (good: string) => string;
  readonly payload?: string;
  readonly sign?: (signingInput: Buffer) => Uint8Array;
  /** The signature is over the payload as it stands here. */
  readonly parts?: (parts: [string, string, string]) => string;
}

/** A good signature by the holder unless something is forged about it. */
export function forge({ header, rawHeader, payload = b64u(content), sign: signature, parts }: Forgery): string {
  const good = {
    alg: 'RS256',
    iat: 1_795_222_923,
    'x5t#S256': b64u(sha256(holder.certificate)),
    x5c: [Buffer.from(holder.certificate).toString('base64')],
  };
  const json = JSON.stringify(header?.(good) ?? good);
  const encoded = b64u(rawHeader?.(json) ?? json);
  const input = Buffer.from(`${encoded}.${payload}`);
  const all: [string, string, string] = [
    encoded,
    payload,
    b64u((signature ?? ((data) => signWith(holder.key, data)))(input)),
  ];
  return parts?.(all) ?? all.join('.');
}

export function sha256(data: Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
