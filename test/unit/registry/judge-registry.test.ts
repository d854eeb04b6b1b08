import { beforeAll, describe, expect, it } from 'vitest';
import { judgeRegistry, type JudgedRegistry, type RegistryTrust } from '../../../main/core/registry/judge-registry.js';
import { nodeJose } from '../../../main/node/jose.js';
import { systemClock } from '../../../main/node/system.js';
import { LIMITS, REGISTRY_TYPE, SIGNED_REQUEST_TYPE } from '../../../sdk/protocol/index.js';
import {
  decryptionKey,
  registryClaims,
  seconds,
  serviceEntry,
  signingKey,
  signJws,
  type RegistryParts,
  type SigningKey,
} from '../../support/signed-registry.js';

const NOW = new Date('2026-11-21T03:00:00Z');
const T = seconds(NOW);
const clock = { ...systemClock, now: () => NOW };

let key: SigningKey;
let stranger: SigningKey;
let trust: RegistryTrust;

beforeAll(async () => {
  [key, stranger] = await Promise.all([signingKey(), signingKey()]);
  trust = { keys: [key.jwk], loopbackOrigins: false };
});

const judge = (jws: string, by = trust): Promise<JudgedRegistry> => judgeRegistry({ jose: nodeJose, clock }, jws, by);
const outcome = (judged: JudgedRegistry): string => ('fault' in judged ? judged.fault : 'accepted');

async function outcomeOf(payload: object | string, header = {}, { signer = key, by = trust } = {}): Promise<string> {
  return outcome(await judge(await signJws(signer, REGISTRY_TYPE, payload, header), by));
}

const claims = (parts: RegistryParts = {}) => registryClaims(parts, NOW);
const service = (id: string, ...origins: string[]) => serviceEntry({ id, origins });

describe('a registry', () => {
  it.each(['ES256', 'ES384', 'EdDSA', 'PS256'] as const)('is taken with a trusted key of %s', async (algorithm) => {
    const signer = await signingKey('any', algorithm);
    const by = { ...trust, keys: [key.jwk, signer.jwk] };
    const content = claims({ services: [service('one', 'https://one.example')] });
    const judged = await judge(await signJws(signer, REGISTRY_TYPE, content), by);
    expect(judged).toEqual({ claims: content });
  });

  it('may have the most services that there can be', async () => {
    const services = Array.from({ length: 2_000 }, (_, index) => ({
      ...service(`service-${index}`, `https://service-${index}.example`, `https://login.service-${index}.example`),
      keys: [key.jwk, stranger.jwk].map((jwk, number) => ({ ...jwk, kid: `key-${number}` })),
    }));
    expect(await outcomeOf(claims({ services }))).toBe('accepted');
  });
});

