import type { BrowserState } from '../core/diagnosis/diagnosis-ports.js';
import type { Setting, SettingName, SettingsDamage, SettingValues } from '../core/settings/settings.js';
import type { Call } from './call.js';

export type { BrowserState, Setting, SettingValues };

/** What the page shows, in its order. */
export const SHOWN_SETTINGS = [
  'language',
  'appearance',
  'startWithSystem',
  'historyDays',
  'keypadShuffle',
  'cardLeftNotice',
  'developerMode',
  'phoneReader',
  'update',
  'extension',
  'governmentSites',
] as const satisfies readonly SettingName[];
export type ShownSettingName = (typeof SHOWN_SETTINGS)[number];

/**
 * What the page may change by itself. Not `extension`, which goes with what browsers are told, and not `phoneReader`, which
 * nothing in the app would follow.
 */
export const CHANGEABLE_SETTINGS = [
  'language',
  'appearance',
  'startWithSystem',
  'historyDays',
  'keypadShuffle',
  'cardLeftNotice',
  'developerMode',
  'update',
  'governmentSites',
] as const satisfies readonly ShownSettingName[];
export type ChangeableSettingName = (typeof CHANGEABLE_SETTINGS)[number];

export type ShownSettings = { readonly [Name in ShownSettingName]: Setting<SettingValues[Name]> };

/** As `SettingsDamage`; `shownPath` is made safe to display. */
export interface ShownDamage {
  readonly kind: SettingsDamage['kind'];
  readonly shownPath: string;
}

export interface SettingsView {
  /** `lockedBy` is made safe to display. */
  readonly settings: ShownSettings;
  /** Bounds of `historyDays`, which both belong to it, and what it is as shipped. */
  readonly historyDays: { readonly least: number; readonly most: number; readonly default: number };
  readonly damage?: ShownDamage;
}

/** Whether the value is one of the setting is found out where it is kept. */
export interface SettingChange {
  readonly name: ChangeableSettingName;
  readonly value: boolean | number | string;
}

export interface BrowsersView {
  /** Browsers of this PC, and whether each can find this program. */
  readonly browsers: readonly BrowserState[];
  /** Whether the app as it runs here can tell browsers of itself. It can always stop doing so. */
  readonly canConnect: boolean;
}

export interface ShownPhone {
  /** SHA-256 of its certificate, in hexadecimal. Names it in `settings.forgetPhone`. */
  readonly fingerprint: string;
  /** What it called itself, made safe to display. */
  readonly shownName: string;
  /** ISO 8601. */
  readonly pairedAt: string;
}

/** Newer versions, as far as is known. Dates are ISO 8601. */
export type ShownUpdate =
  | { readonly status: 'unconfigured' | 'unasked' | 'off' }
  | { readonly status: 'failed'; readonly failure: ShownUpdateFailure; readonly checkedAt: string }
  | { readonly status: 'current'; readonly belowMinimum: boolean; readonly checkedAt: string }
  | {
      readonly status: 'available';
      readonly version: string;
      readonly isMajor: boolean;
      readonly belowMinimum: boolean;
      /** Who brings it: this page by a download, the system's package manager, or the person from where they got this one. */
      readonly from: 'download' | 'package-manager' | 'elsewhere';
      /** Where people read what is new. */
      readonly notes?: string;
      readonly checkedAt: string;
    };

/** `forged`: not what those signed who publish this program. `old`: older than what came before, or out of date. */
export type ShownUpdateFailure = 'unreachable' | 'offline' | 'forged' | 'old';

export interface UpdatesView {
  /** Of this program. */
  readonly version: string;
  readonly update: ShownUpdate;
}

export type ShownDownload =
  | { readonly status: 'saved'; /** Made safe to display. */ readonly shownPath: string }
  | { readonly status: 'failed'; readonly failure: ShownUpdateFailure };

/** What the person decides about this program. Rejections as `SettingsStore`. */
export interface SettingsCalls {
  'settings.read': Call<undefined, SettingsView>;
  'settings.change': Call<SettingChange, SettingsView>;
  /**
   * One setting as shipped, or all; all of them is the way out of a damaged file. The browsers are then told no more, either.
   */
  'settings.reset': Call<{ readonly name?: ChangeableSettingName | undefined }, SettingsView>;
  'settings.browsers': Call<undefined, BrowsersView>;
  /** Tells every browser of this PC where to find this program, or no longer. */
  'settings.connectBrowsers': Call<{ readonly connect: boolean }, BrowsersView>;
  'settings.phones': Call<undefined, readonly ShownPhone[]>;
  /** Ends trust in a phone. Answers those that are left. */
  'settings.forgetPhone': Call<{ readonly fingerprint: string }, readonly ShownPhone[]>;
  /** What is known of newer versions, without asking anybody. */
  'settings.updates': Call<undefined, UpdatesView>;
  /** Asks whether there is one. */
  'settings.checkUpdates': Call<undefined, UpdatesView>;
  /**
   * Downloads the version that was shown into the person's folder for downloads, checks it, and shows it there. Rejections as
   * `Updates.download`.
   */
  'settings.downloadUpdate': Call<{ readonly version: string; readonly agreedToMajor: boolean }, ShownDownload>;
}

export interface SettingsPushes {
  /** Whoever changed something: this window, the command line. */
  'settings.changed': SettingsView;
}

export const SETTINGS_CALLS = [
  'settings.read',
  'settings.change',
  'settings.reset',
  'settings.browsers',
  'settings.connectBrowsers',
  'settings.phones',
  'settings.forgetPhone',
  'settings.updates',
  'settings.checkUpdates',
  'settings.downloadUpdate',
] as const;
export const SETTINGS_PUSHES = ['settings.changed'] as const;
