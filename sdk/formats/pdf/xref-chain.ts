/** From the end of the document through all its cross-reference sections (ISO 32000-2 §7.5.5, §7.5.6). */
import { FormatError } from '../format-error.js';
import { decodeFilters } from './filters.js';
import { readIndirectObject, type LengthOf } from './indirect-object.js';
import { isName, naturalNumber, PdfStream } from './objects.js';
import { refusePdf } from './pdf-error.js';
import type { Inflate } from './ports.js';
import type { SourceWindows } from './windows.js';
import { MAX_SUBSECTIONS, type XrefSection } from './xref.js';
import { XrefStream } from './xref-stream.js';
import { readXrefTable } from './xref-table.js';

const MAX_SECTIONS = 1024;
/** Of all sections together. */
const MAX_ALL_SUBSECTIONS = 2 * MAX_SUBSECTIONS;
/** Octets of all cross-reference streams together, decoded. */
const MAX_XREF_BYTES = 48 * 1024 * 1024;
/** Within which `startxref` stands before the end of the document. */
const TAIL_BYTES = 2048;

/** A section, and for a hybrid file (§7.5.8.4) the stream that says where the objects are which the table hides. */
export interface ChainLink {
  readonly section: XrefSection;
  readonly hidden: XrefSection | undefined;
}

/** Octets that count as white space (ISO 32000-2 table 1), for regular expressions. */
const BLANK = '[\\0\\t\\n\\f\\r ]';
const START_XREF = `startxref${BLANK}+(\\d{1,15})${BLANK}+%%EOF`;
const TAIL = new RegExp(`^${START_XREF}`);
/** Some writers name themselves in a comment here. */
const SECTION_TAIL = new RegExp(`^(?:${BLANK}|endobj|%(?!%EOF)[^\\r\\n]*[\\r\\n])*${START_XREF}`);

/** What one writer added. */
export interface PdfRevision {
  /** The `end` of the revision before; 0 for the first. */
  readonly start: number;
  /** The octet after the revision's `%%EOF`, not counting the end of line that may follow. */
  readonly end: number;
  /** What its `startxref` says. */
  readonly xrefOffset: number;
}

export interface XrefChain {
  /** Newest first. */
  readonly links: readonly ChainLink[];
  /** Oldest first. */
  readonly revisions: readonly PdfRevision[];
  /** For each revision, the index in `links` of its newest one. */
  readonly firstLinks: readonly number[];
}

/** @throws FormatError `ERR_SIGN_FORMAT`: `pdf-truncated`, `pdf-startxref`, `pdf-xref`, `pdf-xref-loop` and what objects are refused for */
export async function readXrefChain(windows: SourceWindows, inflate: Inflate): Promise<XrefChain> {
  const tail = await readTail(windows);
  const reader = new SectionReader(windows, inflate);
  const links: ChainLink[] = [];
  const visited = new Set<number>();
  for (let offset: number | undefined = tail.xrefOffset; offset !== undefined;) {
    if (visited.has(offset)) refusePdf('pdf-xref-loop', 'cross-reference sections lead back to themselves');
    if (links.length === MAX_SECTIONS) refusePdf('pdf-too-large', 'too many cross-reference sections');
    visited.add(offset);
    const link = await reader.link(offset, links.length === 0);
    links.push(link);
    offset = optionalOffset(link.section, 'Prev');
  }
  return { links, ...(await readRevisions(windows, links, tail.end)) };
}

interface Tail {
  readonly xrefOffset: number;
  /** The octet after `%%EOF`. */
  readonly end: number;
}

/** The last `startxref`, its number and `%%EOF`; what follows them is left alone. */
async function readTail(windows: SourceWindows): Promise<Tail> {
  const start = Math.max(0, windows.size - TAIL_BYTES);
  const bytes = await windows.read(start, TAIL_BYTES);
  const text = String.fromCharCode(...bytes);
  const position = text.lastIndexOf('startxref');
  const match = TAIL.exec(text.slice(Math.max(position, 0)));
  if (match === null) return refusePdf('pdf-truncated', 'startxref is not at the end');
  return { xrefOffset: Number(match[1]), end: start + position + match[0].length };
}

class SectionReader {
  readonly #windows: SourceWindows;
  readonly #inflate: Inflate;
  #bytesLeft = MAX_XREF_BYTES;
  #subsectionsLeft = MAX_ALL_SUBSECTIONS;

  constructor(windows: SourceWindows, inflate: Inflate) {
    this.#windows = windows;
    this.#inflate = inflate;
  }

