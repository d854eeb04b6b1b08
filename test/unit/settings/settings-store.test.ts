import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import {
  SETTING_DEFINITIONS,
  SETTING_NAMES,
  type SettingName,
  type SettingsReport,
  type SettingsStore,
} from '../../../main/core/settings/settings.js';
import { loadPolicy, settingLocks } from '../../../main/node/policy/index.js';
import { openPersonSettings, openSettings, requireAllowed } from '../../../main/node/settings/index.js';
import { errorCode } from '../../support/error-code.js';

let root: string;
let directory: string;
let path: string;
let store: SettingsStore;
let events: string[];
const opened: SettingsStore[] = [];

const log = { event: (name: string) => void events.push(name) };
const open = (locks = {}): SettingsStore => {
  const opening = openSettings({ stateDirectory: directory, administrator: { from: '/policy.json', locks }, log });
  opened.push(opening);
  return opening;
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'madoguchi-settings-'));
  directory = join(root, 'state');
  path = join(directory, 'settings.json');
  events = [];
  store = open();
});
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
  rmSync(root, { recursive: true, force: true });
});

/** Puts a file in place that this program did not write. */
function putFile(content: string, mode = 0o600): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
}

const fileOf = (values: object, more = {}): string => JSON.stringify({ version: 1, values, ...more });
const kept = (): unknown => JSON.parse(readFileSync(path, 'utf8'));
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (thrown: unknown) => (thrown instanceof ClientError ? thrown.code : thrown),
  );

async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 5) {
    if (waited > 10_000) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('settings', () => {
  it('are as shipped at first, and reading writes nothing', () => {
    const { settings, damage } = store.read();
    expect(settings.historyDays).toEqual({ value: 90, source: 'default' });
    expect(damage).toBeUndefined();
    expect(existsSync(directory)).toBe(false);
  });

  it('outlive the program, and say who decided', async () => {
    expect(await store.change('historyDays', 30)).toEqual({ value: 30, source: 'person' });
    await store.change('developerMode', true);
    const { settings } = open().read();
    expect([settings.historyDays.value, settings.developerMode.value]).toEqual([30, true]);
    await store.reset('historyDays');
    expect(store.read().settings.historyDays).toEqual({ value: 90, source: 'default' });
    expect(store.read().settings.developerMode.value).toBe(true);
    await store.reset();
    expect(kept()).toEqual({ version: 1, values: {} });
  });

  it('are the owner’s alone, and nothing lies beside them', async () => {
    await store.change('update', 'off');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readdirSync(directory)).toEqual(['settings.json']);
    expect(kept()).toEqual({ version: 1, values: { update: 'off' } });
  });

  it('keep what a newer version added, until all is reset', async () => {
    putFile(fileOf({ tomorrow: [1], language: 'tlh', update: 'off' }, { more: { a: 1 } }));
    expect(store.read().damage).toEqual({ kind: 'values', path, names: ['language'] });
    await store.change('appearance', 'dark');
    expect(kept()).toEqual({
      version: 1,
      values: { tomorrow: [1], language: 'tlh', update: 'off', appearance: 'dark' },
      more: { a: 1 },
    });
    await store.reset('language');
    expect(store.read().damage).toBeUndefined();
    expect(kept()).toMatchObject({ values: { tomorrow: [1] }, more: { a: 1 } });
    await store.reset();
    expect(kept()).toEqual({ version: 1, values: {} });
  });

  it('refuse what is no setting, no value, or too large, and stay as they are', async () => {
    await store.change('historyDays', 5);
    expect(await failure(store.change('historyDays', 3_651))).toBe('ERR_PROTOCOL_MALFORMED');
    expect(await failure(store.change('__proto__', true))).toBe('ERR_PROTOCOL_MALFORMED');
    expect(await failure(store.reset('nothing'))).toBe('ERR_PROTOCOL_MALFORMED');
    expect(kept()).toEqual({ version: 1, values: { historyDays: 5 } });
    putFile(fileOf({ more: 'x'.repeat(65_490) }));
    expect(await failure(store.change('extension', true))).toBe('ERR_INTERNAL_FILE');
    expect(store.read().settings.extension.value).toBe(false);
  });
});

