import { z } from 'zod';
import { ERROR_CODES, type WireError } from '../../../sdk/protocol/index.js';
import type { JsonBounds } from '../../core/bridge/strict-json.js';
import { isCalendarDay } from '../../core/history/calendar-day.js';
import type { HistoryEntry } from '../../core/history/history-entry.js';
import { HISTORY_DAYS } from '../../core/history/history.js';
import { historyEntrySchema, historyFactsSchema } from '../history/entry-schema.js';

/** Bounds of the socket between programs of the same user. Both sides are this product. */
export const APP_LIMITS = {
  /** Bytes of a call: an entry over a thousand files takes a fifth. */
  callBytes: 1024 * 1024,
  /** Bytes of an answer, of which there may be several to one call. */
  answerBytes: 4 * 1024 * 1024,
  /** Entries of one answer. */
  entriesPerAnswer: 100,
  /** Calls under way on one connection. */
  outstandingCalls: 8,
} as const;

const id = z.int().min(0);
const day = z.string().refine(isCalendarDay, 'not a day');
const count = z.int().min(0);

const filter = z.strictObject({
  origin: z.string().max(1_024).optional(),
  day: day.optional(),
  limit: count.optional(),
});

const erasure = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('entry'), id: z.string().max(64) }),
  z.strictObject({ kind: z.literal('day'), day }),
  z.strictObject({ kind: z.literal('all') }),
]);

/** What a program may ask the app. Keys never cross. */
export const appCallSchema = z.strictObject({
  id,
  call: z.discriminatedUnion('method', [
    z.strictObject({ method: z.literal('history.record'), facts: historyFactsSchema }),
    z.strictObject({ method: z.literal('history.list'), filter }),
    z.strictObject({ method: z.literal('history.verify') }),
    z.strictObject({ method: z.literal('history.erase'), erasure }),
    z.strictObject({ method: z.literal('history.expire') }),
  ]),
});
export type AppCall = z.infer<typeof appCallSchema>;

const state = {
  losses: z
    .array(
      z.strictObject({
        kind: z.enum([
          'edited',
          'missing',
          'truncated',
          'incomplete',
          'key-missing',
          'foreign-file',
          'unreadable',
          'index-lost',
          'not-recorded',
        ]),
        day: day.optional(),
        file: z.string().max(1_024).optional(),
        count: z.int().min(1),
      }),
    )
    .max(1_000),
  keptDays: z.int().min(HISTORY_DAYS.least).max(HISTORY_DAYS.most),
  protection: z.enum(['system', 'key-file']),
  expiryHeldBack: z.boolean(),
};

export const historyStateSchema = z.strictObject(state);
export const historyVerificationSchema = z.strictObject({ ...state, entries: count, erased: count, days: count });
export const historyCountSchema = count;

const error = z.strictObject({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  retriable: z.boolean(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

/** What the app answers: entries any number of times, then the end of it. */
export const appAnswerSchema = z.union([
  z.strictObject({ id, entries: z.array(historyEntrySchema).max(APP_LIMITS.entriesPerAnswer) }),
  z.strictObject({
    id,
    envelope: z.discriminatedUnion('ok', [
      z.strictObject({ ok: z.literal(true), result: z.unknown() }),
      z.strictObject({ ok: z.literal(false), error }),
    ]),
  }),
]);
export type AppAnswer =
  | { readonly id: number; readonly entries: readonly HistoryEntry[] }
  | {
      readonly id: number;
      readonly envelope:
        { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: WireError };
    };

/** Bounds of an answer's JSON: entries over a thousand files each. */
export const ANSWER_BOUNDS: JsonBounds = { depth: 8, structure: 600_000 };
