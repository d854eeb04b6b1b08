import { beforeEach, describe, expect, it } from 'vitest';
import type { SignableItem } from '../../../main/core/documents/signable-item.js';
import { DEFAULT_POLICY, type Policy } from '../../../main/core/policy/policy.js';
import { systemRandom } from '../../../main/node/system.js';
import { checkSignRequest } from '../../../main/core/bridge/check-sign-request.js';
import { parseStrictJson } from '../../../main/core/bridge/strict-json.js';
import {
  LIMITS,
  operationRequestSchema,
  registryServiceSchema,
  sessionResultSchema,
  type RegistryService,
  type SignRequest,
} from '../../../sdk/protocol/index.js';
import { errorCode } from '../../support/error-code.js';
import { bridgeUnderTest, codeOf, type BridgeUnderTest } from './bridge-under-test.js';
import { asker, at, fakeRegistry, NONCE, only, ORIGIN, OTHER_ORIGIN } from './fakes.js';
import { detachedItems, signEach } from './signing-fakes.js';

const base64 = (length: number): string => Buffer.alloc(length, 7).toString('base64');
const DIGEST = { name: '申請.zip', digest: { algorithm: 'SHA-256', value: base64(32) } } as const;
const CONTENT = { name: 'a', content: 'AAAA' } as const;
const RAW = { operation: 'sign', format: 'raw-digest', items: [DIGEST] } as const;

function service(entry: Partial<RegistryService> = {}): RegistryService {
  const name = { ja: '市役所', en: 'City' };
  const operations = ['authenticate', 'sign'];
  return registryServiceSchema.parse({ id: 'city', name, operator: name, origins: [ORIGIN], operations, ...entry });
}

function bridgeWith({ entry, policy = {} }: { entry?: Partial<RegistryService>; policy?: Partial<Policy> } = {}) {
  const registry = fakeRegistry({ services: entry ? [service(entry)] : [] });
  return bridgeUnderTest({ registry, random: systemRandom, policy: () => ({ ...DEFAULT_POLICY, ...policy }) });
}

const items = (count: number): readonly object[] => Array.from({ length: count }, () => CONTENT);

describe('the registry entry', () => {
  it('lets nobody have digests signed where it does not say so', () => {
    expect(service().rawDigest).toBe(false);
  });
});

