import type { RandomAccessSource } from '../ports.js';
import { decodeFilters } from './filters.js';
import { readIndirectObject } from './indirect-object.js';
import { LinkIndex } from './link-index.js';
import { PdfLexer } from './lexer.js';
import { LruCache } from './lru-cache.js';
import {
  isName,
  naturalNumber,
  PdfArray,
  PdfDictionary,
  PdfReference,
  PdfStream,
  pdfDictionary,
  type PdfObject,
} from './objects.js';
import { refusePdf } from './pdf-error.js';
import type { Inflate } from './ports.js';
import { SourceWindows } from './windows.js';
import { MAX_OBJECT_NUMBER, type XrefEntry, type XrefSection } from './xref.js';
import { readXrefChain, type ChainLink, type PdfRevision, type XrefChain } from './xref-chain.js';

export interface OpenPdfOptions {
  readonly inflate: Inflate;
}

/** Octets of a decoded stream where nobody says otherwise. */
const MAX_STREAM_BYTES = 16 * 1024 * 1024;
const MAX_ENCODED_STREAM_BYTES = 64 * 1024 * 1024;
/** Octets of the document whose objects are kept; the objects themselves take some ten times as much. */
const CACHED_OBJECT_BYTES = 512 * 1024;
const CACHED_OBJECT_STREAM_BYTES = 4 * 1024 * 1024;
/** References to references, and objects needed to read another one. */
const MAX_INDIRECTIONS = 16;

interface StoredObject {
  readonly generation: number;
  readonly object: PdfObject;
}

interface ObjectStream {
  readonly data: Uint8Array;
  /** Object numbers and offsets into `data`, in turns. */
  readonly directory: readonly number[];
}

/**
 * Reads what stands at the end of the document; objects are read when they are asked for. Encrypted and damaged documents
 * are refused, never repaired.
 * @param source must not change while the result is used
 * @throws FormatError `ERR_SIGN_FORMAT`; the reasons are those of `PdfReason`
 */
export async function openPdf(source: RandomAccessSource, options: OpenPdfOptions): Promise<PdfFile> {
  const windows = new SourceWindows(source);
  const version = await readHeader(windows);
  const chain = await readXrefChain(windows, options.inflate);
  const trailer = chain.links[0]?.section.trailer ?? refusePdf('pdf-trailer', 'no trailer');
  if (chain.links.some(({ section }) => section.trailer.get('Encrypt') !== undefined)) {
    refusePdf('pdf-encrypted', 'encrypted');
  }
  if (!(trailer.get('Root') instanceof PdfReference)) refusePdf('pdf-trailer', 'Root is not a reference');
  const size = naturalNumber(trailer.get('Size')) ?? refusePdf('pdf-trailer', 'Size is not a number');
  if (size > MAX_OBJECT_NUMBER + 1) refusePdf('pdf-too-large', 'Size is too large');
  return new PdfFile({ source, windows, version, chain, inflate: options.inflate });
}

async function readHeader(windows: SourceWindows): Promise<string> {
  const text = String.fromCharCode(...(await windows.read(0, 1024)));
  const match = /%PDF-(\d\.\d)/.exec(text);
  if (match === null) return refusePdf('pdf-header', 'no header');
  if (match.index !== 0) refusePdf('pdf-leading-junk', 'something stands before the header');
  return match[1] ?? '';
}

/** A document whose objects are read on demand. All methods throw FormatError `ERR_SIGN_FORMAT`. */
export class PdfFile {
  readonly source: RandomAccessSource;
  /** As in the header, such as `1.7`; the catalog's `Version` may say a later one. */
  readonly version: string;
  /** Oldest first; at least one. What follows the `end` of the last is not looked at. */
  readonly revisions: readonly PdfRevision[];
  /** The newest. */
  readonly trailer: PdfDictionary;
  /** Cross-reference sections, newest first. */
  readonly links: readonly ChainLink[];
  readonly #chain: XrefChain;
  #linkIndex: LinkIndex | undefined;
  readonly #windows: SourceWindows;
  readonly #inflate: Inflate;
  readonly #objects = new LruCache<number, StoredObject>(CACHED_OBJECT_BYTES);
  readonly #objectStreams = new LruCache<number, ObjectStream>(CACHED_OBJECT_STREAM_BYTES);
  #work = 0;

  constructor(parts: {
    readonly source: RandomAccessSource;
    readonly windows: SourceWindows;
    readonly version: string;
    readonly chain: XrefChain;
    readonly inflate: Inflate;
  }) {
    this.source = parts.source;
    this.version = parts.version;
    this.#chain = parts.chain;
    this.revisions = parts.chain.revisions;
    this.links = parts.chain.links;
    this.trailer = parts.chain.links[0]?.section.trailer ?? pdfDictionary({});
    this.#windows = parts.windows;
    this.#inflate = parts.inflate;
  }

