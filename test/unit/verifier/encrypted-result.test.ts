import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { CompactEncrypt, base64url, importJWK, type CompactJWEHeaderParameters } from 'jose';
import { describe, expect, it } from 'vitest';
import { encryptOutput } from '../../../main/core/bridge/encrypt-output.js';
import type { JudgedRequest } from '../../../main/core/bridge/judge-request.js';
import { nodeJose } from '../../../main/node/jose.js';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { systemClock, systemRandom } from '../../../main/node/system.js';
import { authenticationTokenToBeSigned } from '../../../sdk/formats/index.js';
import type { EncryptedOutput, EncryptionJwk, OperationOutput } from '../../../sdk/protocol/index.js';
import {
  createChallengeNonce,
  openEncryptedResult,
  validateEncryptedAuthentication,
  VerificationError,
  type EncryptedResultOptions,
  type VerifierPrivateJwk,
} from '../../../sdk/verifier/index.js';
import { issueAuthority, issueHolder, signWith } from '../../support/test-pki.js';

const origin = 'https://service.example.jp';
const challengeNonce = createChallengeNonce();
const madeAt = Date.UTC(2026, 10, 20, 12);

function keyPair(kind: 'P-256' | 'P-384' | 'RSA' | 'RSA-1024', kid: string): VerifierPrivateJwk {
  const { privateKey } = kind.startsWith('RSA')
    ? generateKeyPairSync('rsa', { modulusLength: kind === 'RSA' ? 2048 : 1024 })
    : generateKeyPairSync('ec', { namedCurve: kind });
  return { ...privateKey.export({ format: 'jwk' }), kid };
}

function publicHalf({ kty, crv, x, y, n, e, kid }: VerifierPrivateJwk): EncryptionJwk {
  return (kty === 'EC' ? { kty, crv, x, y, kid } : { kty, n, e, kid }) as EncryptionJwk;
}

const ecKey = keyPair('P-256', 'ec-1');
const rsaKey = keyPair('RSA', 'rsa-1');

const authority = issueAuthority('authentication');
const holder = issueHolder('authentication', authority);

async function tokenOutput(bound = { origin, challengeNonce }): Promise<OperationOutput> {
  const toBeSigned = await authenticationTokenToBeSigned(bound, 'RS256', nodeCrypto);
  return {
    operation: 'authenticate',
    token: {
      unverifiedCertificate: Buffer.from(holder.certificate).toString('base64'),
      algorithm: 'RS256',
      signature: Buffer.from(signWith(holder.key, toBeSigned)).toString('base64'),
      format: 'web-eid:1.0',
    },
  };
}
const output = await tokenOutput();

/** What the client itself makes of an output. */
async function byClient(key: VerifierPrivateJwk, asked = { origin, challengeNonce }): Promise<EncryptedOutput> {
  const clock = { ...systemClock, now: () => new Date(madeAt) };
  const encryptionKey = publicHalf(key);
  const judged: JudgedRequest = {
    request: {
      operation: 'authenticate',
      challengeNonce: asked.challengeNonce,
      encryptTo: { jwk: encryptionKey },
    },
    requester: {
      kind: 'origin',
      origin: asked.origin,
      route: 'loopback',
      caller: { kind: 'unknown' },
      confirmed: true,
      standing: { level: 'unlisted' },
    },
    terms: { recipient: { kind: 'requester-key' } },
    encryptionKey,
  };
  return encryptOutput({ jose: nodeJose, random: systemRandom, clock }, judged, { output, key: encryptionKey });
}

const goodPayload = {
  origin,
  challengeNonce,
  operation: 'authenticate',
  reference: base64url.encode(randomBytes(16)),
  iat: madeAt / 1_000,
  output,
};
const goodHeader = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid: 'ec-1', typ: 'madoguchi-result+jwe' };

