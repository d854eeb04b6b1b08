import { isAhead, isExpired, judgeClock } from '../../core/history/expiry.js';
import type { HistoryEntry } from '../../core/history/history-entry.js';
import type { HistoryLoss, HistoryLossKind } from '../../core/history/history.js';
import { NOTHING_EXPECTED, readDayFile, type DayFile } from './day-file.js';
import {
  dayOfFile,
  destroyedKey,
  HEADER_BYTES,
  newDayFileName,
  newEntryLine,
  newErasureLine,
  newHeaderLine,
  openEntry,
  parseHeader,
} from './day-records.js';
import { append, overwrite, replace, shredOrRemove } from './durable-files.js';
import { parseHistoryEntry } from './entry-schema.js';
import { historyError } from './history-error.js';
import type { HistoryFiles } from './history-files.js';
import {
  EMPTY_INDEX,
  LARGEST_INDEX,
  parseIndex,
  withFile,
  writeIndex,
  type HistoryIndex,
  type IndexedFile,
} from './history-index.js';
import type { MasterKeys } from './history-keys.js';
import { INDEX_FILE } from './master-key.js';

/** Bounds of one day: more than a person does, and no more than is quickly read. */
const LARGEST_DAY_FILE = 8 * 1024 * 1024;
const MOST_LINES = 4_000;
/** Longest entry, in UTF-16 units: one over a thousand files takes a fifth. */
const LONGEST_ENTRY = 1024 * 1024;

/** What reading a day's file came to. */
export interface ReadDay {
  readonly name: string;
  readonly day: string;
  readonly entries: readonly HistoryEntry[];
  readonly erased: number;
  readonly losses: readonly HistoryLoss[];
}

/** A day's file that was read, with its key, which `done` zeroes. */
interface OpenDay {
  readonly bytes: Buffer;
  readonly file: DayFile;
  readonly dayKey: Buffer | undefined;
}

/** The history under the lock, with its keys: what is on the disk now and what may be done to it. */
export class UnlockedHistory {
  readonly #files: HistoryFiles;
  readonly #keys: MasterKeys;
  #index: HistoryIndex;

  /** @param today for what is noticed now */
  constructor(files: HistoryFiles, keys: MasterKeys, today: string) {
    this.#files = files;
    this.#keys = keys;
    const bytes = readOrNothing(files, INDEX_FILE, LARGEST_INDEX);
    this.#index = (bytes && parseIndex(keys, bytes)) ?? this.#indexAnew(today);
    this.#finishErasing();
  }

  get index(): HistoryIndex {
    return this.#index;
  }

  /** Which master key. */
  get keyId(): string {
    return this.#keys.keyId;
  }

  /** Names of this history's files, in the order in which they were begun. */
  names(): string[] {
    return this.#index.files.map(({ name }) => name);
  }

