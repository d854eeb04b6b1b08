import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { judgeRequest, type JudgedRequest, type JudgeEnvironment } from '../../../main/core/bridge/judge-request.js';
import type { Asker } from '../../../main/core/bridge/asker.js';
import { ReplayGuard } from '../../../main/core/bridge/replay-guard.js';
import { ClientError } from '../../../main/core/errors.js';
import { DEFAULT_POLICY, type Policy } from '../../../main/core/policy/policy.js';
import type { SiteMemory } from '../../../main/core/ports.js';
import { nodeJose } from '../../../main/node/jose.js';
import { systemClock } from '../../../main/node/system.js';
import {
  openSessionRequestSchema,
  registryVerifierSchema,
  type RegistryVerifier,
} from '../../../sdk/protocol/index.js';
import {
  decryptionKey,
  serviceEntry,
  signingKey,
  signRequest,
  type DecryptionKey,
  type SigningKey,
} from '../../support/signed-registry.js';
import {
  asker,
  AUTHENTICATE,
  fakeRegistry,
  memorySites,
  NONCE,
  ORIGIN,
  OTHER_ORIGIN,
  type RegistryContent,
} from './fakes.js';

const SIGN = { operation: 'sign', items: [{ name: 'a', content: '' }] };
const READ = { operation: 'readAttributes', required: ['name'], purpose: 'x' };
const REDIRECT = { redirectUri: `${ORIGIN}/callback`, state: 's'.repeat(22) };
const NAME = { ja: '試験サービス', en: 'Test service' };
const OPERATOR = { ja: '試験運営者', en: 'Test operator' };

const byExtension = asker(ORIGIN, { route: 'extension' });
const byRedirect = asker(ORIGIN, { route: 'redirect' });

let key: SigningKey;
let encryption: DecryptionKey;
let verifier: RegistryVerifier;
let sites: SiteMemory;

beforeAll(async () => {
  key = await signingKey();
  encryption = await decryptionKey();
  const keys = [encryption.jwk, (await decryptionKey('older', 'RSA-OAEP-256')).jwk];
  verifier = registryVerifierSchema.parse({ id: 'verifier', name: NAME, operator: OPERATOR, keys });
});

beforeEach(() => {
  sites = memorySites();
});

interface Circumstances extends RegistryContent {
  readonly from?: Asker;
  readonly request?: unknown;
  readonly policy?: Partial<Policy>;
  readonly redirect?: typeof REDIRECT;
  readonly admit?: JudgeEnvironment['admit'];
}

function judge(circumstances: Circumstances): Promise<JudgedRequest> {
  const { from = asker(), request = AUTHENTICATE, policy, redirect, admit = () => undefined } = circumstances;
  const environment = {
    registry: fakeRegistry(circumstances),
    policy: () => ({ ...DEFAULT_POLICY, ...policy }),
    sites,
    jose: nodeJose,
    clock: systemClock,
    usedRequests: new ReplayGuard(systemClock, 600),
    admit,
  };
  return judgeRequest(environment, from, { unverifiedRequest: openSessionRequestSchema.parse(request), redirect });
}

const service = (parts: Parameters<typeof serviceEntry>[0] | object = {}) => [
  serviceEntry({ id: 'service', origins: [ORIGIN], keys: [key.jwk], ...parts }),
];

async function signed(request: object = AUTHENTICATE, claims: object = {}): Promise<{ signedRequest: string }> {
  const all = { iss: 'service', origin: ORIGIN, request: request as typeof AUTHENTICATE, ...claims };
  return { signedRequest: await signRequest(key, all) };
}

/** The code it is refused with; `none` where the person is asked. */
async function refusal(circumstances: Circumstances): Promise<string> {
  try {
    await judge(circumstances);
    return 'none';
  } catch (thrown) {
    if (thrown instanceof ClientError) return thrown.code;
    throw thrown;
  }
}

