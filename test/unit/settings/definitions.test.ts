import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../main/cli/languages.js';
import { loadMessages } from '../../../main/cli/messages.js';
import { DEFAULT_POLICY } from '../../../main/core/policy/policy.js';
import {
  acceptedValues,
  changedSettings,
  checkSettingChange,
  historyKeeping,
  isSettingName,
  isSettingValue,
  LOCKABLE_SETTINGS,
  resolveSettings,
  SETTING_DEFINITIONS,
  SETTING_NAMES,
  settingValueFromText,
  type SettingDefinition,
  type SettingName,
  type SettingsAdministrator,
} from '../../../main/core/settings/settings.js';
import { ClientError } from '../../../main/core/errors.js';

const NOBODY: SettingsAdministrator = { from: '/etc/madoguchi/policy.json', locks: {} };
const PATH = '/state/settings.json';

const VALID: Readonly<Record<SettingName, readonly unknown[]>> = {
  language: ['system', 'ja', 'en', 'ja-simple', 'zh-Hans', 'ko', 'vi', 'pt'],
  appearance: ['system', 'light', 'dark', 'high-contrast'],
  startWithSystem: [true, false],
  historyDays: [0, 1, 90, 3_649, 3_650],
  keypadShuffle: [true, false],
  cardLeftNotice: [true, false],
  developerMode: [true, false],
  phoneReader: [true, false],
  firstRunDone: [true, false],
  update: ['notify', 'off'],
  extension: [true, false],
  governmentSites: [true, false],
};
const INVALID: Readonly<Record<SettingDefinition['kind'], readonly unknown[]>> = {
  switch: [0, 1, 'true', 'false', 'on', '', null, undefined, [], {}, [true]],
  choice: ['', 'SYSTEM', 'system ', 'toString', '__proto__', 0, null, undefined, ['system'], { system: true }, true],
  number: [-1, -0, 3_651, 0.5, 90.000_1, NaN, Infinity, -Infinity, '90', 90n, null, undefined, [90], {}, true],
};
const rejected = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (thrown) {
    return thrown instanceof ClientError ? [thrown.code, thrown.details['rule']] : thrown;
  }
};

describe.each(SETTING_NAMES)('%s', (name) => {
  const definition: SettingDefinition = SETTING_DEFINITIONS[name];

  it.each(VALID[name].map((value) => [value]))('takes %j', (value) => {
    expect(isSettingValue(name, value)).toBe(true);
    expect(checkSettingChange(name, value, NOBODY)).toEqual({ name, value });
    expect(settingValueFromText(name, String(value))).toBe(value);
    const kept = { status: 'read', unverifiedValues: { [name]: value } } as const;
    expect(resolveSettings(kept, NOBODY, PATH).settings[name]).toEqual({ value, source: 'person' });
  });

  it.each(INVALID[definition.kind].map((value) => [value]))('refuses %o and falls to the careful value', (value) => {
    expect(isSettingValue(name, value)).toBe(false);
    expect(rejected(() => checkSettingChange(name, value, NOBODY))).toEqual([
      'ERR_PROTOCOL_MALFORMED',
      'setting-value',
    ]);
    const kept = { status: 'read', unverifiedValues: { [name]: value } } as const;
    const { settings, damage } = resolveSettings(kept, NOBODY, PATH);
    expect(settings[name]).toEqual({ value: definition.careful, source: 'default', unreadable: true });
    expect(damage).toEqual({ kind: 'values', path: PATH, names: [name] });
  });

  it.each(['', ' ', 'nonsense', '1e3', '-1', '+1', '007', '9'.repeat(400), '1.0', 'TRUE', 'Ja', 'true\n', '９０'])(
    'refuses the text %j',
    (text) => {
      const value = settingValueFromText(name, text);
      expect(rejected(() => checkSettingChange(name, value, NOBODY))).toEqual([
        'ERR_PROTOCOL_MALFORMED',
        'setting-value',
      ]);
    },
  );

  it('has a standard and a careful value among its values, and plain data', () => {
    expect([definition.default, definition.careful].every((value) => isSettingValue(name, value))).toBe(true);
    expect(structuredClone(definition)).toEqual(definition);
    expect(acceptedValues(name)).not.toBe('');
  });

  it.each(LANGUAGES)('has a name in %s', (language) => {
    const t = loadMessages(language);
    expect(t(`settings.name.${name}`, { defaultValue: '' })).not.toBe('');
  });
});