describe('the signature of a registry', () => {
  it('is that of a trusted key', async () => {
    expect(await outcomeOf(claims(), {}, { signer: stranger })).toBe('signature');
    expect(await outcomeOf(claims(), { kid: 'other' })).toBe('signature');
    expect(await outcomeOf(claims(), {}, { by: { ...trust, keys: [] } })).toBe('signature');
  });

  it('covers every character', async () => {
    const jws = await signJws(key, REGISTRY_TYPE, claims());
    const [header = '', payload = '', signature = ''] = jws.split('.');
    const other = Buffer.from(JSON.stringify(claims({ version: 2 }))).toString('base64url');
    for (const text of [
      `${header}.${other}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      ` ${jws}`,
      '',
    ]) {
      expect(outcome(await judge(text))).toBe('signature');
    }
    expect(outcome(await judge(jws))).toBe('accepted');
  });

  it.each<[string, Record<string, unknown>]>([
    ['a request’s type', { typ: SIGNED_REQUEST_TYPE }],
    ['no type', { typ: undefined }],
    ['a key of its own', { jwk: {} }],
    ['a place for keys', { jku: 'https://evil.example' }],
    ['a certificate', { x5c: ['MIIB'] }],
    ['an extension', { b64: true, crit: ['b64'] }],
    ['a member nobody knows', { extra: 1 }],
  ])('counts for nothing with %s in the header', async (_, header) => {
    expect(await outcomeOf(claims(), header)).toBe('signature');
  });

  it('cannot be left out', async () => {
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const header = encode({ alg: 'none', typ: REGISTRY_TYPE, kid: key.jwk.kid });
    for (const signature of ['', 'AA']) {
      expect(outcome(await judge(`${header}.${encode(claims())}.${signature}`))).toBe('signature');
    }
  });
});

describe('the content of a registry', () => {
  it('is strict JSON', async () => {
    const text = JSON.stringify(claims());
    for (const payload of [
      text.replace(/\}$/, ',"version":9}'),
      text.replace(/\}$/, ',"\\u0076ersion":9}'),
      `\uFEFF${text}`,
      `${text},`,
      '[]',
      `${'['.repeat(20)}${']'.repeat(20)}`,
      `[${'0,'.repeat(600_000)}0]`,
    ]) {
      expect(await outcomeOf(payload)).toBe('content');
    }
  });

  it('has no member that nobody knows, and all that are needed', async () => {
    expect(await outcomeOf({ ...claims(), extra: 1 })).toBe('content');
    expect(await outcomeOf({ ...claims(), exp: undefined })).toBe('content');
    expect(await outcomeOf({ ...claims(), version: 0 })).toBe('content');
    expect(await outcomeOf({ ...claims(), version: '1' })).toBe('content');
  });

  it.each([
    'http://one.example',
    'http://localhost:3000',
    'https://one.example/',
    'https://one.example/path',
    'https://ONE.example',
    'https://one.example:443',
    'https://user@one.example',
    'https://例え.jp',
    'https://*.one.example',
    'one.example',
    'null',
    '',
  ])('has exact https origins; %j is none', async (origin) => {
    expect(await outcomeOf(claims({ services: [service('one', origin)] }))).toBe('content');
    expect(await outcomeOf(claims({ services: [service('one', 'https://one.example', origin)] }))).toBe('content');
  });

  it('has http origins on this PC only in a developer’s own registry, and no others there', async () => {
    const by = { ...trust, loopbackOrigins: true };
    for (const origin of ['http://localhost:3000', 'http://127.0.0.1:8080', 'http://[::1]:8080']) {
      expect(await outcomeOf(claims({ services: [service('one', origin)] }), {}, { by })).toBe('accepted');
    }
    expect(await outcomeOf(claims({ services: [service('one', 'http://one.example')] }), {}, { by })).toBe('content');
  });

  it('lists an origin, a service, a verifier once', async () => {
    const one = service('one', 'https://one.example');
    expect(await outcomeOf(claims({ services: [one, service('two', 'https://two.example')] }))).toBe('accepted');
    expect(await outcomeOf(claims({ services: [one, service('two', 'https://one.example')] }))).toBe('content');
    expect(await outcomeOf(claims({ services: [one, service('one', 'https://two.example')] }))).toBe('content');
    const { jwk } = await decryptionKey();
    const verifier = { id: 'verifier', name: one.name, operator: one.operator, keys: [jwk] };
    expect(await outcomeOf(claims({ verifiers: [verifier] }))).toBe('accepted');
    expect(await outcomeOf(claims({ verifiers: [verifier, verifier] }))).toBe('content');
    expect(await outcomeOf(claims({ verifiers: [{ ...verifier, keys: [jwk, jwk] }] }))).toBe('content');
  });

  it('has one key for each kid of an entry', async () => {
    const entry = service('one', 'https://one.example');
    const keys = [key.jwk, stranger.jwk];
    expect(await outcomeOf(claims({ services: [{ ...entry, keys }] }))).toBe('content');
    const renamed = keys.map((jwk, index) => ({ ...jwk, kid: `key-${index}` }));
    expect(await outcomeOf(claims({ services: [{ ...entry, keys: renamed }] }))).toBe('accepted');
  });

  it('holds no private key', async () => {
    const entry = service('one', 'https://one.example');
    expect(await outcomeOf(claims({ services: [{ ...entry, keys: [{ ...key.jwk, d: 'AAAA' } as never] }] }))).toBe(
      'content',
    );
  });
});

describe('the dates of a registry', () => {
  it.each([
    ['expired', { exp: T }],
    ['expired', { iat: T - 100, exp: T - 1 }],
    ['accepted', { exp: T + 1 }],
    ['not-yet-valid', { iat: T + LIMITS.clockSkewSeconds + 1 }],
    ['accepted', { iat: T + LIMITS.clockSkewSeconds }],
    ['content', { iat: T, exp: T }],
    ['content', { iat: T, exp: T - 100 }],
  ])('%s: %o', async (expected, dates) => {
    expect(await outcomeOf(claims(dates))).toBe(expected);
  });
});