  async link(offset: number, isNewest: boolean): Promise<ChainLink> {
    const section = await this.#section(offset, isNewest);
    const hiddenOffset = section.kind === 'table' ? optionalOffset(section, 'XRefStm') : undefined;
    if (hiddenOffset === undefined) return { section, hidden: undefined };
    const hidden = await this.#section(hiddenOffset, false);
    if (hidden.kind !== 'stream') refusePdf('pdf-xref', 'XRefStm is not a stream');
    return { section, hidden };
  }

  async #section(offset: number, isNewest: boolean): Promise<XrefSection> {
    const tableAt = await this.#requireSection(offset, isNewest ? 'pdf-startxref' : 'pdf-xref');
    const section =
      tableAt === undefined ? await this.#stream(offset) : await readXrefTable(this.#windows, offset, offset + tableAt);
    this.#subsectionsLeft -= section.subsectionCount;
    if (this.#subsectionsLeft < 0) refusePdf('pdf-too-large', 'too many subsections');
    return section;
  }

  /** Where a table begins after its keyword, from `offset` on; undefined where an object stands instead. */
  async #requireSection(offset: number, reason: 'pdf-startxref' | 'pdf-xref'): Promise<number | undefined> {
    if (offset >= this.#windows.size) refusePdf(reason, 'offset beyond the end');
    try {
      return await this.#windows.parse(offset, (lexer) => {
        const isTable = lexer.tryKeyword('xref');
        if (!lexer.isPlain) refusePdf(reason, 'comment before a cross-reference section');
        if (isTable) return lexer.position;
        lexer.natural();
        lexer.natural();
        lexer.keyword('obj');
        return undefined;
      });
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw cause;
      return refusePdf(reason, 'no cross-reference section', { cause });
    }
  }

  async #stream(offset: number): Promise<XrefSection> {
    const lengthOf: LengthOf = (length) =>
      Promise.resolve(naturalNumber(length) ?? refusePdf('pdf-xref', 'length of a cross-reference stream'));
    const { object, end, isPlain } = await readIndirectObject(this.#windows, offset, lengthOf);
    if (!(object instanceof PdfStream) || !isName(object.dictionary.get('Type'), 'XRef')) {
      return refusePdf('pdf-xref', 'not a cross-reference stream');
    }
    if (!isPlain || object.dictionary.repeatedKeys.length > 0) {
      refusePdf('pdf-trailer', 'comment, real number or key given twice in a trailer');
    }
    if (object.length > MAX_XREF_BYTES) refusePdf('pdf-too-large', 'cross-reference stream is too large');
    const encoded = await this.#windows.read(object.start, object.length);
    const options = { inflate: this.#inflate, maxBytes: this.#bytesLeft };
    const data = await decodeFilters(object.dictionary, encoded, options);
    this.#bytesLeft -= data.length;
    return new XrefStream({ offset, end, dictionary: object.dictionary, data });
  }
}

function optionalOffset(section: XrefSection, key: 'Prev' | 'XRefStm'): number | undefined {
  const value = section.trailer.get(key);
  return value === undefined ? undefined : (naturalNumber(value) ?? refusePdf('pdf-xref', `${key} is not an offset`));
}

/**
 * A linearized file (annex F) has two sections for its first revision: the one that is read first stands at the beginning
 * and leads to one that stands after it. All other sections follow each other.
 */
async function readRevisions(
  windows: SourceWindows,
  links: readonly ChainLink[],
  end: number,
): Promise<Pick<XrefChain, 'revisions' | 'firstLinks'>> {
  const sections = links.map(({ section }) => section);
  const [oldest, second] = [sections.at(-1), sections.at(-2)];
  const isLinearized = oldest !== undefined && second !== undefined && oldest.offset > second.offset;
  const revisions: PdfRevision[] = [];
  const firstLinks: number[] = [];
  for (let index = sections.length - (isLinearized ? 2 : 1); index >= 0; index -= 1) {
    const section = sections[index];
    const last = isLinearized && revisions.length === 0 ? oldest : section;
    if (section === undefined || last === undefined) continue;
    const start = revisions.at(-1)?.end ?? 0;
    if (section.offset < start) refusePdf('pdf-xref', 'revisions overlap');
    const revisionEnd = index === 0 ? end : await findRevisionEnd(windows, last.end);
    if (revisionEnd < last.end) refusePdf('pdf-xref', 'revisions overlap');
    revisions.push({ start, end: revisionEnd, xrefOffset: section.offset });
    firstLinks.push(index);
  }
  return { revisions, firstLinks };
}

/** The octet after the `%%EOF` of the section that ends at `offset`. */
async function findRevisionEnd(windows: SourceWindows, offset: number): Promise<number> {
  const bytes = await windows.read(offset, TAIL_BYTES);
  const match = SECTION_TAIL.exec(String.fromCharCode(...bytes));
  if (match === null) return refusePdf('pdf-xref', 'no end of an earlier revision');
  return offset + match[0].length;
}