/** Whatever anybody could encrypt to a public key. */
async function byAnybody(
  payload: unknown = goodPayload,
  header: Record<string, unknown> = goodHeader,
  key = ecKey,
): Promise<string> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const alg = String(header['alg']);
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader(header as unknown as CompactJWEHeaderParameters)
    .encrypt(await importJWK({ ...publicHalf(key) }, alg));
}

const options: EncryptedResultOptions<'authenticate'> = {
  keys: [rsaKey, ecKey],
  origin,
  challengeNonce,
  operation: 'authenticate',
  now: () => madeAt,
};

async function failure(
  unverifiedJwe: unknown,
  changes: Partial<EncryptedResultOptions<'authenticate' | 'sign'>> = {},
): Promise<string> {
  const thrown: unknown = await openEncryptedResult(unverifiedJwe, {
    ...(options as EncryptedResultOptions),
    ...changes,
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(VerificationError);
  return (thrown as VerificationError).code;
}

const MALFORMED = 'ERR_PROTOCOL_RESULT_ENCRYPTION';
const FOREIGN = 'ERR_PROTOCOL_RESULT_BINDING';

describe('what the client encrypts', () => {
  it.each([
    ['P-256', ecKey],
    ['P-384', keyPair('P-384', 'ec-384')],
    ['RSA', rsaKey],
  ])('is opened with a %s key', async (_, key) => {
    const { jwe, reference } = await byClient(key);
    const opened = await openEncryptedResult(jwe, { ...options, keys: [key], reference });
    expect(opened).toEqual({ operation: 'authenticate', reference, issuedAt: new Date(madeAt), output });
  });

  it('is opened by the key it names, while keys turn over', async () => {
    const newKey = keyPair('P-256', 'ec-2');
    const { jwe } = await byClient(ecKey);
    const keys = [newKey, ecKey];
    await expect(openEncryptedResult(jwe, { ...options, keys })).resolves.toMatchObject({ output });
    expect(await failure(jwe, { keys: [newKey] })).toBe(MALFORMED);
    // The same name, another key.
    expect(await failure(jwe, { keys: [{ ...newKey, kid: 'ec-1' }] })).toBe(MALFORMED);
  });

  it('shows nothing of the person, nor of the service, outside', async () => {
    const { jwe } = await byClient(ecKey);
    const header = Buffer.from(jwe.split('.')[0] ?? '', 'base64url').toString();
    const { epk, ...rest } = JSON.parse(header) as Record<string, unknown>;
    expect(rest).toEqual(goodHeader);
    expect(epk).toMatchObject({ kty: 'EC', crv: 'P-256' });
  });
});

describe('a result for somebody else', () => {
  it.each([
    ['another service', { origin: 'https://evil.example' }],
    ['the same host on another port', { origin: 'https://service.example.jp:8443' }],
    ['another nonce', { challengeNonce: createChallengeNonce() }],
    ['another operation', { operation: 'sign' as const }],
    ['another reference', { reference: base64url.encode(randomBytes(16)) }],
  ])('is refused: %s', async (_, changes) => {
    expect(await failure((await byClient(ecKey)).jwe, changes)).toBe(FOREIGN);
  });

  it('is refused where an output of another operation is inside', async () => {
    const inner = { operation: 'sign', items: [] };
    expect(await failure(await byAnybody({ ...goodPayload, output: inner }))).toBe(FOREIGN);
  });

  it('is refused where it is too old or from the future, if the verifier wants to know', async () => {
    const { jwe } = await byClient(ecKey);
    const at = (seconds: number): Partial<typeof options> => ({
      maxAgeSeconds: 300,
      now: () => madeAt + seconds * 1_000,
    });
    for (const seconds of [-60, 0, 360]) {
      await expect(openEncryptedResult(jwe, { ...options, ...at(seconds) })).resolves.toBeDefined();
    }
    for (const seconds of [-61, 361, Number.NaN]) expect(await failure(jwe, at(seconds))).toBe(FOREIGN);
    await expect(openEncryptedResult(jwe, { ...options, now: () => madeAt + 1e9 })).resolves.toBeDefined();
  });
});

describe('a header that is not the protocol’s', () => {
  it.each([
    ['another alg for the key', { alg: 'ECDH-ES' }],
    ['a weaker key wrap', { alg: 'ECDH-ES+A128KW' }],
    ['another enc', { enc: 'A128GCM' }],
    ['enc with CBC', { enc: 'A256CBC-HS512' }],
    ['no typ', { typ: undefined }],
    ['another typ', { typ: 'JWT' }],
    ['a typ in other letters', { typ: 'Madoguchi-Result+JWE' }],
    ['no kid', { kid: undefined }],
    ['an unknown kid', { kid: 'ec-9' }],
    ['the kid of the other kind of key', { kid: 'rsa-1' }],
    ['a content type', { cty: 'JWT' }],
    ['an extension', { b64: true }],
    ['compression', { zip: 'DEF' }],
  ])('is refused: %s', async (_, change) => {
    const header = Object.fromEntries(
      Object.entries({ ...goodHeader, ...change }).filter(([, value]) => value !== undefined),
    );
    expect(await failure(await byAnybody(goodPayload, header))).toBe(MALFORMED);
  });

  it.each([
    ['crit', { crit: ['exp'], exp: 1 }],
    ['an epk on another curve', { epk: publicHalf(keyPair('P-384', 'x')) }],
    ['an epk with a private member', { epk: { ...ecKey, kid: undefined } }],
    ['an epk off the curve', { epk: { kty: 'EC', crv: 'P-256', x: 'AA'.padEnd(43, 'A'), y: 'AQ'.padEnd(43, 'A') } }],
    ['an epk that is text', { epk: 'key' }],
    ['no epk', { epk: undefined }],
    ['no alg', { alg: undefined }],
    ['alg dir', { alg: 'dir' }],
    ['alg none', { alg: 'none' }],
  ])('is refused where it was written by hand: %s', async (_, change) => {
    const [header = '', ...rest] = (await byAnybody()).split('.');
    const members = JSON.parse(Buffer.from(header, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...members, ...change })).toString('base64url');
    expect(await failure([forged, ...rest].join('.'))).toBe(MALFORMED);
  });

  it('is refused with the other parameters of key agreement, though they would decrypt', async () => {
    const jwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(goodPayload)))
      .setProtectedHeader(goodHeader)
      .setKeyManagementParameters({ apu: Uint8Array.of(1) })
      .encrypt(await importJWK(publicHalf(ecKey), goodHeader.alg));
    expect(await failure(jwe)).toBe(MALFORMED);
  });

  it('is refused for the other RSA encryption', async () => {
    const header = { ...goodHeader, kid: 'rsa-1' };
    for (const alg of ['RSA-OAEP', 'RSA-OAEP-384']) {
      expect(await failure(await byAnybody(goodPayload, { ...header, alg }, rsaKey))).toBe(MALFORMED);
    }
    const right = await byAnybody(goodPayload, { ...header, alg: 'RSA-OAEP-256' }, rsaKey);
    await expect(openEncryptedResult(right, options)).resolves.toBeDefined();
  });
});

