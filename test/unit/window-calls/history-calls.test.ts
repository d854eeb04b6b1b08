import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import type { HistoryEntry } from '../../../main/core/history/history-entry.js';
import type { HistoryListing } from '../../../main/core/history/history.js';
import { ENTRIES_PER_PAGE, LOSSES_TOLD } from '../../../main/ipc/history.js';
import { originRequester } from '../../support/origin-requester.js';
import { logIn } from '../history/fixture.js';
import { serveCalls } from '../../../main/electron/window-calls/serve-calls.js';
import { openHistoryDesk, request, type HistoryDesk } from './history-fixture.js';

const FIRST = { page: 0 };

let desk: HistoryDesk;
beforeEach(() => {
  desk = openHistoryDesk();
});
afterEach(() => desk.close());

/** Records logins of the origins a second after each other. */
async function record(...origins: readonly string[]): Promise<void> {
  for (const origin of origins) {
    desk.clock.tick();
    await desk.store.record(logIn(origin));
  }
}

async function newest(): Promise<{ readonly id: string; readonly day: string }> {
  const { entries } = await desk.call('history.entries', FIRST);
  const [entry] = entries;
  if (!entry) throw new Error('there is no entry');
  return { id: entry.id, day: entry.day };
}

describe('what is listed', () => {
  test('is nothing at first, and how long it would be kept', async () => {
    const { entries, found, pages, overview } = await desk.call('history.entries', FIRST);
    expect({ entries, found, pages }).toEqual({ entries: [], found: 0, pages: 1 });
    expect(overview).toMatchObject({ total: 0, keptDays: 90, losses: [], lossesMore: 0, askers: [] });
  });

  test('comes newest first, with how many entries each day has', async () => {
    await record('https://a.example', 'https://b.example');
    desk.clock.goTo('2026-11-22');
    await record('https://a.example');
    const { entries, days } = await desk.call('history.entries', FIRST);
    expect(entries.map(({ requester }) => 'origin' in requester && requester.origin)).toEqual([
      'https://a.example',
      'https://b.example',
      'https://a.example',
    ]);
    expect(days).toEqual([
      { day: '2026-11-22', count: 1 },
      { day: '2026-11-21', count: 2 },
    ]);
  });

  test('counts a whole day, however little of it was asked for', async () => {
    await record('https://a.example', 'https://b.example', 'https://b.example');
    const asker = { kind: 'origin', origin: 'https://a.example' } as const;
    const { entries, days, found, overview } = await desk.call('history.entries', { asker, page: 0 });
    expect(entries).toHaveLength(1);
    expect({ days, found, total: overview.total }).toEqual({
      days: [{ day: '2026-11-21', count: 3 }],
      found: 1,
      total: 3,
    });
  });

  test('is what fits all that was asked for', async () => {
    await desk.store.record(request({ operation: 'sign', pinRole: 'signing' }));
    await desk.store.record(request({}, { outcome: { status: 'failed', code: 'ERR_USER_REFUSED', details: {} } }));
    await desk.store.record(request({}, { outcome: { status: 'failed', code: 'ERR_USER_TIMEOUT', details: {} } }));
    await record('https://a.example');
    const found = async (query: object) => (await desk.call('history.entries', { ...query, page: 0 })).found;
    expect(await found({ operation: 'sign' })).toBe(1);
    expect(await found({ result: 'refused' })).toBe(1);
    expect(await found({ result: 'failed' })).toBe(1);
    expect(await found({ result: 'done', asker: { kind: 'self' } })).toBe(1);
    expect(await found({ day: '2026-11-21' })).toBe(4);
    expect(await found({ day: '2026-11-20' })).toBe(0);
  });

  test('comes in pages; one behind the last is the last', async () => {
    const entries = manyEntries(10_000);
    const many = openHistoryDesk({ history: { list: async () => listing(entries) } });
    try {
      const first = await many.call('history.entries', FIRST);
      expect(first.entries).toHaveLength(ENTRIES_PER_PAGE);
      expect({ pages: first.pages, found: first.found }).toEqual({ pages: 200, found: 10_000 });
      const last = await many.call('history.entries', { page: 12_345 });
      expect(last.page).toBe(199);
      const ids = new Set<string>();
      for (let page = 0; page < first.pages; page += 1) {
        for (const { id } of (await many.call('history.entries', { page })).entries) ids.add(id);
      }
      expect(ids.size).toBe(10_000);
    } finally {
      many.close();
    }
  });

  test('keeps a day in one piece where the clock went back over midnight', async () => {
    const [one, two, three] = manyEntries(3);
    const mixed = [
      { ...one, day: '2026-11-21' },
      { ...two, day: '2026-11-22' },
      { ...three, day: '2026-11-21' },
    ] as readonly HistoryEntry[];
    const travelled = openHistoryDesk({ history: { list: async () => listing(mixed) } });
    try {
      const { entries } = await travelled.call('history.entries', FIRST);
      expect(entries.map(({ day }) => day)).toEqual(['2026-11-22', '2026-11-21', '2026-11-21']);
    } finally {
      travelled.close();
    }
  });

  test('has who asked in full, what left, and no more of what was signed than its number', async () => {
    const standing = {
      level: 'verified',
      serviceId: 'tax',
      name: { ja: '税の窓口', en: 'Tax' },
      operator: { ja: '庁', en: 'Agency' },
    } as const;
    const digest = 'ab'.repeat(32);
    await desk.store.record(
      request({
        operation: 'sign',
        pinRole: 'signing',
        requester: originRequester('https://tax.example', { standing }),
        disclosed: ['serial-number', 'four-attributes'],
        items: [{ kind: 'digest', name: 'x', algorithm: 'SHA-256', digest }],
      }),
    );
    const { entries } = await desk.call('history.entries', FIRST);
    expect(entries[0]).toMatchObject({
      requester: { level: 'verified', name: { ja: '税の窓口' }, confirmed: true },
      disclosed: ['serial-number', 'four-attributes'],
      items: 1,
    });
    expect(JSON.stringify(entries)).not.toContain(digest);
    const { items } = await desk.call('history.details', await newest());
    expect(items).toEqual([{ format: 'digest', algorithm: 'SHA-256', digest }]);
  });

  test('shows foreign text so that it cannot pass for the app’s own', async () => {
    const claimedOrigin = 'https://a.example\n\u202Eお知らせ';
    await desk.store.record(request({ requester: { kind: 'local-program', claimedOrigin } }));
    const { entries } = await desk.call('history.entries', FIRST);
    expect(entries[0]?.requester).toEqual({
      kind: 'local-program',
      claimedOrigin: 'https://a.example\ufffd<U+202E>お知らせ',
    });
  });
});