describe('a damaged file', () => {
  it.each<[string, string, string]>([
    ['is empty', '', 'malformed'],
    ['is cut off', fileOf({ developerMode: true }).slice(0, -2), 'malformed'],
    ['is a list', '[]', 'malformed'],
    ['is nothing', 'null', 'malformed'],
    ['has no version', '{"values":{"developerMode":true}}', 'malformed'],
    ['has an old version', '{"version":0,"values":{"developerMode":true}}', 'malformed'],
    ['has values that are none', '{"version":1,"values":["developerMode"]}', 'malformed'],
    ['is of a newer version', '{"version":2,"values":{"developerMode":true}}', 'newer-version'],
    ['is too large', `${fileOf({ developerMode: true })}${' '.repeat(65_536)}`, 'too-large'],
  ])('that %s gives careful values and is not overwritten', async (_, content, kind) => {
    putFile(content);
    const { settings, damage } = store.read();
    expect(damage).toMatchObject({ kind, path });
    expect(settings.developerMode).toEqual({ value: false, source: 'default', unreadable: true });
    expect(settings.keypadShuffle.value).toBe(true);
    expect(await failure(store.change('developerMode', true))).toBe('ERR_INTERNAL_FILE');
    expect(await failure(store.reset('developerMode'))).toBe('ERR_INTERNAL_FILE');
    expect(readFileSync(path, 'utf8')).toBe(content);
    expect(readdirSync(directory)).toEqual(['settings.json']);
    await store.reset();
    expect(store.read().damage).toBeUndefined();
    expect((await store.change('update', 'off')).value).toBe('off');
  });

  it('is one that others can write to, or none', () => {
    putFile(fileOf({ developerMode: true }), 0o602);
    expect(store.read().damage?.kind).toBe('not-protected');
    expect(store.read().settings.developerMode.value).toBe(false);
    rmSync(path);
    mkdirSync(path);
    expect(store.read().damage?.kind).toBe('unreadable');
    rmSync(path, { recursive: true });
    symlinkSync('/dev/zero', path);
    expect(store.read().damage?.kind).toBe('unreadable');
  });

  it('is cut off at no octet without notice', () => {
    const whole = fileOf({ developerMode: true, historyDays: 0 });
    for (let length = 0; length < whole.length; length++) {
      putFile(whole.slice(0, length));
      const { settings, damage } = store.read();
      expect([damage?.kind, settings.developerMode.value, settings.historyDays.value]).toEqual(['malformed', false, 0]);
    }
  });

  it('loosens nothing while the program runs', async () => {
    await store.change('keypadShuffle', true);
    await store.change('historyDays', 0);
    await store.change('update', 'off');
    putFile('{');
    const { settings } = store.read();
    expect([settings.keypadShuffle.value, settings.historyDays.value, settings.update.value]).toEqual([true, 0, 'off']);
  });
});

describe('a folder that cannot be used', () => {
  it('rejects a change and leaves reading', async () => {
    writeFileSync(join(root, 'taken'), '');
    directory = join(root, 'taken', 'state');
    const nowhere = open();
    expect(await failure(nowhere.change('update', 'off'))).toBe('ERR_INTERNAL_FILE');
    expect(nowhere.read().settings.developerMode.value).toBe(false);
    expect(nowhere.read().damage?.kind).toBe('unreadable');
    nowhere.onChange(() => undefined);
    expect(events).toEqual(['settings.not-watched']);
  });
});

describe('a policy', () => {
  const policyOf = (policy: object): string => {
    const file = join(root, 'policy.json');
    writeFileSync(file, JSON.stringify(policy));
    return file;
  };

  it('locks what it names, and the person’s own decision is back without it', async () => {
    await store.change('historyDays', 30);
    const policyFile = policyOf({ historyDays: 7, developerMode: false });
    const locked = openPersonSettings({ stateDirectory: directory, log, policyFile });
    const { historyDays, developerMode } = locked.read().settings;
    expect(historyDays).toEqual({ value: 7, source: 'administrator', lockedBy: policyFile });
    expect(developerMode).toEqual({ value: false, source: 'administrator', lockedBy: policyFile });
    expect(await failure(locked.change('historyDays', 30))).toBe('ERR_POLICY_OPERATION');
    expect(await failure(locked.change('developerMode', false))).toBe('ERR_POLICY_OPERATION');
    expect(await failure(locked.change('update', 'off'))).toBeUndefined();
    expect(store.read().settings.historyDays.value).toBe(30);
  });

  it.each([
    { historyDays: 3_651 },
    { historyDays: '7' },
    { historyDays: null },
    { language: 'fr' },
    { developerMode: 'false' },
    { update: true },
  ])('that says %j locks the setting to what is careful', (policy) => {
    const locked = openPersonSettings({ stateDirectory: directory, log, policyFile: policyOf(policy) });
    for (const name of SETTING_NAMES.filter((candidate) => candidate in policy)) {
      const value = SETTING_DEFINITIONS[name].careful;
      expect(locked.read().settings[name]).toMatchObject({ value, source: 'administrator', unreadable: true });
    }
  });

  it.each([{ appearance: 'dark' }, { firstRunDone: true }])('that says %j is refused as a whole', (policy) => {
    const place = { path: policyOf(policy), owner: undefined };
    expect(errorCode(() => loadPolicy(place))).toBe('ERR_INTERNAL_FILE');
  });

  it('that says nothing of settings locks none', () => {
    expect(settingLocks(loadPolicy({ path: policyOf({ signItems: 5 }), owner: undefined }))).toEqual({});
  });

  it('switches off what a command line asks for', () => {
    const of = (locks: object, developerMode: boolean, kind: string) =>
      errorCode(() => {
        requireAllowed(locks, { developerMode, reader: { kind } });
      });
    expect(of({ developerMode: false }, true, 'virtual')).toBe('ERR_POLICY_TEST_CARD');
    expect(of({ developerMode: false }, true, 'auto')).toBe('ERR_POLICY_OPERATION');
    expect(of({ phoneReader: false }, false, 'phone')).toBe('ERR_POLICY_OPERATION');
    expect(of({ phoneReader: false }, false, 'phone-usb')).toBe('ERR_POLICY_OPERATION');
    expect(of({ developerMode: false, phoneReader: false }, false, 'auto')).toBeUndefined();
    expect(of({}, true, 'phone')).toBeUndefined();
    expect(of({ developerMode: true, phoneReader: true }, true, 'virtual')).toBeUndefined();
  });
});

