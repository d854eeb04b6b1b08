import type { SettingValues } from '../core/settings/settings.js';
import type { Call, WindowKind } from './call.js';

/** The languages of the windows (BCP 47). `ja-simple` is やさしい日本語; texts of the last four were translated by machine. */
export const WINDOW_LANGUAGES = ['ja', 'en', 'ja-simple', 'zh-Hans', 'ko', 'vi', 'pt'] as const;
export type WindowLanguage = (typeof WINDOW_LANGUAGES)[number];

/** BCP 47 of each, as `Intl` and the `lang` attribute take it. */
export const LOCALES: Readonly<Record<WindowLanguage, string>> = {
  ja: 'ja-JP',
  en: 'en-GB',
  'ja-simple': 'ja-JP',
  'zh-Hans': 'zh-Hans',
  ko: 'ko',
  vi: 'vi',
  pt: 'pt-BR',
};

/** How the windows look. `system` follows the operating system, contrast included. */
export type Appearance = SettingValues['appearance'];

/** Pages of the main window. */
export const MAIN_PAGES = ['welcome', 'card', 'documents', 'history', 'services', 'diagnosis', 'settings'] as const;
export type MainPage = (typeof MAIN_PAGES)[number];

/** What every window needs before its first word. */
export interface AppDescription {
  readonly window: WindowKind;
  readonly version: string;
  readonly language: WindowLanguage;
  readonly appearance: Appearance;
  /** Where the main window opens; a consent window has none. */
  readonly page: MainPage;
  readonly developerMode: boolean;
  /** Where web pages reach the app; undefined while no page can. */
  readonly bridgePort?: number;
}

/** Calls of every window. */
export interface AppCalls {
  'app.describe': Call<undefined, AppDescription>;
}

/** The main window's own. */
export interface MainWindowCalls {
  /** Puts text on the clipboard. */
  'app.copyText': Call<{ readonly text: string }, undefined>;
}

export interface AppPushes {
  /** Language, appearance or mode changed. */
  'app.changed': AppDescription;
  /** Somebody asked for a page: the tray, a second launch. */
  'app.showPage': { readonly page: MainPage };
}

export const APP_CALLS = ['app.describe'] as const;
export const MAIN_WINDOW_CALLS = ['app.copyText'] as const;
export const APP_PUSHES = ['app.changed', 'app.showPage'] as const;