  /** Appends an entry to its day. @throws ClientError `history-day-full` */
  add(entry: HistoryEntry): void {
    const plaintext = JSON.stringify(parseHistoryEntry(entry));
    const { day } = entry;
    if (plaintext.length > LONGEST_ENTRY) throw historyError('history-day-full');
    const indexed = this.#usableFile(day) ?? this.#begin(day);
    this.#withDay(indexed, ({ bytes, file, dayKey }) => {
      if (!dayKey) throw historyError('history-file-unusable');
      if (file.next.last >= MOST_LINES || bytes.length + plaintext.length * 2 > LARGEST_DAY_FILE) {
        throw historyError('history-day-full');
      }
      const { last: lastNumber, mark: markBefore } = file.next;
      const place = { name: indexed.name, number: lastNumber + 1, markBefore };
      this.#appendLine(indexed, file, newEntryLine(this.#keys, dayKey, place, plaintext));
    });
  }

  /** What can be read of a file of the index, and what cannot. Finishes what a crash left half erased. */
  read(indexed: IndexedFile): ReadDay {
    const { name, last } = indexed;
    const day = dayOfFile(name) ?? '';
    const nothing = (kind: HistoryLossKind): ReadDay => {
      const losses = last === 0 && kind === 'missing' ? [] : [{ kind, day, file: name, count: Math.max(1, last) }];
      return { name, day, entries: [], erased: 0, losses };
    };
    try {
      return this.#withDay(indexed, ({ file, dayKey, bytes }) => {
        this.#finishEntries(name, file);
        if (bytes.length === 0 && last === 0) return nothing('missing');
        const entries = file.entries.map((record) => dayKey && parseOrNothing(openEntry(dayKey, name, record)));
        const whole = entries.filter((entry): entry is HistoryEntry => entry !== undefined);
        const edited = (file.losses.edited ?? 0) + entries.length - whole.length;
        const counts = Object.entries({ ...file.losses, edited });
        const losses = counts.flatMap(([kind, count]) =>
          count > 0 ? [{ kind: kind as HistoryLossKind, day, file: name, count }] : [],
        );
        const unusable = !dayKey && losses.length === 0 ? nothing('edited').losses : [];
        return { name, day, entries: whole, erased: file.erased, losses: [...losses, ...unusable] };
      });
    } catch (thrown) {
      if (thrown === GONE) return nothing('missing');
      return nothing('unreadable');
    }
  }

  /** Finishes what a crash left half erased, in all files. */
  finishEntries(): void {
    for (const indexed of this.#index.files) {
      try {
        this.#withDay(indexed, ({ file }) => this.#finishEntries(indexed.name, file));
      } catch {
        // Told whoever reads it.
      }
    }
  }

  /** @returns whether there was one */
  eraseEntry(id: string): boolean {
    for (const indexed of this.#index.files) {
      if (this.#eraseFrom(indexed, id)) return true;
    }
    return false;
  }

  /** Destroys the files' keys, then the files. Those that are not in the index, too. */
  eraseFiles(names: readonly string[]): void {
    if (names.length === 0) return;
    const files = this.#index.files.filter(({ name }) => !names.includes(name));
    this.#save({ ...this.#index, files, erasing: [...this.#index.erasing, ...names] });
    this.#finishErasing();
  }

  /**
   * @param keptDays undefined: nothing is too old, since nobody knows how long it was to be kept
   * @returns whether the clock is believed, and how many files were erased for their age
   */
  expire(today: string, keptDays = Infinity): { readonly believed: boolean; readonly erased: number } {
    const { memory, believed } = judgeClock(this.#index.clock, today);
    const files = this.#index.files.map((file) => withAheadSince(file, today));
    const next: HistoryIndex = believed
      ? { ...withoutOldNotes(this.#index, today, keptDays), files, clock: memory }
      : { ...this.#index, clock: memory };
    if (JSON.stringify(next) !== JSON.stringify(this.#index)) this.#save(next);
    if (!believed) return { believed, erased: 0 };
    const old = next.files.filter(({ name, aheadSince }) =>
      isExpired(dayOfFile(name) ?? '', { today, keptDays, ...(aheadSince !== undefined && { aheadSince }) }),
    );
    this.eraseFiles(old.map(({ name }) => name));
    return { believed, erased: old.length };
  }

  /** Remembers what could not be written at the time. */
  noteUnrecorded(days: readonly string[]): void {
    const counts = new Map(this.#index.unrecorded.map(({ day, count }) => [day, count]));
    for (const day of days) counts.set(day, (counts.get(day) ?? 0) + 1);
    this.#save({ ...this.#index, unrecorded: [...counts].map(([day, count]) => ({ day, count })) });
  }

  /** The day's file, where one can be added to. */
  #usableFile(day: string): IndexedFile | undefined {
    const newest = this.#index.files.findLast(({ name }) => dayOfFile(name) === day);
    if (!newest) return undefined;
    try {
      return this.#withDay(newest, ({ dayKey }) => dayKey !== undefined) ? newest : undefined;
    } catch {
      // What was in it is lost, and told; the day goes on in another file.
      return undefined;
    }
  }

  /** In the index first, so that a file which is not there is a foreign one. */
  #begin(day: string): IndexedFile {
    const name = newDayFileName(day);
    const indexed: IndexedFile = { name, ...NOTHING_EXPECTED };
    this.#save(withFile(this.#index, indexed));
    replace(this.#files, name, Buffer.from(newHeaderLine(this.#keys, name)));
    return indexed;
  }

  #eraseFrom(indexed: IndexedFile, id: string): boolean {
    const { name } = indexed;
    const erase = ({ file, dayKey }: OpenDay): boolean => {
      const record = file.entries.find((other) => dayKey && parseOrNothing(openEntry(dayKey, name, other))?.id === id);
      if (!record) return false;
      const { last: lastNumber, mark: markBefore } = file.next;
      const place = { name, number: lastNumber + 1, markBefore };
      this.#appendLine(indexed, file, newErasureLine(this.#keys, place, record.number));
      overwrite(this.#files, name, destroyedKey(), record.keyOffset);
      return true;
    };
    return isReadable(this.#files, name) && this.#withDay(indexed, erase);
  }

  #appendLine(indexed: IndexedFile, file: DayFile, line: { readonly text: string; readonly mark: string }): void {
    // Half a line that a crash left stays as it is, on a line of its own.
    append(this.#files, indexed.name, Buffer.from(`${file.endsWithLine ? '' : '\n'}${line.text}`));
    this.#save(withFile(this.#index, { ...indexed, last: file.next.last + 1, mark: line.mark }));
  }

  #finishEntries(name: string, { unfinished }: DayFile): void {
    for (const { keyOffset } of unfinished) overwrite(this.#files, name, destroyedKey(), keyOffset);
  }

  #finishErasing(): void {
    const { erasing } = this.#index;
    if (erasing.length === 0) return;
    const there = this.#files.names();
    for (const name of erasing) if (there.includes(name)) shredOrRemove(this.#files, name, HEADER_BYTES);
    this.#save({ ...this.#index, erasing: [] });
  }

  #withDay<Result>({ name, last, mark }: IndexedFile, work: (day: OpenDay) => Result): Result {
    const bytes = this.#files.read(name, 2 * LARGEST_DAY_FILE);
    if (!bytes) throw GONE;
    const file = readDayFile(this.#keys, name, bytes, { last, mark });
    const isOurs = file.header?.keyId === this.#keys.keyId;
    const dayKey = file.header && isOurs ? this.#keys.unsealDayKey(file.header.sealedDayKey, name) : undefined;
    try {
      return work({ bytes, file, dayKey });
    } finally {
      dayKey?.fill(0);
    }
  }

  /** In the place of one that is gone or was changed: what there is, as far as it was made with this key. */
  #indexAnew(today: string): HistoryIndex {
    const files = this.#files.names().flatMap((name): IndexedFile[] => {
      if (dayOfFile(name) === undefined) return [];
      const bytes = readOrNothing(this.#files, name, 2 * LARGEST_DAY_FILE);
      if (!bytes || keyIdOf(bytes) !== this.#keys.keyId) return [];
      return [{ name, ...readDayFile(this.#keys, name, bytes, NOTHING_EXPECTED).next }];
    });
    return { ...EMPTY_INDEX, files: files.sort((a, b) => (a.name < b.name ? -1 : 1)), lostOn: today };
  }

  #save(index: HistoryIndex): void {
    replace(this.#files, INDEX_FILE, writeIndex(this.#keys, index));
    this.#index = index;
  }
}

/** The file is not there. */
const GONE = new Error('no such file');

/** Identifier of the master key that a day's file was made under. */
export function keyIdOf(bytes: Buffer): string | undefined {
  return parseHeader(bytes.toString('latin1', 0, HEADER_BYTES - 1))?.keyId;
}

export function readOrNothing(files: HistoryFiles, name: string, longest: number): Buffer | undefined {
  try {
    return files.read(name, longest);
  } catch {
    return undefined;
  }
}

function isReadable(files: HistoryFiles, name: string): boolean {
  return readOrNothing(files, name, 2 * LARGEST_DAY_FILE) !== undefined;
}

function parseOrNothing(text: string | undefined): HistoryEntry | undefined {
  if (text === undefined) return undefined;
  try {
    return parseHistoryEntry(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function withAheadSince(file: IndexedFile, today: string): IndexedFile {
  const isNews = file.aheadSince === undefined && isAhead(dayOfFile(file.name) ?? '', today);
  return isNews ? { ...file, aheadSince: today } : file;
}

/** What is told about a day goes with the day. */
function withoutOldNotes(index: HistoryIndex, today: string, keptDays: number): HistoryIndex {
  const { lostOn, ...others } = index;
  const isKept = (day: string): boolean => !isExpired(day, { today, keptDays });
  return {
    ...others,
    unrecorded: index.unrecorded.filter(({ day }) => isKept(day)),
    ...(lostOn !== undefined && isKept(lostOn) && { lostOn }),
  };
}
