import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHistoryFiles } from '../../../main/node/history/history-files.js';
import { KEY_BYTES, MasterKeys, unseal } from '../../../main/node/history/history-keys.js';
import type { HistoryStore } from '../../../main/node/history/history-store.js';
import { FakeSystemKey, logIn, MovedClock, openStore, origins } from './fixture.js';

const [KEPT, ERASED, SAME_DAY] = [
  'https://kept.example',
  'https://erased.example',
  'https://same-day.example',
] as const;

let state: string;
let folder: string;
let clock: MovedClock;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'madoguchi-history-'));
  folder = join(state, 'history');
  clock = new MovedClock('2026-11-20');
});
afterEach(() => {
  rmSync(state, { recursive: true, force: true });
});

/** Every file of the state directory. */
function everyFile(directory = state): Map<string, Buffer> {
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.map((path) => [path, readFileSync(path)]));
}

/** Everything in the files that could be a key or something sealed: as it is, and out of hexadecimal and base64. */
function blobs(files: Iterable<Buffer>): Buffer[] {
  const found: Buffer[] = [];
  for (const file of files) {
    found.push(file);
    const text = file.toString('latin1');
    for (const [word] of text.matchAll(/[A-Za-z0-9+/=_-]{32,}/g)) {
      if (/^[0-9a-f]+$/.test(word)) found.push(Buffer.from(word, 'hex'));
      found.push(Buffer.from(word, 'base64'), Buffer.from(word, 'base64url'));
    }
  }
  return [...new Map(found.map((blob) => [blob.toString('latin1'), blob])).values()];
}

/** Where something could have been sealed for: this program's own places, for every file name ever used. */
function contexts(names: readonly string[]): string[] {
  const days = names.filter((name) => name.endsWith('.day'));
  const numbers = ['1', '2', '3', '4'];
  return [
    'madoguchi history master key',
    'system',
    ...days,
    ...days.flatMap((name) => numbers.map((n) => `${name} ${n}`)),
  ];
}

/** Opens whatever any key that can be had opens, and with the keys in that whatever they open, to the end. */
function everythingDecryptable(
  files: Map<string, Buffer>,
  names: readonly string[],
  keys: readonly Buffer[] = [],
): string {
  const sealed = blobs(files.values());
  const known = new Map<string, Buffer>();
  const texts: string[] = [];
  const pending = [...sealed, ...keys].filter(({ length }) => length === KEY_BYTES);
  for (let key = pending.pop(); key; key = pending.pop()) {
    if (known.has(key.toString('hex'))) continue;
    known.set(key.toString('hex'), key);
    const master = new MasterKeys(key);
    for (const blob of sealed) {
      for (const context of contexts(names)) {
        const opened = unseal(key, blob, context) ?? master.unsealDayKey(blob, context);
        if (opened?.length === KEY_BYTES) pending.push(opened);
        else if (opened) texts.push(opened.toString('utf8'));
      }
    }
  }
  return texts.join('\n');
}

async function filledStore(systemKey?: FakeSystemKey): Promise<HistoryStore> {
  const store = openStore({ files: openHistoryFiles(folder), clock, ...(systemKey && { systemKey }) });
  await store.record(logIn(ERASED));
  await store.record(logIn(SAME_DAY));
  clock.goTo('2026-11-21');
  await store.record(logIn(KEPT));
  return store;
}

const fileNames = (): string[] => readdirSync(folder);

describe('what is on the disk', () => {
  it('shows nothing of an entry to whoever has not the key', async () => {
    await filledStore(new FakeSystemKey());
    const names = fileNames();
    const files = everyFile();
    const raw = Buffer.concat([...files.values()]).toString('latin1');
    for (const word of ['erased', 'kept', 'example', 'authenticate', 'serial', 'origin'])
      expect(raw).not.toContain(word);
    expect(everythingDecryptable(files, names)).toBe('');
  });

  it('opens to whoever may read the key file: the control of what follows', async () => {
    await filledStore();
    const text = everythingDecryptable(everyFile(), fileNames());
    expect(text).toContain(ERASED);
    expect(text).toContain(SAME_DAY);
    expect(text).toContain(KEPT);
  });

  it('has one length for entries that differ little', async () => {
    await filledStore();
    const lines = [...everyFile().values()].flatMap((file) => file.toString('latin1').match(/^E .*$/gm) ?? []);
    expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
  });
});

