import type { HistoryFormat } from '../core/history/export-history.js';
import type { HistoryEntry, HistoryItem, HistoryRequester } from '../core/history/history-entry.js';
import type { HistoryErasure, HistoryLoss, HistoryState } from '../core/history/history.js';
import type { Operation } from '../../sdk/protocol/index.js';
import type { Call } from './call.js';

export type {
  HistoryAttribute,
  HistoryEntry,
  HistoryItem,
  HistoryRecipient,
  HistoryRequester,
  HistoryResult,
} from '../core/history/history-entry.js';
export type { HistoryFormat } from '../core/history/export-history.js';
export type { HistoryErasure, HistoryLoss, HistoryLossKind, HistoryProtection } from '../core/history/history.js';

/** Uses of the card on one page, and askers on one page. */
export const ENTRIES_PER_PAGE = 50;
export const ASKERS_PER_PAGE = 20;
/** Askers that a choice offers; the pages of askers have the others. */
export const ASKERS_OFFERED = 100;
/** Losses that are told one by one. */
export const LOSSES_TOLD = 20;

/** Who asked, as entries are put together. Programs of this PC are one: what they say of themselves is a claim. */
export type HistoryAsker =
  { readonly kind: 'origin'; readonly origin: string } | { readonly kind: 'self' } | { readonly kind: 'local-program' };

/** Which entries; each that is left out lets all through. */
export interface HistoryQuery {
  readonly asker?: HistoryAsker | undefined;
  /** `YYYY-MM-DD`, the person's own calendar day. */
  readonly day?: string | undefined;
  readonly operation?: HistoryEntry['operation'] | undefined;
  readonly result?: HistoryEntry['result']['status'] | undefined;
}

export interface HistoryPageQuery extends HistoryQuery {
  /** From 0; one behind the last is taken as the last. */
  readonly page: number;
}

/** One use of the card without what was signed. Foreign text made safe to display. */
export interface ShownEntry extends Omit<HistoryEntry, 'items'> {
  readonly items: number;
}

export interface ShownAsker {
  readonly asker: HistoryAsker;
  /** As in the newest of its entries. */
  readonly requester: HistoryRequester;
}

/** `file` made safe to display. */
export type ShownLoss = HistoryLoss;

/** What holds of the history as a whole, whatever was asked for. */
export interface HistoryOverview extends Omit<HistoryState, 'losses'> {
  /** Entries that can be read. */
  readonly total: number;
  /** The first few, and how many more there are. */
  readonly losses: readonly ShownLoss[];
  readonly lossesMore: number;
  /** Those who asked last. */
  readonly askers: readonly ShownAsker[];
}

export interface HistoryFound {
  readonly page: number;
  readonly pages: number;
  /** How many were found on all pages. */
  readonly found: number;
  readonly overview: HistoryOverview;
}

export interface EntriesFound extends HistoryFound {
  /** Newest first. */
  readonly entries: readonly ShownEntry[];
  /** Of each day on this page: how many entries it has in all, whatever was asked for. Latest first. */
  readonly days: readonly { readonly day: string; readonly count: number }[];
}

export interface AskerEntries extends ShownAsker {
  readonly count: number;
  /** Of the newest, ISO 8601 in UTC. */
  readonly at: string;
}

export interface AskersFound extends HistoryFound {
  /** Whoever asked last comes first. */
  readonly groups: readonly AskerEntries[];
}

/** Where an entry is. */
export interface EntryPlace {
  readonly id: string;
  /** As the entry has it. */
  readonly day: string;
}

/** What the person decided about the site of an entry. */
export type EntrySite =
  | {
      readonly status: 'readable';
      readonly blocked: 'no' | 'unconfirmed' | 'all';
      /** What is explained in short. */
      readonly remembered: readonly Operation[];
    }
  /** What was decided about sites cannot be read. */
  | { readonly status: 'unusable' };

export interface EntryDetails {
  readonly items: readonly HistoryItem[];
  /** Of an entry that a site asked for. */
  readonly site?: EntrySite;
}

export type HistoryExportOutcome =
  | { readonly status: 'cancelled' }
  /** `shownName`: the file's name, made safe to display. */
  | { readonly status: 'saved'; readonly shownName: string; readonly entries: number };

/** Who used the card, and for what. */
export interface HistoryCalls {
  'history.entries': Call<HistoryPageQuery, EntriesFound>;
  /** Entries put together by who asked. */
  'history.askers': Call<HistoryPageQuery, AskersFound>;
  /** `ERR_PROTOCOL_NOT_FOUND` where it was erased meanwhile, as in the calls below. */
  'history.details': Call<EntryPlace, EntryDetails>;
  /** Asks for a place and writes all entries there, and what is wrong with the others. */
  'history.export': Call<{ readonly format: HistoryFormat }, HistoryExportOutcome>;
  /** Answers how many entries (`entry`), or day files (`day`, `all`) were there. */
  'history.erase': Call<HistoryErasure, { readonly erased: number }>;
  /** Takes no more requests of the entry's site. Of an unconfirmed entry: no more that nobody confirms. */
  'history.blockSite': Call<EntryPlace, { readonly done: true }>;
  /** Answers whether it was blocked. */
  'history.unblockSite': Call<EntryPlace, { readonly done: boolean }>;
  /** Has what the site asks for explained in full again. Answers whether it was shortened. */
  'history.forgetSite': Call<EntryPlace, { readonly done: boolean }>;
}

export interface HistoryPushes {
  /** Something was recorded or erased. */
  'history.changed': undefined;
}

export const HISTORY_CALLS = [
  'history.entries',
  'history.askers',
  'history.details',
  'history.export',
  'history.erase',
  'history.blockSite',
  'history.unblockSite',
  'history.forgetSite',
] as const;
export const HISTORY_PUSHES = ['history.changed'] as const;
