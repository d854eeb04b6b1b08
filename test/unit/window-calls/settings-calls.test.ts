import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  SETTING_DEFINITIONS,
  SETTING_NAMES,
  type SettingLocks,
  type SettingsStore,
} from '../../../main/core/settings/settings.js';
import type { Updates } from '../../../main/core/updates/updates.js';
import { serveCalls, type ServeCall } from '../../../main/electron/window-calls/serve-calls.js';
import { settingsCalls } from '../../../main/electron/window-calls/settings-calls.js';
import { browserLinks, type SettingsSurroundings } from '../../../main/electron/window-calls/settings-surroundings.js';
import type { CallResult } from '../../../main/ipc/call.js';
import {
  CHANGEABLE_SETTINGS,
  type BrowsersView,
  type SettingsView,
  type ShownPhone,
} from '../../../main/ipc/settings.js';
import type { PairedPhone } from '../../../main/node/phone-reader.js';
import { openSettings } from '../../../main/node/settings/index.js';
import { systemClock } from '../../../main/node/system.js';
import { openUpdates } from '../../../main/node/updates/index.js';
import { NATIVE_HOST_NAME } from '../../../sdk/protocol/index.js';

const FINGERPRINT = '0123456789abcdef'.repeat(4);

let home: string;
let settingsFile: string;
let end: AbortController;
let pushes: SettingsView[];
let questions: string[];
/** What the person answers to the system's dialog. */
let agrees: boolean;
const opened: SettingsStore[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'madoguchi-window-settings-'));
  settingsFile = join(home, 'state', 'settings.json');
  end = new AbortController();
  pushes = [];
  questions = [];
  agrees = true;
});
afterEach(() => {
  end.abort();
  for (const store of opened.splice(0)) store.close();
  rmSync(home, { recursive: true, force: true });
});

interface WindowParts {
  readonly locks?: SettingLocks;
  readonly from?: string;
  readonly isElectron?: boolean;
  readonly phones?: PairedPhone[];
}

function openStore({ locks = {}, from = '/policy.json' }: WindowParts = {}): SettingsStore {
  const log = { event: () => undefined };
  const store = openSettings({ stateDirectory: join(home, 'state'), administrator: { from, locks }, log });
  opened.push(store);
  return store;
}

function unconfiguredUpdates(settings: SettingsStore): Updates {
  const log = { event: () => undefined };
  const policy = () => ({});
  return openUpdates({ stateDirectory: home, settings, policy, clock: systemClock, log, source: null });
}

function openWindow(parts: WindowParts = {}): { readonly call: ServeCall; readonly store: SettingsStore } {
  const store = openStore(parts);
  const { phones = [], isElectron = false } = parts;
  const surroundings: SettingsSurroundings = {
    browsers: browserLinks(
      {
        situation: {
          platform: 'linux',
          environment: {},
          home,
          stateDirectory: join(home, 'state'),
          system: false,
          root: join(home, 'root'),
        },
        host: { node: '/usr/bin/node', program: '/opt/madoguchi.js' },
      },
      isElectron,
    ),
    phones: {
      list: () => phones,
      forget(fingerprint) {
        const index = phones.findIndex((phone) => phone.fingerprint === fingerprint);
        if (index >= 0) phones.splice(index, 1);
        return index >= 0;
      },
    },
  };
  const handlers = settingsCalls(
    {
      client: { settings: store, updates: unconfiguredUpdates(store) },
      desktop: {
        showInFolder: () => undefined,
        confirm: ({ title }) => {
          questions.push(title);
          return Promise.resolve(agrees);
        },
      },
      language: () => 'en',
      push: (_name, value) => void pushes.push(value as SettingsView),
      signal: end.signal,
    },
    surroundings,
  );
  return { call: serveCalls('main', handlers), store };
}