describe('who asked', () => {
  test('is one group each, whoever asked last first, and a claim is no site', async () => {
    await record('https://a.example', 'https://b.example', 'https://a.example');
    desk.clock.tick();
    await desk.store.record(request({ requester: { kind: 'local-program', claimedOrigin: 'https://a.example' } }));
    const { groups, found, overview } = await desk.call('history.askers', FIRST);
    expect(groups.map(({ asker, count }) => [asker, count])).toEqual([
      [{ kind: 'local-program' }, 1],
      [{ kind: 'origin', origin: 'https://a.example' }, 2],
      [{ kind: 'origin', origin: 'https://b.example' }, 1],
    ]);
    expect(found).toBe(3);
    expect(overview.askers).toHaveLength(3);
  });

  test('is counted under what was asked for', async () => {
    await record('https://a.example');
    await desk.store.record(request({ operation: 'sign' }));
    const { groups } = await desk.call('history.askers', { operation: 'sign', page: 0 });
    expect(groups.map(({ asker, count }) => [asker.kind, count])).toEqual([['self', 1]]);
  });
});

describe('what is erased', () => {
  test('is one entry, and the window is told', async () => {
    await record('https://a.example', 'https://b.example');
    const { id } = await newest();
    expect(await desk.call('history.erase', { kind: 'entry', id })).toEqual({ erased: 1 });
    expect(desk.pushed).toEqual(['history.changed']);
    const { entries } = await desk.call('history.entries', FIRST);
    expect(entries.map((entry) => entry.id)).not.toContain(id);
    expect(entries).toHaveLength(1);
  });

  test('is one day, with no other', async () => {
    await record('https://a.example');
    desk.clock.goTo('2026-11-22');
    await record('https://b.example');
    await desk.call('history.erase', { kind: 'day', day: '2026-11-21' });
    const { days } = await desk.call('history.entries', FIRST);
    expect(days).toEqual([{ day: '2026-11-22', count: 1 }]);
  });

  test('is everything, where it cannot be read too', async () => {
    await record('https://a.example');
    writeFileSync(desk.at('history/key'), '{}');
    desk.store.close();
    const { overview } = await desk.call('history.entries', FIRST);
    expect(overview.total).toBe(0);
    expect(overview.losses.map(({ kind }) => kind)).toContain('key-missing');
    expect(await desk.call('history.erase', { kind: 'all' })).toEqual({ erased: 1 });
    expect((await desk.call('history.entries', FIRST)).overview.losses).toEqual([]);
  });

  test('is read again where it failed, for a part may be gone', async () => {
    const failing = openHistoryDesk({
      history: {
        erase: () => Promise.reject(new ClientError('ERR_INTERNAL_FILE', 'no', { details: { reason: '/srv/x: no' } })),
      },
    });
    try {
      const erasing = failing.call('history.erase', { kind: 'all' });
      await expect(erasing).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE', details: {} });
      expect(failing.pushed).toEqual(['history.changed']);
    } finally {
      failing.close();
    }
  });
});

