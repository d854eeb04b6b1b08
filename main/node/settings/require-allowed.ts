import { ClientError } from '../../core/errors.js';
import type { SettingLocks } from '../../core/settings/settings.js';

/** What a client is to be opened with, as far as an administrator may forbid it. */
export interface OpeningClient {
  readonly developerMode: boolean;
  readonly reader: { readonly kind: string };
}

/**
 * Options of a command line cannot do what an administrator switched off.
 * @throws ClientError `ERR_POLICY_TEST_CARD`, `ERR_POLICY_OPERATION`
 */
export function requireAllowed(locks: SettingLocks, { developerMode, reader }: OpeningClient): void {
  if (locks.developerMode === false && developerMode) {
    const code = reader.kind === 'virtual' ? 'ERR_POLICY_TEST_CARD' : 'ERR_POLICY_OPERATION';
    throw new ClientError(code, 'the administrator forbids developer mode', { details: { rule: 'developer-mode' } });
  }
  if (locks.phoneReader === false && (reader.kind === 'phone' || reader.kind === 'phone-usb')) {
    const details = { rule: 'phone-reader' };
    throw new ClientError('ERR_POLICY_OPERATION', 'the administrator forbids phones as card readers', { details });
  }
}
