import { beforeEach, describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../../main/core/history/history-entry.js';
import type { HistoryListing } from '../../../main/core/history/history.js';
import { HEADER_BYTES } from '../../../main/node/history/day-records.js';
import { FakeSystemKey, logIn, losses, MovedClock, openStore, origins } from './fixture.js';
import { MemoryFiles } from './memory-files.js';

const ORIGINS = ['https://a.example', 'https://b.example', 'https://c.example'];

let saved: Map<string, Buffer>;
let entries: readonly HistoryEntry[];

beforeEach(async () => {
  const files = new MemoryFiles();
  const clock = new MovedClock('2026-11-21');
  const store = openStore({ files, clock });
  for (const origin of ORIGINS) {
    await store.record(logIn(origin));
    clock.tick();
  }
  clock.goTo('2026-11-22');
  await store.record(logIn('https://next.example'));
  saved = files.content('synced');
  ({ entries } = await store.list());
});

const reopen = (): MemoryFiles => new MemoryFiles(saved);

function dayFile(day: string): string {
  return [...saved.keys()].find((name) => name.startsWith(day)) ?? '';
}

const list = (files: MemoryFiles): Promise<HistoryListing> =>
  openStore({ files, clock: new MovedClock('2026-11-22') }).list();

/** What is listed is what was written, and what is not listed is told. */
function expectHonest(listing: HistoryListing): void {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  for (const entry of listing.entries) expect(entry).toEqual(byId.get(entry.id));
  expect(listing.losses.length).toBeGreaterThan(0);
}

const lines = (bytes: Buffer): string[] => bytes.toString('latin1').split(/(?<=\n)/);
const joined = (parts: readonly string[]): Buffer => Buffer.from(parts.join(''), 'latin1');

describe('a day’s file', () => {
  it('loses the entries behind a cut and no other, wherever it is cut off', async () => {
    const name = dayFile('2026-11-21');
    const whole = saved.get(name) ?? Buffer.alloc(0);
    const ends = lines(whole).map((_line, index, all) => all.slice(0, index + 1).join('').length);
    for (let length = 0; length < whole.length; length += 1) {
      const files = reopen();
      files.edit(name, (bytes) => bytes.subarray(0, length));
      const listing = await list(files);
      expectHonest(listing);
      const left = Math.max(0, ends.filter((end) => end <= length).length - 1);
      expect(listing.entries.length).toBe(1 + left);
      const lost = listing.losses.reduce((sum, { count }) => sum + count, 0);
      expect(lost).toBe(3 - left);
    }
  });

  it('tells every single changed octet, and loses no other entry', async () => {
    const name = dayFile('2026-11-21');
    const length = saved.get(name)?.length ?? 0;
    for (let at = 0; at < length; at += 1) {
      const files = reopen();
      files.edit(name, (bytes) => {
        bytes[at] = (bytes[at] ?? 0) ^ (at % 2 === 0 ? 0x01 : 0x20);
        return bytes;
      });
      const listing = await list(files);
      expectHonest(listing);
      // A changed end of a line takes the line after it along.
      expect(listing.entries.length).toBeGreaterThanOrEqual(at < HEADER_BYTES ? 1 : 2);
    }
  });

  it.each([
    ['a line taken out', ([header, a, , c]: string[]) => [header, a, c], ['missing 1']],
    ['lines changed in their order', ([header, a, b, c]: string[]) => [header, b, a, c], ['edited 1', 'missing 1']],
    ['a line twice', ([header, a, b, c]: string[]) => [header, a, a, b, c], ['edited 1']],
    ['lines put in', ([header, a, b, c]: string[]) => [header, 'E 9 x\n', a, b, c, '\n'], ['incomplete 2']],
    ['the last line taken out', ([header, a, b]: string[]) => [header, a, b], ['truncated 1']],
    ['nothing but the header', ([header]: string[]) => [header], ['truncated 3']],
  ])('tells %s', async (_what, change, expected) => {
    const files = reopen();
    files.edit(dayFile('2026-11-21'), (bytes) => joined(change(lines(bytes)) as string[]));
    expectHonest(await list(files));
    const store = openStore({ files, clock: new MovedClock('2026-11-22') });
    const told = await losses(store);
    expect(told).toEqual(expected);
    // And goes on telling it once the day goes on.
    const day = openStore({ files });
    await day.record(logIn('https://later.example'));
    expect(await origins(day)).toContain('https://later.example');
    expect(await losses(day)).toEqual(expect.arrayContaining(told.map((loss) => loss.replace('truncated', 'missing'))));
  });

  it('is missed, and told as foreign where it comes back after it was erased', async () => {
    const name = dayFile('2026-11-21');
    const files = reopen();
    files.edit(name, () => undefined);
    expect(await losses(openStore({ files }))).toEqual(['missing 3']);
    const restored = reopen();
    const store = openStore({ files: restored });
    expect(await store.erase({ kind: 'day', day: '2026-11-21' })).toBe(1);
    expect(await losses(store)).toEqual([]);
    restored.put(name, saved.get(name) ?? Buffer.alloc(0));
    expect(await origins(store)).toEqual(['https://next.example']);
    expect(await losses(store)).toEqual(['foreign-file 1']);
    // Once more for good.
    expect(await store.erase({ kind: 'day', day: '2026-11-21' })).toBe(1);
    expect(await losses(store)).toEqual([]);
  });

  it('keeps an erased entry erased where its key is put back', async () => {
    const files = reopen();
    const store = openStore({ files });
    const name = dayFile('2026-11-21');
    const before = lines(saved.get(name) ?? Buffer.alloc(0));
    const target = entries.find(({ requester }) => requester.kind === 'origin' && requester.origin === ORIGINS[1]);
    expect(await store.erase({ kind: 'entry', id: target?.id ?? '' })).toBe(1);
    files.edit(name, (bytes) => joined(lines(bytes).map((line, index) => (index === 2 ? (before[2] ?? '') : line))));
    expect(await origins(store)).not.toContain(ORIGINS[1]);
    // And destroys the key again.
    expect(files.content('written').get(name)?.toString('latin1')).not.toContain(before[2]?.slice(4, 100));
    expect(await losses(store)).toEqual([]);
  });

  it('takes no line of another day or another history', async () => {
    const other = new MemoryFiles();
    await openStore({ files: other }).record(logIn('https://forged.example'));
    const [foreignDay = ''] = other.names().filter((name) => name.startsWith('2026'));
    const foreignLine = lines(other.content('written').get(foreignDay) ?? Buffer.alloc(0))[1] ?? '';
    const otherDay = lines(saved.get(dayFile('2026-11-22')) ?? Buffer.alloc(0))[1] ?? '';
    for (const line of [foreignLine, otherDay]) {
      const files = reopen();
      files.edit(dayFile('2026-11-21'), (bytes) => joined([...lines(bytes), line]));
      const listing = await list(files);
      expectHonest(listing);
      expect(listing.entries).toHaveLength(4);
    }
  });
});

describe('the chain', () => {
  it('takes no erasure that this program did not write', async () => {
    const name = dayFile('2026-11-21');
    for (const mark of ['0'.repeat(64), 'from the line before']) {
      const files = reopen();
      files.edit(name, (bytes) => {
        const all = lines(bytes);
        const before = all.at(-1)?.trimEnd().split(' ').at(-1) ?? '';
        return joined([...all, `X 4 1 ${before} ${mark.length === 64 ? mark : before}\n`]);
      });
      const listing = await list(files);
      expectHonest(listing);
      expect(listing.entries).toEqual(entries);
    }
  });

  it('tells a change of what was erased, too', async () => {
    const files = reopen();
    const target = entries.find(({ requester }) => requester.kind === 'origin' && requester.origin === ORIGINS[0]);
    await openStore({ files }).erase({ kind: 'entry', id: target?.id ?? '' });
    files.edit(dayFile('2026-11-21'), (bytes) => {
      const at = HEADER_BYTES + 200;
      bytes[at] = bytes[at] === 0x41 ? 0x42 : 0x41;
      return bytes;
    });
    expect(await losses(openStore({ files }))).toEqual(['edited 1']);
  });

  it('tells lines of an earlier life of the same file, where somebody put the folder back once', async () => {
    const name = dayFile('2026-11-21');
    const live = async (who: string): Promise<MemoryFiles> => {
      const files = reopen();
      for (const number of [4, 5]) await openStore({ files }).record(logIn(`https://${who}-${String(number)}.example`));
      return files;
    };
    const first = lines((await live('first')).content('written').get(name) ?? Buffer.alloc(0));
    for (const mixed of [
      (second: string[]) => [...second.slice(0, -1), first.at(-1) ?? ''],
      (second: string[]) => [...second.slice(0, -2), ...first.slice(-2)],
      (second: string[]) => [...second.slice(0, -2), first.at(-2) ?? '', second.at(-1) ?? ''],
    ]) {
      const files = await live('second');
      expect(await losses(openStore({ files }))).toEqual([]);
      files.edit(name, (bytes) => joined(mixed(lines(bytes))));
      expect((await losses(openStore({ files }))).join()).toMatch(/^edited \d$/);
    }
  });
});

describe('the index', () => {
  it('is told to be lost whatever of it is changed, cut off or gone, and the entries stay', async () => {
    const whole = saved.get('index') ?? Buffer.alloc(0);
    const damages: ((bytes: Buffer) => Buffer | undefined)[] = [() => undefined, () => Buffer.alloc(0)];
    for (let at = 0; at < whole.length - 1; at += 1) {
      damages.push((bytes) => {
        bytes[at] = (bytes[at] ?? 0) ^ 0x01;
        return bytes;
      });
      damages.push((bytes) => bytes.subarray(0, at));
    }
    for (const damage of damages) {
      const files = reopen();
      files.edit('index', damage);
      const listing = await list(files);
      expect(listing.entries).toEqual(entries);
      expect(listing.losses).toEqual([{ kind: 'index-lost', day: '2026-11-22', file: 'index', count: 1 }]);
    }
  });

  it('goes on from what is there, and does not forget that it was lost', async () => {
    const files = reopen();
    files.edit('index', () => undefined);
    const store = openStore({ files });
    await store.record(logIn('https://later.example'));
    expect(await losses(openStore({ files }))).toEqual(['index-lost 1']);
    files.edit(dayFile('2026-11-21'), (bytes) => joined(lines(bytes).slice(0, -1)));
    expect(await losses(openStore({ files }))).toEqual(['index-lost 1', 'truncated 1']);
  });
});

describe('keys', () => {
  it.each(['master', 'key'])('names every day when %s is gone, and begins nothing beside it', async (name) => {
    const whole = saved.get(name) ?? Buffer.alloc(0);
    const files = reopen();
    files.edit(name, (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([~(whole.at(-1) ?? 0) & 0xff])]));
    const store = openStore({ files });
    const kinds = new Set((await store.list()).losses.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['key-missing']));
    await expect(store.record(logIn('https://later.example'))).rejects.toMatchObject({
      code: 'ERR_INTERNAL_FILE',
      details: { reason: 'history-key-missing' },
    });
    expect(await losses(store)).toContain('not-recorded 1');
    expect(files.content('written').get('master')).toEqual(name === 'master' ? expect.anything() : saved.get('master'));
    // Erasing everything needs no key, and begins anew.
    expect(await store.erase({ kind: 'all' })).toBe(2);
    await store.record(logIn('https://later.example'));
    expect(await origins(store)).toEqual(['https://later.example']);
    expect(await losses(store)).toEqual([]);
  });

  it('keeps what an earlier key made apart from what a new one makes', async () => {
    const files = reopen();
    files.edit('master', () => undefined);
    const store = openStore({ files });
    await store.record(logIn('https://later.example'));
    expect(await origins(store)).toEqual(['https://later.example']);
    expect(await losses(store)).toEqual(['key-missing 1', 'key-missing 1']);
  });

  it('never begins a second history beside the app’s', async () => {
    const systemKey = new FakeSystemKey();
    const files = new MemoryFiles();
    await openStore({ files, systemKey }).record(logIn('https://a.example'));
    const before = files.content('written');
    const withoutKey = openStore({ files });
    const inApp = { code: 'ERR_INTERNAL_FILE', details: { reason: 'history-in-app' } };
    await expect(withoutKey.list()).rejects.toMatchObject(inApp);
    await expect(withoutKey.verify()).rejects.toMatchObject(inApp);
    await expect(withoutKey.record(logIn('https://b.example'))).rejects.toMatchObject(inApp);
    await expect(withoutKey.erase({ kind: 'day', day: '2026-11-21' })).rejects.toMatchObject(inApp);
    expect(files.content('written')).toEqual(before);
    expect(await origins(openStore({ files, systemKey }))).toEqual(['https://a.example']);
  });

  it('is told where the system’s key store lost the key, and wraps anew where it says so', async () => {
    const systemKey = new FakeSystemKey();
    const files = new MemoryFiles();
    await openStore({ files, systemKey }).record(logIn('https://a.example'));
    systemKey.stale = true;
    expect(await origins(openStore({ files, systemKey }))).toEqual(['https://a.example']);
    expect(systemKey.wraps).toBe(2);
    systemKey.lose();
    expect(await losses(openStore({ files, systemKey }))).toEqual(['key-missing 1', 'key-missing 1']);
  });

  it('stays with the key file while the system’s key store cannot be used', async () => {
    const systemKey = new FakeSystemKey();
    systemKey.locked = true;
    const files = reopen();
    expect((await openStore({ files, systemKey }).list()).entries).toEqual(entries);
    expect(files.isFile('key')).toBe(true);
    systemKey.locked = false;
    const moved = await openStore({ files, systemKey }).list();
    expect([moved.entries, moved.protection, files.isFile('key')]).toEqual([entries, 'system', false]);
  });
});

