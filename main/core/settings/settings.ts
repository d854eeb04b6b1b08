import { ClientError } from '../errors.js';
import { DEFAULT_HISTORY_DAYS, HISTORY_DAYS } from '../history/history.js';

/** On or off. */
export interface SwitchDefinition {
  readonly kind: 'switch';
  readonly default: boolean;
  readonly careful: boolean;
  readonly shown: boolean;
}

/** One of a few names. */
export interface ChoiceDefinition<Choice extends string = string> {
  readonly kind: 'choice';
  readonly choices: readonly Choice[];
  readonly default: Choice;
  readonly careful: Choice;
  readonly shown: boolean;
}

/** A whole number within bounds that both belong to it. */
export interface NumberDefinition {
  readonly kind: 'number';
  readonly unit: 'days';
  readonly least: number;
  readonly most: number;
  readonly default: number;
  readonly careful: number;
  readonly shown: boolean;
}

/**
 * What a setting may be. Plain data, so that it can be handed to a window as it is. `default` holds where nobody decided.
 * `careful` holds where somebody may have decided and what they decided cannot be read: never looser than what it was.
 * `shown`: whether windows and lists offer it to the person.
 */
export type SettingDefinition = SwitchDefinition | ChoiceDefinition | NumberDefinition;

const LANGUAGE_SETTINGS = ['system', 'ja', 'en', 'ja-simple', 'zh-Hans', 'ko', 'vi', 'pt'] as const;
const APPEARANCES = ['system', 'light', 'dark', 'high-contrast'] as const;

/** Every setting; types, bounds and tests follow from here. */
export const SETTING_DEFINITIONS = {
  /** Of all texts; BCP 47 but for `ja-simple`, which is やさしい日本語. */
  language: choice(LANGUAGE_SETTINGS, 'system'),
  appearance: choice(APPEARANCES, 'system'),
  startWithSystem: toggle({ default: false, careful: false }),
  /** How long an entry of the history is kept. 0: nothing is recorded. See `historyKeeping`. */
  historyDays: {
    kind: 'number',
    unit: 'days',
    ...HISTORY_DAYS,
    default: DEFAULT_HISTORY_DAYS,
    careful: 0,
    shown: true,
  },
  /** Whether the digits of the keypad on the screen change places. */
  keypadShuffle: toggle({ default: false, careful: true }),
  /** Whether the person is told of a card that stays on the reader. */
  cardLeftNotice: toggle({ default: false, careful: true }),
  /** The virtual card, and `http:` pages of this PC. Security-relevant. */
  developerMode: toggle({ default: false, careful: false }),
  /** Whether a phone may be the card reader. Security-relevant. Only an administrator's `false` is followed. */
  phoneReader: toggle({ default: false, careful: false }),
  /** Internal: whether the first run's screens were seen to their end. */
  firstRunDone: { ...toggle({ default: false, careful: true }), shown: false },
  /** Whether this program looks for newer versions by itself. The person can ask at any time, unless an administrator says `off`. */
  update: choice(['notify', 'off'], 'off'),
  /** Whether browsers are told where to find this program, for its extension. */
  extension: toggle({ default: false, careful: false }),
  /** Whether the extension speaks the government sites' own page protocol. Security-relevant. */
  governmentSites: toggle({ default: false, careful: false }),
} as const satisfies Readonly<Record<string, SettingDefinition>>;

type Definitions = typeof SETTING_DEFINITIONS;
type ValueOf<Definition> =
  Definition extends ChoiceDefinition<infer Choice> ? Choice : Definition extends NumberDefinition ? number : boolean;

export type SettingName = keyof Definitions;
export type SettingValues = { readonly [Name in SettingName]: ValueOf<Definitions[Name]> };
export type SettingValue = SettingValues[SettingName];

/** In the order in which they are shown. */
export const SETTING_NAMES = Object.keys(SETTING_DEFINITIONS) as SettingName[];

/** Settings that an administrator's policy may decide: under the same names, but for `extension`, which `extensionForced` does. */
export const LOCKABLE_SETTINGS = [
  'language',
  'startWithSystem',
  'historyDays',
  'keypadShuffle',
  'developerMode',
  'phoneReader',
  'update',
  'extension',
  'governmentSites',
] as const satisfies readonly SettingName[];
export type LockableSetting = (typeof LOCKABLE_SETTINGS)[number];

/** What a policy decides. A setting that is not there is the person's. */
export type SettingLocks = { readonly [Name in LockableSetting]?: SettingValues[Name] | undefined };

/** A setting as it is in force. */
export interface Setting<Value> {
  readonly value: Value;
  /** Who decided; `default`: nobody, or somebody whose decision cannot be read. */
  readonly source: 'default' | 'person' | 'administrator';
  /** Only with `administrator`: where the value comes from, the policy file's path for one. Nobody else can change it. */
  readonly lockedBy?: string;
  /** What the person, or the administrator, decided cannot be read; `value` is the definition's `careful`. */
  readonly unreadable?: true;
}