describe('what the person is told of an origin', () => {
  it('that no registry lists is the origin alone', async () => {
    const { requester } = await judge({ services: service(), from: asker(OTHER_ORIGIN) });
    expect(requester).toEqual({
      kind: 'origin',
      origin: OTHER_ORIGIN,
      route: 'loopback',
      caller: { kind: 'unknown' },
      confirmed: true,
      standing: { level: 'unlisted' },
    });
  });

  it('that resembles a listed one is which', async () => {
    const lookAlike = { origin: ORIGIN, name: NAME };
    const { requester } = await judge({ lookAlike, from: asker(OTHER_ORIGIN) });
    expect(requester.standing).toEqual({ level: 'unlisted', lookAlike });
    // A listed one resembles nobody.
    expect((await judge({ lookAlike, services: service() })).requester.standing).not.toHaveProperty('lookAlike');
  });

  it('that is listed is the registry’s name, and verified only where this very request is signed', async () => {
    const named = { serviceId: 'service', name: NAME, operator: OPERATOR };
    const plain = await judge({ services: service() });
    expect(plain.requester.standing).toEqual({ level: 'listed', ...named });
    const verified = await judge({ services: service(), request: await signed() });
    expect(verified.requester.standing).toEqual({ level: 'verified', ...named });
    expect(verified.request).toEqual(plain.request);
  });

  it('is its neighbour’s only where it is equal to the letter', async () => {
    for (const origin of [
      `${ORIGIN}:8443`,
      ORIGIN.replace('https', 'http'),
      ORIGIN.replace('service', 'www.service'),
    ]) {
      const { requester } = await judge({ services: service(), from: asker(origin) });
      expect(requester.standing.level).toBe('unlisted');
    }
  });

  it('is its host in Unicode too, and the program that called', async () => {
    const caller = { kind: 'browser', name: 'Firefox' } as const;
    const { requester } = await judge({ from: asker('https://xn--r8jz45g.jp', { caller }) });
    expect(requester).toMatchObject({ unicodeOrigin: 'https://例え.jp', caller });
  });

  it('is that nobody confirmed it, on a redirect that is not signed', async () => {
    expect((await judge({ from: byRedirect, redirect: REDIRECT })).requester.confirmed).toBe(false);
    const claims = { redirect_uri: REDIRECT.redirectUri, state: REDIRECT.state };
    const request = await signed(AUTHENTICATE, claims);
    const confirmed = await judge({ from: byRedirect, redirect: REDIRECT, services: service(), request });
    expect(confirmed.requester).toMatchObject({ confirmed: true, standing: { level: 'verified' } });
  });
});

describe('a signed request', () => {
  it('of another origin’s entry is refused', async () => {
    const services = [...service({ id: 'other', origins: [OTHER_ORIGIN], keys: [] }), ...service()];
    const request = await signed();
    expect(await refusal({ services, from: asker(OTHER_ORIGIN), request })).toBe('ERR_PROTOCOL_REQUEST_SIGNATURE');
    expect(await refusal({ from: asker(), request })).toBe('ERR_PROTOCOL_REQUEST_SIGNATURE');
  });

  it('is demanded where the entry says so, on every route', async () => {
    const services = service({ requiresSignedRequests: true });
    for (const from of [asker(), byExtension, byRedirect]) {
      expect(await refusal({ services, from })).toBe('ERR_POLICY_REQUEST_UNSIGNED');
    }
    expect(await refusal({ services, request: await signed() })).toBe('none');
  });

  it.each([SIGN, READ])('is demanded by redirect for $operation', async (request) => {
    expect(await refusal({ services: service(), from: byRedirect, redirect: REDIRECT, request })).toBe(
      'ERR_POLICY_REQUEST_UNSIGNED',
    );
    const claims = { redirect_uri: REDIRECT.redirectUri, state: REDIRECT.state };
    const whole = await signed(request, claims);
    expect(await refusal({ services: service(), from: byRedirect, redirect: REDIRECT, request: whole })).toBe('none');
  });

  it('is not looked at where there is no room for it', async () => {
    const admit = (): void => {
      throw new ClientError('ERR_PROTOCOL_BUSY', 'no room', { retriable: true });
    };
    expect(await refusal({ admit, request: { signedRequest: 'a.b.c' } })).toBe('ERR_PROTOCOL_BUSY');
  });
});

