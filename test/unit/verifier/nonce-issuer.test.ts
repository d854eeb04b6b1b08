import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createNonceIssuer,
  VerificationError,
  type NonceIssuer,
  type OneTimeEntry,
  type OneTimeStore,
} from '../../../sdk/verifier/index.js';

const alice = 'session-of-alice';
const bob = 'session-of-bob';

/** A store that shows what it was given, and never forgets by itself. */
function watchedStore(): { store: OneTimeStore; entries: OneTimeEntry[] } {
  const inner = createMemoryStore({ now: () => 0 });
  const entries: OneTimeEntry[] = [];
  const store: OneTimeStore = {
    put: (entry) => {
      entries.push(entry);
      return inner.put(entry);
    },
    take: (key) => inner.take(key),
  };
  return { store, entries };
}

async function refusal(issuer: NonceIssuer, nonce: unknown, session: string): Promise<string> {
  const thrown: unknown = await issuer.consume(nonce, session).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(VerificationError);
  return (thrown as VerificationError).code;
}

describe('a nonce', () => {
  it('is new each time, of 256 bits, and serves its session once', async () => {
    const issuer = createNonceIssuer({ store: createMemoryStore() });
    const nonces = [await issuer.issue(alice), await issuer.issue(alice)];
    expect(new Set(nonces).size).toBe(2);
    for (const nonce of nonces) {
      expect(Buffer.from(nonce, 'base64')).toHaveLength(32);
      expect(await issuer.consume(nonce, alice)).toBe(nonce);
      expect(await refusal(issuer, nonce, alice)).toBe('ERR_PROTOCOL_NONCE');
    }
  });

  it('serves one of many requests at the same moment', async () => {
    const issuer = createNonceIssuer({ store: createMemoryStore() });
    const nonce = await issuer.issue(alice);
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => issuer.consume(nonce, alice)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('serves no other session, and is not used up by its attempt', async () => {
    const issuer = createNonceIssuer({ store: createMemoryStore() });
    const nonce = await issuer.issue(alice);
    expect(await refusal(issuer, nonce, bob)).toBe('ERR_PROTOCOL_NONCE');
    expect(await issuer.consume(nonce, alice)).toBe(nonce);
  });

  it('serves for its lifetime, whatever the store remembers', async () => {
    let now = 1_000_000;
    const issuer = createNonceIssuer({ store: watchedStore().store, now: () => now });
    const [early, late] = [await issuer.issue(alice), await issuer.issue(alice)];
    now += 299_999;
    expect(await issuer.consume(early, alice)).toBe(early);
    now += 1;
    expect(await refusal(issuer, late, alice)).toBe('ERR_PROTOCOL_NONCE');
  });

  it('is not one that nobody issued, nor anything else', async () => {
    const issuer = createNonceIssuer({ store: createMemoryStore() });
    const nonce = await issuer.issue(alice);
    const other = `${nonce.startsWith('A') ? 'B' : 'A'}${nonce.slice(1)}`;
    for (const wrong of [other, `${nonce}=`, nonce.slice(1), '', undefined, null, 7, [nonce], { nonce }]) {
      expect(await refusal(issuer, wrong, alice)).toBe('ERR_PROTOCOL_NONCE');
    }
  });

  it('cannot be told from what the store keeps, nor can the session', async () => {
    const { store, entries } = watchedStore();
    const nonce = await createNonceIssuer({ store }).issue(alice);
    expect(entries).toHaveLength(1);
    expect(JSON.stringify(entries)).not.toContain(nonce);
    expect(JSON.stringify(entries)).not.toContain(alice);
    expect(entries[0]?.key).toMatch(/^[\w-]{43}$/);
  });

  it('moves no character between nonce and session', async () => {
    const issuer = createNonceIssuer({ store: createMemoryStore() });
    const nonce = await issuer.issue(`"${alice}`);
    expect(await refusal(issuer, `${nonce}"`, alice)).toBe('ERR_PROTOCOL_NONCE');
    expect(await refusal(issuer, nonce, alice)).toBe('ERR_PROTOCOL_NONCE');
  });
});

describe('misuse', () => {
  it.each([[''], ['x'.repeat(4097)], [undefined as unknown as string]])(
    'is a TypeError: session %j',
    async (session) => {
      const issuer = createNonceIssuer({ store: createMemoryStore() });
      await expect(issuer.issue(session)).rejects.toThrow(TypeError);
      await expect(issuer.consume('A'.repeat(44), session)).rejects.toThrow(TypeError);
    },
  );

  it.each([0, 3601, 1.5, Number.NaN, -1])('is a TypeError: %d seconds', (lifetimeSeconds) => {
    expect(() => createNonceIssuer({ store: createMemoryStore(), lifetimeSeconds })).toThrow(TypeError);
  });

  it('a store that keeps nothing is noticed', async () => {
    const store: OneTimeStore = { put: () => Promise.resolve(false), take: () => Promise.resolve(undefined) };
    await expect(createNonceIssuer({ store }).issue(alice)).rejects.toThrow(Error);
  });
});