describe('a change', () => {
  const listen = (to = store) => {
    const heard: [readonly SettingName[], SettingsReport][] = [];
    const end = to.onChange((report, changed) => heard.push([changed, report]));
    return { heard, end };
  };

  it('is told once, to those who listen still', async () => {
    const first = listen();
    const second = listen();
    await store.change('update', 'off');
    await store.change('update', 'off');
    expect(first.heard.map(([changed]) => changed)).toEqual([['update']]);
    first.end();
    await store.change('language', 'en');
    expect([first.heard.length, second.heard.length]).toEqual([1, 2]);
    second.end();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([first.heard.length, second.heard.length]).toEqual([1, 2]);
  });

  it('is told although one listener fails', async () => {
    store.onChange(() => {
      throw new Error('of the listener');
    });
    const { heard } = listen();
    await store.change('update', 'off');
    expect(heard.length).toBe(1);
    expect(events).toEqual(['settings.listener-failed']);
  });

  it('of another process is told, as is damage and its end', async () => {
    const { heard } = listen();
    const program = `
      const { openSettings } = await import(process.argv[1]);
      const administrator = { from: '', locks: {} };
      const store = openSettings({ stateDirectory: process.argv[2], administrator, log: { event() {} } });
      await store.change('appearance', 'dark');
    `;
    const dist = join(import.meta.dirname, '../../../dist/main/node/settings/index.js');
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, dist, directory], {
      stdio: 'inherit',
    });
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    await until(() => heard.length > 0);
    expect(heard.map(([changed, { settings }]) => [changed, settings.appearance.value])).toEqual([
      [['appearance'], 'dark'],
    ]);
    putFile('{');
    await until(() => heard.at(-1)?.[1].damage?.kind === 'malformed');
    await store.reset();
    await until(() => heard.at(-1)?.[1].damage === undefined);
  });

  it('is lost by no process', async () => {
    const program = `
      const { openSettings } = await import(process.argv[1]);
      const administrator = { from: '', locks: {} };
      const store = openSettings({ stateDirectory: process.argv[2], administrator, log: { event() {} } });
      const [name, values] = JSON.parse(process.argv[3]);
      for (let round = 0; round < 20; round++) await store.change(name, values[round % values.length]);
    `;
    const dist = join(import.meta.dirname, '../../../dist/main/node/settings/index.js');
    const work: [SettingName, unknown[]][] = [
      ['historyDays', [1, 2, 3, 4, 5]],
      ['language', ['ko', 'vi', 'pt', 'en']],
      ['keypadShuffle', [false, true]],
    ];
    const children = work.map((job) =>
      spawn(process.execPath, ['--input-type=module', '-e', program, dist, directory, JSON.stringify(job)], {
        stdio: 'inherit',
      }),
    );
    const codes = await Promise.all(children.map((child) => once(child, 'exit')));
    expect(codes.map(([code]) => code as unknown)).toEqual([0, 0, 0]);
    expect(kept()).toEqual({ version: 1, values: { historyDays: 5, language: 'en', keypadShuffle: true } });
    expect(readdirSync(directory)).toEqual(['settings.json']);
  });

  it('is waited for without keeping the program alive', async () => {
    const program = `
      const { openSettings } = await import(process.argv[1]);
      const administrator = { from: '', locks: {} };
      const store = openSettings({ stateDirectory: process.argv[2], administrator, log: { event() {} } });
      store.onChange(() => undefined);
    `;
    const dist = join(import.meta.dirname, '../../../dist/main/node/settings/index.js');
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, dist, directory], {
      stdio: 'inherit',
    });
    expect(((await once(child, 'exit')) as [number])[0]).toBe(0);
  });
});