  /**
   * What reading objects has cost so far: octets parsed and decoded, each as often as that was done. Objects that overlap, or
   * that go in and out of the cache, make it many times the size of the document.
   */
  get work(): number {
    return this.#work + this.#windows.parsedBytes;
  }

  /** One more than the highest object number that is in use or was. */
  get size(): number {
    const limits = this.links.flatMap(({ section, hidden }) => [section.limit, hidden?.limit ?? 0]);
    return Math.max(naturalNumber(this.trailer.get('Size')) ?? 0, ...limits);
  }

  /** The object itself, or what a reference leads to: null where that is nothing. */
  async resolve(object: PdfObject | undefined): Promise<PdfObject> {
    return await this.#resolve(object, 0);
  }

  async #resolve(object: PdfObject | undefined, depth: number): Promise<PdfObject> {
    let value = object ?? null;
    for (let steps = depth; value instanceof PdfReference; steps += 1) {
      if (steps > MAX_INDIRECTIONS) refusePdf('pdf-loop', 'references lead on and on');
      value = await this.#load(value, steps + 1);
    }
    return value;
  }

  /** As `resolve`; undefined where it is no dictionary. A stream is none. */
  async dictionary(object: PdfObject | undefined): Promise<PdfDictionary | undefined> {
    const value = await this.resolve(object);
    return value instanceof PdfDictionary ? value : undefined;
  }

  /** As `resolve`; undefined where it is no array. */
  async array(object: PdfObject | undefined): Promise<PdfArray | undefined> {
    const value = await this.resolve(object);
    return value instanceof PdfArray ? value : undefined;
  }

  /** Where an object is; undefined where there is none of this number. */
  async locate(number: number): Promise<Exclude<XrefEntry, { kind: 'free' }> | undefined> {
    this.#linkIndex ??= new LinkIndex(this.links);
    const link = this.links[this.#linkIndex.ownerOf(number) ?? this.links.length];
    const entry = link === undefined ? undefined : await lookupLink(link.section, link.hidden, number);
    return entry === undefined || entry.kind === 'free' ? undefined : entry;
  }

  /** The document as a revision left it, read from the same source. @param index 0 for the oldest */
  revision(index: number): PdfFile {
    const { links, revisions, firstLinks } = this.#chain;
    const first = firstLinks[index] ?? 0;
    const chain = {
      links: links.slice(first),
      revisions: revisions.slice(0, index + 1),
      firstLinks: firstLinks.slice(0, index + 1).map((link) => link - first),
    };
    return new PdfFile({
      source: this.source,
      windows: this.#windows,
      version: this.version,
      chain,
      inflate: this.#inflate,
    });
  }

  /** Cross-reference sections that the newest revision wrote. */
  get ownLinks(): readonly ChainLink[] {
    return this.links.slice(0, this.#chain.firstLinks.at(-2) ?? this.links.length);
  }

  /** All objects there are, each once, with where it is; newest section first. */
  async *entries(): AsyncGenerator<readonly [number: number, entry: Exclude<XrefEntry, { kind: 'free' }>]> {
    const seen = new Uint8Array(this.size);
    for (const { section, hidden } of this.links) {
      for await (const [number, entry] of section.entries()) {
        if (seen[number] === 1) continue;
        const best = entry.kind === 'free' ? ((await hidden?.lookup(number)) ?? entry) : entry;
        seen[number] = 1;
        if (best.kind !== 'free') yield [number, best];
      }
      if (hidden === undefined) continue;
      for await (const [number, entry] of hidden.entries()) {
        if (seen[number] === 1) continue;
        seen[number] = 1;
        if (entry.kind !== 'free') yield [number, entry];
      }
    }
  }

  /**
   * The stream's data with its filters undone.
   * @throws FormatError `ERR_SIGN_FORMAT`: `pdf-filter`, `pdf-stream`; `pdf-too-large`
   */
  async decodeStream(stream: PdfStream, maxBytes = MAX_STREAM_BYTES): Promise<Uint8Array> {
    return await this.#decodeStream(stream, maxBytes, 0);
  }

  async #decodeStream(stream: PdfStream, maxBytes: number, depth: number): Promise<Uint8Array> {
    if (stream.length > MAX_ENCODED_STREAM_BYTES) refusePdf('pdf-too-large', 'stream is too large');
    const dictionary = pdfDictionary({
      Filter: await this.#resolveItems(stream.dictionary.get('Filter'), depth),
      DecodeParms: await this.#resolveItems(stream.dictionary.get('DecodeParms'), depth),
    });
    const encoded = await this.#windows.read(stream.start, stream.length);
    this.#work += stream.length;
    try {
      const decoded = await decodeFilters(dictionary, encoded, { inflate: this.#inflate, maxBytes });
      this.#work += decoded.length;
      return decoded;
    } catch (error) {
      // It may have come that far.
      this.#work += maxBytes;
      throw error;
    }
  }

  /** An array or dictionary with its own entries resolved. */
  async #resolveItems(object: PdfObject | undefined, depth: number): Promise<PdfObject> {
    const value = await this.#resolve(object, depth);
    if (value instanceof PdfArray) {
      if (value.items.length > MAX_INDIRECTIONS) refusePdf('pdf-filter', 'too many filters');
      return new PdfArray(await Promise.all(value.items.map((item) => this.#resolveEntries(item, depth))));
    }
    return await this.#resolveEntries(value, depth);
  }

  async #resolveEntries(object: PdfObject, depth: number): Promise<PdfObject> {
    const value = await this.#resolve(object, depth);
    if (!(value instanceof PdfDictionary)) return value;
    const entries = new Map<string, PdfObject>();
    for (const [key, item] of value.entries) entries.set(key, await this.#resolve(item, depth));
    return new PdfDictionary(entries);
  }

  async #load({ number, generation }: PdfReference, depth: number): Promise<PdfObject> {
    const known = this.#objects.get(number);
    if (known !== undefined) return known.generation === generation ? known.object : null;
    const entry = await this.locate(number);
    if (entry === undefined) return null;
    const stored =
      entry.kind === 'offset' ? await this.#loadAt(number, entry, depth) : await this.#loadPacked(number, entry, depth);
    return stored.generation === generation ? stored.object : null;
  }

  async #loadAt(number: number, entry: { offset: number; generation: number }, depth: number): Promise<StoredObject> {
    const found = await readIndirectObject(this.#windows, entry.offset, async (length) => {
      return naturalNumber(await this.#resolve(length, depth)) ?? refusePdf('pdf-stream', 'stream without length');
    });
    if (found.number !== number || found.generation !== entry.generation) {
      refusePdf('pdf-object', 'another object than expected');
    }
    const streamBytes = found.object instanceof PdfStream ? found.object.length : 0;
    this.#objects.set(number, found, found.end - entry.offset - streamBytes);
    return found;
  }

  async #loadPacked(
    number: number,
    entry: { objectStream: number; index: number },
    depth: number,
  ): Promise<StoredObject> {
    const { data, directory } = await this.#objectStream(entry.objectStream, depth);
    const start = directory[2 * entry.index + 1];
    if (directory[2 * entry.index] !== number || start === undefined) {
      return refusePdf('pdf-object', 'not in its object stream');
    }
    const lexer = new PdfLexer(data, { isWhole: true, position: start });
    try {
      const stored = { generation: 0, object: lexer.object() };
      this.#objects.set(number, stored, lexer.position - start);
      return stored;
    } finally {
      this.#work += lexer.position - start;
    }
  }

  async #objectStream(number: number, depth: number): Promise<ObjectStream> {
    const known = this.#objectStreams.get(number);
    if (known !== undefined) return known;
    const entry = await this.locate(number);
    if (entry?.kind !== 'offset') return refusePdf('pdf-object', 'object stream inside another one, or nowhere');
    const { object } = await this.#loadAt(number, entry, depth + 1);
    if (!(object instanceof PdfStream) || !isName(object.dictionary.get('Type'), 'ObjStm')) {
      return refusePdf('pdf-object', 'not an object stream');
    }
    const objectStream = readDirectory(
      object.dictionary,
      await this.#decodeStream(object, MAX_STREAM_BYTES, depth + 1),
    );
    this.#objectStreams.set(number, objectStream, objectStream.data.length + 8 * objectStream.directory.length);
    return objectStream;
  }
}

async function lookupLink(
  section: XrefSection,
  hidden: XrefSection | undefined,
  number: number,
): Promise<XrefEntry | undefined> {
  const entry = await section.lookup(number);
  return entry !== undefined && entry.kind !== 'free' ? entry : ((await hidden?.lookup(number)) ?? entry);
}

/** The pairs of numbers at the beginning of an object stream (§7.5.7). */
function readDirectory(dictionary: PdfDictionary, data: Uint8Array): ObjectStream {
  const count = naturalNumber(dictionary.get('N'));
  const first = naturalNumber(dictionary.get('First'));
  if (count === undefined || first === undefined || first > data.length || count > first) {
    return refusePdf('pdf-object', 'object stream without a directory');
  }
  const lexer = new PdfLexer(data.subarray(0, first), { isWhole: true });
  const directory: number[] = [];
  for (let index = 0; index < count; index += 1) directory.push(lexer.natural(), first + lexer.natural());
  return { data, directory };
}
