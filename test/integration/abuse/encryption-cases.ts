import { exportJWK } from 'jose';
import type { EncryptedOutput } from '../../../sdk/protocol/index.js';
import { createChallengeNonce, openEncryptedResult, VerificationError } from '../../../sdk/verifier/index.js';
import { askByExtension, askByPage, openByPage, resultOf, sessionOf } from '../../support/abuse-asks.js';
import { decryptionKey } from '../../support/signed-registry.js';
import { EVIL, LISTED, LISTED_ID, LOGIN, openClient, VERIFIER_ID, type AbuseCase, type World } from './fixture.js';

type Asked = (world: World) => object;

const asked = (name: string, encryptTo: Asked, expected: string): AbuseCase => ({
  name: `encryptTo: ${name}`,
  async act({ client, world }) {
    const ask = { origin: LISTED, body: { ...LOGIN, encryptTo: encryptTo(world) } };
    return [...new Set([await askByPage(client, ask), await askByExtension(client, ask)])].join();
  },
  expected,
});

const recipients: AbuseCase[] = [
  asked('a verifier nobody lists', () => ({ verifier: 'evil' }), 'ERR_PROTOCOL_VERIFIER_UNKNOWN'),
  asked('a service in place of a verifier', () => ({ verifier: LISTED_ID }), 'ERR_PROTOCOL_VERIFIER_UNKNOWN'),
  asked('constructor', () => ({ verifier: 'constructor' }), 'ERR_PROTOCOL_VERIFIER_UNKNOWN'),
  asked('a verifier in capitals', () => ({ verifier: VERIFIER_ID.toUpperCase() }), 'ERR_PROTOCOL_MALFORMED'),
  asked('a key of its own', ({ verifierKey }) => ({ jwk: verifierKey.jwk }), 'ERR_POLICY_ENCRYPTION_KEY'),
  asked('a private key', ({ verifierJwk }) => ({ jwk: verifierJwk }), 'ERR_PROTOCOL_MALFORMED'),
  asked('a symmetric key', () => ({ jwk: { kty: 'oct', k: 'AAAA', kid: 'x' } }), 'ERR_PROTOCOL_MALFORMED'),
  asked(
    'a short RSA key',
    () => ({ jwk: { kty: 'RSA', n: 'A'.repeat(171), e: 'AQAB', kid: 'x' } }),
    'ERR_PROTOCOL_MALFORMED',
  ),
  asked(
    'a verifier and a key',
    ({ verifierKey }) => ({ verifier: VERIFIER_ID, jwk: verifierKey.jwk }),
    'ERR_PROTOCOL_MALFORMED',
  ),
  {
    name: 'encryptTo: nothing that binds the result to a request',
    act: ({ client }) =>
      askByPage(client, {
        origin: LISTED,
        body: { operation: 'readAttributes', required: ['name'], purpose: 'x', encryptTo: { verifier: VERIFIER_ID } },
      }),
    expected: 'ERR_PROTOCOL_MALFORMED',
  },
];

/** Has the form of a key where policy lets a site bring its own; nobody is to enter a PIN before that comes out. */
const noKeys: AbuseCase[] = (
  [
    ['a point off the curve', { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'B'.repeat(43), kid: 'x' }],
    ['coordinates that are too short', { kty: 'EC', crv: 'P-256', x: 'A', y: 'B', kid: 'x' }],
    ['coordinates of another curve', { kty: 'EC', crv: 'P-384', x: 'A'.repeat(43), y: 'B'.repeat(43), kid: 'x' }],
    ['an RSA key of zeros', { kty: 'RSA', n: 'A'.repeat(342), e: 'AQAB', kid: 'x' }],
  ] as const
).map(([name, jwk]) => ({
  ...asked(`${name}, where policy allows keys`, () => ({ jwk }), 'ERR_PROTOCOL_MALFORMED'),
  own: { policy: { requesterKeys: 'allow' } },
}));

interface Blob {
  readonly output: EncryptedOutput;
  readonly nonce: string;
}

