import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EndedRequest } from '../../../main/core/history/history-entry.js';
import type { HistoryKeyPort } from '../../../main/core/history/history.js';
import { historyOfApp } from '../../../main/node/app-socket/index.js';
import { openHistory, type OpenedHistory, type OpenHistoryOptions } from '../../../main/node/history/index.js';
import { systemClock } from '../../../main/node/system.js';

const REQUEST: EndedRequest = {
  consent: {
    operation: 'authenticate',
    requester: { kind: 'self' },
    pinRole: 'authentication',
    disclosed: [],
    items: [],
  },
  outcome: { status: 'done' },
  testCard: false,
};
const KEY: HistoryKeyPort = {
  kind: 'system',
  wrap: (key) => Promise.resolve(Uint8Array.from(key)),
  unwrap: (wrapped) => Promise.resolve({ key: Uint8Array.from(wrapped), stale: false }),
};

let stateDirectory: string;
const opened: OpenedHistory[] = [];

beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'madoguchi-late-'));
});
afterEach(async () => {
  for (const history of opened.splice(0)) await history.close();
  rmSync(stateDirectory, { recursive: true, force: true });
});

function open(key: Pick<OpenHistoryOptions, 'systemKey' | 'findSystemKey' | 'onChange'>): OpenedHistory {
  const keeping = () => ({ record: true, keepDays: 90 });
  const history = openHistory({ stateDirectory, ...key, keeping, clock: systemClock, log: { event: () => undefined } });
  opened.push(history);
  return history;
}

describe('an app whose key store is locked at its start', () => {
  it('says that the key is missing, not that the app does not run; and goes on once it is open', async () => {
    const before = open({ systemKey: KEY });
    await before.record(REQUEST);
    await before.close();
    const keyRing: { key?: HistoryKeyPort } = {};
    const app = open({ findSystemKey: () => Promise.resolve(keyRing.key) });
    await expect(app.record(REQUEST)).rejects.toMatchObject({ details: { reason: 'history-key-missing' } });
    expect((await app.list()).losses.map(({ kind }) => kind)).toContain('key-missing');
    keyRing.key = KEY;
    await app.record(REQUEST);
    expect((await app.list()).entries).toHaveLength(2);
    // What could not be recorded meanwhile is told.
    expect((await app.list()).losses).toMatchObject([{ kind: 'not-recorded', count: 1 }]);
    // From then on it serves the others.
    const other = historyOfApp({ stateDirectory, environment: process.env, platform: process.platform });
    await expect
      .poll(() =>
        other.list().then(
          ({ entries }) => entries.length,
          () => 0,
        ),
      )
      .toBe(2);
  });

  it('keeps the reason for other programs', async () => {
    await open({ systemKey: KEY }).record(REQUEST);
    await opened.pop()?.close();
    await expect(open({}).list()).rejects.toMatchObject({ details: { reason: 'history-in-app' } });
  });
});

it('tells of what is recorded and erased, here and by another program', async () => {
  let changes = 0;
  const app = open({ systemKey: KEY, onChange: () => (changes += 1) });
  await app.record(REQUEST);
  expect(changes).toBe(1);
  const other = open({});
  await expect
    .poll(() =>
      other.list().then(
        ({ entries }) => entries.length,
        () => 0,
      ),
    )
    .toBe(1);
  expect(changes).toBe(1);
  await other.record(REQUEST);
  expect(changes).toBe(2);
  const [entry] = (await other.list()).entries;
  expect(await other.erase({ kind: 'entry', id: entry?.id ?? '' })).toBe(1);
  expect(changes).toBe(3);
  await app.erase({ kind: 'all' });
  expect(changes).toBe(4);
});