describe('careful values', () => {
  it('open nothing, record nothing, ask nothing of the network, and shuffle', () => {
    const { settings, damage } = resolveSettings({ status: 'damaged', kind: 'malformed' }, NOBODY, PATH);
    const values = Object.fromEntries(SETTING_NAMES.map((name) => [name, settings[name].value]));
    expect(values).toEqual({
      language: 'system',
      appearance: 'system',
      startWithSystem: false,
      historyDays: 0,
      keypadShuffle: true,
      cardLeftNotice: true,
      developerMode: false,
      phoneReader: false,
      firstRunDone: true,
      update: 'off',
      extension: false,
      governmentSites: false,
    });
    expect(damage).toEqual({ kind: 'malformed', path: PATH, names: SETTING_NAMES });
  });

  it('erase no history', () => {
    const damaged = resolveSettings({ status: 'damaged', kind: 'unreadable' }, NOBODY, PATH).settings;
    expect(historyKeeping(damaged)).toEqual({ record: false, keepDays: undefined });
    const days = (historyDays: unknown) =>
      historyKeeping(resolveSettings({ status: 'read', unverifiedValues: { historyDays } }, NOBODY, PATH).settings);
    expect([days(0), days(30), days(-1)]).toEqual([
      { record: false, keepDays: 0 },
      { record: true, keepDays: 30 },
      { record: false, keepDays: undefined },
    ]);
  });
});

describe('an administrator', () => {
  const locks = {
    language: 'en',
    startWithSystem: true,
    historyDays: 7,
    keypadShuffle: true,
    developerMode: false,
    phoneReader: false,
    update: 'off',
    extension: true,
    governmentSites: false,
  } as const;
  const administrator: SettingsAdministrator = { from: '/etc/madoguchi/policy.json', locks };

  it.each(LOCKABLE_SETTINGS)('decides %s, whatever was kept or is wished for', (name) => {
    const locked = { value: locks[name], source: 'administrator', lockedBy: administrator.from };
    const other = VALID[name].find((value) => value !== locks[name]);
    for (const kept of [
      { status: 'read', unverifiedValues: { [name]: other } },
      { status: 'read', unverifiedValues: {} },
      { status: 'damaged', kind: 'malformed' },
    ] as const) {
      expect(resolveSettings(kept, administrator, PATH).settings[name]).toEqual(locked);
    }
    for (const value of [...VALID[name], 'nonsense']) {
      const change = rejected(() => checkSettingChange(name, value, administrator));
      expect(change).toEqual(['ERR_POLICY_OPERATION', 'setting-locked']);
    }
  });

  it('decides nothing else, and nothing by standard', () => {
    const { settings } = resolveSettings({ status: 'read', unverifiedValues: {} }, administrator, PATH);
    expect(settings.appearance).toEqual({ value: 'system', source: 'default' });
    expect(LOCKABLE_SETTINGS.filter((name) => name in DEFAULT_POLICY)).toEqual([]);
  });
});

describe('a name', () => {
  it.each(['', 'historydays', '__proto__', 'constructor', 'toString', 'hasOwnProperty'])('is not %j', (name) => {
    expect(isSettingName(name)).toBe(false);
    expect(rejected(() => checkSettingChange(name, true, NOBODY))).toEqual([
      'ERR_PROTOCOL_MALFORMED',
      'unknown-setting',
    ]);
  });
});

it('nothing kept makes a setting anything but one of its values', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...SETTING_NAMES, '__proto__', 'other'), fc.anything()), (values) => {
      const { settings } = resolveSettings({ status: 'read', unverifiedValues: values }, NOBODY, PATH);
      expect(Object.keys(settings)).toEqual(SETTING_NAMES);
      expect(SETTING_NAMES.every((name) => isSettingValue(name, settings[name].value))).toBe(true);
    }),
  );
});

it('what changed is told by name', () => {
  const of = (unverifiedValues: Record<string, unknown>) =>
    resolveSettings({ status: 'read', unverifiedValues }, NOBODY, PATH).settings;
  expect(changedSettings(of({}), of({}))).toEqual([]);
  expect(changedSettings(of({ update: 'off' }), of({ update: 'notify', language: 'en' }))).toEqual([
    'language',
    'update',
  ]);
  // The same value, but now the person's.
  expect(changedSettings(of({}), of({ update: 'notify' }))).toEqual(['update']);
  expect(changedSettings(of({ developerMode: false }), of({ developerMode: 'x' }))).toEqual(['developerMode']);
});
