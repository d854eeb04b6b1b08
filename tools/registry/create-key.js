import { createHash, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { relative, isAbsolute, resolve } from 'node:path';
import { REPOSITORY, say } from '../setup/terminal.js';

/** @param {string} path */
function isInRepository(path) {
  const within = relative(REPOSITORY, resolve(path));
  return !within.startsWith('..') && !isAbsolute(within);
}

/**
 * A new ES256 key: the private one for the person who signs, the public one as JWK Set. Neither file may exist.
 * @param {string} privateFile Not in this repository. @param {string} keysFile
 */
export function createKey(privateFile, keysFile) {
  if (isInRepository(privateFile)) throw new Error('a private key does not belong into the repository');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y, d } = privateKey.export({ format: 'jwk' });
  // RFC 7638 §3: the members in this order.
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  const publicKey = { kty, crv, x, y, kid };
  writeFileSync(privateFile, `${JSON.stringify({ ...publicKey, d })}\n`, { mode: 0o600, flag: 'wx' });
  writeFileSync(keysFile, `${JSON.stringify({ keys: [publicKey] }, null, 2)}\n`, { flag: 'wx' });
  say(`private: ${privateFile}\npublic: ${keysFile}\nkid: ${kid}`);
}
