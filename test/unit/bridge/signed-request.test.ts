import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { exportJWK, FlattenedSign, GeneralSign, type JWK } from 'jose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Asker } from '../../../main/core/bridge/asker.js';
import { ReplayGuard } from '../../../main/core/bridge/replay-guard.js';
import {
  SIGNED_REQUEST_SECONDS,
  verifySignedRequest,
  type RedirectTarget,
  type UnverifiedSignedRequest,
} from '../../../main/core/bridge/signed-request.js';
import type { Clock } from '../../../main/core/ports.js';
import { nodeJose } from '../../../main/node/jose.js';
import {
  LIMITS,
  SIGNED_REQUEST_AUDIENCE,
  SIGNED_REQUEST_TYPE,
  type RegistryService,
  type SignatureJwk,
} from '../../../sdk/protocol/index.js';
import { seconds, serviceEntry, signingKey, signJws, type SigningKey } from '../../support/signed-registry.js';
import { processorMilliseconds } from '../../support/processor-time.js';
import { AUTHENTICATE, ORIGIN, OTHER_ORIGIN } from './fakes.js';

const NOW = new Date('2026-11-21T03:00:00Z');
const ID = 'example-service';
const REDIRECT: RedirectTarget = { redirectUri: `${ORIGIN}/callback`, state: 's'.repeat(22) };
const ASKER: Asker = { origin: ORIGIN, route: 'extension', caller: { kind: 'unknown' } };

/** Wall and monotonic clock in one hand. */
class HandClock implements Clock {
  milliseconds = NOW.getTime();
  now = (): Date => new Date(this.milliseconds);
  monotonic = (): number => this.milliseconds;
  sleep = (): Promise<void> => Promise.resolve();
}

let key: SigningKey;
let otherKey: SigningKey;
let rsaKey: SigningKey;
let service: RegistryService;
let clock: HandClock;
let usedRequests: ReplayGuard;

beforeAll(async () => {
  [key, otherKey, rsaKey] = await Promise.all([signingKey('key-1'), signingKey('key-1'), signingKey('rsa-1', 'PS256')]);
  service = serviceEntry({ id: ID, origins: [ORIGIN], keys: [key.jwk, rsaKey.jwk] });
});

beforeEach(() => {
  clock = new HandClock();
  usedRequests = new ReplayGuard(clock, SIGNED_REQUEST_SECONDS);
});

let count = 0;
/** Claims that are right in every part but those given; undefined takes one away. */
function claims(parts: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const iat = seconds(NOW);
  const jti = `request-number-${String(count++).padStart(6, '0')}`;
  const aud = SIGNED_REQUEST_AUDIENCE;
  return { iss: ID, aud, origin: ORIGIN, iat, exp: iat + 300, jti, request: AUTHENTICATE, ...parts };
}

const signed = (
  payload: object | string = claims(),
  header: Readonly<Record<string, unknown>> = {},
  signer = key,
): Promise<string> => signJws(signer, SIGNED_REQUEST_TYPE, payload, header);

function verify(jws: string, parts: Partial<UnverifiedSignedRequest> = {}) {
  const environment = { jose: nodeJose, clock, usedRequests };
  return verifySignedRequest(environment, { jws, service, asker: ASKER, redirect: undefined, ...parts });
}

/** The code a request is refused with; `none` where it is accepted. */
async function refusal(jws: string, parts: Partial<UnverifiedSignedRequest> = {}): Promise<unknown> {
  return verify(jws, parts).then(
    () => 'none',
    (thrown: unknown) => (thrown as { code?: unknown }).code,
  );
}

const encode = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const SIGNATURE = 'ERR_PROTOCOL_REQUEST_SIGNATURE';
const CLAIMS = 'ERR_PROTOCOL_REQUEST_CLAIMS';
const REPLAYED = 'ERR_PROTOCOL_REPLAYED';

