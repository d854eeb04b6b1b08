import type { Log } from '../../core/ports.js';
import { settingsAdministrator } from '../../core/policy/resolve.js';
import type { SettingsStore } from '../../core/settings/settings.js';
import {
  openPolicy,
  policyFileSources,
  settingLocks,
  systemPolicyPlace,
  type ClientPolicy,
  type PolicyStore,
} from '../policy/index.js';
import { openSettings } from './settings-store.js';

export {
  desktopEntryAutostart,
  followAutostart,
  loginItemsAutostart,
  type Autostart,
  type AutostartCommand,
  type AutostartState,
  type LoginItems,
} from './autostart.js';
export { openExpiryMemory } from './expiry-memory.js';
export { noticeSchema } from './notice-schema.js';
export { openNotices, type NoticesOptions, type OpenedNotices } from './open-notices.js';
export { requireAllowed } from './require-allowed.js';
export { SETTINGS_FILE } from './settings-file.js';
export { openSettings } from './settings-store.js';

export interface PersonSettingsOptions {
  readonly stateDirectory: string;
  readonly log: Log;
  /** As in `ClientRulesOptions`. */
  readonly policyFile?: string | undefined;
  /** Where it was opened already; whoever did closes it. */
  readonly policyStore?: PolicyStore;
  /** In place of all sources, and the same for ever. For tests. */
  readonly policy?: ClientPolicy;
}

/**
 * The person's settings under the administrator's policy.
 * @throws ClientError `ERR_INTERNAL_FILE` as `openPolicy`
 */
export function openPersonSettings(options: PersonSettingsOptions): SettingsStore {
  const { stateDirectory, log, policyFile, policy } = options;
  const from = policyFile ?? systemPolicyPlace().path;
  if (policy) return openSettings({ stateDirectory, log, administrator: { from, locks: settingLocks(policy) } });
  const { policyStore } = options;
  const store = policyStore ?? openPolicy({ ...policyFileSources(policyFile), log });
  const administrator = {
    current: () => settingsAdministrator(store.current(), from),
    onChange(listener: () => void) {
      const end = store.onChange(listener);
      return () => {
        end();
        if (!policyStore) store.close();
      };
    },
  };
  return openSettings({ stateDirectory, log, administrator });
}