describe('what is wrong', () => {
  test('is told with day and file, bounded, and a foreign name made safe', async () => {
    await record('https://a.example');
    for (let count = 0; count < LOSSES_TOLD + 4; count += 1) writeFileSync(desk.at(`history/x\u202E${count}`), '');
    const { overview, entries } = await desk.call('history.entries', FIRST);
    expect(entries).toHaveLength(1);
    expect(overview.losses).toHaveLength(LOSSES_TOLD);
    expect(overview.lossesMore).toBe(4);
    expect(overview.losses[0]).toMatchObject({ kind: 'foreign-file', count: 1 });
    expect(overview.losses[0]?.file).toMatch(/^x<U\+202E>\d+$/);
  });

  test('says that nothing is kept', async () => {
    const none = openHistoryDesk({ keepDays: 0 });
    try {
      await none.store.record(request({}));
      const { overview } = await none.call('history.entries', FIRST);
      expect(overview).toMatchObject({ keptDays: 0, total: 0, protection: 'key-file' });
    } finally {
      none.close();
    }
  });

  test('keeps its reason where nothing can be read, and no path', async () => {
    const details = { reason: 'history-in-app', file: '/srv/taro/.local/history' };
    const list = () => Promise.reject(new ClientError('ERR_INTERNAL_FILE', 'no', { details }));
    const failing = openHistoryDesk({ history: { list } });
    try {
      const error = { code: 'ERR_INTERNAL_FILE', details: { reason: 'history-in-app' } };
      await expect(failing.call('history.entries', FIRST)).rejects.toMatchObject(error);
      const thrown: unknown = await failing.call('history.askers', FIRST).catch((one: unknown) => one);
      expect(JSON.stringify(thrown)).not.toContain('taro');
    } finally {
      failing.close();
    }
  });
});

describe('what is written out', () => {
  test('is all of it, where the person wants it, for this user only', async () => {
    await record('https://a.example', 'https://b.example');
    desk.dialog.path = desk.at('履歴.csv');
    const outcome = await desk.call('history.export', { format: 'csv' });
    expect(outcome).toEqual({ status: 'saved', shownName: '履歴.csv', entries: 2 });
    expect(desk.dialog.asked[0]?.suggestedName).toBe('madoguchi-history.csv');
    const text = readFileSync(desk.dialog.path, 'utf8');
    expect(text.split('\r\n')).toHaveLength(4);
    expect(text).toContain('https://b.example');
    expect(statSync(desk.dialog.path).mode & 0o777).toBe(0o600);
  });

  test('is JSON where that was asked for', async () => {
    await record('https://a.example');
    desk.dialog.path = desk.at('history.json');
    await desk.call('history.export', { format: 'json' });
    expect(JSON.parse(readFileSync(desk.dialog.path, 'utf8'))).toMatchObject({ version: 1, keptDays: 90 });
  });

  test('is nothing without a place, or when the window has gone', async () => {
    expect(await desk.call('history.export', { format: 'csv' })).toEqual({ status: 'cancelled' });
    desk.dialog.path = desk.at('late.csv');
    desk.closeWindow();
    expect(await desk.call('history.export', { format: 'csv' })).toEqual({ status: 'cancelled' });
    expect(() => statSync(desk.at('late.csv'))).toThrow();
  });

  test('tells of a place that cannot be written, without its path', async () => {
    desk.dialog.path = desk.at('no-folder/history.csv');
    const thrown: unknown = await desk.call('history.export', { format: 'csv' }).catch((one: unknown) => one);
    expect(thrown).toMatchObject({ code: 'ERR_INTERNAL_FILE', details: { errno: 'ENOENT' } });
    expect(JSON.stringify(thrown)).not.toContain('no-folder');
  });
});

