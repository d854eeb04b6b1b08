import type { HistoryKeyPort } from '../../core/history/history.js';
import { historyError } from './history-error.js';

/** `Electron.SafeStorage`, as far as it is used here. */
export interface SafeStorage {
  isAsyncEncryptionAvailable(): Promise<boolean>;
  encryptStringAsync(plaintext: string): Promise<Uint8Array>;
  decryptStringAsync(encrypted: Buffer): Promise<{ readonly result: string; readonly shouldReEncrypt: boolean }>;
  /** Linux only. */
  getSelectedStorageBackend?(): string;
}

/** Backends of Linux that protect nothing: the key is in the program (`basic_text`), or none was chosen yet. */
const NO_PROTECTION: readonly string[] = ['basic_text', 'unknown'];

/**
 * The operating system's key store: DPAPI, Keychain, libsecret or KWallet. Undefined where there is none that protects; a
 * key file is used then, which at least can be seen. To be asked once the app is ready.
 */
export async function systemHistoryKey(
  storage: SafeStorage,
  platform: NodeJS.Platform = process.platform,
): Promise<HistoryKeyPort | undefined> {
  if (!(await storage.isAsyncEncryptionAvailable().catch(() => false))) return undefined;
  // Only Linux has a choice of them, and tells it once there is one.
  if (platform === 'linux' && NO_PROTECTION.includes(storage.getSelectedStorageBackend?.() ?? 'unknown')) {
    return undefined;
  }
  return {
    kind: 'system',
    // The one place where the key is a string, which nobody can zero: that interface takes no bytes.
    wrap: async (key) => Uint8Array.from(await storage.encryptStringAsync(Buffer.from(key).toString('base64'))),
    async unwrap(wrapped) {
      try {
        const { result, shouldReEncrypt } = await storage.decryptStringAsync(Buffer.from(wrapped));
        return { key: Buffer.from(result, 'base64'), stale: shouldReEncrypt };
      } catch (cause) {
        throw historyError('history-key-missing', cause);
      }
    },
  };
}
