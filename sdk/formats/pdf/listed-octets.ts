/**
 * Whether every octet of a revision is accounted for. What its cross-reference sections do not speak of, other readers may
 * still find: those that repair a document look for objects wherever they stand.
 */
import { FormatError } from '../format-error.js';
import type { PdfFile } from './file.js';
import { isWhiteSpace, PdfLexer, WindowEnd } from './lexer.js';
import { naturalNumber, PdfDictionary, PdfReference, type PdfObject } from './objects.js';
import { refusePdf } from './pdf-error.js';
import { SourceWindows } from './windows.js';
import type { XrefSection } from './xref.js';

/** Octets that are read at once. */
const BLOCK_BYTES = 256 * 1024;
/** Listed objects of one revision. */
const MAX_LISTED = 4_000_000;
const PERCENT = 0x25;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The first octet of the newest revision that is in none of the objects it lists, in no section or trailer, and neither
 * white space nor comment. Undefined: there is none. What cannot be read as the object it is listed as counts as unlisted.
 * @throws FormatError `ERR_SIGN_FORMAT` `pdf-too-large`, and what damaged sections are refused for
 */
export async function findUnlistedOctet(file: PdfFile): Promise<number | undefined> {
  const { start, end } = file.revisions.at(-1) ?? { start: 0, end: 0 };
  const sections = file.ownLinks.flatMap(({ section, hidden }) =>
    hidden === undefined ? [section] : [section, hidden],
  );
  const offsets = await listedOffsets(sections, start, end);
  return await new RevisionWalk(file, sections, offsets).run(start, end);
}

async function listedOffsets(sections: readonly XrefSection[], start: number, end: number): Promise<Float64Array> {
  const offsets: number[] = [];
  for (const section of sections) {
    for await (const [, entry] of section.entries()) {
      if (entry.kind !== 'offset' || entry.offset < start || entry.offset >= end) continue;
      if (offsets.length === MAX_LISTED) refusePdf('pdf-too-large', 'too many objects');
      offsets.push(entry.offset);
    }
  }
  return Float64Array.from(offsets).sort();
}

class RevisionWalk {
  readonly #file: PdfFile;
  readonly #windows: SourceWindows;
  readonly #sections: readonly XrefSection[];
  readonly #offsets: Float64Array;
  /** Values of `Length` that are objects of their own, so that each is looked up once. */
  readonly #lengths = new Map<number, number | undefined>();
  #nextOffset = 0;
  #block: Uint8Array = new Uint8Array();
  #blockStart = 0;

  constructor(file: PdfFile, sections: readonly XrefSection[], offsets: Float64Array) {
    this.#file = file;
    this.#windows = new SourceWindows(file.source);
    this.#sections = sections;
    this.#offsets = offsets;
  }

  async run(start: number, end: number): Promise<number | undefined> {
    let from = start;
    for (;;) {
      const position = await this.#skipBlanks(from, end);
      if (position >= end) return undefined;
      const next = await this.#pass(from, position);
      if (next === undefined || next <= position) return position;
      from = next;
    }
  }

  /** The octet after what stands at `position`; undefined where that is nothing that is listed. */
  async #pass(from: number, position: number): Promise<number | undefined> {
    const section = this.#sections.find(({ offset, end }) => from <= offset && offset <= position && position < end);
    if (section !== undefined) return await this.#afterSection(section);
    if (!this.#isListed(from, position)) return undefined;
    try {
      return await this.#objectEnd(position);
    } catch (error) {
      if (error instanceof FormatError) return undefined;
      throw error;
    }
  }