describe('the site of an entry', () => {
  test('is blocked and taken back, and the pages are told', async () => {
    await record('https://a.example');
    const place = await newest();
    await desk.call('history.blockSite', place);
    expect(desk.sites.isBlocked('https://a.example', true)).toBe(true);
    expect(desk.pushed).toEqual(['services.changed']);
    expect((await desk.call('history.details', place)).site).toMatchObject({ status: 'readable', blocked: 'all' });
    expect(await desk.call('history.unblockSite', place)).toEqual({ done: true });
    expect(desk.sites.isBlocked('https://a.example', true)).toBe(false);
  });

  test('stays open to itself where somebody else may have asked in its name', async () => {
    await desk.store.record(
      request({ requester: originRequester('https://tax.example', { confirmed: false, route: 'redirect' }) }),
    );
    await desk.call('history.blockSite', await newest());
    expect(desk.sites.isBlocked('https://tax.example', false)).toBe(true);
    expect(desk.sites.isBlocked('https://tax.example', true)).toBe(false);
  });

  test('is explained in full again', async () => {
    await record('https://a.example');
    await desk.sites.remember('https://a.example', 'authenticate');
    const place = await newest();
    expect((await desk.call('history.details', place)).site).toMatchObject({ remembered: ['authenticate'] });
    expect(await desk.call('history.forgetSite', place)).toEqual({ done: true });
    expect(desk.sites.isRemembered('https://a.example', 'authenticate')).toBe(false);
  });

  test('is none where a program claimed one', async () => {
    await desk.store.record(request({ requester: { kind: 'local-program', claimedOrigin: 'https://tax.example' } }));
    const place = await newest();
    expect(await desk.call('history.details', place)).toEqual({ items: [] });
    await expect(desk.call('history.blockSite', place)).rejects.toMatchObject({ code: 'ERR_PROTOCOL_MALFORMED' });
    expect(desk.sites.list()).toEqual([]);
  });

  test('is not known while what was decided cannot be read; the entry is', async () => {
    await record('https://a.example');
    writeFileSync(desk.at('sites.json'), 'x');
    chmodSync(desk.at('sites.json'), 0o600);
    const place = await newest();
    expect(await desk.call('history.details', place)).toEqual({ items: [], site: { status: 'unusable' } });
    const thrown: unknown = await desk.call('history.blockSite', place).catch((one: unknown) => one);
    expect(thrown).toMatchObject({ code: 'ERR_INTERNAL_FILE' });
    expect(JSON.stringify(thrown)).not.toContain(desk.directory);
  });

  test('is refused for an entry that is gone', async () => {
    await record('https://a.example');
    const place = await newest();
    await desk.call('history.erase', { kind: 'all' });
    for (const name of ['history.details', 'history.blockSite', 'history.forgetSite'] as const) {
      await expect(desk.call(name, place)).rejects.toMatchObject({ code: 'ERR_PROTOCOL_NOT_FOUND' });
    }
  });
});

describe('what no window sends', () => {
  const id = 'a'.repeat(32);
  test.each([
    ['history.entries', {}],
    ['history.entries', { page: -1 }],
    ['history.entries', { page: 0.5 }],
    ['history.entries', { page: 0, limit: 1e9 }],
    ['history.entries', { page: 0, day: '2026-02-30' }],
    ['history.entries', { page: 0, day: '../../etc' }],
    ['history.entries', { page: 0, asker: { kind: 'origin', origin: 'x'.repeat(256) } }],
    ['history.askers', { page: 0, asker: { kind: 'self', origin: 'https://a.example' } }],
    ['history.details', { id: '../key', day: '2026-11-21' }],
    ['history.details', { id }],
    ['history.erase', { kind: 'everything' }],
    ['history.erase', { kind: 'day', day: '' }],
    ['history.erase', { kind: 'entry', id, day: '2026-11-21' }],
    ['history.export', { format: 'csv', path: '/tmp/x' }],
    ['history.blockSite', { origin: 'https://a.example' }],
  ])('is refused: %s %j', async (name, unverified) => {
    await record('https://a.example');
    const result = await desk.serve(name, unverified);
    expect(result).toMatchObject({ ok: false, error: { code: 'ERR_PROTOCOL_MALFORMED' } });
    expect((await desk.store.list()).entries).toHaveLength(1);
    expect(desk.dialog.asked).toEqual([]);
  });

  test('is refused from a consent window', async () => {
    const result = await serveCalls('consent', { 'history.erase': () => ({ erased: 1 }) })('history.erase', {
      kind: 'all',
    });
    expect(result).toMatchObject({ ok: false, error: { code: 'ERR_PROTOCOL_MALFORMED' } });
  });
});

function manyEntries(count: number): HistoryEntry[] {
  return Array.from({ length: count }, (_, position) => ({
    id: position.toString(16).padStart(32, '0'),
    at: new Date(Date.parse('2026-11-21T03:00:00Z') - position * 60_000).toISOString(),
    day: '2026-11-21',
    requester: {
      kind: 'origin',
      origin: `https://s${position % 40}.example`,
      level: 'unlisted',
      route: 'loopback',
      confirmed: true,
    },
    operation: 'authenticate',
    pinRole: 'authentication',
    recipient: { kind: 'requester' },
    disclosed: ['serial-number'],
    attributes: [],
    items: [],
    result: { status: 'done' },
    testCard: false,
  }));
}

function listing(entries: readonly HistoryEntry[]): HistoryListing {
  return { entries, losses: [], keptDays: 90, protection: 'key-file', expiryHeldBack: false };
}
