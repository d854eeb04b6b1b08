import { z } from 'zod';
import { isCalendarDay } from '../../core/history/calendar-day.js';
import { dayOfFile } from './day-records.js';
import type { MasterKeys } from './history-keys.js';

/** Longest index that is read, in bytes: ten years of files take less. */
export const LARGEST_INDEX = 4 * 1024 * 1024;
const MOST_FILES = 8_000;

const day = z.string().refine(isCalendarDay, 'not a day');
const fileName = z.string().refine((name) => dayOfFile(name) !== undefined, "not a day's file");
const mark = z.string().regex(/^[0-9a-f]{64}$/);

const indexSchema = z.strictObject({
  /** Days' files in the order in which they were begun. */
  files: z
    .array(
      z.strictObject({
        name: fileName,
        last: z.int().min(0),
        mark,
        /** Of a day in the future: when that was noticed first. */
        aheadSince: day.optional(),
      }),
    )
    .max(MOST_FILES),
  /** Files whose erasing was begun. */
  erasing: z.array(fileName).max(MOST_FILES),
  clock: z.strictObject({ seenDay: day.optional(), jumpedTo: day.optional() }),
  /** What could not be written at the time. */
  unrecorded: z.array(z.strictObject({ day, count: z.int().min(1) })).max(MOST_FILES),
  /** When this was begun anew because the one before was gone or changed. */
  lostOn: day.optional(),
});

/**
 * What there ought to be: days' files with the number and mark of their last lines. Marked under the master key, so that
 * only this program can change it; an older one put back in its place cannot be told.
 */
export type HistoryIndex = Readonly<z.infer<typeof indexSchema>>;
export type IndexedFile = HistoryIndex['files'][number];

export const EMPTY_INDEX: HistoryIndex = { files: [], erasing: [], clock: {}, unrecorded: [] };

/** Undefined where it is not whole, or not marked under these keys. */
export function parseIndex(keys: MasterKeys, bytes: Uint8Array): HistoryIndex | undefined {
  const [text = '', unverifiedMark = ''] = Buffer.from(bytes).toString('utf8').split('\n');
  if (!keys.hasMark(`index ${text}`, unverifiedMark)) return undefined;
  try {
    return indexSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function writeIndex(keys: MasterKeys, index: HistoryIndex): Uint8Array {
  const text = JSON.stringify(index);
  return Buffer.from(`${text}\n${keys.mark(`index ${text}`)}\n`);
}

/** With `file` in the place of the one of its name, or after the others. */
export function withFile(index: HistoryIndex, file: IndexedFile): HistoryIndex {
  const isThere = index.files.some(({ name }) => name === file.name);
  const files = isThere
    ? index.files.map((other) => (other.name === file.name ? file : other))
    : [...index.files, file];
  return { ...index, files };
}
