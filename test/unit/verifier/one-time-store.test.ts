import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileStore } from '../../../sdk/verifier-node/index.js';
import { createMemoryStore, MAX_VALUE_LENGTH, type OneTimeStore } from '../../../sdk/verifier/index.js';

const keyOf = (name: string): string => createHash('sha256').update(name).digest('base64url');
const SOON = 60_000;

let directory = '';
let now = 0;
const clock = (): number => now;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'one-time-'));
  now = Date.now();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const entry = (name: string, value = name): { key: string; value: string; expiresAt: number } => ({
  key: keyOf(name),
  value,
  expiresAt: now + SOON,
});

describe.each([
  ['in memory', () => Promise.resolve(createMemoryStore({ now: clock }))],
  ['in files', () => createFileStore({ directory, now: clock })],
])('a store %s', (_, open: () => Promise<OneTimeStore>) => {
  it('gives each entry once', async () => {
    const store = await open();
    expect(await store.put(entry('a', '値 "x"\n'))).toBe(true);
    expect(await store.take(keyOf('b'))).toBeUndefined();
    expect(await store.take(keyOf('a'))).toBe('値 "x"\n');
    expect(await store.take(keyOf('a'))).toBeUndefined();
  });

  it('keeps the first of several entries with one key', async () => {
    const store = await open();
    const values = Array.from({ length: 20 }, (__, index) => String(index));
    const kept = await Promise.all(values.map((value) => store.put(entry('a', value))));
    expect(kept.filter(Boolean)).toHaveLength(1);
    expect(await store.take(keyOf('a'))).toBe(values[kept.indexOf(true)]);
    expect(await store.put(entry('a', 'again'))).toBe(true);
  });

  it('serves one of many who take at the same moment', async () => {
    const store = await open();
    for (let round = 0; round < 10; round += 1) {
      await store.put(entry('a'));
      const taken = await Promise.all(Array.from({ length: 50 }, () => store.take(keyOf('a'))));
      expect(taken.filter((value) => value !== undefined)).toEqual(['a']);
    }
  });

  it('holds the longest value', async () => {
    const store = await open();
    const value = 'あ'.repeat(MAX_VALUE_LENGTH);
    await store.put(entry('a', value));
    expect((await store.take(keyOf('a'))) === value).toBe(true);
  });
});

describe('a store in memory', () => {
  it('gives up the oldest entry where it is full, never the newest', async () => {
    const store = createMemoryStore({ maxEntries: 2, now: clock });
    for (const name of ['a', 'b', 'c']) expect(await store.put(entry(name))).toBe(true);
    expect(await store.take(keyOf('a'))).toBeUndefined();
    expect(await store.take(keyOf('b'))).toBe('b');
    expect(await store.take(keyOf('c'))).toBe('c');
  });

  it('is bounded in length too', async () => {
    const store = createMemoryStore({ maxLength: MAX_VALUE_LENGTH, now: clock });
    const value = 'x'.repeat(MAX_VALUE_LENGTH / 2);
    for (const name of ['a', 'b', 'c']) await store.put(entry(name, value));
    expect(await store.take(keyOf('a'))).toBeUndefined();
    expect(await store.take(keyOf('c'))).toBe(value);
  });

  it('forgets what is over', async () => {
    const store = createMemoryStore({ now: clock });
    await store.put(entry('a'));
    now += SOON;
    expect(await store.put(entry('a', 'new'))).toBe(true);
    expect(await store.take(keyOf('a'))).toBe('new');
  });

  it('has room for one entry at least', () => {
    expect(() => createMemoryStore({ maxEntries: 0 })).toThrow(RangeError);
    expect(() => createMemoryStore({ maxLength: MAX_VALUE_LENGTH - 1 })).toThrow(RangeError);
  });
});

describe('a store in files', () => {
  it('is shared with another process and survives a restart', async () => {
    const [one, other] = [await createFileStore({ directory }), await createFileStore({ directory })];
    await one.put(entry('a'));
    expect(await other.put(entry('a'))).toBe(false);
    const taken = await Promise.all([one, other, one, other].map((store) => store.take(keyOf('a'))));
    expect(taken.filter((value) => value !== undefined)).toEqual(['a']);
    await one.put(entry('b'));
    expect(await (await createFileStore({ directory })).take(keyOf('b'))).toBe('b');
    expect(await readdir(directory)).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('is for this user only', async () => {
    const inner = join(directory, 'made', 'by', 'the-store');
    await (await createFileStore({ directory: inner })).put(entry('a'));
    expect((await stat(inner)).mode & 0o777).toBe(0o700);
    expect((await stat(join(inner, keyOf('a')))).mode & 0o777).toBe(0o600);
    await chmod(inner, 0o770);
    await expect(createFileStore({ directory: inner })).rejects.toThrow(Error);
  });

  it('removes what is over, and what a process that ended has left behind, but nothing that is being written', async () => {
    const store = await createFileStore({ directory, now: clock });
    await store.put(entry('old'));
    await writeFile(join(directory, 'left-behind.tmp'), '');
    await utimes(join(directory, 'left-behind.tmp'), now / 1_000, now / 1_000);
    now += 2 * SOON;
    await writeFile(join(directory, 'being-written.tmp'), '');
    await utimes(join(directory, 'being-written.tmp'), now / 1_000, now / 1_000);
    await store.put(entry('new'));
    expect((await readdir(directory)).sort()).toEqual([keyOf('new'), 'being-written.tmp'].sort());
  });

  it('is bounded', async () => {
    const store = await createFileStore({ directory, maxEntries: 50, now: clock });
    for (let index = 0; index < 350; index += 1) {
      now += 1;
      await store.put(entry(String(index)));
    }
    expect((await readdir(directory)).length).toBeLessThanOrEqual(150);
    expect(await store.take(keyOf('0'))).toBeUndefined();
    expect(await store.take(keyOf('349'))).toBe('349');
  });

  it('takes keys for names of its own files only', async () => {
    const store = await createFileStore({ directory });
    for (const key of ['../escaped', `${keyOf('a')}/x`, '', 'left-behind.tmp']) {
      await expect(store.take(key)).rejects.toThrow(RangeError);
      await expect(store.put({ ...entry('a'), key })).rejects.toThrow(RangeError);
    }
    expect(await readdir(directory)).toEqual([]);
  });
});
