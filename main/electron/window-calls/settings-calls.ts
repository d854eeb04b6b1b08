import { displayText } from '../../core/consent/display-text.js';
import { ClientError } from '../../core/errors.js';
import {
  SETTING_DEFINITIONS,
  type Setting,
  type SettingsDamage,
  type SettingsReport,
  type SettingsStore,
  type SettingValue,
} from '../../core/settings/settings.js';
import type { Handlers } from '../../ipc/calls.js';
import {
  SHOWN_SETTINGS,
  type BrowsersView,
  type SettingsCalls,
  type SettingsView,
  type ShownDamage,
  type ShownPhone,
  type ShownSettings,
} from '../../ipc/settings.js';
import { stateDirectory } from '../../node/state-directory.js';
import type { CallContext } from './call-context.js';
import { developerModeQuestion } from './developer-mode-question.js';
import { thisComputer, type SettingsSurroundings } from './settings-surroundings.js';
import { updateCalls, type UpdateCallContext } from './update-calls.js';

/** What these handlers need of a `CallContext`. */
export interface SettingsCallContext extends Pick<CallContext, 'language' | 'push' | 'signal'> {
  readonly desktop: Pick<CallContext['desktop'], 'confirm'> & UpdateCallContext['desktop'];
  readonly client: { readonly settings: SettingsStore } & UpdateCallContext['client'];
}

/** Code points of a path; no system has longer ones that a person would read. */
const PATH_LENGTH = 400;
const PHONE_NAME_LENGTH = 60;

/** The settings page's calls, for one window: until it ends, it is told of every change, whoever makes it. */
export function settingsCalls(
  context: SettingsCallContext,
  surroundings: SettingsSurroundings = thisComputer(stateDirectory(process.env)),
): Handlers<SettingsCalls> {
  const { client, desktop, language, push, signal } = context;
  const { settings } = client;
  const { browsers, phones } = surroundings;
  const stop = settings.onChange((report) => push('settings.changed', settingsView(report)));
  signal.addEventListener('abort', stop, { once: true });
  const view = (): SettingsView => settingsView(settings.read());
  /** The app starts again, with another card: that is asked where no page can answer. */
  const confirmDeveloperMode = async (value: unknown): Promise<void> => {
    const { developerMode } = settings.read().settings;
    if (developerMode.lockedBy !== undefined || developerMode.value === value) return;
    if (await desktop.confirm(developerModeQuestion(language(), value === true))) return;
    throw new ClientError('ERR_USER_CANCELLED', 'the person did not agree to that');
  };
  const browsersView = (): BrowsersView => ({ browsers: browsers.states(), canConnect: browsers.canConnect });
  const listPhones = (): ShownPhone[] => phones.list().map(shownPhone);
  return {
    ...updateCalls(context),
    'settings.read': view,
    async 'settings.change'({ name, value }) {
      if (name === 'developerMode') await confirmDeveloperMode(value);
      await settings.change(name, value);
      return view();
    },
    async 'settings.reset'({ name }) {
      if (name === undefined || name === 'developerMode') {
        await confirmDeveloperMode(SETTING_DEFINITIONS.developerMode.default);
      }
      await settings.reset(name);
      if (name === undefined) browsers.disconnect();
      return view();
    },
    'settings.browsers': browsersView,
    async 'settings.connectBrowsers'({ connect }) {
      requireOwnDecision(settings);
      // Done first: where it fails, the setting says as before.
      if (connect) browsers.connect();
      else browsers.disconnect();
      await settings.change('extension', connect);
      return browsersView();
    },
    'settings.phones': listPhones,
    'settings.forgetPhone'({ fingerprint }) {
      phones.forget(fingerprint);
      return listPhones();
    },
  };
}

function settingsView({ settings, damage }: SettingsReport): SettingsView {
  const shown = Object.fromEntries(SHOWN_SETTINGS.map((name) => [name, shownSetting(settings[name])]));
  const { least, most, default: standard } = SETTING_DEFINITIONS.historyDays;
  return {
    // Each name has its own setting.
    settings: shown as unknown as ShownSettings,
    historyDays: { least, most, default: standard },
    ...(damage && { damage: shownDamage(damage) }),
  };
}

function shownSetting(setting: Setting<SettingValue>): Setting<SettingValue> {
  const { lockedBy } = setting;
  return lockedBy === undefined ? setting : { ...setting, lockedBy: displayText(lockedBy, PATH_LENGTH) };
}

function shownDamage({ kind, path }: SettingsDamage): ShownDamage {
  return { kind, shownPath: displayText(path, PATH_LENGTH) };
}

function shownPhone({ fingerprint, name, pairedAt }: ReturnType<SettingsSurroundings['phones']['list']>[number]) {
  return { fingerprint, shownName: displayText(name, PHONE_NAME_LENGTH), pairedAt };
}

/** Before anything of the browsers' is changed. */
function requireOwnDecision(settings: SettingsStore): void {
  const { source, lockedBy = '' } = settings.read().settings.extension;
  if (source !== 'administrator') return;
  const details = { rule: 'setting-locked', setting: 'extension', lockedBy };
  throw new ClientError('ERR_POLICY_OPERATION', 'the administrator decided this setting', { details });
}
