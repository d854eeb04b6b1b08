import { naturalNumber, PdfArray, type PdfDictionary } from './objects.js';
import { refusePdf } from './pdf-error.js';
import {
  findSubsection,
  MAX_SUBSECTIONS,
  sortSubsections,
  subsectionLimit,
  type Subsection,
  type XrefEntry,
  type XrefSection,
} from './xref.js';

interface StreamSubsection extends Subsection {
  /** Index of its first entry in the stream. */
  readonly start: number;
}

/** A cross-reference stream (§7.5.8), decoded. @throws FormatError `ERR_SIGN_FORMAT`: `pdf-xref`, `pdf-too-large` */
export class XrefStream implements XrefSection {
  readonly kind = 'stream';
  readonly offset: number;
  readonly end: number;
  readonly trailer: PdfDictionary;
  readonly limit: number;
  readonly subsections: readonly StreamSubsection[];
  readonly subsectionCount: number;
  readonly #data: Uint8Array;
  readonly #widths: readonly [number, number, number];

  constructor(parts: {
    readonly offset: number;
    readonly end: number;
    readonly dictionary: PdfDictionary;
    readonly data: Uint8Array;
  }) {
    this.offset = parts.offset;
    this.end = parts.end;
    this.trailer = parts.dictionary;
    this.#data = parts.data;
    this.#widths = readWidths(parts.dictionary);
    this.subsections = sortSubsections(readIndex(parts.dictionary));
    this.limit = subsectionLimit(this.subsections);
    this.subsectionCount = this.subsections.length;
    const entries = this.subsections.reduce((sum, { count }) => sum + count, 0);
    if (entries * this.#entryBytes > parts.data.length) refusePdf('pdf-xref', 'cross-reference stream is too short');
  }

  get #entryBytes(): number {
    return this.#widths[0] + this.#widths[1] + this.#widths[2];
  }

  lookup(number: number): Promise<XrefEntry | undefined> {
    const subsection = findSubsection(this.subsections, number);
    return Promise.resolve(
      subsection === undefined ? undefined : this.#entry(subsection.start + number - subsection.first),
    );
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the other kind of section reads as it goes
  async *entries(): AsyncGenerator<readonly [number, XrefEntry]> {
    for (const { first, count, start } of this.subsections) {
      for (let index = 0; index < count; index += 1) yield [first + index, this.#entry(start + index)] as const;
    }
  }

  /** Table 18. Unknown types are references to null, as free entries are. */
  #entry(index: number): XrefEntry {
    const [typeWidth, secondWidth, thirdWidth] = this.#widths;
    const start = index * this.#entryBytes;
    const type = typeWidth === 0 ? 1 : this.#field(start, typeWidth);
    const second = this.#field(start + typeWidth, secondWidth);
    const third = this.#field(start + typeWidth + secondWidth, thirdWidth);
    if (type === 1) return { kind: 'offset', offset: second, generation: third };
    return type === 2 ? { kind: 'compressed', objectStream: second, index: third } : { kind: 'free' };
  }

  #field(start: number, width: number): number {
    let value = 0;
    for (let index = start; index < start + width; index += 1) value = value * 256 + (this.#data[index] ?? 0);
    return value;
  }
}

function readWidths(dictionary: PdfDictionary): readonly [number, number, number] {
  const value = dictionary.get('W');
  const widths = value instanceof PdfArray ? value.items.map(naturalNumber) : [];
  const [type, second, third] = widths;
  if (widths.length !== 3 || type === undefined || second === undefined || third === undefined) {
    return refusePdf('pdf-xref', 'W is not three numbers');
  }
  // Seven octets are the most that stay exact; no field needs more.
  if (Math.max(type, second, third) > 7 || second === 0) refusePdf('pdf-xref', 'fields of unusable width');
  return [type, second, third];
}

function readIndex(dictionary: PdfDictionary): readonly StreamSubsection[] {
  const index = dictionary.get('Index');
  const size = naturalNumber(dictionary.get('Size')) ?? refusePdf('pdf-trailer', 'no Size');
  if (index === undefined) return [{ first: 0, count: size, start: 0 }];
  const numbers = index instanceof PdfArray ? index.items.map(naturalNumber) : [];
  if (numbers.length % 2 !== 0 || numbers.length === 0) refusePdf('pdf-xref', 'Index is not pairs of numbers');
  if (numbers.length > 2 * MAX_SUBSECTIONS) refusePdf('pdf-too-large', 'too many subsections');
  const subsections: StreamSubsection[] = [];
  let start = 0;
  for (let position = 0; position < numbers.length; position += 2) {
    const first = numbers[position];
    const count = numbers[position + 1];
    if (first === undefined || count === undefined) return refusePdf('pdf-xref', 'Index is not pairs of numbers');
    subsections.push({ first, count, start });
    start += count;
  }
  return subsections;
}
