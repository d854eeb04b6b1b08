import { compactDecrypt, decodeProtectedHeader } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  encryptedOutputSchema,
  encryptedResultPayloadSchema,
  registryVerifierSchema,
  sessionResultSchema,
  type EncryptedOutput,
  type EncryptedResultPayload,
  type RegistryVerifier,
} from '../../../sdk/protocol/index.js';
import { systemRandom } from '../../../main/node/system.js';
import { DEFAULT_POLICY } from '../../../main/core/policy/policy.js';
import { decryptionKey, type DecryptionKey } from '../../support/signed-registry.js';
import { bridgeUnderTest, type BridgeUnderTest } from './bridge-under-test.js';
import { asker, AUTHENTICATE, fakeRegistry, NONCE, only, settle, ORIGIN, TOKEN } from './fakes.js';
import { signEach } from './signing-fakes.js';

const ENCRYPTED = { ...AUTHENTICATE, encryptTo: { verifier: 'verifier' } };
const ALGORITHMS = ['ECDH-ES+A256KW', 'RSA-OAEP-256'] as const;

let keys: Record<(typeof ALGORITHMS)[number], DecryptionKey>;
let foreign: DecryptionKey;
beforeAll(async () => {
  keys = {
    'ECDH-ES+A256KW': await decryptionKey('ec', 'ECDH-ES+A256KW'),
    'RSA-OAEP-256': await decryptionKey('rsa', 'RSA-OAEP-256'),
  };
  foreign = await decryptionKey('ec');
});

function verifierWith(...own: readonly DecryptionKey[]): RegistryVerifier {
  const name = { ja: '検証者', en: 'Verifier' };
  return registryVerifierSchema.parse({ id: 'verifier', name, operator: name, keys: own.map(({ jwk }) => jwk) });
}

function bridgeWith(...own: readonly DecryptionKey[]): BridgeUnderTest {
  return bridgeUnderTest({ registry: fakeRegistry({ verifiers: [verifierWith(...own)] }), random: systemRandom });
}

/** The output of a session whose card has done its part. */
async function outputOf(under: BridgeUnderTest, request: object = ENCRYPTED): Promise<EncryptedOutput> {
  const id = await under.open(asker(), request);
  under.operations.authentications.at(-1)?.resolve(TOKEN);
  const signing = under.operations.signings.at(-1);
  signing?.resolve(await signEach(signing.request.items, new TextEncoder().encode('sig')));
  let envelope = await under.poll(id);
  while (envelope.ok && envelope.result.status === 'pending') {
    await settle();
    envelope = await under.poll(id);
  }
  if (!envelope.ok || envelope.result.status !== 'done') throw new Error(JSON.stringify(envelope));
  expect(sessionResultSchema.safeParse(envelope.result).success).toBe(true);
  return encryptedOutputSchema.parse(envelope.result.output);
}

async function openJwe(jwe: string, { privateKey }: DecryptionKey): Promise<EncryptedResultPayload> {
  const { plaintext } = await compactDecrypt(jwe, privateKey);
  return encryptedResultPayloadSchema.parse(JSON.parse(new TextDecoder().decode(plaintext)));
}

describe.each(ALGORITHMS)('a result encrypted with %s', (algorithm) => {
  it('opens for the verifier, and says whose it is', async () => {
    const under = bridgeWith(keys[algorithm]);
    await under.clock.advance(1_700_000_000_500);
    const { operation, jwe, reference } = await outputOf(under);
    expect(operation).toBe('authenticate');
    expect(decodeProtectedHeader(jwe)).toMatchObject({
      alg: algorithm,
      enc: 'A256GCM',
      kid: keys[algorithm].jwk.kid,
      typ: 'madoguchi-result+jwe',
    });
    expect(await openJwe(jwe, keys[algorithm])).toEqual({
      origin: ORIGIN,
      challengeNonce: NONCE,
      operation: 'authenticate',
      reference,
      iat: 1_700_000_000,
      output: { operation: 'authenticate', token: TOKEN },
    });
  });

  it('opens for nobody else, nor after a change', async () => {
    const { jwe } = await outputOf(bridgeWith(keys[algorithm]));
    const others = [foreign, await decryptionKey('other', algorithm)];
    for (const other of others) await expect(openJwe(jwe, other)).rejects.toThrow();
    const parts = jwe.split('.');
    for (const index of parts.keys()) {
      const part = parts[index] ?? '';
      const changed = parts.with(index, (part.startsWith('A') ? 'B' : 'A') + part.slice(1)).join('.');
      await expect(openJwe(changed, keys[algorithm])).rejects.toThrow();
    }
  });
});

