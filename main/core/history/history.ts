import type { EndedRequest, HistoryEntry } from './history-entry.js';

/** How many days entries are kept where nobody set another number. */
export const DEFAULT_HISTORY_DAYS = 90;

/** Bounds of that number. 0: nothing is kept. */
export const HISTORY_DAYS = { least: 0, most: 3_650 } as const;

/**
 * What protects the history's keys: the operating system's key store (`system`), or a file that only this user can read
 * (`key-file`), which protects from other users and from nobody else.
 */
export type HistoryProtection = 'system' | 'key-file';

/** A key as it was unwrapped. */
export interface UnwrappedKey {
  /** The caller's to zero. */
  readonly key: Uint8Array;
  /** The wrapping is out of date: the key is to be wrapped anew. */
  readonly stale: boolean;
}

/** What wraps the history's master key. The one thing in which the shells differ. */
export interface HistoryKeyPort {
  readonly kind: HistoryProtection;
  /** `key` stays the caller's. Rejects where it cannot be kept. */
  wrap(key: Uint8Array): Promise<Uint8Array>;
  /** Rejects where this is not what `wrap` made, or the key it was made with is gone. */
  unwrap(wrapped: Uint8Array): Promise<UnwrappedKey>;
}

/**
 * What became of a part of the history that cannot be read:
 * - `edited`: does not hold; somebody or something changed it
 * - `missing`: was there and is not any more: a day's file, or entries from its middle
 * - `truncated`: the newest entries of a day are gone
 * - `incomplete`: the program or the PC stopped while it was written
 * - `key-missing`: made with a key that is not there any more
 * - `foreign-file`: not of this history, or back after it was erased; left alone
 * - `unreadable`: the file cannot be read, or is too large
 * - `index-lost`: what says how many entries there ought to be was gone or changed, so `missing` and `truncated` are not
 *   known of what was before
 * - `not-recorded`: could not be written at the time
 */
export type HistoryLossKind =
  | 'edited'
  | 'missing'
  | 'truncated'
  | 'incomplete'
  | 'key-missing'
  | 'foreign-file'
  | 'unreadable'
  | 'index-lost'
  | 'not-recorded';

export interface HistoryLoss {
  readonly kind: HistoryLossKind;
  /** `YYYY-MM-DD`, where it is of one day. */
  readonly day?: string;
  /** Name of the file in the history's folder, where it is one. Of a foreign one, unverified: not safe to show as it is. */
  readonly file?: string;
  /** Entries, where their number is known; otherwise 1 for what it is. */
  readonly count: number;
}

export interface HistoryFilter {
  /** Serialised origin of a requester. */
  readonly origin?: string;
  /** `YYYY-MM-DD`. */
  readonly day?: string;
  /** Of those that fit, so many of the newest. */
  readonly limit?: number;
}

/** What holds of the history as a whole, whatever the filter. */
export interface HistoryState {
  readonly losses: readonly HistoryLoss[];
  /** How many days entries are kept; 0: nothing is recorded. */
  readonly keptDays: number;
  readonly protection: HistoryProtection;
  /** The PC's clock has jumped far ahead, so nothing that seems too old was erased yet. */
  readonly expiryHeldBack: boolean;
}

export interface HistoryListing extends HistoryState {
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
}

export interface HistoryVerification extends HistoryState {
  /** Entries that hold, and how many were erased one by one. */
  readonly entries: number;
  readonly erased: number;
  readonly days: number;
}

export type HistoryErasure =
  | { readonly kind: 'entry'; readonly id: string }
  /** `YYYY-MM-DD` */
  | { readonly kind: 'day'; readonly day: string }
  /** Also what cannot be read. Foreign files stay. Needs no key. */
  | { readonly kind: 'all' };

/** Where uses of the card are recorded. */
export interface HistoryRecorder {
  /** Rejects with `ClientError` `ERR_INTERNAL_FILE` where it could not be kept; `list` then says so, too. */
  record(request: EndedRequest): Promise<void>;
}

/**
 * What the card was used for. Readable on this PC only, by this user, for so many days. All reject with `ClientError`
 * `ERR_INTERNAL_FILE`, its `details.reason` `history-in-app` where the app holds the key and does not run.
 */
export interface History extends HistoryRecorder {
  list(filter?: HistoryFilter): Promise<HistoryListing>;
  /** Reads and checks everything, and answers what is whole and what is not. */
  verify(): Promise<HistoryVerification>;
  /**
   * Destroys keys, so that nothing left on the disk can be decrypted; a copy somebody made earlier is out of reach.
   * @returns how many entries (`entry`), or day files (`day`, `all`) were there
   */
  erase(erasure: HistoryErasure): Promise<number>;
  /** Erases what is older than is kept, by the clock's day. @returns how many day files */
  expire(): Promise<number>;
}