describe('an entry’s operations', () => {
  it.each([
    [SIGN, ['authenticate', 'readAttributes']],
    [READ, ['authenticate', 'sign']],
    [AUTHENTICATE, ['sign']],
  ])('bound what it may ask: $0.operation', async (request, operations) => {
    const services = service({ operations });
    expect(await refusal({ services, request })).toBe('ERR_POLICY_OPERATION');
    expect(await refusal({ services, request: await signed(request) })).toBe('ERR_POLICY_OPERATION');
    expect(await refusal({ services: service(), request })).toBe('none');
  });
});

describe('the signing certificate', () => {
  it('goes to an unlisted origin after a question of its own, freely, or never, as policy says', async () => {
    const request = SIGN;
    expect((await judge({ request })).terms).toEqual({ separateStep: 'unlisted-signing' });
    expect((await judge({ request, policy: { unlistedSigning: 'allow' } })).terms).toEqual({});
    expect(await refusal({ request, policy: { unlistedSigning: 'refuse' } })).toBe('ERR_POLICY_OPERATION');
  });

  it('takes no further question from a listed one, whatever the policy for others', async () => {
    const circumstances = { services: service(), request: SIGN, policy: { unlistedSigning: 'refuse' } as const };
    expect((await judge(circumstances)).terms).toEqual({});
    expect((await judge({ ...circumstances, request: await signed(SIGN) })).terms).toEqual({});
  });

  it.each([AUTHENTICATE, READ])('has nothing to do with $operation', async (request) => {
    expect((await judge({ request, policy: { unlistedSigning: 'refuse' } })).terms).not.toHaveProperty('separateStep');
  });
});

describe('encryption', () => {
  const toVerifier = { ...AUTHENTICATE, encryptTo: { verifier: 'verifier' } };

  it('to a verifier names it and takes its first key', async () => {
    const { terms, encryptionKey } = await judge({ verifiers: [verifier], request: toVerifier });
    expect(terms.recipient).toEqual({ kind: 'verifier', id: 'verifier', name: NAME, operator: OPERATOR });
    expect(encryptionKey).toEqual(encryption.jwk);
  });

  it('to a verifier nobody knows is refused', async () => {
    expect(await refusal({ request: toVerifier })).toBe('ERR_PROTOCOL_VERIFIER_UNKNOWN');
    const request = { ...AUTHENTICATE, encryptTo: { verifier: 'verifie' } };
    expect(await refusal({ verifiers: [verifier], request })).toBe('ERR_PROTOCOL_VERIFIER_UNKNOWN');
  });

  it('to a key of the site’s own needs policy, and is told as what it is', async () => {
    const request = { ...SIGN, challengeNonce: NONCE, encryptTo: { jwk: encryption.jwk } };
    const circumstances = { services: service(), verifiers: [verifier], request };
    // The very key of a verifier is no verifier: what is told comes from the registry's name alone.
    expect(await refusal(circumstances)).toBe('ERR_POLICY_ENCRYPTION_KEY');
    const { terms, encryptionKey } = await judge({ ...circumstances, policy: { requesterKeys: 'allow' } });
    expect(terms.recipient).toEqual({ kind: 'requester-key' });
    expect(encryptionKey).toEqual(encryption.jwk);
  });

  it('to what is no key is refused before anybody is asked', async () => {
    const unusable = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'B'.repeat(43), kid: 'x' } as const;
    const request = { ...AUTHENTICATE, encryptTo: { jwk: unusable } };
    expect(await refusal({ request, policy: { requesterKeys: 'allow' } })).toBe('ERR_PROTOCOL_MALFORMED');
    const verifiers = [{ ...verifier, keys: [unusable] }];
    await expect(judge({ verifiers, request: toVerifier })).rejects.toThrow();
  });

  it('that is not asked for leaves the result to whoever asks', async () => {
    const { terms, encryptionKey } = await judge({ verifiers: [verifier] });
    expect(terms).not.toHaveProperty('recipient');
    expect(encryptionKey).toBeUndefined();
  });
});

