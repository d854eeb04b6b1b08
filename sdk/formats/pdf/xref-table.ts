import { isWhiteSpace } from './lexer.js';
import { PdfDictionary } from './objects.js';
import { refusePdf } from './pdf-error.js';
import type { SourceWindows } from './windows.js';
import {
  findSubsection,
  MAX_SUBSECTIONS,
  sortSubsections,
  subsectionLimit,
  type Subsection,
  type XrefEntry,
  type XrefSection,
} from './xref.js';

/** Octets of an entry without its end of line: `oooooooooo ggggg n`. */
const ENTRY_BYTES = 18;
/** Entries read at a time when all are wanted. */
const ENTRIES_PER_READ = 4096;

interface TableSubsection extends Subsection {
  /** Where its entries begin, in octets from the start of the source. */
  readonly start: number;
  /** Octets from one entry to the next: 20, or 19 where a writer ended lines with one octet only. */
  readonly width: number;
}

/**
 * Reads the subsections' headings and the trailer. `position` stands after the word `xref`.
 * @throws FormatError `ERR_SIGN_FORMAT`: `pdf-xref`, `pdf-syntax`, `pdf-too-large`
 */
export async function readXrefTable(windows: SourceWindows, offset: number, position: number): Promise<XrefSection> {
  const subsections: TableSubsection[] = [];
  for (let next = position; ;) {
    const heading = await windows.parse(next, (lexer) => {
      const read = lexer.tryKeyword('trailer')
        ? undefined
        : { first: lexer.natural(), count: lexer.natural(), length: lexer.position };
      if (!lexer.isPlain) refusePdf('pdf-xref', 'comment in a cross-reference table');
      return read;
    });
    if (heading === undefined) {
      if (subsections.length === 0) refusePdf('pdf-xref', 'cross-reference table without subsections');
      return await readTrailer(windows, { offset, position: next, subsections });
    }
    if (subsections.length === MAX_SUBSECTIONS) refusePdf('pdf-too-large', 'too many subsections');
    const subsection = await locateEntries(windows, heading, next + heading.length);
    subsections.push(subsection);
    next = subsection.start + subsection.count * subsection.width;
  }
}

async function locateEntries(windows: SourceWindows, heading: Subsection, position: number): Promise<TableSubsection> {
  const { first, count } = heading;
  if (count === 0) return { first, count, start: position, width: 20 };
  const bytes = await windows.read(position, 64);
  const blanks = bytes.findIndex((octet) => !isWhiteSpace(octet));
  const endOfLine = bytes.subarray(blanks + ENTRY_BYTES, blanks + ENTRY_BYTES + 2);
  if (blanks < 0 || endOfLine.length < 2 || !isWhiteSpace(endOfLine[0] ?? 0)) {
    refusePdf('pdf-xref', 'entry of another length');
  }
  return { first, count, start: position + blanks, width: isWhiteSpace(endOfLine[1] ?? 0) ? 20 : 19 };
}

async function readTrailer(
  windows: SourceWindows,
  parts: { readonly offset: number; readonly position: number; readonly subsections: readonly TableSubsection[] },
): Promise<XrefSection> {
  const { trailer, length } = await windows.parse(parts.position, (lexer) => {
    lexer.keyword('trailer');
    const trailer = lexer.object();
    // What some readers would not take makes them look for objects themselves, and find others.
    if (!lexer.isPlain) refusePdf('pdf-trailer', 'comment or real number in a trailer');
    return { trailer, length: lexer.position };
  });
  if (!(trailer instanceof PdfDictionary)) refusePdf('pdf-trailer', 'no trailer dictionary');
  if (trailer.repeatedKeys.length > 0) refusePdf('pdf-trailer', 'key given twice');
  return new XrefTable(windows, { ...parts, trailer, end: parts.position + length });
}

class XrefTable implements XrefSection {
  readonly kind = 'table';
  readonly offset: number;
  readonly end: number;
  readonly trailer: PdfDictionary;
  readonly limit: number;
  readonly subsections: readonly TableSubsection[];
  readonly subsectionCount: number;
  readonly #windows: SourceWindows;

  constructor(
    windows: SourceWindows,
    parts: {
      readonly offset: number;
      readonly end: number;
      readonly trailer: PdfDictionary;
      readonly subsections: readonly TableSubsection[];
    },
  ) {
    this.offset = parts.offset;
    this.end = parts.end;
    this.trailer = parts.trailer;
    this.#windows = windows;
    this.subsections = sortSubsections(parts.subsections);
    this.limit = subsectionLimit(this.subsections);
    this.subsectionCount = parts.subsections.length;
  }

  async lookup(number: number): Promise<XrefEntry | undefined> {
    const subsection = findSubsection(this.subsections, number);
    if (subsection === undefined) return undefined;
    const start = subsection.start + (number - subsection.first) * subsection.width;
    return readEntry(await this.#windows.read(start, ENTRY_BYTES), 0);
  }

  async *entries(): AsyncGenerator<readonly [number, XrefEntry]> {
    for (const { first, count, start, width } of this.subsections) {
      for (let from = 0; from < count; from += ENTRIES_PER_READ) {
        const length = Math.min(ENTRIES_PER_READ, count - from);
        const bytes = await this.#windows.read(start + from * width, length * width);
        for (let index = 0; index < length; index += 1) {
          yield [first + from + index, readEntry(bytes, index * width)] as const;
        }
      }
    }
  }
}

function readEntry(bytes: Uint8Array, start: number): XrefEntry {
  const offset = readDigits(bytes, start, 10);
  const generation = readDigits(bytes, start + 11, 5);
  const type = bytes[start + 17];
  const hasBlanks = bytes[start + 10] === 0x20 && bytes[start + 16] === 0x20;
  if (offset < 0 || generation < 0 || !hasBlanks || (type !== 0x6e && type !== 0x66)) {
    refusePdf('pdf-xref', 'not an entry');
  }
  // An object at offset 0 cannot be; some writers mark so what they deleted.
  return type === 0x66 || offset === 0 ? { kind: 'free' } : { kind: 'offset', offset, generation };
}

/** -1 where something else than digits stands. */
function readDigits(bytes: Uint8Array, start: number, length: number): number {
  let value = 0;
  for (let index = start; index < start + length; index += 1) {
    const digit = (bytes[index] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