describe('what is no encrypted result', () => {
  it.each(['', 'x', 'a.b.c', 'a.b.c.d.e', `${'a.'.repeat(4)}!`, undefined, null, 7, {}, ['a.b.c.d.e']])(
    'is refused: %j',
    async (wrong) => {
      expect(await failure(wrong)).toBe(MALFORMED);
    },
  );

  it('is refused where one character is another, in each part', async () => {
    const parts = (await byAnybody()).split('.');
    for (let index = 1; index < parts.length; index += 1) {
      const part = parts[index] ?? '';
      const changed = parts.with(index, `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`);
      expect(await failure(changed.join('.'))).toBe(MALFORMED);
      expect(await failure(parts.with(index, '').join('.'))).toBe(MALFORMED);
    }
  });

  it('is refused where it is longer than any result, though it would decrypt', async () => {
    const sized = (length: number): Promise<string> => {
      const items = [{ status: 'signed', name: 'a', signature: 'A'.repeat(length) }];
      return byAnybody({ ...goodPayload, operation: 'sign', output: { operation: 'sign', items } });
    };
    const asked = { ...options, operation: 'sign' as const };
    await expect(openEncryptedResult(await sized(8 * 1024 * 1024), asked)).resolves.toBeDefined();
    expect(await failure(await sized(16 * 1024 * 1024), { operation: 'sign' })).toBe(MALFORMED);
  });

  it.each([
    ['no JSON', 'text'],
    ['null', 'null'],
    ['a member too many', { ...goodPayload, extra: 1 }],
    ['no nonce', { ...goodPayload, challengeNonce: undefined }],
    ['an iat in text', { ...goodPayload, iat: '1' }],
    ['an unknown operation', { ...goodPayload, operation: 'read' }],
    ['an output that is none', { ...goodPayload, output: { operation: 'authenticate', token: {} } }],
    [
      'another result inside',
      { ...goodPayload, output: { operation: 'authenticate', jwe: 'a.b.c.d.e', reference: 'x' } },
    ],
  ])('is refused though it decrypts: %s', async (_, payload) => {
    expect(await failure(await byAnybody(payload))).toBe(MALFORMED);
  });
});

