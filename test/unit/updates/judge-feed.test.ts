import { beforeAll, describe, expect, it } from 'vitest';
import { judgeFeed, MAX_FEED_LENGTH, recallFeed, type FeedEnvironment } from '../../../main/core/updates/judge-feed.js';
import { nodeJose } from '../../../main/node/jose.js';
import { LARGEST_PACKAGE, type UpdateFeedClaims } from '../../../sdk/protocol/index.js';
import { signingKey, signJws, type SigningKey } from '../../support/signed-registry.js';
import { feedClaims, NOW, release, releasePackage, signFeed } from './feeds.js';

let key: SigningKey;
let stranger: SigningKey;
let environment: FeedEnvironment;

beforeAll(async () => {
  key = await signingKey('release-1');
  stranger = await signingKey('release-1');
  environment = { jose: nodeJose, clock: { now: () => NOW }, keys: [key.jwk] };
});

const judge = (jws: string, seen?: { edition: number; jws: string }) => judgeFeed(environment, jws, seen);
const faultOf = async (jws: string, seen?: { edition: number; jws: string }) => {
  const judged = await judge(jws, seen);
  return 'fault' in judged ? judged.fault : undefined;
};
const unsigned = (header: object, signature = '') =>
  `${[header, feedClaims()].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.${signature}`;

describe('judgeFeed', () => {
  it('takes a feed that a trusted key signed', async () => {
    expect(await judge(await signFeed(key))).toEqual({ claims: feedClaims() });
  });

  it('refuses what nobody it trusts signed', async () => {
    expect(await faultOf(await signFeed(stranger))).toBe('signature');
    expect(await faultOf(await signFeed({ ...key, jwk: { ...key.jwk, kid: 'other' } }))).toBe('signature');
    expect(await faultOf(unsigned({ alg: 'none', typ: 'madoguchi-updates+jwt', kid: 'release-1' }))).toBe('signature');
    expect(await faultOf(unsigned({ alg: 'none', typ: 'madoguchi-updates+jwt', kid: 'release-1' }, 'AA'))).toBe(
      'signature',
    );
    expect(await faultOf(unsigned({ alg: 'HS256', typ: 'madoguchi-updates+jwt', kid: 'release-1' }, 'AA'))).toBe(
      'signature',
    );
    expect(await faultOf(await signFeed(key, {}, { jwk: stranger.jwk }))).toBe('signature');
    expect(await faultOf('')).toBe('signature');
    expect(await faultOf('<html>not found</html>')).toBe('signature');
    const [head = '', , tail = ''] = (await signFeed(key)).split('.');
    const other = Buffer.from(JSON.stringify(feedClaims({ edition: 9 }))).toString('base64url');
    expect(await faultOf(`${head}.${other}.${tail}`)).toBe('signature');
  });

  it('refuses what the key signed for something else', async () => {
    expect(await faultOf(await signJws(key, 'madoguchi-registry+jwt', feedClaims()))).toBe('signature');
    expect(await faultOf(await signJws(key, 'JWT', feedClaims()))).toBe('signature');
  });

  it('refuses what is too long before it looks at it', async () => {
    expect(await faultOf(`${await signFeed(key)}${'A'.repeat(MAX_FEED_LENGTH)}`)).toBe('signature');
  });

  it.each<[string, Partial<Record<keyof UpdateFeedClaims, unknown>>]>([
    ['a member nobody knows', { ...({ extra: 1 } as object) }],
    ['edition 0', { edition: 0 }],
    ['an edition that is no number that can be counted', { edition: 1e300 }],
    ['no end', { exp: undefined }],
    ['an end before its beginning', { exp: 5 }],
    ['an end far away', { exp: feedClaims().iat + 91 * 86_400 }],
    ['a version with a leading zero', { releases: [release('01.2.3')] }],
    ['a version of two numbers', { releases: [release('1.2')] }],
    ['a huge version', { releases: [release('99999.0.0')] }],
    ['a longer one', { releases: [release('1.2.3'.padEnd(10_000, '0'))] }],
    ['a channel nobody knows', { releases: [{ ...release('1.3.0'), channel: 'nightly' }] }],
    ['a stage beyond everybody', { releases: [release('1.3.0', { rollout: 101 })] }],
    [
      'a package by http:',
      { releases: [release('1.3.0', { packages: [releasePackage({ url: 'http://a.example/x' })] })] },
    ],
    [
      'a package of another scheme',
      { releases: [release('1.3.0', { packages: [releasePackage({ url: 'file:///etc/x' })] })] },
    ],
    [
      'a package with a password',
      { releases: [release('1.3.0', { packages: [releasePackage({ url: 'https://a:b@c.example/' })] })] },
    ],
    [
      'a package too large',
      { releases: [release('1.3.0', { packages: [releasePackage({ size: LARGEST_PACKAGE + 1 })] })] },
    ],
    ['a package of no length', { releases: [release('1.3.0', { packages: [releasePackage({ size: 0 })] })] }],
    ['a short digest', { releases: [release('1.3.0', { packages: [releasePackage({ sha256: 'ab' })] })] }],
    ['notes that are a script', { releases: [release('1.3.0', { notes: 'javascript:alert(1)' })] }],
    ['too many releases', { releases: Array.from({ length: 21 }, (_, index) => release(`1.3.${index}`)) }],
  ])('refuses %s', async (_title, parts) => {
    expect(await faultOf(await signFeed(key, parts as Partial<UpdateFeedClaims>))).toBe('content');
  });

  it('refuses a member that stands twice', async () => {
    const text = JSON.stringify(feedClaims()).replace('{', '{"edition":7,');
    expect(await faultOf(await signJws(key, 'madoguchi-updates+jwt', text))).toBe('content');
  });

  it('refuses what is over and what has not begun', async () => {
    const { iat } = feedClaims();
    expect(await faultOf(await signFeed(key, { exp: iat + 1 }))).toBe('expired');
    const later = iat + 86_400;
    expect(await faultOf(await signFeed(key, { iat: later, exp: later + 60 }))).toBe('not-yet-valid');
  });

  it('takes nothing older than what it saw, nor another one of the same edition', async () => {
    const seen = { edition: 5, jws: await signFeed(key, { edition: 5 }) };
    expect(await faultOf(await signFeed(key, { edition: 4 }), seen)).toBe('rollback');
    expect(await faultOf(await signFeed(key, { edition: 5, releases: [] }), seen)).toBe('rollback');
    expect(await faultOf(await signFeed(key, { edition: 5 }), seen)).toBeUndefined();
    expect(await faultOf(await signFeed(key, { edition: 6 }), seen)).toBeUndefined();
  });

  it('says rollback also of an old one that is over: an attacker gains no better word', async () => {
    const seen = { edition: 5, jws: await signFeed(key, { edition: 5 }) };
    const { iat } = feedClaims();
    expect(await faultOf(await signFeed(key, { edition: 4, exp: iat + 1 }), seen)).toBe('rollback');
  });
});

describe('recallFeed', () => {
  it('knows its own, also where it is over', async () => {
    const { iat } = feedClaims();
    const seen = { edition: 5, jws: await signFeed(key, { edition: 5, exp: iat + 1 }) };
    expect(await recallFeed(environment, seen)).toEqual(seen);
  });

  it('does not let a key that is trusted no more, or an edited file, keep all later feeds out', async () => {
    expect(
      await recallFeed(environment, { edition: 1e9, jws: await signFeed(stranger, { edition: 1e9 }) }),
    ).toBeUndefined();
    expect(await recallFeed(environment, { edition: 1e9, jws: await signFeed(key, { edition: 5 }) })).toBeUndefined();
  });
});
