import { beforeEach, describe, expect, it } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import { createGovernmentSites, type ExtensionReport } from '../../../main/core/government-sites/government-sites.js';
import { NO_POLICY } from '../../../main/core/policy/policy.js';
import { resolveSettings, type SettingsListener, type SettingsReport } from '../../../main/core/settings/settings.js';
import { governmentSitesCalls } from '../../../main/electron/window-calls/government-sites-calls.js';
import { serveCalls, type ServeCall } from '../../../main/electron/window-calls/serve-calls.js';
import type { CallResult } from '../../../main/ipc/call.js';
import type { AddedSite, GovernmentSitesView } from '../../../main/ipc/government-sites.js';

const NOW = new Date('2026-11-21T05:05:00Z');
const ADDED_BY_POLICY = 'https://xn--wgv71a119e.example.jp';
const CHROME: ExtensionReport = { caller: { kind: 'browser', name: 'Google Chrome' }, permission: false };

let end: AbortController;
let pushes: GovernmentSitesView[];
let kept: Set<string>;
let isUnreadable: boolean;
let secretsMade: number;
const listeners = new Set<SettingsListener>();

beforeEach(() => {
  end = new AbortController();
  pushes = [];
  kept = new Set();
  isUnreadable = false;
  secretsMade = 0;
  listeners.clear();
});

const report = (): SettingsReport =>
  resolveSettings({ status: 'read', unverifiedValues: { governmentSites: true } }, { from: '', locks: {} }, '');

function requireReadable(): void {
  if (isUnreadable) throw new ClientError('ERR_INTERNAL_FILE', 'cannot be read');
}