describe('what the site gets', () => {
  it('says nothing of the card, and nothing that two results have in common', async () => {
    const under = bridgeWith(keys['ECDH-ES+A256KW']);
    const outputs = [await outputOf(under), await outputOf(under)];
    expect(JSON.stringify(outputs)).not.toContain(TOKEN.signature);
    expect(JSON.stringify(outputs)).not.toContain(TOKEN.unverifiedCertificate);
    expect(new Set(outputs.map(({ reference }) => reference)).size).toBe(2);
    expect(new Set(outputs.map(({ jwe }) => jwe)).size).toBe(2);
  });

  it('is encrypted to the key whose owner the person was shown, whatever became of the registry since', async () => {
    const verifiers = [verifierWith(keys['ECDH-ES+A256KW'])];
    const under = bridgeUnderTest({ registry: fakeRegistry({ verifiers }), random: systemRandom });
    const id = await under.open(asker(), ENCRYPTED);
    verifiers[0] = verifierWith(foreign);
    only(under.operations.authentications).resolve(TOKEN);
    let envelope = await under.poll(id);
    while (envelope.ok && envelope.result.status === 'pending') {
      await settle();
      envelope = await under.poll(id);
    }
    expect(envelope).toMatchObject({ ok: true });
    const { jwe } = encryptedOutputSchema.parse(
      envelope.ok && envelope.result.status === 'done' && envelope.result.output,
    );
    await expect(openJwe(jwe, foreign)).rejects.toThrow();
    expect((await openJwe(jwe, keys['ECDH-ES+A256KW'])).origin).toBe(ORIGIN);
  });

  it('of signatures is encrypted as a whole too', async () => {
    const items = [{ name: 'a', content: 'AAAA' }];
    const request = { operation: 'sign', items, challengeNonce: NONCE, encryptTo: { verifier: 'verifier' } };
    const { jwe } = await outputOf(bridgeWith(keys['RSA-OAEP-256']), request);
    const { operation, output } = await openJwe(jwe, keys['RSA-OAEP-256']);
    expect(operation).toBe('sign');
    expect(output).toEqual({ operation: 'sign', items: [{ status: 'signed', name: 'a', signature: 'c2ln' }] });
  });

  it('by a key of its own, where policy allows it, opens with that key', async () => {
    const own = keys['ECDH-ES+A256KW'];
    const policy = () => ({ ...DEFAULT_POLICY, requesterKeys: 'allow' as const });
    const request = { ...AUTHENTICATE, encryptTo: { jwk: own.jwk } };
    const { jwe } = await outputOf(bridgeUnderTest({ policy, random: systemRandom }), request);
    expect((await openJwe(jwe, own)).challengeNonce).toBe(NONCE);
  });

  it('needs a nonce, or nothing would bind it to this request', async () => {
    const request = { operation: 'sign', items: [{ name: 'a', content: '' }], encryptTo: { verifier: 'verifier' } };
    const envelope = await bridgeWith(keys['RSA-OAEP-256']).tryOpen(asker(), request);
    expect(envelope).toMatchObject({ ok: false, error: { code: 'ERR_PROTOCOL_MALFORMED' } });
  });
});