describe('an encrypted login', () => {
  const login = { keys: [ecKey], origin, challengeNonce, trustAnchors: [authority.certificate] };

  it('is validated in one call', async () => {
    const { jwe, reference } = await byClient(ecKey);
    expect(await validateEncryptedAuthentication(jwe, { ...login, reference })).toMatchObject({
      serialNumber: '1234',
      reference,
      revocation: 'not-checked',
    });
  });

  it('is refused where anybody has put another service’s token under this one’s name', async () => {
    const stolen = await tokenOutput({ origin: 'https://other.example.jp', challengeNonce });
    const jwe = await byAnybody({ ...goodPayload, output: stolen });
    await expect(validateEncryptedAuthentication(jwe, login)).rejects.toMatchObject({ code: 'ERR_SIGN_INVALID' });
  });

  it('is refused where it is another service’s', async () => {
    const { jwe } = await byClient(ecKey, { origin: 'https://other.example.jp', challengeNonce });
    await expect(validateEncryptedAuthentication(jwe, login)).rejects.toMatchObject({ code: FOREIGN });
  });

  it('is refused where it is no login', async () => {
    const jwe = await byAnybody({ ...goodPayload, operation: 'sign', output: { operation: 'sign', items: [] } });
    await expect(validateEncryptedAuthentication(jwe, login)).rejects.toMatchObject({ code: FOREIGN });
  });
});

describe('misuse is a TypeError', () => {
  it.each([
    ['no keys', { keys: [] }],
    ['a public key', { keys: [publicHalf(ecKey)] }],
    ['a key without kid', { keys: [{ ...ecKey, kid: undefined as unknown as string }] }],
    ['two keys of one name', { keys: [ecKey, { ...rsaKey, kid: 'ec-1' }] }],
    ['a short RSA key', { keys: [keyPair('RSA-1024', 'weak')] }],
    ['a key for signing', { keys: [{ ...ecKey, crv: 'P-521' }] }],
    ['an origin with a slash', { origin: `${origin}/` }],
    ['a short nonce', { challengeNonce: 'short' }],
  ])('%s', async (_, changes) => {
    const { jwe } = await byClient(ecKey);
    await expect(openEncryptedResult(jwe, { ...options, ...changes })).rejects.toThrow(TypeError);
  });

  it('a private key that does not fit its public half', async () => {
    const { jwe } = await byClient(ecKey);
    const broken = { ...ecKey, d: 'AA' };
    await expect(openEncryptedResult(jwe, { ...options, keys: [broken] })).rejects.toThrow(TypeError);
  });
});
