import { displayedUnicodeOrigin, displayText, LONGEST_SHOWN_ORIGIN } from '../../core/consent/display-text.js';
import type { HistoryEntry, HistoryRecipient, HistoryRequester } from '../../core/history/history-entry.js';
import type { HistoryListing } from '../../core/history/history.js';
import {
  ASKERS_OFFERED,
  ASKERS_PER_PAGE,
  ENTRIES_PER_PAGE,
  LOSSES_TOLD,
  type AskerEntries,
  type AskersFound,
  type EntriesFound,
  type HistoryAsker,
  type HistoryOverview,
  type HistoryPageQuery,
  type HistoryQuery,
  type ShownAsker,
  type ShownEntry,
} from '../../ipc/history.js';
import { pageOf } from './page-of.js';
import { SHOWN_NAME_LENGTH, shownText } from './shown-values.js';

/** One page of the entries that fit. */
export function entriesFound(listing: HistoryListing, query: HistoryPageQuery): EntriesFound {
  const fitting = listing.entries.filter((entry) => fits(entry, query));
  const { shown, ...place } = pageOf(latestDayFirst(fitting), query.page, ENTRIES_PER_PAGE);
  const counts = countsByDay(listing.entries);
  const days = [...new Set(shown.map(({ day }) => day))];
  return {
    ...place,
    entries: shown.map(shownEntry),
    days: days.map((day) => ({ day, count: counts.get(day) ?? 0 })),
    overview: overviewOf(listing),
  };
}

/** One page of those who asked for the entries that fit. */
export function askersFound(listing: HistoryListing, query: HistoryPageQuery): AskersFound {
  const fitting = listing.entries.filter((entry) => fits(entry, query));
  const { shown, ...place } = pageOf(groupsOf(fitting), query.page, ASKERS_PER_PAGE);
  return {
    ...place,
    groups: shown.map(({ newest, count }) => ({ ...shownAsker(newest), count, at: newest.at })),
    overview: overviewOf(listing),
  };
}

function overviewOf(listing: HistoryListing): HistoryOverview {
  const { entries, losses, keptDays, protection, expiryHeldBack } = listing;
  return {
    total: entries.length,
    keptDays,
    protection,
    expiryHeldBack,
    losses: losses.slice(0, LOSSES_TOLD).map(({ kind, day, file, count }) => ({
      kind,
      ...(day !== undefined && { day }),
      ...(file !== undefined && { file: displayText(file, SHOWN_NAME_LENGTH) }),
      count,
    })),
    lossesMore: Math.max(0, losses.length - LOSSES_TOLD),
    askers: groupsOf(entries)
      .slice(0, ASKERS_OFFERED)
      .map(({ newest }) => shownAsker(newest)),
  };
}

function fits({ requester, day, operation, result }: HistoryEntry, query: HistoryQuery): boolean {
  return (
    (query.asker === undefined || keyOf(requester) === keyOf(query.asker)) &&
    (query.day === undefined || query.day === day) &&
    (query.operation === undefined || query.operation === operation) &&
    (query.result === undefined || query.result === result.status)
  );
}

/** Days in one piece each, also where the clock or the person's place changed; within one the newest first, as listed. */
function latestDayFirst(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  return [...entries].sort((a, b) => (a.day < b.day ? 1 : a.day > b.day ? -1 : 0));
}

function countsByDay(entries: readonly HistoryEntry[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { day } of entries) counts.set(day, (counts.get(day) ?? 0) + 1);
  return counts;
}

interface Group extends Pick<AskerEntries, 'count'> {
  readonly newest: HistoryEntry;
}

/** Of entries that are listed newest first. */
function groupsOf(entries: readonly HistoryEntry[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const entry of entries) {
    const key = keyOf(entry.requester);
    const known = groups.get(key);
    groups.set(key, known ? { ...known, count: known.count + 1 } : { newest: entry, count: 1 });
  }
  return [...groups.values()];
}

function keyOf(asker: HistoryAsker | HistoryRequester): string {
  return asker.kind === 'origin' ? `origin:${asker.origin}` : asker.kind;
}

function shownAsker({ requester }: HistoryEntry): ShownAsker {
  const { kind } = requester;
  return {
    asker: kind === 'origin' ? { kind, origin: requester.origin } : { kind },
    requester: shownRequester(requester),
  };
}

function shownEntry({ items, ...entry }: HistoryEntry): ShownEntry {
  return {
    ...entry,
    requester: shownRequester(entry.requester),
    recipient: shownRecipient(entry.recipient),
    items: items.length,
  };
}

function shownRequester(requester: HistoryRequester): HistoryRequester {
  switch (requester.kind) {
    case 'origin': {
      const { unicodeOrigin, name, ...rest } = requester;
      const unicode = displayedUnicodeOrigin(unicodeOrigin);
      return {
        ...rest,
        origin: displayText(requester.origin, LONGEST_SHOWN_ORIGIN),
        ...(unicode !== undefined && { unicodeOrigin: unicode }),
        ...(name && { name: shownText(name) }),
      };
    }
    case 'local-program': {
      const { kind, claimedOrigin } = requester;
      return {
        kind,
        ...(claimedOrigin !== undefined && { claimedOrigin: displayText(claimedOrigin, LONGEST_SHOWN_ORIGIN) }),
      };
    }
    case 'self':
      return requester;
  }
}

function shownRecipient(recipient: HistoryRecipient): HistoryRecipient {
  if (recipient.kind !== 'verifier') return recipient;
  return { ...recipient, id: displayText(recipient.id), name: shownText(recipient.name) };
}