describe('a blocked site', () => {
  it('may ask nothing, on any route, signed or not', async () => {
    await sites.block(ORIGIN, true);
    const request = await signed();
    for (const from of [asker(), byExtension, byRedirect]) {
      expect(await refusal({ services: service(), from })).toBe('ERR_USER_BLOCKED');
      expect(await refusal({ services: service(), from, request })).toBe('ERR_USER_BLOCKED');
    }
    expect(await refusal({ from: asker(OTHER_ORIGIN) })).toBe('none');
  });

  it('is told so before anything else', async () => {
    await sites.block(ORIGIN, true);
    const admit = (): void => {
      throw new ClientError('ERR_PROTOCOL_RATE_LIMITED', 'wait', { retriable: true });
    };
    const services = service({ requiresSignedRequests: true });
    expect(await refusal({ services, admit })).toBe('ERR_USER_BLOCKED');
  });

  it('loses nothing but that, where what anybody could have sent was blocked', async () => {
    await sites.block(ORIGIN, false);
    expect(await refusal({ from: byRedirect, redirect: REDIRECT })).toBe('ERR_USER_BLOCKED');
    for (const from of [asker(), byExtension]) expect(await refusal({ from })).toBe('none');
    const claims = { redirect_uri: REDIRECT.redirectUri, state: REDIRECT.state };
    const request = await signed(AUTHENTICATE, claims);
    expect(await refusal({ services: service(), from: byRedirect, redirect: REDIRECT, request })).toBe('none');
  });

  it('stays silent where it cannot be known whether it is one', async () => {
    sites = {
      ...sites,
      isBlocked: () => {
        throw new ClientError('ERR_INTERNAL_FILE', 'damaged');
      },
    };
    expect(await refusal({})).toBe('ERR_INTERNAL_FILE');
  });
});

describe('a remembered consent', () => {
  it('is offered, and then counts, for log-ins by extension', async () => {
    expect((await judge({ from: byExtension })).terms).toEqual({ remembered: 'may-be' });
    await sites.remember(ORIGIN, 'authenticate');
    expect((await judge({ from: byExtension })).terms).toEqual({ remembered: 'is' });
  });

  it('is one origin’s alone', async () => {
    await sites.remember(ORIGIN, 'authenticate');
    const { terms } = await judge({ from: asker(OTHER_ORIGIN, { route: 'extension' }) });
    expect(terms).toEqual({ remembered: 'may-be' });
  });

  it.each<[string, Circumstances]>([
    ['over the loopback, where a program can claim any origin', { from: asker() }],
    [
      'by an extension that names no browser',
      { from: asker(ORIGIN, { route: 'extension', caller: { kind: 'unknown' } }) },
    ],
    ['by redirect', { from: byRedirect, redirect: REDIRECT }],
    ['for a signature', { from: byExtension, request: SIGN, policy: { unlistedSigning: 'allow' } }],
    ['for attributes', { from: byExtension, request: READ }],
    ['against policy', { from: byExtension, policy: { rememberedConsent: 'refuse' } }],
  ])('does not exist %s', async (_, circumstances) => {
    for (const operation of ['authenticate', 'sign', 'readAttributes'] as const)
      await sites.remember(ORIGIN, operation);
    expect((await judge(circumstances)).terms).not.toHaveProperty('remembered');
  });

  it('does not exist where the result is encrypted: who can read it is to be read', async () => {
    await sites.remember(ORIGIN, 'authenticate');
    const request = { ...AUTHENTICATE, encryptTo: { verifier: 'verifier' } };
    const { terms } = await judge({ from: byExtension, verifiers: [verifier], request });
    expect(terms).not.toHaveProperty('remembered');
  });
});