describe('what is erased cannot be decrypted with anything that is left', () => {
  it('an entry', async () => {
    const store = await filledStore();
    const [entry] = (await store.list({ origin: ERASED })).entries;
    expect(await store.erase({ kind: 'entry', id: entry?.id ?? '' })).toBe(1);
    const text = everythingDecryptable(everyFile(), fileNames());
    expect(text).not.toContain(ERASED);
    expect(text).toContain(SAME_DAY);
    expect(text).toContain(KEPT);
    expect(await store.erase({ kind: 'entry', id: entry?.id ?? '' })).toBe(0);
    expect(await store.verify()).toMatchObject({ entries: 2, erased: 1, days: 2, losses: [] });
  });

  it('a day, not even where its entries had been copied', async () => {
    const store = await filledStore();
    const names = fileNames();
    const copied = [...everyFile()].map(([path, bytes]): [string, Buffer] => {
      // All but the line with the day's key.
      const lines = bytes.toString('latin1').match(/^E .*\n/gm) ?? [];
      return [path, Buffer.from(lines.join(''), 'latin1')];
    });
    expect(everythingDecryptable(new Map([...copied, ...renamed(everyFile())]), names)).toContain(ERASED);
    expect(await store.erase({ kind: 'day', day: '2026-11-20' })).toBe(1);
    const text = everythingDecryptable(new Map([...copied, ...renamed(everyFile())]), names);
    expect(text).not.toContain(ERASED);
    expect(text).not.toContain(SAME_DAY);
    expect(text).toContain(KEPT);
    expect(await origins(store)).toEqual([KEPT]);
    expect(await store.verify()).toMatchObject({ entries: 1, losses: [] });
  });

  it('a day for its age', async () => {
    const store = await filledStore();
    const names = fileNames();
    await store.expire();
    // In steps that the clock is believed.
    for (const day of ['2026-12-20', '2027-01-19', '2027-02-18']) {
      clock.goTo(day);
      await store.expire();
    }
    const text = everythingDecryptable(everyFile(), names);
    expect(text).not.toContain(ERASED);
    expect(text).toContain(KEPT);
  });

  it.each(['key-file', 'system'] as const)('everything (%s), not even where all else had been copied', async (kind) => {
    const store = await filledStore(kind === 'system' ? new FakeSystemKey() : undefined);
    const names = fileNames();
    const days = new Map([...everyFile()].filter(([path]) => path.endsWith('.day')));
    expect(await store.erase({ kind: 'all' })).toBe(2);
    expect(fileNames()).toEqual([]);
    expect(everythingDecryptable(new Map([...days, ...renamed(everyFile())]), names)).toBe('');
    expect(await store.list()).toMatchObject({ entries: [], losses: [] });
    await store.record(logIn(KEPT));
    expect(await origins(store)).toEqual([KEPT]);
  });

  it('the key file, once the key is in the system’s key store', async () => {
    await filledStore();
    const names = fileNames();
    const store = openStore({ files: openHistoryFiles(folder), clock, systemKey: new FakeSystemKey() });
    expect(await origins(store)).toHaveLength(3);
    expect(fileNames()).not.toContain('key');
    expect(everythingDecryptable(everyFile(), names)).toBe('');
  });
});

it('overwrites keys where they lie before it lets go of them', async () => {
  const store = await filledStore();
  const written: string[] = [];
  const files = openHistoryFiles(folder);
  const watched = openStore({
    clock,
    files: {
      ...files,
      write: (name, bytes, at) => {
        if (at !== 'end')
          written.push(`${name.slice(0, 10)} ${String(Buffer.from(bytes).every((b) => b === 0 || b === 0x30))}`);
        files.write(name, bytes, at);
      },
      remove: (name) => {
        written.push(`${name.slice(0, 10)} removed`);
        files.remove(name);
      },
    },
  });
  await watched.erase({ kind: 'day', day: '2026-11-20' });
  expect(written).toEqual(['2026-11-20 true', '2026-11-20 removed']);
  written.length = 0;
  await watched.erase({ kind: 'all' });
  expect(written.slice(0, 4)).toEqual(['master true', 'master removed', 'key true', 'key removed']);
  expect(await origins(store)).toEqual([]);
});

/** Under other names, so that copies of the same files stand beside them. */
function renamed(files: Map<string, Buffer>): [string, Buffer][] {
  return [...files].map(([path, bytes]) => [`${path} now`, bytes]);
}