export type Settings = { readonly [Name in SettingName]: Setting<SettingValues[Name]> };

/**
 * What is wrong with what is kept. `values`: single settings cannot be read, and each is mended by changing it or resetting
 * it. Everything else concerns all of them: nothing can be changed until all are reset.
 */
export interface SettingsDamage {
  readonly kind: 'values' | 'malformed' | 'newer-version' | 'too-large' | 'not-protected' | 'unreadable';
  /** The file, for whoever can mend it. */
  readonly path: string;
  /** With `values`: which. All of them otherwise. */
  readonly names: readonly SettingName[];
}

/** All settings as they are at one moment. */
export interface SettingsReport {
  readonly settings: Settings;
  /** Undefined: everything could be read. Something to be told the person. */
  readonly damage?: SettingsDamage;
}

/** @param changed Names whose `Setting` differs from before; empty where only `damage` does. */
export type SettingsListener = (report: SettingsReport, changed: readonly SettingName[]) => void;

/** The settings of this person on this PC. Kept at once; shared with other processes of the person. */
export interface SettingsStore {
  /** As they are now, whoever changed them. Never throws: what cannot be read is `unreadable`. */
  read(): SettingsReport;
  /**
   * Keeps a decision of the person and answers the setting as it is then.
   * @throws ClientError `ERR_PROTOCOL_MALFORMED` with the `rule` `unknown-setting` or `setting-value`;
   * `ERR_POLICY_OPERATION` with the `rule` `setting-locked` where the administrator decided; `ERR_INTERNAL_FILE` where it
   * cannot be kept, also while the file is damaged. All as rejections.
   */
  change(name: string, unverifiedValue: unknown): Promise<Setting<SettingValue>>;
  /**
   * Forgets what the person decided, about one setting or all. All of them is the one change that a damaged file lets
   * through; it also takes away what a newer version kept there. Rejects as `change`; a locked setting may be reset.
   */
  reset(name?: string): Promise<void>;
  /**
   * Hears of every change, of other processes too. Work is done only when something changes.
   * @returns what ends it
   */
  onChange(listener: SettingsListener): () => void;
  /** Ends every listener. */
  close(): void;
}

export function isSettingName(text: string): text is SettingName {
  return Object.hasOwn(SETTING_DEFINITIONS, text);
}

/** Whether a value is of the setting's type and within its bounds. */
export function isSettingValue<Name extends SettingName>(
  name: Name,
  unverifiedValue: unknown,
): unverifiedValue is SettingValues[Name] {
  const definition: SettingDefinition = SETTING_DEFINITIONS[name];
  switch (definition.kind) {
    case 'switch':
      return typeof unverifiedValue === 'boolean';
    case 'choice':
      return typeof unverifiedValue === 'string' && definition.choices.includes(unverifiedValue);
    case 'number':
      return (
        typeof unverifiedValue === 'number' &&
        Number.isInteger(unverifiedValue) &&
        !Object.is(unverifiedValue, -0) &&
        unverifiedValue >= definition.least &&
        unverifiedValue <= definition.most
      );
  }
}

/**
 * A decision as it may be kept.
 * @throws ClientError `ERR_PROTOCOL_MALFORMED`, `rule` `unknown-setting` or `setting-value`;
 * `ERR_POLICY_OPERATION`, `rule` `setting-locked`
 */
export function checkSettingChange(
  unverifiedName: string,
  unverifiedValue: unknown,
  administrator: SettingsAdministrator,
): { readonly name: SettingName; readonly value: SettingValue } {
  const name = checkSettingName(unverifiedName);
  const lock = lockOf(name, administrator);
  if (lock !== undefined) {
    const details = { rule: 'setting-locked', setting: name, lockedBy: lockedBy(name, administrator) };
    throw new ClientError('ERR_POLICY_OPERATION', 'the administrator decided this setting', { details });
  }
  if (!isSettingValue(name, unverifiedValue)) {
    const details = { rule: 'setting-value', setting: name, accepted: acceptedValues(name) };
    throw new ClientError('ERR_PROTOCOL_MALFORMED', 'not a value of this setting', { details });
  }
  return { name, value: unverifiedValue };
}

/** @throws ClientError `ERR_PROTOCOL_MALFORMED`, `rule` `unknown-setting` */
export function checkSettingName(unverifiedName: string): SettingName {
  if (isSettingName(unverifiedName)) return unverifiedName;
  throw new ClientError('ERR_PROTOCOL_MALFORMED', 'no such setting', { details: { rule: 'unknown-setting' } });
}

/** The values that a setting takes, as a person writes them: `true, false`, `0–3650`. */
export function acceptedValues(name: SettingName): string {
  const definition: SettingDefinition = SETTING_DEFINITIONS[name];
  switch (definition.kind) {
    case 'switch':
      return 'true, false';
    case 'choice':
      return definition.choices.join(', ');
    case 'number':
      return `${definition.least}–${definition.most}`;
  }
}