describe('a signed request', () => {
  it.each(['ES256', 'ES384', 'EdDSA', 'PS256'] as const)(
    'is what its service asks for, signed with %s',
    async (alg) => {
      const signer = await signingKey('any', alg);
      const jws = await signed(claims(), {}, signer);
      await expect(verify(jws, { service: { ...service, keys: [signer.jwk] } })).resolves.toEqual(AUTHENTICATE);
    },
  );

  it('may be as large as a request with twenty items', async () => {
    const items = Array.from({ length: LIMITS.signItems }, (_, index) => ({
      name: `${index}.txt`,
      content: Buffer.alloc(20_000, index).toString('base64'),
    }));
    const request = await verify(await signed(claims({ request: { operation: 'sign', items } })));
    expect(request).toEqual({ operation: 'sign', format: 'cms', items });
  });

  it('comes by redirect with the way back inside', async () => {
    const { redirectUri: redirect_uri, state } = REDIRECT;
    const jws = await signed(claims({ redirect_uri, state }));
    const asker = { ...ASKER, route: 'redirect' } as const;
    await expect(verify(jws, { asker, redirect: REDIRECT })).resolves.toEqual(AUTHENTICATE);
  });

  it('finds its key among several by kid', async () => {
    const [second, third] = await Promise.all([signingKey('key-2'), signingKey('key-3', 'EdDSA')]);
    const keys = [key.jwk, second.jwk, third.jwk];
    expect(await refusal(await signed(claims(), {}, third), { service: { ...service, keys } })).toBe('none');
    expect(await refusal(await signed(claims(), { kid: 'key-2' }, third), { service: { ...service, keys } })).toBe(
      SIGNATURE,
    );
  });
});

describe('the signature', () => {
  const unsigned = (header: object, signature = ''): string => `${encode(header)}.${encode(claims())}.${signature}`;
  const HEADER = { alg: 'ES256', typ: SIGNED_REQUEST_TYPE, kid: 'key-1' };

  it.each(['none', 'None', 'NONE', ''])('cannot be left out with alg "%s"', async (alg) => {
    for (const signature of ['', 'AA', encode('signature')]) {
      expect(await refusal(unsigned({ ...HEADER, alg }, signature))).toBe(SIGNATURE);
    }
  });

  it('cannot be an HMAC with the public key as secret', async () => {
    const secrets = [
      JSON.stringify(key.jwk),
      createPublicKey({ key: key.jwk as JWK, format: 'jwk' }).export({ type: 'spki', format: 'pem' }),
      createPublicKey({ key: key.jwk as JWK, format: 'jwk' }).export({ type: 'spki', format: 'der' }),
    ];
    for (const secret of secrets) {
      for (const alg of ['HS256', 'ES256']) {
        const input = `${encode({ ...HEADER, alg })}.${encode(claims())}`;
        const signature = createHmac('sha256', secret).update(input).digest('base64url');
        expect(await refusal(`${input}.${signature}`)).toBe(SIGNATURE);
      }
    }
  });

  it.each(['RS256', 'PS384', 'PS256', 'ES256'])('cannot be RSASSA-PKCS1-v1_5 under the name %s', async (alg) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1' } as SignatureJwk;
    const input = `${encode({ ...HEADER, alg })}.${encode(claims())}`;
    const signature = sign('sha256', Buffer.from(input), privateKey).toString('base64url');
    expect(await refusal(`${input}.${signature}`, { service: { ...service, keys: [jwk] } })).toBe(SIGNATURE);
  });

  it('cannot be made with one algorithm and named as another', async () => {
    for (const alg of ['ES384', 'EdDSA', 'PS256']) {
      const [, payload, signature] = (await signed()).split('.');
      expect(await refusal(`${encode({ ...HEADER, alg })}.${payload}.${signature}`)).toBe(SIGNATURE);
    }
  });

  it('cannot be that of a DER encoding', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1' } as SignatureJwk;
    const input = `${encode(HEADER)}.${encode(claims())}`;
    const signature = sign('sha256', Buffer.from(input), privateKey).toString('base64url');
    expect(await refusal(`${input}.${signature}`, { service: { ...service, keys: [jwk] } })).toBe(SIGNATURE);
  });

  it('cannot be of r and s zero', async () => {
    const signature = Buffer.alloc(64).toString('base64url');
    expect(await refusal(unsigned(HEADER, signature))).toBe(SIGNATURE);
  });

  it('is that of the entry, not of another service with the same kid', async () => {
    expect(await refusal(await signed(claims(), {}, otherKey))).toBe(SIGNATURE);
  });

  it('is that of the key it names', async () => {
    expect(await refusal(await signed(claims(), { kid: 'key-9' }))).toBe(SIGNATURE);
    expect(await refusal(await signed(claims(), { kid: 'rsa-1' }))).toBe(SIGNATURE);
    expect(await refusal(await signed(claims(), { kid: '' }))).toBe(SIGNATURE);
    expect(await refusal(await signed(claims(), { kid: undefined }))).toBe(SIGNATURE);
    expect(await refusal(await signed(claims(), { kid: ['key-1'] }))).toBe(SIGNATURE);
  });

  it('is worth nothing without an entry, or with one that has no keys', async () => {
    expect(await refusal(await signed(), { service: undefined })).toBe(SIGNATURE);
    expect(await refusal(await signed(), { service: { ...service, keys: [] } })).toBe(SIGNATURE);
  });

  it('covers header and payload', async () => {
    const [header = '', payload = '', signature = ''] = (await signed()).split('.');
    const otherPayload = encode(claims({ origin: OTHER_ORIGIN }));
    const swapped = encode({ kid: 'key-1', typ: SIGNED_REQUEST_TYPE, alg: 'ES256' });
    const broken = Buffer.from(signature, 'base64url');
    broken[10] = (broken[10] ?? 0) ^ 1;
    expect(await refusal(`${header}.${otherPayload}.${signature}`)).toBe(SIGNATURE);
    expect(await refusal(`${swapped}.${payload}.${signature}`)).toBe(SIGNATURE);
    expect(await refusal(`${header}.${payload}.${broken.toString('base64url')}`)).toBe(SIGNATURE);
    expect(await refusal(`${header}.${payload}.${signature.slice(0, -4)}`)).toBe(SIGNATURE);
  });
});