  /** Whether an entry leads to `position`, or to the white space before it. */
  #isListed(from: number, position: number): boolean {
    const offset = (): number => this.#offsets[this.#nextOffset] ?? Infinity;
    while (offset() < from) this.#nextOffset += 1;
    return offset() <= position;
  }

  /** With the `endobj` of a stream and the `startxref` that follow. */
  async #afterSection({ end }: XrefSection): Promise<number> {
    return await this.#parse(end, (lexer) => {
      lexer.tryKeyword('endobj');
      if (lexer.tryKeyword('startxref')) lexer.natural();
    });
  }

  async #objectEnd(position: number): Promise<number> {
    let stream: PdfDictionary | undefined;
    const end = await this.#parse(position, (lexer) => {
      lexer.natural();
      lexer.natural();
      lexer.keyword('obj');
      const object = lexer.object();
      stream = object instanceof PdfDictionary && lexer.tryKeyword('stream') ? object : undefined;
      if (stream === undefined) lexer.keyword('endobj');
      else lexer.endOfStreamKeyword();
    });
    if (stream === undefined) return end;
    const length = await this.#lengthOf(stream.get('Length'));
    return await this.#parse(end + length, (lexer) => {
      lexer.keyword('endstream');
      lexer.keyword('endobj');
    });
  }

  async #lengthOf(length: PdfObject | undefined): Promise<number> {
    const isKnown = length instanceof PdfReference && this.#lengths.has(length.number);
    const value = isKnown ? this.#lengths.get(length.number) : naturalNumber(await this.#file.resolve(length));
    if (length instanceof PdfReference) this.#lengths.set(length.number, value);
    return value ?? refusePdf('pdf-stream', 'stream without length');
  }

  /** @returns where the lexer stopped. @param read called again where the window was too small */
  async #parse(offset: number, read: (lexer: PdfLexer) => void): Promise<number> {
    if (offset > this.#file.source.size) refusePdf('pdf-truncated', 'beyond the end');
    const found = this.#isInBlock(offset) ? this.#parseInBlock(offset, read) : undefined;
    if (found !== undefined) return found;
    await this.#readBlock(offset);
    return (
      this.#parseInBlock(offset, read) ??
      (await this.#windows.parse(offset, (lexer) => {
        read(lexer);
        return offset + lexer.position;
      }))
    );
  }

  #parseInBlock(offset: number, read: (lexer: PdfLexer) => void): number | undefined {
    const isWhole = this.#blockStart + this.#block.length >= this.#file.source.size;
    const lexer = new PdfLexer(this.#block, { isWhole, position: offset - this.#blockStart });
    try {
      read(lexer);
    } catch (error) {
      if (error instanceof WindowEnd) return undefined;
      throw error;
    }
    return this.#blockStart + lexer.position;
  }

  #isInBlock(offset: number): boolean {
    return offset >= this.#blockStart && offset < this.#blockStart + this.#block.length;
  }

  async #readBlock(offset: number): Promise<void> {
    this.#block = await this.#file.source.read(offset, BLOCK_BYTES);
    this.#blockStart = offset;
  }

  /** The next octet that is neither white space nor in a comment. */
  async #skipBlanks(from: number, end: number): Promise<number> {
    let isComment = false;
    for (let position = from; position < end; position += 1) {
      if (!this.#isInBlock(position)) await this.#readBlock(position);
      const octet = this.#block[position - this.#blockStart] ?? 0;
      if (isComment) isComment = octet !== LINE_FEED && octet !== CARRIAGE_RETURN;
      else if (octet === PERCENT) isComment = true;
      else if (!isWhiteSpace(octet)) return position;
    }
    return end;
  }
}

const REVISION_END = /startxref[\0\t\n\f\r ]+\d{1,15}[\0\t\n\f\r ]+%%EOF/g;
/** As long as the end of a revision may be, white space aside. */
const REVISION_END_BYTES = 64;

/** Whether a whole revision ends between two octets, one that no later section leads to. */
export async function hasRevisionEnd(file: PdfFile, start: number, end: number): Promise<boolean> {
  for (let from = start; from < end; from += BLOCK_BYTES - REVISION_END_BYTES) {
    const bytes = await file.source.read(from, Math.min(BLOCK_BYTES, end - from));
    for (const { index, 0: text } of textOf(bytes).matchAll(REVISION_END)) {
      if (from + index + text.length < end) return true;
    }
  }
  return false;
}

function textOf(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return text;
}