const blobs = new WeakMap<World, Promise<Blob>>();

/** A log-in at `LISTED` that a person agreed to, encrypted to the verifier; made once, by a client of its own. */
function honestBlob(world: World): Promise<Blob> {
  const made = blobs.get(world) ?? makeBlob(world);
  blobs.set(world, made);
  return made;
}

async function makeBlob(world: World): Promise<Blob> {
  const client = await openClient(world);
  client.person = { decide: () => 'agreed' };
  const nonce = createChallengeNonce();
  const body = { ...LOGIN, challengeNonce: nonce, encryptTo: { verifier: VERIFIER_ID } };
  const id = sessionOf(await openByPage(client, { origin: LISTED, body }));
  const answer = await resultOf(client, LISTED, id);
  await client.close();
  const { result } = JSON.parse(answer.body) as { result: { output: EncryptedOutput } };
  return { output: result.output, nonce };
}

type Options = Parameters<typeof openEncryptedResult>[1];

/** What the verifier says of a result, once `change` was done to it or to what is asked of it. */
const verified = (
  name: string,
  change: (
    blob: Blob,
    world: World,
  ) => Promise<Partial<Options> & { jwe?: string }> | (Partial<Options> & { jwe?: string }),
  expected: string,
): AbuseCase => ({
  name: `the verifier, given ${name}`,
  async act({ world }) {
    const blob = await honestBlob(world);
    const { output, nonce } = blob;
    const right = {
      keys: [world.verifierJwk],
      origin: LISTED,
      challengeNonce: nonce,
      operation: 'authenticate',
    } as const;
    const { jwe = output.jwe, ...options } = await change(blob, world);
    try {
      await openEncryptedResult(jwe, { ...right, reference: output.reference, ...options });
      return 'opened';
    } catch (error) {
      if (error instanceof VerificationError) return error.code;
      throw error;
    }
  },
  expected,
});

const BINDING = 'ERR_PROTOCOL_RESULT_BINDING';
const ENCRYPTION = 'ERR_PROTOCOL_RESULT_ENCRYPTION';

/** `text` with one character of its part `index` changed. */
function bend(text: string, index: number): string {
  const parts = text.split('.');
  const part = parts[index] ?? '';
  parts[index] = (part.startsWith('A') ? 'B' : 'A') + part.slice(1);
  return parts.join('.');
}

const results: AbuseCase[] = [
  verified('its own service’s result', () => ({}), 'opened'),
  verified('another service’s result', () => ({ origin: EVIL }), BINDING),
  verified('the result of another request', () => ({ challengeNonce: createChallengeNonce() }), BINDING),
  verified('the result of another operation', () => ({ operation: 'sign' }), BINDING),
  verified('a result under another reference', () => ({ reference: 'A'.repeat(22) }), BINDING),
  verified(
    'a result for another key of the same name',
    async (_blob, { verifierJwk: { kid } }) => {
      const { privateKey } = await decryptionKey(kid);
      return { keys: [{ ...(await exportJWK(privateKey)), kid }] };
    },
    ENCRYPTION,
  ),
  verified(
    'a result for a key of another name',
    ({ output }, { verifierJwk }) => ({
      jwe: output.jwe,
      keys: [{ ...verifierJwk, kid: 'other' }],
    }),
    ENCRYPTION,
  ),
  verified('a result with a changed header', ({ output }) => ({ jwe: bend(output.jwe, 0) }), ENCRYPTION),
  verified('a result with a changed key', ({ output }) => ({ jwe: bend(output.jwe, 1) }), ENCRYPTION),
  verified('a result with a changed text', ({ output }) => ({ jwe: bend(output.jwe, 3) }), ENCRYPTION),
  verified('a result with a changed tag', ({ output }) => ({ jwe: bend(output.jwe, 4) }), ENCRYPTION),
];

export const encryptionCases: readonly AbuseCase[] = [...recipients, ...noKeys, ...results];