function installChromium(): void {
  const folder = join(home, 'root', 'usr', 'bin');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'chromium'), '#!/bin/sh\n');
  chmodSync(join(folder, 'chromium'), 0o755);
}

const manifest = (): string => join(home, '.config', 'chromium', 'NativeMessagingHosts', `${NATIVE_HOST_NAME}.json`);

function writeSettings(text: string): void {
  mkdirSync(join(home, 'state'), { recursive: true, mode: 0o700 });
  writeFileSync(settingsFile, text, { mode: 0o600 });
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

describe('the settings in a window', () => {
  it('shows every setting that is the person’s, and nothing internal', async () => {
    const { call } = openWindow();
    const view = await answer<SettingsView>(call('settings.read', undefined));
    expect(Object.keys(view.settings)).toEqual(SETTING_NAMES.filter((name) => SETTING_DEFINITIONS[name].shown));
    expect(view.historyDays).toEqual({ least: 0, most: 3_650, default: 90 });
    expect(view).not.toHaveProperty('damage');
  });

  it('keeps a change at once and answers all as they are then', async () => {
    const { call, store } = openWindow();
    const view = await answer<SettingsView>(call('settings.change', { name: 'historyDays', value: 30 }));
    expect(view.settings.historyDays).toEqual({ value: 30, source: 'person' });
    expect(store.read().settings.historyDays.value).toBe(30);
  });

  it('puts one back as shipped and leaves the others', async () => {
    const { call } = openWindow();
    await call('settings.change', { name: 'historyDays', value: 30 });
    await call('settings.change', { name: 'appearance', value: 'dark' });
    const view = await answer<SettingsView>(call('settings.reset', { name: 'historyDays' }));
    expect(view.settings.historyDays).toEqual({ value: 90, source: 'default' });
    expect(view.settings.appearance.value).toBe('dark');
  });

  it('is told what another process changed, until the window ends', async () => {
    const { store } = openWindow();
    const other = openStore();
    await other.change('appearance', 'high-contrast');
    await vi.waitFor(() => expect(pushes.at(-1)?.settings.appearance.value).toBe('high-contrast'), 5_000);
    end.abort();
    const told = pushes.length;
    let isHeard = false;
    store.onChange(() => (isHeard = true));
    await other.change('appearance', 'light');
    await vi.waitFor(() => expect(isHeard).toBe(true), 5_000);
    expect(pushes).toHaveLength(told);
  });

  it.each([
    ['an internal setting', { name: 'firstRunDone', value: true }],
    ['what goes with the browsers', { name: 'extension', value: true }],
    ['what would open a port', { name: 'phoneReader', value: true }],
    ['a name of JavaScript', { name: '__proto__', value: true }],
    ['a name of every object', { name: 'toString', value: true }],
    ['a structure', { name: 'language', value: { toString: 'ja' } }],
    ['a very long text', { name: 'language', value: 'j'.repeat(100_000) }],
    ['a fraction', { name: 'historyDays', value: 1.5 }],
    ['no number', { name: 'historyDays', value: Number.NaN }],
    ['too much', { name: 'historyDays', value: 3_651 }],
    ['too little', { name: 'historyDays', value: -1 }],
    ['another type', { name: 'developerMode', value: 'true' }],
    ['a language that is none', { name: 'language', value: '../../ja' }],
    ['something beside it', { name: 'developerMode', value: true, source: 'administrator' }],
  ])('refuses %s', async (_what, request) => {
    const { call, store } = openWindow();
    const before = JSON.stringify(store.read());
    expect(await refusal(call('settings.change', request))).toBe('ERR_PROTOCOL_MALFORMED');
    expect(JSON.stringify(store.read())).toBe(before);
    expect(existsSync(settingsFile)).toBe(false);
  });
});

describe('developer mode', () => {
  const change = { name: 'developerMode', value: true };

  it.each([
    ['switched on', 'settings.change', change],
    ['put back with all the others', 'settings.reset', {}],
    ['put back', 'settings.reset', { name: 'developerMode' }],
  ] as const)('is not %s by a page alone: the person is asked outside of it', async (_how, name, request) => {
    const { call, store } = openWindow();
    if (name === 'settings.reset') await store.change('developerMode', true);
    const before = store.read().settings.developerMode.value;
    agrees = false;
    expect(await refusal(call(name, request))).toBe('ERR_USER_CANCELLED');
    expect([store.read().settings.developerMode.value, questions.length]).toEqual([before, 1]);
    agrees = true;
    await answer(call(name, request));
    expect([store.read().settings.developerMode.value, questions.length]).toEqual([!before, 2]);
  });

  it('is not asked about where it stays as it is, or is locked', async () => {
    const { call } = openWindow();
    await answer(call('settings.reset', {}));
    await answer(call('settings.change', { name: 'appearance', value: 'dark' }));
    const locked = openWindow({ locks: { developerMode: false } });
    expect(await refusal(locked.call('settings.change', change))).toBe('ERR_POLICY_OPERATION');
    expect(questions).toEqual([]);
  });
});

describe('settings of the administrator', () => {
  it.each(CHANGEABLE_SETTINGS.filter((name) => name !== 'appearance' && name !== 'cardLeftNotice'))(
    'refuses to change %s, and says who decided',
    async (name) => {
      const value = { language: 'ja', historyDays: 7, update: 'off' }[name as string] ?? false;
      const { call } = openWindow({ locks: { [name]: value } });
      const view = await answer<SettingsView>(call('settings.read', undefined));
      expect(view.settings[name]).toEqual({ value, source: 'administrator', lockedBy: '/policy.json' });
      const other = { language: 'en', historyDays: 8, update: 'notify' }[name as string] ?? true;
      expect(await refusal(call('settings.change', { name, value: other }))).toBe('ERR_POLICY_OPERATION');
    },
  );

  it('are not lifted by putting all back as shipped', async () => {
    const { call } = openWindow({ locks: { developerMode: false } });
    const view = await answer<SettingsView>(call('settings.reset', {}));
    expect(view.settings.developerMode.source).toBe('administrator');
  });

  it('name their place in a way that cannot pass for something else', async () => {
    const { call } = openWindow({ locks: { historyDays: 7 }, from: '/etc/\u202Enosj.ycilop\nだれでも変えられます' });
    const view = await answer<SettingsView>(call('settings.read', undefined));
    const place = view.settings.historyDays.lockedBy ?? '';
    expect(place).toContain('<U+202E>');
    expect(place).not.toMatch(/[\u202E\n]/);
  });
});

describe('settings that cannot be read', () => {
  it('are told with the careful values, refuse changes, and begin anew when all are put back', async () => {
    writeSettings('{"version": 1, "developerMode": tru');
    const { call } = openWindow();
    const view = await answer<SettingsView>(call('settings.read', undefined));
    expect(view.damage).toEqual({ kind: 'malformed', shownPath: settingsFile });
    expect(view.settings.developerMode).toEqual({ value: false, source: 'default', unreadable: true });
    expect(await refusal(call('settings.change', { name: 'appearance', value: 'dark' }))).toBe('ERR_INTERNAL_FILE');
    expect(readFileSync(settingsFile, 'utf8')).toContain('tru');
    const mended = await answer<SettingsView>(call('settings.reset', {}));
    expect(mended).not.toHaveProperty('damage');
    await answer(call('settings.change', { name: 'appearance', value: 'dark' }));
  });

  it('are mended one by one where only they are damaged', async () => {
    const { store } = openWindow();
    await store.change('appearance', 'dark');
    const kept = readFileSync(settingsFile, 'utf8');
    writeSettings(kept.replace('"dark"', '"loud"'));
    const { call } = openWindow();
    const view = await answer<SettingsView>(call('settings.read', undefined));
    expect(view.damage?.kind).toBe('values');
    const mended = await answer<SettingsView>(call('settings.change', { name: 'appearance', value: 'light' }));
    expect(mended).not.toHaveProperty('damage');
  });
});

describe('browsers', () => {
  it('are told of this program, and no longer, as the setting says', async () => {
    installChromium();
    const { call, store } = openWindow();
    const absent = { browser: 'chromium', packaging: 'native', registration: 'absent' };
    expect(await answer(call('settings.browsers', undefined))).toEqual({ browsers: [absent], canConnect: true });
    const connected = await answer<BrowsersView>(call('settings.connectBrowsers', { connect: true }));
    expect(connected.browsers).toEqual([{ ...absent, registration: 'current' }]);
    expect(existsSync(manifest())).toBe(true);
    expect(store.read().settings.extension.value).toBe(true);
    const parted = await answer<BrowsersView>(call('settings.connectBrowsers', { connect: false }));
    expect(parted.browsers).toEqual([absent]);
    expect(existsSync(manifest())).toBe(false);
    expect(store.read().settings.extension.value).toBe(false);
  });

  it('are told no more when all is put back as shipped', async () => {
    installChromium();
    const { call } = openWindow();
    await answer(call('settings.connectBrowsers', { connect: true }));
    await answer(call('settings.reset', {}));
    expect(existsSync(manifest())).toBe(false);
  });

  it('keep a file of somebody else, and the setting says as before', async () => {
    installChromium();
    mkdirSync(join(manifest(), '..'), { recursive: true });
    writeFileSync(manifest(), '{"name": "another.program"}');
    const { call, store } = openWindow();
    expect(await refusal(call('settings.connectBrowsers', { connect: true }))).toBe('ERR_INTERNAL_FILE');
    await answer(call('settings.reset', {}));
    expect(readFileSync(manifest(), 'utf8')).toContain('another.program');
    expect(store.read().settings.extension.value).toBe(false);
  });

  it('are never told to start Electron itself', async () => {
    installChromium();
    const { call, store } = openWindow({ isElectron: true });
    expect(await answer<BrowsersView>(call('settings.browsers', undefined))).toMatchObject({ canConnect: false });
    expect(await refusal(call('settings.connectBrowsers', { connect: true }))).toBe('ERR_INTERNAL');
    expect(existsSync(manifest())).toBe(false);
    expect(store.read().settings.extension.value).toBe(false);
  });
});

describe('phones', () => {
  const phone = (name: string): PairedPhone => ({ fingerprint: FINGERPRINT, name, pairedAt: '2026-04-01T00:00:00Z' });

  it('are listed by names that cannot pass for text of ours', async () => {
    const { call } = openWindow({ phones: [phone(`\u202Eまどぐち\n${'長'.repeat(500)}`)] });
    const [shown] = await answer<readonly ShownPhone[]>(call('settings.phones', undefined));
    expect(shown?.shownName).toContain('<U+202E>');
    expect(shown?.shownName).not.toMatch(/[\u202E\n]/);
    expect(Array.from(shown?.shownName ?? '').length).toBeLessThanOrEqual(60);
  });

  it('are forgotten by their fingerprint', async () => {
    const { call } = openWindow({ phones: [phone('Pixel')] });
    expect(await answer(call('settings.forgetPhone', { fingerprint: 'f'.repeat(64) }))).toHaveLength(1);
    expect(await answer(call('settings.forgetPhone', { fingerprint: FINGERPRINT }))).toEqual([]);
  });

  it.each([['../../settings'], [FINGERPRINT.toUpperCase()], [`${FINGERPRINT}\n`], ['']])(
    'are not looked for by %j',
    async (fingerprint) => {
      const { call } = openWindow({ phones: [phone('Pixel')] });
      expect(await refusal(call('settings.forgetPhone', { fingerprint }))).toBe('ERR_PROTOCOL_MALFORMED');
    },
  );
});
