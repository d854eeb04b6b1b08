import type { Log } from '../../core/ports.js';
import type { SettingsStore } from '../../core/settings/settings.js';
import { loadPolicy, settingLocks, systemPolicyPlace, type ClientPolicy } from '../policy.js';
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
  /** Where it was read already. */
  readonly policy?: ClientPolicy;
}

/**
 * The person's settings under the administrator's policy.
 * @throws ClientError `ERR_INTERNAL_FILE` as `loadPolicy`
 */
export function openPersonSettings({ stateDirectory, log, policyFile, policy }: PersonSettingsOptions): SettingsStore {
  const from = policyFile ?? systemPolicyPlace().path;
  const read = (): ClientPolicy =>
    policyFile === undefined ? loadPolicy() : loadPolicy({ path: policyFile, owner: undefined });
  return openSettings({ stateDirectory, log, administrator: { from, locks: settingLocks(policy ?? read()) } });
}