/** A value as a person writes it. What is no value of the setting stays text, for `change` to refuse. */
export function settingValueFromText(name: string, text: string): unknown {
  if (!isSettingName(name)) return text;
  const definition: SettingDefinition = SETTING_DEFINITIONS[name];
  switch (definition.kind) {
    case 'switch':
      if (text === 'true' || text === 'on') return true;
      return text === 'false' || text === 'off' ? false : text;
    case 'choice':
      return text;
    case 'number':
      return /^(?:0|[1-9][0-9]{0,8})$/.test(text) ? Number(text) : text;
  }
}

/** The administrator's part. */
export interface SettingsAdministrator {
  /** Where the policy comes from. */
  readonly from: string;
  readonly locks: SettingLocks;
  /** Where single decisions come from, if not `from`. */
  readonly sources?: Readonly<Partial<Record<LockableSetting, string>>>;
  /** Of `locks`: what was decided cannot be read, and the lock is the definition's `careful`. */
  readonly unreadable?: readonly LockableSetting[];
}

/** What could be read of the person's decisions: by name and not looked at, or nothing at all. */
export type UnverifiedSettings =
  | { readonly status: 'read'; readonly unverifiedValues: Readonly<Record<string, unknown>> }
  | { readonly status: 'damaged'; readonly kind: Exclude<SettingsDamage['kind'], 'values'> };

/**
 * The settings in force: what the administrator decided, else the person, else nobody.
 * @param path The file, for what is said of damage.
 */
export function resolveSettings(
  kept: UnverifiedSettings,
  administrator: SettingsAdministrator,
  path: string,
): SettingsReport {
  const settings = Object.fromEntries(
    SETTING_NAMES.map((name) => [name, resolveSetting(name, kept, administrator)]),
  ) as unknown as Settings;
  if (kept.status === 'damaged') return { settings, damage: { kind: kept.kind, path, names: SETTING_NAMES } };
  const names = SETTING_NAMES.filter(
    (name) => isKept(name, kept) && !isSettingValue(name, kept.unverifiedValues[name]),
  );
  return names.length === 0 ? { settings } : { settings, damage: { kind: 'values', path, names } };
}

function resolveSetting(
  name: SettingName,
  kept: UnverifiedSettings,
  administrator: SettingsAdministrator,
): Setting<SettingValue> {
  const lock = lockOf(name, administrator);
  if (lock !== undefined) {
    const isUnreadable = (administrator.unreadable as readonly SettingName[] | undefined)?.includes(name) === true;
    const setting = { value: lock, source: 'administrator', lockedBy: lockedBy(name, administrator) } as const;
    return isUnreadable ? { ...setting, unreadable: true } : setting;
  }
  const definition = SETTING_DEFINITIONS[name];
  if (kept.status === 'read') {
    if (!isKept(name, kept)) return { value: definition.default, source: 'default' };
    const value = kept.unverifiedValues[name];
    if (isSettingValue(name, value)) return { value, source: 'person' };
  }
  return { value: definition.careful, source: 'default', unreadable: true };
}

function isKept(name: SettingName, kept: UnverifiedSettings): boolean {
  return kept.status === 'read' && Object.hasOwn(kept.unverifiedValues, name);
}

function lockOf(name: SettingName, { locks }: SettingsAdministrator): SettingValue | undefined {
  return (locks as Readonly<Partial<Record<SettingName, SettingValue>>>)[name];
}

function lockedBy(name: SettingName, { from, sources }: SettingsAdministrator): string {
  return (sources as Readonly<Partial<Record<SettingName, string>>> | undefined)?.[name] ?? from;
}

/** What follows from `historyDays` for the history. */
export interface HistoryKeeping {
  /** Whether new entries are recorded. */
  readonly record: boolean;
  /** Entries older than so many days are erased. Undefined: none is, since how long they should be kept is not known. */
  readonly keepDays: number | undefined;
}

/** While the setting cannot be read nothing is recorded, for it may have said so, and nothing is erased, for nobody said so. */
export function historyKeeping({ historyDays }: Pick<Settings, 'historyDays'>): HistoryKeeping {
  const { value, unreadable } = historyDays;
  return { record: value > 0, keepDays: unreadable ? undefined : value };
}

/** Names whose setting is not the same in both. */
export function changedSettings(before: Settings, after: Settings): SettingName[] {
  return SETTING_NAMES.filter((name) => {
    const [was, is]: readonly Setting<SettingValue>[] = [before[name], after[name]];
    return (
      was?.value !== is?.value ||
      was?.source !== is?.source ||
      was?.lockedBy !== is?.lockedBy ||
      was?.unreadable !== is?.unreadable
    );
  });
}

function toggle(values: { readonly default: boolean; readonly careful: boolean }) {
  return { kind: 'switch', ...values, shown: true } as const;
}

function choice<const Choice extends string>(choices: readonly Choice[], standard: Choice, careful = standard) {
  return { kind: 'choice', choices, default: standard, careful, shown: true } as const;
}
