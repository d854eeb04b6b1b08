/** The one table of calls between the windows and the app. Each topic has its own file, with its schemas beside it. */
import {
  APP_CALLS,
  APP_PUSHES,
  MAIN_WINDOW_CALLS,
  type AppCalls,
  type AppPushes,
  type MainWindowCalls,
} from './app.js';
import type { Call, WindowKind } from './call.js';
import { CONSENT_CALLS, CONSENT_PUSHES, type ConsentCalls, type ConsentPushes } from './consent.js';
import { CARD_CALLS, CARD_PUSHES, type CardCalls, type CardPushes } from './card.js';
import { DOCUMENTS_CALLS, DOCUMENTS_PUSHES, type DocumentsCalls, type DocumentsPushes } from './documents.js';
import {
  GOVERNMENT_SITES_CALLS,
  GOVERNMENT_SITES_PUSHES,
  type GovernmentSitesCalls,
  type GovernmentSitesPushes,
} from './government-sites.js';
import { HISTORY_CALLS, HISTORY_PUSHES, type HistoryCalls, type HistoryPushes } from './history.js';
import { SERVICES_CALLS, SERVICES_PUSHES, type ServicesCalls, type ServicesPushes } from './services.js';
import { DIAGNOSIS_CALLS, DIAGNOSIS_PUSHES, type DiagnosisCalls, type DiagnosisPushes } from './diagnosis.js';
import { SETTINGS_CALLS, SETTINGS_PUSHES, type SettingsCalls, type SettingsPushes } from './settings.js';
import { WELCOME_CALLS, type WelcomeCalls } from './welcome.js';

export type MainCalls = MainWindowCalls &
  CardCalls &
  DocumentsCalls &
  HistoryCalls &
  ServicesCalls &
  DiagnosisCalls &
  SettingsCalls &
  GovernmentSitesCalls &
  WelcomeCalls;

export type Calls = AppCalls & ConsentCalls & MainCalls;
export type CallName = keyof Calls;
export type RequestOf<Name extends CallName> = Calls[Name] extends Call<infer Request, unknown> ? Request : never;
export type AnswerOf<Name extends CallName> = Calls[Name] extends Call<unknown, infer Answer> ? Answer : never;

/** What the app tells windows without being asked. */
export type Pushes = AppPushes &
  ConsentPushes &
  CardPushes &
  DocumentsPushes &
  HistoryPushes &
  ServicesPushes &
  DiagnosisPushes &
  SettingsPushes &
  GovernmentSitesPushes;
export type PushName = keyof Pushes;

const MAIN_CALLS = [
  ...APP_CALLS,
  ...MAIN_WINDOW_CALLS,
  ...CARD_CALLS,
  ...DOCUMENTS_CALLS,
  ...HISTORY_CALLS,
  ...SERVICES_CALLS,
  ...DIAGNOSIS_CALLS,
  ...SETTINGS_CALLS,
  ...GOVERNMENT_SITES_CALLS,
  ...WELCOME_CALLS,
] as const;

/** What each kind of window may call, and nothing else. */
export const WINDOW_CALLS: Readonly<Record<WindowKind, readonly CallName[]>> = {
  consent: [...APP_CALLS, ...CONSENT_CALLS],
  main: MAIN_CALLS,
};

/** What each kind of window is told. */
export const WINDOW_PUSHES: Readonly<Record<WindowKind, readonly PushName[]>> = {
  consent: [...APP_PUSHES, ...CONSENT_PUSHES],
  main: [
    ...APP_PUSHES,
    ...CARD_PUSHES,
    ...DOCUMENTS_PUSHES,
    ...HISTORY_PUSHES,
    ...SERVICES_PUSHES,
    ...DIAGNOSIS_PUSHES,
    ...SETTINGS_PUSHES,
    ...GOVERNMENT_SITES_PUSHES,
  ],
};

/** A handler for each of some calls. Throws or rejects with `ClientError`; anything else crosses as `ERR_INTERNAL`. */
export type Handlers<SomeCalls> = {
  readonly [Name in keyof SomeCalls]: SomeCalls[Name] extends Call<infer Request, infer Answer>
    ? (request: Request) => Answer | Promise<Answer>
    : never;
};
