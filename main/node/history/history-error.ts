import { ClientError, toClientError } from '../../core/errors.js';
import { NotPrivateError } from './history-files.js';

/** Why the history cannot be used; texts are `reason.…` of the locales. */
export type HistoryProblem =
  /** The app holds the key, and does not run. */
  | 'history-in-app'
  /** What the master key was wrapped with is gone, or does not fit. */
  | 'history-key-missing'
  /** Folder or file are open to others. */
  | 'history-not-private'
  | 'history-day-full'
  | 'history-file-unusable';

export function historyError(reason: HistoryProblem, cause?: unknown): ClientError {
  return new ClientError('ERR_INTERNAL_FILE', 'the history cannot be used', { details: { reason }, cause });
}

/** Whatever was thrown in the store; errors of the file system lose their paths. */
export function toHistoryError(thrown: unknown): ClientError {
  if (thrown instanceof ClientError) return thrown;
  if (thrown instanceof NotPrivateError) return historyError('history-not-private', thrown);
  // A defect of ours, as the file system's errors have codes and those of the lock a name.
  if (thrown instanceof TypeError || thrown instanceof RangeError) return toClientError(thrown);
  return historyError('history-file-unusable', thrown);
}

export function isHistoryProblem(thrown: unknown, reason: HistoryProblem): boolean {
  return thrown instanceof ClientError && thrown.details['reason'] === reason;
}