describe('a request for bare digests', () => {
  const permitted = { entry: { rawDigest: true } };

  it.each([
    ['an origin that no registry lists', {}],
    ['a listed origin without permission', { entry: {} }],
    ['an origin while policy permits another', { policy: { rawDigestOrigins: [OTHER_ORIGIN] } }],
    ['an origin whose other port policy permits', { policy: { rawDigestOrigins: [`${ORIGIN}:8443`] } }],
    ['a listed origin whose entry is not for signing', { entry: { rawDigest: true, operations: ['authenticate'] } }],
  ] as const)('of %s is refused before anybody is asked', async (_, settings) => {
    const under = bridgeWith(settings as Parameters<typeof bridgeWith>[0]);
    expect(codeOf(await under.tryOpen(asker(), RAW))).toBe('ERR_POLICY_OPERATION');
    expect(under.operations.calls).toBe(0);
  });

  it.each([
    ['whose entry permits it', permitted, undefined],
    ['that policy permits', { policy: { rawDigestOrigins: [ORIGIN] } }, 'unlisted-signing'],
  ] as const)('of an origin %s is put before the person', async (_, settings, separateStep) => {
    const under = bridgeWith(settings);
    await under.open(asker(), RAW);
    expect(only(under.operations.signings).request.separateStep).toBe(separateStep);
  });

  it('is permission for digests alone: documents go on being documents', async () => {
    const under = bridgeWith(permitted);
    await under.open(asker(), { operation: 'sign', format: 'cades', items: [CONTENT] });
    expect(only(detachedItems(only(under.operations.signings).request.items)).format).toBe('cades');
  });

  it.each(['SHA-256', 'SHA-384', 'SHA-512'] as const)('hands a %s over as it is', async (algorithm) => {
    const length = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 }[algorithm];
    const under = bridgeWith(permitted);
    await under.open(asker(), { ...RAW, items: [{ name: 'a', digest: { algorithm, value: base64(length) } }] });
    const item = only(only(under.operations.signings).request.items);
    const prepared = await item.prepare(new AbortController().signal);
    expect(prepared).toMatchObject({ kind: 'digest', algorithm, digest: new Uint8Array(length).fill(7) });
  });

  it('answers with the bare value and the certificate', async () => {
    const under = bridgeWith(permitted);
    const id = await under.open(asker(), RAW);
    const { request, resolve } = only(under.operations.signings);
    resolve(await signEach(request.items, Uint8Array.of(1, 2, 3)));
    const envelope = await settled(under, id);
    const signed = { status: 'signed', name: '申請.zip', signature: 'AQID', certificate: 'MAE=' };
    expect(envelope).toEqual({ ok: true, result: { status: 'done', output: { operation: 'sign', items: [signed] } } });
    expect(sessionResultSchema.safeParse(envelope.ok && envelope.result).success).toBe(true);
  });

  const digest = (algorithm: unknown, value: unknown): object => ({ name: 'a', digest: { algorithm, value } });
  it.each<[string, object]>([
    ['SHA-1', digest('SHA-1', base64(20))],
    ['MD5', digest('MD5', base64(16))],
    ['an algorithm in lower case', digest('sha-256', base64(32))],
    ['no algorithm', { name: 'a', digest: { value: base64(32) } }],
    ['a SHA-256 of 20 octets', digest('SHA-256', base64(20))],
    ['a SHA-256 of 31 octets', digest('SHA-256', base64(31))],
    ['a SHA-256 of 33 octets', digest('SHA-256', base64(33))],
    ['a SHA-256 called SHA-384', digest('SHA-384', base64(32))],
    ['a SHA-512 called SHA-256', digest('SHA-256', base64(64))],
    ['a SHA-384 of 49 octets', digest('SHA-384', base64(49))],
    ['a SHA-512 with bits set after its last octet', digest('SHA-512', `${'A'.repeat(85)}B==`)],
    ['a whole DigestInfo', digest('SHA-256', base64(51))],
    ['hexadecimal', digest('SHA-256', '07'.repeat(32))],
    ['a newline at the end', digest('SHA-256', `${base64(32)}\n`)],
    ['a digest without its algorithm', { name: 'a', digest: base64(32) }],
    ['a digest with its content', { ...DIGEST, content: 'AAAA' }],
    ['another member', { name: 'a', digest: { ...DIGEST.digest, mgf: 'MGF1' } }],
    ['content in its place', CONTENT],
    ['an upload in its place', { name: 'a', upload: 'A'.repeat(43) }],
  ])('with %s is no message of the contract', async (_, item) => {
    const under = bridgeWith(permitted);
    expect(codeOf(await under.tryOpen(asker(), { ...RAW, items: [item] }))).toBe('ERR_PROTOCOL_MALFORMED');
    expect(codeOf(await under.tryOpen(asker(), { ...RAW, items: [DIGEST, item] }))).toBe('ERR_PROTOCOL_MALFORMED');
    expect(under.operations.calls).toBe(0);
  });

  it.each(['cms', 'cades', undefined])('does not hide behind the format %s', async (format) => {
    const under = bridgeWith(permitted);
    const request = { operation: 'sign', items: [DIGEST], ...(format && { format }) };
    expect(codeOf(await under.tryOpen(asker(), request))).toBe('ERR_PROTOCOL_MALFORMED');
    const mixed = { ...request, items: [CONTENT, DIGEST] };
    expect(codeOf(await under.tryOpen(asker(), mixed))).toBe('ERR_PROTOCOL_MALFORMED');
  });

  it('is no log-in: the key for that is asked for a nonce alone', async () => {
    const under = bridgeWith(permitted);
    const request = { operation: 'authenticate', challengeNonce: NONCE, format: 'raw-digest', items: [DIGEST] };
    expect(codeOf(await under.tryOpen(asker(), request))).toBe('ERR_PROTOCOL_MALFORMED');
    await under.open(asker(), RAW);
    expect({ ...counts(under) }).toEqual({ authentications: 0, signings: 1 });
  });
});

function counts({ operations }: BridgeUnderTest) {
  return { authentications: operations.authentications.length, signings: operations.signings.length };
}

async function settled(under: BridgeUnderTest, id: string) {
  await under.clock.advance(0);
  return under.poll(id);
}

