import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { checkRegistry } from './check-registry.js';

const SECONDS_PER_DAY = 86_400;

/** @param {string} path */
function readObject(path) {
  /** @type {unknown} */
  const value = JSON.parse(readFileSync(path, 'utf8'));
  return /** @type {Record<string, unknown>} */ (value);
}

/** @param {object} value */
function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/**
 * Signs version, services and verifiers of `source` with the present time as `iat`, and keeps the result if the product
 * itself accepts it.
 * @param {{ privateKey: string, source: string, keys: string, output: string, days: number }} options
 */
export function signRegistry({ privateKey, source, keys, output, days }) {
  if (!Number.isInteger(days) || days < 1 || days > 3_660) throw new Error('DAYS is a whole number from 1 to 3660');
  const { version, services, verifiers } = readObject(source);
  const jwk = readObject(privateKey);
  const iat = Math.floor(Date.now() / 1_000);
  const header = { alg: 'ES256', typ: 'madoguchi-registry+jwt', kid: jwk.kid };
  const input = `${encode(header)}.${encode({ version, iat, exp: iat + days * SECONDS_PER_DAY, services, verifiers })}`;
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  const unchecked = `${output}.unchecked`;
  writeFileSync(unchecked, `${input}.${signature.toString('base64url')}\n`);
  try {
    checkRegistry(unchecked, keys);
    renameSync(unchecked, output);
  } finally {
    rmSync(unchecked, { force: true });
  }
}
