import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ReplayGuard } from '../../../main/core/bridge/replay-guard.js';
import { SIGNED_REQUEST_SECONDS, verifySignedRequest } from '../../../main/core/bridge/signed-request.js';
import { nodeJose } from '../../../main/node/jose.js';
import { systemClock } from '../../../main/node/system.js';
import { registryServiceSchema, signatureJwkSchema, type OperationRequest } from '../../../sdk/protocol/index.js';
import {
  createChallengeNonce,
  createRedirectState,
  signOperationRequest,
  type ServicePrivateJwk,
  type SignOperationRequestOptions,
} from '../../../sdk/verifier/index.js';

const origin = 'https://service.example.jp';
const request = { operation: 'authenticate', challengeNonce: createChallengeNonce() } as const;

function keyPair(kind: 'P-256' | 'P-384' | 'Ed25519' | 'RSA'): ServicePrivateJwk {
  const generate = {
    'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    'P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    Ed25519: () => generateKeyPairSync('ed25519'),
    RSA: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  };
  return { ...generate[kind]().privateKey.export({ format: 'jwk' }), kid: kind };
}

const key = keyPair('P-256');
const options: SignOperationRequestOptions = { key, service: 'tax', origin };

function publicHalf({ kty, crv, x, y, n, e, kid }: ServicePrivateJwk): unknown {
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e, kid }));
}

/** As the client checks it. */
function check(
  jws: string,
  by: ServicePrivateJwk,
  redirect?: { redirectUri: string; state: string },
): Promise<OperationRequest> {
  const name = { ja: '税', en: 'Tax' };
  const keys = [signatureJwkSchema.parse(publicHalf(by))];
  const service = registryServiceSchema.parse({
    id: 'tax',
    name,
    operator: name,
    origins: [origin],
    keys,
    operations: ['authenticate', 'sign'],
  });
  const environment = {
    jose: nodeJose,
    clock: systemClock,
    usedRequests: new ReplayGuard(systemClock, SIGNED_REQUEST_SECONDS),
  };
  const asker = { origin, route: redirect ? 'redirect' : 'loopback', caller: { kind: 'unknown' } } as const;
  return verifySignedRequest(environment, { jws, service, asker, redirect });
}

describe('a request that a service signs', () => {
  it.each(['P-256', 'P-384', 'Ed25519', 'RSA'] as const)('is taken by the client, signed with %s', async (kind) => {
    const by = keyPair(kind);
    expect(await check(await signOperationRequest(request, { ...options, key: by }), by)).toEqual(request);
  });

  it('repeats the redirect', async () => {
    const redirect = { redirectUri: `${origin}/callback`, state: createRedirectState() };
    const items = [{ name: 'a', content: 'YQ==' }];
    const jws = await signOperationRequest({ operation: 'sign', items }, { ...options, redirect });
    expect(await check(jws, key, redirect)).toMatchObject({ operation: 'sign', items });
    await expect(check(jws, key, { ...redirect, state: createRedirectState() })).rejects.toMatchObject({
      code: 'ERR_PROTOCOL_REQUEST_CLAIMS',
    });
  });

  it('is another each time, and lasts as long as it says', async () => {
    const jws = await Promise.all([1, 2].map(() => signOperationRequest(request, { ...options, lifetimeSeconds: 10 })));
    expect(new Set(jws.map((each) => each.split('.')[1])).size).toBe(2);
    const past = await signOperationRequest(request, { ...options, now: () => Date.now() - 400_000 });
    await expect(check(past, key)).rejects.toMatchObject({ code: 'ERR_PROTOCOL_REQUEST_CLAIMS' });
  });
});

describe('misuse is a TypeError', () => {
  it.each([
    ['a public key', { key: publicHalf(key) as ServicePrivateJwk }],
    ['a key without kid', { key: { ...key, kid: undefined as unknown as string } }],
    ['a symmetric key', { key: { kty: 'oct', k: 'AAAA', kid: 'x', d: 'AAAA' } }],
    ['a service in capitals', { service: 'Tax' }],
    ['eleven minutes', { lifetimeSeconds: 660 }],
    ['no time', { lifetimeSeconds: 0 }],
    ['a state that is too short', { redirect: { redirectUri: `${origin}/callback`, state: 'short' } }],
  ])('%s', async (_, changes) => {
    await expect(signOperationRequest(request, { ...options, ...changes })).rejects.toThrow(TypeError);
  });

  it('a request that is none', async () => {
    const short = { operation: 'authenticate', challengeNonce: 'short' } as const;
    await expect(signOperationRequest(short, options)).rejects.toThrow(TypeError);
  });
});
