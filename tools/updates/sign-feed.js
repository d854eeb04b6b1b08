import { createHash, createPrivateKey, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { UPDATE_FEED_TYPE, updateFeedClaimsSchema } from '../../dist/sdk/protocol/index.js';

const SECONDS_PER_DAY = 86_400;

/** @typedef {Record<string, unknown>} Members */

/** @param {string} path */
function readObject(path) {
  /** @type {unknown} */
  const value = JSON.parse(readFileSync(path, 'utf8'));
  return /** @type {Members} */ (value);
}

/** Length and digest of the file itself, in place of its name. @param {Members} entry */
function measured({ file, ...entry }) {
  if (typeof file !== 'string') return entry;
  const bytes = readFileSync(file);
  return { ...entry, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** @param {object} value */
function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/**
 * Signs edition and releases of `source` with the present time as `iat`, if they have the form of a feed.
 * @param {{ privateKey: string, source: string, output: string, days: number }} options
 */
export function signFeed({ privateKey, source, output, days }) {
  if (!Number.isInteger(days) || days < 1 || days > 90) throw new Error('DAYS is a whole number from 1 to 90');
  const { releases = [], ...rest } = readObject(source);
  const iat = Math.floor(Date.now() / 1_000);
  const claims = updateFeedClaimsSchema.parse({
    ...rest,
    iat,
    exp: iat + days * SECONDS_PER_DAY,
    releases: /** @type {Members[]} */ (releases).map((release) => ({
      ...release,
      packages: /** @type {Members[]} */ (release['packages'] ?? []).map(measured),
    })),
  });
  const jwk = readObject(privateKey);
  const input = `${encode({ alg: 'ES256', typ: UPDATE_FEED_TYPE, kid: jwk['kid'] })}.${encode(claims)}`;
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  writeFileSync(output, `${input}.${signature.toString('base64url')}\n`, { flag: 'wx' });
}