function openWindow(isLinux = true) {
  const governmentSites = createGovernmentSites({
    settings: {
      read: report,
      onChange(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    policy: () => ({ ...NO_POLICY, governmentOrigins: [ADDED_BY_POLICY] }),
    clock: { now: () => NOW } as never,
    windowsSites: {
      list() {
        requireReadable();
        return [...kept];
      },
      set(origin, on) {
        requireReadable();
        if (on) kept.add(origin);
        else kept.delete(origin);
      },
    },
    identifierSecret: {
      reset() {
        secretsMade += 1;
        return Promise.resolve();
      },
    },
    versions: { extensionVersion: '24', appVersion: '29' },
  });
  const handlers = governmentSitesCalls(
    { client: { governmentSites }, push: (_name, value) => void pushes.push(value as never), signal: end.signal },
    isLinux,
  );
  return { call: serveCalls('main', handlers), governmentSites };
}

async function answer<Answer>(calling: Promise<CallResult<unknown>>): Promise<Answer> {
  const result = await calling;
  if (!result.ok) throw new Error(result.error.code);
  return result.result as Answer;
}

async function refusal(calling: Promise<CallResult<unknown>>): Promise<string> {
  const result = await calling;
  if (result.ok) throw new Error('it was answered');
  return result.error.code;
}

const add = (call: ServeCall, address: string): Promise<AddedSite> =>
  answer<AddedSite>(call('government.addWindowsSite', { address }));

describe('government sites in a window', () => {
  it('shows what browsers said, and the administrator’s sites as people read them', async () => {
    const { call, governmentSites } = openWindow();
    governmentSites.report(CHROME);
    governmentSites.report({
      ...CHROME,
      permission: true,
      page: { origin: 'https://login.sample.go.jp', marker: 'placed' },
    });
    expect(await answer(call('government.read', undefined))).toEqual({
      isLinux: true,
      origins: [{ origin: ADDED_BY_POLICY, unicodeOrigin: 'https://日本語.example.jp' }],
      windowsUserAgent: [],
      browsers: [
        {
          shownName: 'Google Chrome',
          permission: true,
          lastPage: { site: { origin: 'https://login.sample.go.jp' }, marker: 'placed', at: NOW.toISOString() },
        },
      ],
    });
  });

  it('says on which system it runs', async () => {
    const { call } = openWindow(false);
    expect(await answer(call('government.read', undefined))).toMatchObject({ isLinux: false });
  });

  it('makes a browser’s name safe to show, however long', async () => {
    const { call, governmentSites } = openWindow();
    governmentSites.report({ caller: { kind: 'browser', name: `\u202E許可${'x'.repeat(500)}` }, permission: false });
    const { browsers } = await answer<GovernmentSitesView>(call('government.read', undefined));
    expect(browsers[0]?.shownName).toMatch(/^<U\+202E>許可x+…$/u);
    expect(Array.from(browsers[0]?.shownName ?? '').length).toBeLessThanOrEqual(80);
  });

  it('tells of a permission as it is given, and of nothing once the window is gone', () => {
    const { governmentSites } = openWindow();
    governmentSites.report(CHROME);
    governmentSites.report({ ...CHROME, permission: true });
    expect(pushes.map(({ browsers }) => browsers[0]?.permission)).toEqual([false, true]);
    end.abort();
    governmentSites.report(CHROME);
    expect(pushes).toHaveLength(2);
    expect(listeners.size).toBe(0);
  });

  it.each(['https://login.sample.go.jp', 'login.sample.go.jp', ' https://LOGIN.sample.go.jp/a?b#c '])(
    'tells the site of Windows that %j belongs to, once',
    async (address) => {
      const { call } = openWindow();
      const added = await add(call, address);
      expect(added).toMatchObject({
        status: 'added',
        view: { windowsUserAgent: [{ origin: 'https://login.sample.go.jp' }] },
      });
      expect(await add(call, address)).toEqual({ status: 'already' });
      expect([...kept]).toEqual(['https://login.sample.go.jp']);
      expect(pushes).toHaveLength(1);
    },
  );

  it.each([
    ['', 'no-address'],
    ['https://', 'no-address'],
    ['https://login.sample.go.jp@attacker.example', 'no-address'],
    ['javascript:alert(1)', 'no-address'],
    ['https://example.com', 'not-government'],
    ['https://go.jp', 'not-government'],
    ['https://login.sample.go.jp.example', 'not-government'],
    ['https://login-sample-go.jp', 'not-government'],
    ['https://login.sample.go.jp.', 'not-government'],
    ['https://login.sample.go.jp:8443', 'not-government'],
    ['http://login.sample.go.jp', 'not-government'],
  ] as const)('tells %j of nothing: %s', async (address, status) => {
    const { call } = openWindow();
    expect(await add(call, address)).toEqual({ status });
    expect(kept.size).toBe(0);
  });

  it('takes the administrator’s sites, too', async () => {
    const { call } = openWindow();
    expect((await add(call, 'https://日本語.example.jp')).status).toBe('added');
    expect([...kept]).toEqual([ADDED_BY_POLICY]);
  });

  it('forgets a site, also one that is none any more', async () => {
    kept.add('https://old.example');
    const { call } = openWindow();
    const view = await answer<GovernmentSitesView>(
      call('government.removeWindowsSite', { origin: 'https://old.example' }),
    );
    expect(view.windowsUserAgent).toEqual([]);
    expect(await refusal(call('government.removeWindowsSite', { origin: 'null' }))).toBe('ERR_ORIGIN_MISSING');
  });

  it('makes new identifiers', async () => {
    const { call } = openWindow();
    expect(await answer(call('government.resetIdentifiers', undefined))).toEqual({ done: true });
    expect(secretsMade).toBe(1);
  });

  it('says where it cannot be read, and is not ended by a change meanwhile', async () => {
    const { call } = openWindow();
    isUnreadable = true;
    expect(await refusal(call('government.read', undefined))).toBe('ERR_INTERNAL_FILE');
    expect(await refusal(call('government.addWindowsSite', { address: 'a.go.jp' }))).toBe('ERR_INTERNAL_FILE');
    for (const listener of listeners) listener(report(), ['governmentSites']);
    expect(pushes).toEqual([]);
  });

  it.each([
    ['government.addWindowsSite', { address: 'x'.repeat(2_049) }],
    ['government.addWindowsSite', { address: 'a.go.jp', more: 1 }],
    ['government.removeWindowsSite', { origin: '' }],
    ['government.resetIdentifiers', {}],
  ])('refuses what no window sends: %s', async (name, request) => {
    const { call } = openWindow();
    expect(await refusal(call(name, request))).toBe('ERR_PROTOCOL_MALFORMED');
  });
});
