import type { HistoryLossKind } from '../../core/history/history.js';
import { NO_MARK, parseHeader, parseRecord, type DayHeader, type DayRecord, type EntryRecord } from './day-records.js';
import type { MasterKeys } from './history-keys.js';

/** What the index says of a day's file. */
export interface ExpectedRecords {
  /** Number of the last line. */
  readonly last: number;
  /** Its mark. */
  readonly mark: string;
}

export const NOTHING_EXPECTED: ExpectedRecords = { last: 0, mark: NO_MARK };

/** How many lines were lost, by what became of them. */
export type LineLosses = Partial<Record<HistoryLossKind, number>>;

/** A day's file as it is. */
export interface DayFile {
  readonly header: DayHeader | undefined;
  /** Entries that hold and were not erased, in their order. Their keys may still be wrong. */
  readonly entries: readonly EntryRecord[];
  /** Entries that were erased and whose key is still there: a crash came between. */
  readonly unfinished: readonly EntryRecord[];
  readonly erased: number;
  readonly losses: LineLosses;
  /** Where the next line goes. */
  readonly next: ExpectedRecords;
  /** Whether the last line has its end. */
  readonly endsWithLine: boolean;
}

/** Reads all that holds of a file, and says what does not. Whatever is wrong with one line, the others are read. */
export function readDayFile(keys: MasterKeys, name: string, bytes: Buffer, expected: ExpectedRecords): DayFile {
  const lines = splitLines(bytes);
  const header = lines[0]?.isWhole ? parseHeader(lines[0].text) : undefined;
  const chain = new Chain();
  for (const { text, offset, isWhole } of lines.slice(1)) {
    const record = isWhole ? parseRecord(keys, name, text, offset) : undefined;
    if (record) chain.add(record);
    else chain.addUnreadable(isWhole);
  }
  chain.end(expected);
  return { header, ...chain.result(), next: chain.next(expected), endsWithLine: lines.at(-1)?.isWhole ?? true };
}

interface Line {
  readonly text: string;
  readonly offset: number;
  /** False: it ends where the file does. */
  readonly isWhole: boolean;
}

function splitLines(bytes: Buffer): Line[] {
  const lines: Line[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const end = bytes.indexOf(0x0a, offset);
    const isWhole = end !== -1;
    // Octets beyond ASCII stay what they are and match nothing.
    lines.push({ text: bytes.toString('latin1', offset, isWhole ? end : bytes.length), offset, isWhole });
    offset = isWhole ? end + 1 : bytes.length;
  }
  return lines;
}

/** Follows the numbers and marks from line to line. */
class Chain {
  readonly #entries = new Map<number, EntryRecord>();
  readonly #erased = new Set<number>();
  readonly #losses: LineLosses = {};
  #last: DayRecord | undefined;
  /** Lines since the last one that holds. */
  #unreadable = 0;
  #isCutOff = false;

  add(record: DayRecord): void {
    const lost = record.number - this.#lastNumber - 1;
    if (lost < 0) {
      // A line that stands here a second time, or in another's place.
      this.#lose('edited', 1);
      return;
    }
    this.#explain(lost, 'missing');
    // With none missing between them, each repeats the mark before it.
    if (lost === 0 && record.markBefore !== (this.#last?.mark ?? NO_MARK)) this.#lose('edited', 1);
    this.#last = record;
    if (record.kind === 'entry') this.#entries.set(record.number, record);
    else this.#erased.add(record.erasedNumber);
  }

  addUnreadable(isWhole: boolean): void {
    if (isWhole) this.#unreadable += 1;
    else this.#isCutOff = true;
  }

  end(expected: ExpectedRecords): void {
    const lost = Math.max(0, expected.last - this.#lastNumber);
    this.#explain(lost, 'truncated');
    if (this.#isCutOff && lost === 0) this.#lose('incomplete', 1);
    if (this.#lastNumber === expected.last && this.#last && this.#last.mark !== expected.mark) this.#lose('edited', 1);
  }

  next(expected: ExpectedRecords): ExpectedRecords {
    return this.#last && this.#lastNumber >= expected.last
      ? { last: this.#lastNumber, mark: this.#last.mark }
      : expected;
  }

  result(): Pick<DayFile, 'entries' | 'unfinished' | 'erased' | 'losses'> {
    const all = [...this.#entries.values()];
    const isErased = ({ number }: EntryRecord): boolean => this.#erased.has(number);
    return {
      entries: all.filter((record) => !isErased(record)),
      unfinished: all.filter((record) => isErased(record) && record.sealedKey !== undefined),
      erased: this.#erased.size,
      losses: this.#losses,
    };
  }

  get #lastNumber(): number {
    return this.#last?.number ?? 0;
  }

  /** Numbers that are gone are lines that cannot be read, as far as there are such; lines beyond them never had a number. */
  #explain(lost: number, otherwise: HistoryLossKind): void {
    const edited = Math.min(lost, this.#unreadable);
    this.#lose('edited', edited);
    this.#lose(otherwise, lost - edited);
    this.#lose('incomplete', this.#unreadable - edited);
    this.#unreadable = 0;
  }

  #lose(kind: HistoryLossKind, count: number): void {
    if (count > 0) this.#losses[kind] = (this.#losses[kind] ?? 0) + count;
  }
}