describe('the header', () => {
  it.each([
    'JWT',
    'jwt',
    'madoguchi-registry+jwt',
    `application/${SIGNED_REQUEST_TYPE}`,
    SIGNED_REQUEST_TYPE.toUpperCase(),
    '',
    undefined,
  ])('with typ %s is refused', async (typ) => {
    expect(await refusal(await signed(claims(), { typ }))).toBe(SIGNATURE);
  });

  it('may not bring along a key or anything else', async () => {
    const attacker = await signingKey('key-1');
    const additions: Record<string, unknown>[] = [
      { jwk: attacker.jwk },
      { jku: 'https://evil.example/keys.json' },
      { x5u: 'https://evil.example/chain.pem' },
      { x5c: ['MIIB'] },
      { x5t: 'AAAA' },
      { 'x5t#S256': 'AAAA' },
      { cty: 'JWT' },
      { zip: 'DEF' },
      { b64: true },
      { unknown: 1 },
    ];
    for (const addition of additions) {
      expect(await refusal(await signed(claims(), addition)), JSON.stringify(addition)).toBe(SIGNATURE);
      expect(await refusal(await signed(claims(), addition, attacker)), JSON.stringify(addition)).toBe(SIGNATURE);
    }
  });

  it('may not have extensions that have to be understood', async () => {
    const unencoded = await new FlattenedSign(new TextEncoder().encode(encode(claims())))
      .setProtectedHeader({ alg: 'ES256', typ: SIGNED_REQUEST_TYPE, kid: 'key-1', b64: false, crit: ['b64'] })
      .sign(key.privateKey);
    expect(await refusal(`${unencoded.protected ?? ''}.${encode(claims())}.${unencoded.signature}`)).toBe(SIGNATURE);
    expect(await refusal(await signed(claims(), { b64: true, crit: ['b64'] }))).toBe(SIGNATURE);
    const crit = await sealed({ alg: 'ES256', typ: SIGNED_REQUEST_TYPE, kid: 'key-1', crit: ['exp'], exp: 1 });
    expect(await refusal(crit)).toBe(SIGNATURE);
    expect(await refusal(await sealed({ alg: 'ES256', typ: SIGNED_REQUEST_TYPE, kid: 'key-1', crit: [] }))).toBe(
      SIGNATURE,
    );
  });

  it('names each member once, however it is escaped', async () => {
    const headers = [
      `{"alg":"ES256","alg":"ES256","typ":"${SIGNED_REQUEST_TYPE}","kid":"key-1"}`,
      `{"alg":"none","alg":"ES256","typ":"${SIGNED_REQUEST_TYPE}","kid":"key-1"}`,
      `{"alg":"ES256","typ":"${SIGNED_REQUEST_TYPE}","kid":"key-1","\\u006bid":"key-1"}`,
    ];
    for (const header of headers) expect(await refusal(await sealed(header)), header).toBe(SIGNATURE);
    expect(await refusal(await sealed(`{"alg":"ES256","typ":"${SIGNED_REQUEST_TYPE}","kid":"key-1"}`))).toBe('none');
  });

  it('is an object of JSON', async () => {
    for (const header of ['[]', 'null', '"ES256"', '{', '\uFEFF{}']) {
      expect(await refusal(await sealed(header)), header).toBe(SIGNATURE);
    }
  });

  /** Correctly signed, whatever the header is. */
  async function sealed(header: object | string): Promise<string> {
    const signer = createPrivateKey({ key: await exportJWK(key.privateKey), format: 'jwk' });
    const input = `${encode(header)}.${encode(claims())}`;
    const signature = sign('sha256', Buffer.from(input), { key: signer, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  }
});

describe('the form', () => {
  it.each(['', '.', '..', 'a.b', 'a..c', 'a.b.c', 'a.b.c.d', 'a.b.c.d.e', '{}', '%.%.%', 'あ.い.う'])(
    '%j is refused',
    async (text) => {
      expect(await refusal(text)).toBe(SIGNATURE);
    },
  );

  it('is compact, and nothing stands around it', async () => {
    const jws = await signed();
    for (const text of [` ${jws}`, `${jws}\n`, `${jws}=`, `${jws}.`, `.${jws}`, `${jws}.${jws}`, `${jws},${jws}`]) {
      expect(await refusal(text)).toBe(SIGNATURE);
    }
    expect(await refusal(jws)).toBe('none');
  });

  it('is not JSON, with one signature or with two', async () => {
    const payload = new TextEncoder().encode(JSON.stringify(claims()));
    const header = { alg: 'ES256', typ: SIGNED_REQUEST_TYPE, kid: 'key-1' };
    const flattened = await new FlattenedSign(payload).setProtectedHeader(header).sign(key.privateKey);
    const general = new GeneralSign(payload);
    for (const { privateKey } of [key, otherKey]) general.addSignature(privateKey).setProtectedHeader(header);
    expect(await refusal(JSON.stringify(flattened))).toBe(SIGNATURE);
    expect(await refusal(JSON.stringify(await general.sign()))).toBe(SIGNATURE);
  });

  it('is no larger than a request may be, and is refused fast', async () => {
    const huge = await signed(JSON.stringify(claims()) + ' '.repeat(LIMITS.bodyBytes));
    const start = processorMilliseconds();
    expect(await refusal(huge)).toBe(SIGNATURE);
    expect(await refusal(`${'a'.repeat(LIMITS.bodyBytes - 4)}.b.c`)).toBe(SIGNATURE);
    expect(await refusal('.'.repeat(LIMITS.bodyBytes))).toBe(SIGNATURE);
    expect(processorMilliseconds() - start).toBeLessThan(1_000);
  });
});

describe('the claims', () => {
  it('are strict JSON', async () => {
    const text = JSON.stringify(claims());
    const again = (name: string, value: string): string => text.replace(/\}$/, `,${JSON.stringify(name)}:${value}}`);
    const payloads = [
      again('origin', JSON.stringify(ORIGIN)),
      again('exp', '9999999999'),
      text.replace(/\}$/, `,"\\u006ati":"another-identifier"}`),
      text.replace('"operation"', '"operation":"sign","operation"'),
      `\uFEFF${text}`,
      `${text}{}`,
      '[]',
      'null',
      '',
      `${'['.repeat(50)}${']'.repeat(50)}`,
    ].filter((payload) => payload !== '');
    for (const payload of payloads) expect(await refusal(await signed(payload)), payload).toBe(CLAIMS);
  });

  it.each<[string, Record<string, unknown>]>([
    ['another audience', { aud: 'urn:madoguchi:v2' }],
    ['the audience in a list', { aud: [SIGNED_REQUEST_AUDIENCE] }],
    ['several audiences', { aud: [SIGNED_REQUEST_AUDIENCE, 'https://other.example'] }],
    ['no audience', { aud: undefined }],
    ['another issuer', { iss: 'other-service' }],
    ['no issuer', { iss: undefined }],
    ['another origin', { origin: OTHER_ORIGIN }],
    ['the origin with a path', { origin: `${ORIGIN}/` }],
    ['the origin in capitals', { origin: ORIGIN.toUpperCase() }],
    ['no origin', { origin: undefined }],
    ['an end in the past', { exp: seconds(NOW) - LIMITS.clockSkewSeconds, iat: seconds(NOW) - 300 }],
    ['a beginning in the future', { iat: seconds(NOW) + LIMITS.clockSkewSeconds + 1, exp: seconds(NOW) + 300 }],
    ['too long a life', { exp: seconds(NOW) + LIMITS.replaySeconds + 1 }],
    ['an end before the beginning', { iat: seconds(NOW) + 10, exp: seconds(NOW) + 5 }],
    ['an end at the beginning', { exp: seconds(NOW) }],
    ['times as text', { iat: String(seconds(NOW)) }],
    ['times in fractions', { iat: seconds(NOW) + 0.5 }],
    ['times in milliseconds', { iat: NOW.getTime(), exp: NOW.getTime() + 1_000 }],
    ['no beginning', { iat: undefined }],
    ['no end', { exp: undefined }],
    ['a time that is no number', { exp: null }],
    ['no identifier', { jti: undefined }],
    ['a short identifier', { jti: 'short' }],
    ['a long identifier', { jti: 'x'.repeat(LIMITS.jtiMax + 1) }],
    ['a claim nobody knows', { nbf: seconds(NOW) }],
    ['no request', { request: undefined }],
    ['a request outside the contract', { request: { ...AUTHENTICATE, extra: 1 } }],
    ['a signed request inside', { request: { signedRequest: 'a.b.c' } }],
    ['an operation nobody knows', { request: { operation: 'decrypt' } }],
  ])('with %s are refused', async (_, parts) => {
    expect(await refusal(await signed(claims(parts)))).toBe(CLAIMS);
  });

  it('name an origin of the entry and of the asker, both', async () => {
    const asker = { ...ASKER, origin: OTHER_ORIGIN };
    expect(await refusal(await signed(claims({ origin: OTHER_ORIGIN })), { asker })).toBe(CLAIMS);
    expect(await refusal(await signed(), { asker })).toBe(CLAIMS);
    const both = { ...service, origins: [ORIGIN, OTHER_ORIGIN] };
    expect(await refusal(await signed(), { asker, service: both })).toBe(CLAIMS);
    expect(await refusal(await signed(claims({ origin: OTHER_ORIGIN })), { asker, service: both })).toBe('none');
  });

  it('allow for clocks that differ a little', async () => {
    const iat = seconds(NOW);
    const slow = { iat: iat - 300, exp: iat - LIMITS.clockSkewSeconds + 1 };
    const fast = { iat: iat + LIMITS.clockSkewSeconds, exp: iat + 300 };
    expect(await refusal(await signed(claims(slow)))).toBe('none');
    expect(await refusal(await signed(claims(fast)))).toBe('none');
  });
});

