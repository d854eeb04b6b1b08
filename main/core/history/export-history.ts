import type { RequestedAttribute } from '../../../sdk/protocol/index.js';
import type { HistoryEntry, HistoryRecipient, HistoryRequester, HistoryResult } from './history-entry.js';
import type { HistoryListing } from './history.js';

export const HISTORY_FORMATS = ['csv', 'json'] as const;
export type HistoryFormat = (typeof HISTORY_FORMATS)[number];

/** Version of the exported forms; raised when a member changes its meaning. */
const VERSION = 1;

/**
 * The history for another program: JSON with everything a listing says, or CSV (RFC 4180, with a byte order mark, which
 * spreadsheets need to see UTF-8) with a row for each entry. Text ends with a line's end.
 */
export function exportHistory(listing: HistoryListing, format: HistoryFormat): string {
  if (format === 'json') return `${JSON.stringify({ version: VERSION, ...listing }, null, 2)}\n`;
  const rows = [COLUMNS.map(([name]) => name), ...listing.entries.map(row)];
  return `\u{feff}${rows.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')}`;
}

type Column = readonly [name: string, value: (entry: HistoryEntry) => string];

const COLUMNS: readonly Column[] = [
  ['id', ({ id }) => id],
  ['at', ({ at }) => at],
  ['day', ({ day }) => day],
  ['requester', ({ requester }) => requesterCell(requester)],
  ['level', ({ requester }) => (requester.kind === 'origin' ? requester.level : '')],
  ['confirmed', ({ requester }) => (requester.kind === 'origin' ? String(requester.confirmed) : '')],
  ['route', ({ requester }) => (requester.kind === 'origin' ? requester.route : '')],
  ['name', ({ requester }) => (requester.kind === 'origin' ? (requester.name?.ja ?? '') : '')],
  ['operation', ({ operation }) => operation],
  ['pin', ({ pinRole }) => pinRole],
  ['recipient', ({ recipient }) => recipientCell(recipient)],
  ['disclosed', ({ disclosed }) => disclosed.join(' ')],
  ['attributes', ({ attributes }) => attributes.map(attributeCell).join(' ')],
  ['items', ({ items }) => items.map(({ format, algorithm, digest }) => `${format}:${algorithm}:${digest}`).join(' ')],
  ['result', ({ result }) => resultCell(result)],
  ['test card', ({ testCard }) => String(testCard)],
  ['government page', ({ governmentPage = false }) => String(governmentPage)],
];

function row(entry: HistoryEntry): string[] {
  return COLUMNS.map(([, value]) => value(entry));
}

function requesterCell(requester: HistoryRequester): string {
  switch (requester.kind) {
    case 'origin':
      return requester.origin;
    case 'local-program':
      return requester.claimedOrigin === undefined ? 'local-program' : `local-program: ${requester.claimedOrigin}`;
    case 'self':
      return 'self';
  }
}

function recipientCell(recipient: HistoryRecipient): string {
  return recipient.kind === 'verifier' ? `verifier: ${recipient.id}` : recipient.kind;
}

function attributeCell({ attribute, withheld }: HistoryEntry['attributes'][number]): string {
  return withheld ? `${attributeName(attribute)} (withheld)` : attributeName(attribute);
}

/** One word: a question that is derived from an attribute is its name and what it asks. */
function attributeName(attribute: RequestedAttribute): string {
  if (typeof attribute === 'string') return attribute;
  return Object.entries(attribute)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(';');
}

function resultCell(result: HistoryResult): string {
  return result.status === 'failed' ? result.code : result.status;
}

/** Characters with which a spreadsheet takes a cell for a formula, in their full-width forms, too. */
const FORMULA = /^[\s\0]*[=+\-@＝＋－＠\t\r]/u;

/** A cell that a spreadsheet shows and does not compute: an apostrophe goes before what could be a formula. */
function csvCell(value: string): string {
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n\t;]/.test(text) || text !== value ? `"${text.replaceAll('"', '""')}"` : text;
}