it('tells what is lost whatever is asked for', async () => {
  const files = reopen();
  files.edit(dayFile('2026-11-21'), () => undefined);
  const { entries: found, losses: told } = await openStore({ files }).list({ day: '2026-11-22', limit: 1 });
  expect([found.length, told.map(({ kind }) => kind)]).toEqual([1, ['missing']]);
});

it('leaves foreign files alone, whatever they are called', async () => {
  const files = reopen();
  const strangers = ['.DS_Store', '2026-11-21.day', `2026-11-21.${'0'.repeat(32)}.day`, 'index.bak', '\u202egnp.exe'];
  for (const name of strangers) files.put(name, Buffer.from('x'.repeat(100)));
  const store = openStore({ files });
  expect((await store.list()).entries).toEqual(entries);
  expect((await store.list()).losses.map(({ file }) => file).sort()).toEqual([...strangers].sort());
  await store.record(logIn('https://later.example'));
  await store.expire();
  for (const name of strangers) expect(files.isFile(name)).toBe(true);
});

it('keeps no entry over more items than there may be, and says that it was not recorded', async () => {
  const files = reopen();
  const name = dayFile('2026-11-21');
  const store = openStore({ files });
  const item = { kind: 'digest', name: '', algorithm: 'SHA-256', digest: 'a'.repeat(64) } as const;
  const request = logIn('https://a.example');
  const huge = { ...request, consent: { ...request.consent, items: Array.from({ length: 1_001 }, () => item) } };
  await expect(store.record(huge)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_INTERNAL/) as string });
  expect(await losses(openStore({ files }))).toEqual(['not-recorded 1']);
  expect(files.isFile(name)).toBe(true);
});

it('bounds a day, tells what went over it, and goes on the next day', async () => {
  const files = reopen();
  const clock = new MovedClock('2026-11-21');
  const store = openStore({ files, clock });
  const item = { kind: 'digest', name: '', algorithm: 'SHA-512', digest: 'a'.repeat(128) } as const;
  const request = logIn('https://a.example');
  const large = { ...request, consent: { ...request.consent, items: Array.from({ length: 1_000 }, () => item) } };
  let recorded = 0;
  const fill = async (): Promise<void> => {
    for (; recorded < 100; recorded += 1) await store.record(large);
  };
  await expect(fill()).rejects.toMatchObject({ details: { reason: 'history-day-full' } });
  expect(recorded).toBeGreaterThan(20);
  expect(files.content('written').get(dayFile('2026-11-21'))?.length).toBeLessThan(8 * 1024 * 1024);
  expect(await losses(openStore({ files, clock }))).toEqual(['not-recorded 1']);
  clock.goTo('2026-11-22');
  await store.record(large);
  expect(await origins(store)).toHaveLength(4 + recorded + 1);
}, 60_000);