describe('how many items', () => {
  let under: BridgeUnderTest;
  beforeEach(() => {
    under = bridgeWith();
  });

  it.each([
    [LIMITS.signItems, 'none'],
    [LIMITS.signItems + 1, 'ERR_POLICY_OPERATION'],
    [LIMITS.signItemsMost, 'ERR_POLICY_OPERATION'],
    [LIMITS.signItemsMost + 1, 'ERR_PROTOCOL_MALFORMED'],
  ])('%d: %s as the client ships', async (count, code) => {
    const envelope = await under.tryOpen(asker(), { operation: 'sign', items: items(count) });
    expect(codeOf(envelope)).toBe(code);
    if (code === 'ERR_POLICY_OPERATION') expect(envelope).toMatchObject({ error: { details: { signItems: 20 } } });
  });

  it.each([
    [LIMITS.signItemsMost, 'none'],
    [LIMITS.signItemsMost + 1, 'ERR_PROTOCOL_MALFORMED'],
  ])('%d: %s where policy permits all there can be', async (count, code) => {
    under = bridgeWith({ policy: { signItems: LIMITS.signItemsMost } });
    const envelope = await under.tryOpen(asker(), { operation: 'sign', items: items(count) });
    expect(codeOf(envelope)).toBe(code);
    const asked: readonly SignableItem[] = under.operations.signings.flatMap(({ request }) => request.items);
    expect(asked).toHaveLength(code === 'none' ? count : 0);
  });

  it('policy can have fewer', async () => {
    under = bridgeWith({ policy: { signItems: 1 } });
    expect(codeOf(await under.tryOpen(asker(), { operation: 'sign', items: items(2) }))).toBe('ERR_POLICY_OPERATION');
    expect(codeOf(await under.tryOpen(asker(), { operation: 'sign', items: items(1) }))).toBe('none');
  });

  it('as many as one message holds, by extension and redirect', async () => {
    under = bridgeWith({ policy: { signItems: LIMITS.signItemsMost } });
    const extension = asker(ORIGIN, { route: 'extension' });
    const many = items(LIMITS.signItemsInMessage + 1);
    expect(codeOf(await under.tryOpen(extension, { operation: 'sign', items: many }))).toBe('ERR_PROTOCOL_ROUTE');
    expect(codeOf(await under.tryOpen(extension, { operation: 'sign', items: many.slice(1) }))).toBe('none');
    const terms = {
      asker: asker(ORIGIN, { route: 'redirect' }),
      service: undefined,
      policy: { ...DEFAULT_POLICY, signItems: 1_000 },
    };
    const signed = operationRequestSchema.parse({ operation: 'sign', items: many }) as SignRequest;
    expect(errorCode(() => checkSignRequest(signed, terms))).toBe('ERR_PROTOCOL_ROUTE');
    expect(errorCode(() => checkSignRequest({ ...signed, items: signed.items.slice(1) }, terms))).toBeUndefined();
  });

  it('the largest request there can be fits through the parser', () => {
    const encryptTo = { jwk: { kty: 'EC', crv: 'P-384', x: 'x', y: 'y', kid: 'k' } };
    const most = Array.from({ length: LIMITS.signItemsMost }, () => DIGEST);
    const request = { ...RAW, items: most, challengeNonce: NONCE, encryptTo };
    const claims = {
      iss: 'a',
      aud: 'b',
      origin: 'c',
      iat: 1,
      exp: 2,
      jti: 'd',
      request,
      redirect_uri: 'e',
      state: 'f',
    };
    expect(parseStrictJson(new TextEncoder().encode(JSON.stringify(claims)))).toEqual(claims);
  });
});

describe('formats', () => {
  it.each(['cms', 'cades'] as const)('%s is what each document becomes', async (format) => {
    const under = bridgeWith();
    await under.open(asker(), { operation: 'sign', format, items: items(2) });
    const asked = detachedItems(at(under.operations.signings, 0).request.items);
    expect(asked.map((item) => item.format)).toEqual([format, format]);
  });

  it.each(['pades', 'jws', 'CMS', '', null])('%j is none of a page', async (format) => {
    const request = { operation: 'sign', format, items: items(1) };
    expect(codeOf(await bridgeWith().tryOpen(asker(), request))).toBe('ERR_PROTOCOL_MALFORMED');
  });
});