describe('the way back', () => {
  const { redirectUri: redirect_uri, state } = REDIRECT;

  it.each<[string, Record<string, unknown>]>([
    ['missing', {}],
    ['without state', { redirect_uri }],
    ['without address', { state }],
    ['to another path', { redirect_uri: `${ORIGIN}/other`, state }],
    ['to another origin', { redirect_uri: `${OTHER_ORIGIN}/callback`, state }],
    ['with a query', { redirect_uri: `${redirect_uri}?next=x`, state }],
    ['with another state', { redirect_uri, state: 't'.repeat(22) }],
  ])('%s is refused on a redirect', async (_, parts) => {
    const asker = { ...ASKER, route: 'redirect' } as const;
    expect(await refusal(await signed(claims(parts)), { asker, redirect: REDIRECT })).toBe(CLAIMS);
  });

  it.each(['extension', 'loopback'] as const)('is refused where there is no redirect: %s', async (route) => {
    for (const parts of [{ redirect_uri, state }, { redirect_uri }, { state }]) {
      expect(await refusal(await signed(claims(parts)), { asker: { ...ASKER, route } })).toBe(CLAIMS);
    }
  });
});

describe('jti', () => {
  it('is accepted once', async () => {
    const jws = await signed();
    expect(await refusal(jws)).toBe('none');
    expect(await refusal(jws)).toBe(REPLAYED);
  });

  it('is accepted once from requests at the same time', async () => {
    const jws = await signed();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => refusal(jws)));
    expect(outcomes.filter((outcome) => outcome === 'none')).toHaveLength(1);
  });

  it('is used up by no other signature or claims', async () => {
    const jti = 'the-very-same-identifier';
    expect(await refusal(await signed(claims({ jti })))).toBe('none');
    expect(await refusal(await signed(claims({ jti, exp: seconds(NOW) + 200 })))).toBe(REPLAYED);
  });

  it('is not used up by a request that is refused', async () => {
    const jti = 'an-identifier-of-the-service';
    expect(await refusal(await signed(claims({ jti }), {}, otherKey))).toBe(SIGNATURE);
    expect(await refusal(await signed(claims({ jti, exp: seconds(NOW) - 100, iat: seconds(NOW) - 200 })))).toBe(CLAIMS);
    expect(await refusal(await signed(claims({ jti })), { asker: { ...ASKER, origin: OTHER_ORIGIN } })).toBe(CLAIMS);
    expect(await refusal(await signed(claims({ jti })), { redirect: REDIRECT })).toBe(CLAIMS);
    expect(await refusal(await signed(claims({ jti })))).toBe('none');
  });

  it('of one service says nothing about another', async () => {
    const jti = 'chosen-by-two-services';
    const other = serviceEntry({ id: 'other-service', origins: [ORIGIN], keys: [otherKey.jwk] });
    expect(await refusal(await signed(claims({ jti })))).toBe('none');
    expect(await refusal(await signed(claims({ jti, iss: other.id }), {}, otherKey), { service: other })).toBe('none');
  });

  it('is remembered for as long as any clock lets the request live', async () => {
    const iat = seconds(NOW) + LIMITS.clockSkewSeconds;
    const jws = await signed(claims({ iat, exp: iat + LIMITS.replaySeconds }));
    expect(await refusal(jws)).toBe('none');
    const end = (LIMITS.replaySeconds + 2 * LIMITS.clockSkewSeconds) * 1_000;
    clock.milliseconds += end - 1;
    expect(await refusal(jws)).toBe(REPLAYED);
    clock.milliseconds += 1;
    expect(await refusal(jws)).toBe(CLAIMS);
  });
});
