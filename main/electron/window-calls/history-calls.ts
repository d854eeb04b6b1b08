import { basename } from 'node:path';
import { displayText } from '../../core/consent/display-text.js';
import { ClientError } from '../../core/errors.js';
import { exportHistory, type HistoryFormat } from '../../core/history/export-history.js';
import type { HistoryEntry } from '../../core/history/history-entry.js';
import type { HistoryErasure } from '../../core/history/history.js';
import type { Handlers } from '../../ipc/calls.js';
import type {
  EntryDetails,
  EntryPlace,
  EntrySite,
  HistoryCalls,
  HistoryExportOutcome,
  HistoryPageQuery,
} from '../../ipc/history.js';
import type { Client } from '../../node/compose.js';
import type { CallContext } from './call-context.js';
import { dialogTitles } from './dialog-titles.js';
import { askersFound, entriesFound } from './history-view.js';
import { saveFile } from './save-file.js';
import { SHOWN_NAME_LENGTH } from './shown-values.js';
import { readSites } from './read-sites.js';

/** What these handlers need of a `CallContext`. */
export interface HistoryCallContext extends Pick<CallContext, 'language' | 'push' | 'signal'> {
  readonly client: Pick<Client, 'history' | 'sites'>;
  readonly desktop: Pick<CallContext['desktop'], 'chooseSavePath'>;
}

type Sites = Client['sites'];

/**
 * What the card was used for. Read anew for each call, so that nothing erased is shown and nothing of it stays in memory.
 * `history.changed` is pushed here after an erasure; of what others record and erase the shell tells.
 */
export function historyCalls(context: HistoryCallContext): Handlers<HistoryCalls> {
  const { client, push } = context;
  const { history, sites } = client;
  /** Of the entry's own origin: a window names no sites here. */
  const decide = async <Result>(place: EntryPlace, decision: (site: Site) => Result): Promise<Awaited<Result>> => {
    const result = await decision(siteOf(await entryAt(context, place)));
    push('services.changed', undefined);
    return result;
  };
  return {
    'history.entries': (query) => entries(context, query),
    'history.askers': (query) => askers(context, query),
    'history.details': (place) => details(context, place),
    'history.export': ({ format }) => exportTo(context, format),
    'history.erase': (erasure) => erase(history, erasure).finally(() => push('history.changed', undefined)),
    'history.blockSite': (place) =>
      decide(place, async ({ origin, confirmed }) => {
        await sites.block(origin, confirmed);
        return { done: true } as const;
      }),
    'history.unblockSite': (place) => decide(place, ({ origin }) => ({ done: sites.unblock(origin) })),
    'history.forgetSite': (place) => decide(place, ({ origin }) => ({ done: sites.forget(origin) })),
  };
}

async function entries({ client }: HistoryCallContext, query: HistoryPageQuery) {
  return entriesFound(await client.history.list(), query);
}

async function askers({ client }: HistoryCallContext, query: HistoryPageQuery) {
  return askersFound(await client.history.list(), query);
}

/** @throws ClientError `ERR_PROTOCOL_NOT_FOUND` */
async function entryAt({ client }: HistoryCallContext, { id, day }: EntryPlace): Promise<HistoryEntry> {
  const listing = await client.history.list({ day });
  const entry = listing.entries.find((one) => one.id === id);
  if (!entry) throw new ClientError('ERR_PROTOCOL_NOT_FOUND', 'there is no such entry any more');
  return entry;
}

interface Site {
  readonly origin: string;
  readonly confirmed: boolean;
}

function siteOf({ requester }: HistoryEntry): Site {
  if (requester.kind === 'origin') return requester;
  throw new ClientError('ERR_PROTOCOL_MALFORMED', 'no site asked for that');
}

async function details(context: HistoryCallContext, place: EntryPlace): Promise<EntryDetails> {
  const { requester, items } = await entryAt(context, place);
  if (requester.kind !== 'origin') return { items };
  return { items, site: entrySite(context.client.sites, requester.origin) };
}

function entrySite(sites: Sites, origin: string): EntrySite {
  const all = readSites(sites);
  if (!all) return { status: 'unusable' };
  const site = all.find((one) => one.origin === origin);
  return { status: 'readable', blocked: site?.blocked ?? 'no', remembered: site?.remembered ?? [] };
}

async function exportTo(
  { client, desktop, language, signal }: HistoryCallContext,
  format: HistoryFormat,
): Promise<HistoryExportOutcome> {
  const path = await desktop.chooseSavePath({
    title: dialogTitles(language()).saveHistory,
    suggestedName: `madoguchi-history.${format}`,
  });
  if (path === undefined || signal.aborted) return { status: 'cancelled' };
  const listing = await client.history.list();
  await saveFile(path, new TextEncoder().encode(exportHistory(listing, format)));
  return {
    status: 'saved',
    shownName: displayText(basename(path), SHOWN_NAME_LENGTH),
    entries: listing.entries.length,
  };
}

async function erase(history: Client['history'], erasure: HistoryErasure): Promise<{ readonly erased: number }> {
  return { erased: await history.erase(erasure) };
}
