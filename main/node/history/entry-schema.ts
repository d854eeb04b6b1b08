import { z } from 'zod';
import { ERROR_CODES, LIMITS, requestedAttributeSchema } from '../../../sdk/protocol/index.js';
import { SIGNATURE_FORMAT_NAMES, type SignatureFormat } from '../../core/documents/signature-formats.js';
import { isCalendarDay } from '../../core/history/calendar-day.js';
import type { HistoryEntry, HistoryFacts } from '../../core/history/history-entry.js';

/** Characters of a text that was made safe to show. */
const TEXT = 1_024;
/** Items of one request: a page's most, and as many files as a command takes. */
const MOST_ITEMS = 1_000;

const text = z.string().max(TEXT);
const localised = z.strictObject({ ja: text, en: text });

const requester = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('origin'),
    origin: z.string().max(LIMITS.originLength),
    unicodeOrigin: text.optional(),
    level: z.enum(['verified', 'listed', 'unlisted']),
    name: localised.optional(),
    route: z.enum(['extension', 'loopback', 'redirect']),
    confirmed: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('self') }),
  z.strictObject({ kind: z.literal('local-program'), claimedOrigin: text.optional() }),
]);

const recipient = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('requester') }),
  z.strictObject({ kind: z.literal('verifier'), id: text, name: localised }),
  z.strictObject({ kind: z.literal('requester-key') }),
]);

const item = z.strictObject({
  format: z.enum([...SIGNATURE_FORMAT_NAMES, 'digest'] as [SignatureFormat | 'digest']),
  algorithm: z.enum(['SHA-256', 'SHA-384', 'SHA-512', 'SHA-1']),
  digest: z.string().regex(/^[0-9a-f]{40,128}$/),
});

const result = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('done') }),
  z.strictObject({ status: z.literal('refused') }),
  z.strictObject({ status: z.literal('failed'), code: z.enum(ERROR_CODES) }),
]);

/** What is kept of a request. */
export const historyFactsSchema = z.strictObject({
  requester,
  operation: z.enum(['authenticate', 'sign', 'read-certificate', 'read-attributes', 'change-pin']),
  pinRole: z.enum(['authentication', 'signing', 'profile', 'number-b']),
  recipient,
  disclosed: z
    .array(z.enum(['serial-number', 'four-attributes', 'name', 'address', 'birth-date', 'gender', 'site-identifier']))
    .max(2 * LIMITS.attributes),
  attributes: z
    .array(z.strictObject({ attribute: requestedAttributeSchema, withheld: z.boolean() }))
    .max(2 * LIMITS.attributes),
  items: z.array(item).max(MOST_ITEMS),
  result,
  testCard: z.boolean(),
  governmentPage: z.literal(true).optional(),
});

/** An entry as it is stored. */
export const historyEntrySchema = historyFactsSchema.extend({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  at: z.iso.datetime({ precision: 3 }),
  day: z.string().refine(isCalendarDay, 'not a day'),
});

/** @throws Error for anything else */
export function parseHistoryEntry(unverified: unknown): HistoryEntry {
  return withoutUndefined(historyEntrySchema.parse(unverified));
}

/** @throws Error for anything else */
export function parseHistoryFacts(unverified: unknown): HistoryFacts {
  return withoutUndefined(historyFactsSchema.parse(unverified));
}

/** What came from JSON has no members that are there and undefined, as the schema's type allows. */
export function withoutUndefined<Parsed>(parsed: Parsed): ExactlyOptional<Parsed> {
  return parsed as ExactlyOptional<Parsed>;
}

type ExactlyOptional<Value> = Value extends readonly (infer Element)[]
  ? ExactlyOptional<Element>[]
  : Value extends object
    ? { [Key in keyof Value]: ExactlyOptional<Exclude<Value[Key], undefined>> }
    : Value;
