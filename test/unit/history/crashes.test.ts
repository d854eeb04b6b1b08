import { expect, it } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import type { HistoryStore } from '../../../main/node/history/history-store.js';
import { FakeSystemKey, logIn, losses, MovedClock, openStore, origins } from './fixture.js';
import { MemoryFiles, type Kill } from './memory-files.js';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `https://${name}.example`);

/** What must be there, and what may or may not: what the operation under way was about. */
interface Expected {
  readonly there: Set<string>;
  readonly unsettled: Set<string>;
}

type Operation = (run: {
  readonly store: HistoryStore;
  readonly clock: MovedClock;
  readonly expected: Expected;
}) => Promise<void>;

function recording(index: number): Operation {
  const origin = NAMES[index] ?? '';
  return async ({ store, expected, clock }) => {
    clock.tick();
    expected.unsettled.add(origin);
    await store.record(logIn(origin));
    expected.unsettled.delete(origin);
    expected.there.add(origin);
  };
}

function erasing(
  erase: (store: HistoryStore, clock: MovedClock) => Promise<unknown>,
  indices: readonly number[],
): Operation {
  return async ({ store, expected, clock }) => {
    const gone = indices.map((index) => NAMES[index] ?? '');
    for (const origin of gone) {
      expected.there.delete(origin);
      expected.unsettled.add(origin);
    }
    await erase(store, clock);
    for (const origin of gone) expected.unsettled.delete(origin);
  };
}

async function eraseEntry(store: HistoryStore, origin: string): Promise<void> {
  const [entry] = (await store.list({ origin })).entries;
  expect(await store.erase({ kind: 'entry', id: entry?.id ?? '' })).toBe(1);
}

/** A life in short: two days, entries, and everything erased in every way. */
const LIFE: readonly Operation[] = [
  recording(0),
  recording(1),
  erasing((store) => eraseEntry(store, NAMES[0] ?? ''), [0]),
  recording(2),
  async ({ clock }) => clock.goTo('2026-11-22'),
  recording(3),
  erasing((store) => store.erase({ kind: 'day', day: '2026-11-21' }), [1, 2]),
  recording(4),
  erasing(
    (store, clock) => {
      clock.goTo('2026-12-22');
      return store.expire();
    },
    [3, 4],
  ),
  recording(5),
  erasing((store) => store.erase({ kind: 'all' }), [5]),
  recording(0),
];

async function live(files: MemoryFiles, systemKey?: FakeSystemKey): Promise<Expected> {
  const clock = new MovedClock('2026-11-21');
  const store = openStore({ files, clock, keepDays: 30, ...(systemKey && { systemKey }) });
  const expected: Expected = { there: new Set(), unsettled: new Set() };
  try {
    for (const operation of LIFE) await operation({ store, clock, expected });
  } catch (thrown) {
    if (!files.killed || !(thrown instanceof ClientError)) throw thrown;
  }
  return expected;
}

async function checkAfter(files: MemoryFiles, expected: Expected, systemKey?: FakeSystemKey): Promise<void> {
  const clock = new MovedClock('2026-12-22');
  const store = openStore({ files, clock, keepDays: 60, ...(systemKey && { systemKey }) });
  const there = new Set(await origins(store));
  for (const origin of expected.there) expect(there).toContain(origin);
  for (const origin of there) expect([...expected.there, ...expected.unsettled]).toContain(origin);
  // Nothing is taken for an attack, and nothing is lost but what was under way.
  const lost = await losses(store);
  for (const loss of lost) expect(loss).toMatch(/^incomplete 1$|^not-recorded 1$/);
  expect(lost.length).toBeLessThanOrEqual(1);
  await store.record(logIn('https://after.example'));
  expect(await origins(store)).toEqual(expect.arrayContaining([...expected.there, 'https://after.example']));
  expect(await losses(store)).toEqual(lost);
  // Nothing that a crash left half made stays.
  expect(files.names().filter((name) => name.endsWith('.new'))).toEqual([]);
}

for (const protection of ['key-file', 'system'] as const) {
  const newKey = (): FakeSystemKey | undefined => (protection === 'system' ? new FakeSystemKey() : undefined);

  it(`survives a stop at every write, sync, rename and removal (${protection})`, async () => {
    const whole = new MemoryFiles();
    await live(whole, newKey());
    expect(whole.steps).toBeGreaterThan(100);
    for (let step = 1; step <= whole.steps; step += 1) {
      for (const done of ['nothing', 'half', 'all'] as const) {
        const key = newKey();
        const kill: Kill = { step, done };
        const files = new MemoryFiles(undefined, kill);
        const expected = await live(files, key);
        expect(files.killed).toBe(true);
        for (const kept of ['written', 'synced'] as const) {
          await checkAfter(new MemoryFiles(files.content(kept)), expected, key).catch((thrown: unknown) => {
            throw new Error(`killed at ${step} (${done}), ${kept}`, { cause: thrown });
          });
        }
      }
    }
  }, 300_000);
}

it('finishes the move to the system’s key store wherever it stopped', async () => {
  const before = new MemoryFiles();
  await openStore({ files: before }).record(logIn('https://a.example'));
  const move = async (files: MemoryFiles, systemKey: FakeSystemKey): Promise<void> => {
    await openStore({ files, systemKey })
      .list()
      .catch(() => undefined);
  };
  const whole = new MemoryFiles(before.content('synced'));
  await move(whole, new FakeSystemKey());
  expect(whole.isFile('key')).toBe(false);
  for (let step = 1; step <= whole.steps; step += 1) {
    for (const done of ['nothing', 'half', 'all'] as const) {
      const systemKey = new FakeSystemKey();
      const files = new MemoryFiles(before.content('synced'), { step, done });
      await move(files, systemKey);
      for (const kept of ['written', 'synced'] as const) {
        const after = new MemoryFiles(files.content(kept));
        const store = openStore({ files: after, systemKey });
        expect(await origins(store)).toEqual(['https://a.example']);
        expect(await losses(store)).toEqual([]);
        expect(after.isFile('key')).toBe(false);
        expect((await store.list()).protection).toBe('system');
      }
    }
  }
});
