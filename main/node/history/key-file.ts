import type { HistoryKeyPort } from '../../core/history/history.js';
import { replace, shred } from './durable-files.js';
import { historyError } from './history-error.js';
import type { HistoryFiles } from './history-files.js';
import { KEY_BYTES, newKey, seal, unseal } from './history-keys.js';

const NAME = 'key';
const CONTEXT = 'madoguchi history master key';

/** A key in a file of the history's folder, which protects from other users of this PC and from nobody else. */
export interface HistoryKeyFile extends HistoryKeyPort {
  readonly kind: 'key-file';
  isThere(): boolean;
  /** Overwrites and removes it. What it wrapped cannot be unwrapped any more. Under the lock. */
  destroy(): void;
}

/** @param files refuse a folder or file that others may read: what was in it is not secret */
export function historyKeyFile(files: HistoryFiles): HistoryKeyFile {
  const read = (): Buffer | undefined => {
    const key = files.read(NAME, KEY_BYTES);
    return key?.length === KEY_BYTES ? key : undefined;
  };
  return {
    kind: 'key-file',
    wrap: (key) =>
      inPromise(() => {
        const fileKey = files.locked(() => read() ?? createKey(files));
        try {
          return seal(fileKey, key, CONTEXT);
        } finally {
          fileKey.fill(0);
        }
      }),
    unwrap: (wrapped) =>
      inPromise(() => {
        const fileKey = read();
        const key = fileKey && unseal(fileKey, wrapped, CONTEXT);
        fileKey?.fill(0);
        if (!key) throw historyError('history-key-missing');
        return { key, stale: false };
      }),
    isThere: () => files.names().includes(NAME),
    destroy: () => shred(files, NAME, KEY_BYTES),
  };
}

function createKey(files: HistoryFiles): Buffer {
  const key = newKey();
  replace(files, NAME, key);
  return key;
}

function inPromise<Result>(work: () => Result): Promise<Result> {
  return new Promise((resolve) => resolve(work()));
}
