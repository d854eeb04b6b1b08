/** Who refers to whom in a document, of all its objects: each is read once, in the order of the file. */
import { FormatError } from '../format-error.js';
import type { PdfFile } from '../pdf/file.js';
import { PdfLexer, WindowEnd } from '../pdf/lexer.js';
import {
  isName,
  naturalNumber,
  PdfArray,
  PdfDictionary,
  PdfReference,
  PdfStream,
  type PdfObject,
} from '../pdf/objects.js';
import { refusePdf } from '../pdf/pdf-error.js';
import { SourceWindows } from '../pdf/windows.js';
import { refuseSignature } from './refuse.js';

/** Stands for the trailer where the number of an object is expected. */
export const TRAILER = 0;

const MAX_OBJECTS = 2_000_000;
const MAX_EDGES = 16_000_000;
/** Octets that are read at once. */
const BLOCK_BYTES = 256 * 1024;
/** How often the octets of the file are read through, all in all. */
const MAX_READINGS = 4;
/** What an object that no block holds counts for, and how many of them may be. */
const LARGE_OBJECT_BYTES = 16 * 1024 * 1024;
const MAX_LARGE_OBJECTS = 16;
/** Octets of all object streams together, decoded. */
const MAX_PACKED_BYTES = 512 * 1024 * 1024;
/** Nearest keys that are told apart; all further ones count as one that is never allowed. */
const MAX_KEYS = 65_535;

/** The key is unknown, or differs from one place to the other. */
const ANY_KEY = '';
/** From an object to the object stream that it is in. No key of a document has a character beyond U+00FF. */
export const OBJECT_STREAM_KEY = '\uffff';

export interface Edge {
  readonly target: number;
  /** Of the innermost dictionary around the reference; for an array that is an object, the key that leads to the array. */
  readonly key: string;
}

/** @throws FormatError `ERR_SIGN_FORMAT` `pdf-too-complex` */
export async function readObjectGraph(file: PdfFile): Promise<ObjectGraph> {
  const graph = new GraphBuilder(file.size);
  graph.add(TRAILER, file.trailer);
  await new GraphReader(file, graph).run();
  return graph.build();
}

export class ObjectGraph {
  readonly #parts: GraphParts;

  constructor(parts: GraphParts) {
    this.#parts = parts;
  }

  /** Whether the object could not be read, so that nobody knows what it refers to. */
  isUnreadable(number: number): boolean {
    return this.#parts.unreadable.has(number);
  }

  /** What an object refers to, once for each place in it. */
  *edges(holder: number): Generator<Edge> {
    const { starts, ends, targets, keys } = this.#parts;
    for (let index = starts[holder] ?? 0; index < (ends[holder] ?? 0); index += 1) {
      const key = keys[index] ?? UNKNOWN;
      yield { target: targets[index] ?? TRAILER, key: this.#keyName(key === UNKNOWN ? this.#roleOf(holder) : key) };
    }
  }

  /** Every reference to one of `targets`: whatever the holder, used or not. */
  *edgesTo(targets: ReadonlyMap<number, unknown>): Generator<Edge & { readonly holder: number }> {
    const { starts, ends, targets: all } = this.#parts;
    for (let holder = 0; holder < starts.length; holder += 1) {
      const end = ends[holder] ?? 0;
      let isHolder = false;
      for (let index = starts[holder] ?? 0; index < end; index += 1) isHolder ||= targets.has(all[index] ?? -1);
      if (!isHolder) continue;
      for (const edge of this.edges(holder)) if (targets.has(edge.target)) yield { holder, ...edge };
    }
  }

  /** What the catalog's `Pages` leads to, by `Kids` alone: nodes and pages. */
  pageTree(catalog: number): ReadonlySet<number> {
    const tree = new Set<number>();
    for (const { target, key } of this.edges(catalog)) if (key === 'Pages' || key === 'Kids') tree.add(target);
    // A set is gone through in the order in which it grows.
    for (const node of tree) {
      for (const { target, key } of this.edges(node)) if (key === 'Kids' || key === ANY_KEY) tree.add(target);
    }
    return tree;
  }

  /** Numbers of objects that are page dictionaries by their `Type`. */
  get pages(): readonly number[] {
    return this.#parts.pages;
  }

  /**
   * Numbers of objects with a key given twice, at any depth, that decide what is seen or signed: catalog, pages, annotations,
   * fields. Elsewhere sloppy writers do it too.
   */
  repeatedKeys(catalog: number): readonly number[] {
    const { repeated } = this.#parts;
    if (repeated.size === 0) return [];
    const tree = this.pageTree(catalog);
    return [...repeated].flatMap(([number, isSeen]) => {
      return isSeen || number === catalog || tree.has(number) ? [number] : [];
    });
  }

  /** The one key that leads to an object. */
  #roleOf(number: number): number {
    return this.#parts.roles[number] ?? UNKNOWN;
  }

  #keyName(key: number): string {
    return this.#parts.keyNames[key] ?? ANY_KEY;
  }
}

/** Index of `ANY_KEY`. */
const UNKNOWN = 0;
/** Index of `OBJECT_STREAM_KEY`. */
const OBJECT_STREAM = 1;

interface GraphParts {
  /** By object number: where in `targets` and `keys` its references are. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly targets: Int32Array;
  readonly keys: Uint16Array;
  readonly keyNames: readonly string[];
  /** By object number: index of the key that leads to it; `UNKNOWN` where several do. */
  readonly roles: Uint16Array;
  readonly unreadable: ReadonlySet<number>;
  readonly pages: readonly number[];
  /** Objects with a key given twice, and whether they are of a kind that is seen or signed. */
  readonly repeated: ReadonlyMap<number, boolean>;
}

class GraphBuilder {
  readonly #size: number;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #roles: Uint16Array;
  readonly #hasRole: Uint8Array;
  readonly #keyIndexes = new Map<string, number>([
    [ANY_KEY, UNKNOWN],
    [OBJECT_STREAM_KEY, OBJECT_STREAM],
  ]);
  readonly #unreadable = new Set<number>();
  readonly #pages: number[] = [];
  readonly #repeated = new Map<number, boolean>();
  #repeats = 0;
  #targets = new Int32Array(1024);
  #keys = new Uint16Array(1024);
  #count = 0;

  constructor(size: number) {
    this.#size = size;
    this.#starts = new Int32Array(size);
    this.#ends = new Int32Array(size);
    this.#roles = new Uint16Array(size);
    this.#hasRole = new Uint8Array(size);
  }

  /** @param container the object stream that the object is in */
  add(holder: number, object: PdfObject, container?: number): void {
    this.#starts[holder] = this.#count;
    if (container !== undefined) this.#edge(container, OBJECT_STREAM);
    const repeats = this.#repeats;
    this.#collect(object, UNKNOWN);
    if (this.#repeats > repeats) this.#repeated.set(holder, isSeen(object));
    this.#ends[holder] = this.#count;
    if (object instanceof PdfDictionary && isName(object.get('Type'), 'Page')) this.#pages.push(holder);
  }

  addUnreadable(holder: number): void {
    this.#unreadable.add(holder);
  }

  /** The reader bounds how deep objects are nested. */
  #collect(object: PdfObject, key: number): void {
    if (object instanceof PdfReference) this.#edge(object.number, key);
    else if (object instanceof PdfArray) for (const item of object.items) this.#collect(item, key);
    else if (object instanceof PdfStream) this.#collect(object.dictionary, key);
    else if (object instanceof PdfDictionary) {
      this.#repeats += object.repeatedKeys.length;
      for (const [name, value] of object.entries) {
        if (typeof value === 'object') this.#collect(value, this.#keyIndex(name));
      }
    }
  }

  #edge(target: number, key: number): void {
    if (target >= this.#size) return;
    if (this.#count === this.#targets.length) this.#grow();
    this.#targets[this.#count] = target;
    this.#keys[this.#count] = key;
    this.#count += 1;
    const isAnother = this.#hasRole[target] === 1 && this.#roles[target] !== key;
    this.#roles[target] = isAnother ? UNKNOWN : key;
    this.#hasRole[target] = 1;
  }

  #grow(): void {
    if (this.#count >= MAX_EDGES) refuseSignature('pdf-too-complex', 'too many references');
    const [targets, keys] = [this.#targets, this.#keys];
    this.#targets = new Int32Array(2 * targets.length);
    this.#keys = new Uint16Array(2 * keys.length);
    this.#targets.set(targets);
    this.#keys.set(keys);
  }

  #keyIndex(name: string): number {
    const known = this.#keyIndexes.get(name);
    if (known !== undefined) return known;
    if (this.#keyIndexes.size >= MAX_KEYS) return UNKNOWN;
    this.#keyIndexes.set(name, this.#keyIndexes.size);
    return this.#keyIndexes.size - 1;
  }

  build(): ObjectGraph {
    return new ObjectGraph({
      starts: this.#starts,
      ends: this.#ends,
      targets: this.#targets,
      keys: this.#keys,
      keyNames: [...this.#keyIndexes.keys()],
      roles: this.#roles,
      unreadable: this.#unreadable,
      pages: this.#pages,
      repeated: this.#repeated,
    });
  }
}

const SEEN_TYPES = ['Catalog', 'Pages', 'Page', 'Annot', 'Sig', 'DocTimeStamp'] as const;
/** What annotations, fields, forms and signatures have. */
const SEEN_KEYS = ['Rect', 'FT', 'Fields', 'ByteRange'] as const;

function isSeen(object: PdfObject): boolean {
  if (!(object instanceof PdfDictionary)) return false;
  const type = object.get('Type');
  return SEEN_TYPES.some((name) => isName(type, name)) || SEEN_KEYS.some((key) => object.get(key) !== undefined);
}

interface PackedMember {
  readonly number: number;
  readonly index: number;
}

class GraphReader {
  readonly #file: PdfFile;
  readonly #windows: SourceWindows;
  readonly #graph: GraphBuilder;
  #packedBytesLeft = MAX_PACKED_BYTES;
  #octetsLeft: number;
  #block: Uint8Array = new Uint8Array();
  #blockStart = 0;

  constructor(file: PdfFile, graph: GraphBuilder) {
    this.#file = file;
    this.#windows = new SourceWindows(file.source);
    this.#graph = graph;
    this.#octetsLeft = MAX_READINGS * file.source.size + MAX_LARGE_OBJECTS * LARGE_OBJECT_BYTES;
  }

  async run(): Promise<void> {
    const placed: { readonly number: number; readonly offset: number }[] = [];
    const packed = new Map<number, PackedMember[]>();
    let count = 0;
    for await (const [number, entry] of this.#file.entries()) {
      count += 1;
      if (count > MAX_OBJECTS) refuseSignature('pdf-too-complex', 'too many objects');
      if (number === TRAILER) continue;
      if (entry.kind === 'offset') placed.push({ number, offset: entry.offset });
      else {
        const members = packed.get(entry.objectStream) ?? [];
        members.push({ number, index: entry.index });
        packed.set(entry.objectStream, members);
      }
    }
    placed.sort((a, b) => a.offset - b.offset);
    for (const { number, offset } of placed) {
      if (!this.#addFromBlock(number, offset)) await this.#placed(number, offset);
    }
    for (const [container, members] of packed) await this.#packed(container, members);
  }

  /**
   * As it is written: one that is nothing but a reference is not followed. Of a stream the dictionary is enough, so most
   * objects are read from one block after the other without waiting.
   */
  async #placed(number: number, offset: number): Promise<void> {
    await this.#guard([number], async () => {
      const { value } = await this.#parseAcrossBlocks(number, offset);
      this.#graph.add(number, value);
    });
  }

  #addFromBlock(number: number, offset: number): boolean {
    if (!this.#isInBlock(offset)) return false;
    try {
      const object = this.#parseInBlock(number, offset);
      if (object !== undefined) this.#graph.add(number, object.value);
      return object !== undefined;
    } catch (error) {
      if (!(error instanceof FormatError) || error.reason === 'pdf-too-complex') throw error;
      this.#graph.addUnreadable(number);
      return true;
    }
  }

  #isInBlock(offset: number): boolean {
    return offset >= this.#blockStart && offset < this.#blockStart + this.#block.length;
  }

  async #readBlock(offset: number): Promise<void> {
    this.#block = await this.#file.source.read(offset, BLOCK_BYTES);
    this.#blockStart = offset;
  }

  /** Undefined where the block ends before the object does. */
  #parseInBlock(number: number, offset: number): { readonly value: PdfObject } | undefined {
    const isWhole = this.#blockStart + this.#block.length >= this.#file.source.size;
    const position = offset - this.#blockStart;
    const lexer = new PdfLexer(this.#block, { isWhole, position });
    try {
      return readObject(lexer, number);
    } catch (error) {
      if (error instanceof WindowEnd) return undefined;
      throw error;
    } finally {
      this.#spend(lexer.position - position);
    }
  }

  /** Objects of a sound document do not overlap, so that each octet is read about once. */
  #spend(octets: number): void {
    this.#octetsLeft -= octets;
    if (this.#octetsLeft < 0) refuseSignature('pdf-too-complex', 'objects overlap');
  }

  async #parseAcrossBlocks(number: number, offset: number): Promise<{ readonly value: PdfObject }> {
    await this.#readBlock(offset);
    const read = (lexer: PdfLexer): { readonly value: PdfObject } => readObject(lexer, number);
    const found = this.#parseInBlock(number, offset);
    if (found !== undefined) return found;
    this.#spend(LARGE_OBJECT_BYTES);
    return await this.#windows.parse(offset, read);
  }

  async #packed(container: number, members: readonly PackedMember[]): Promise<void> {
    const numbers = members.map(({ number }) => number);
    await this.#guard(numbers, async () => {
      const stream = await this.#file.resolve(new PdfReference(container, 0));
      if (!(stream instanceof PdfStream)) return refusePdf('pdf-object', 'not an object stream');
      const first = naturalNumber(stream.dictionary.get('First')) ?? 0;
      const data = await this.#file.decodeStream(stream);
      this.#packedBytesLeft -= data.length;
      if (this.#packedBytesLeft < 0) refuseSignature('pdf-too-complex', 'object streams are too large');
      const directory = readDirectory(data.subarray(0, first), naturalNumber(stream.dictionary.get('N')) ?? 0);
      for (const { number, index } of members) {
        const offset = directory[2 * index + 1];
        if (directory[2 * index] !== number || offset === undefined) refusePdf('pdf-object', 'not in its stream');
        const lexer = new PdfLexer(data, { isWhole: true, position: first + offset });
        this.#graph.add(number, lexer.object(), container);
      }
      return undefined;
    });
  }

  async #guard(numbers: readonly number[], read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      if (!(error instanceof FormatError) || error.reason === 'pdf-too-complex') throw error;
      for (const number of numbers) this.#graph.addUnreadable(number);
    }
  }
}

function readObject(lexer: PdfLexer, number: number): { readonly value: PdfObject } {
  if (lexer.natural() !== number) refusePdf('pdf-object', 'another object than expected');
  lexer.natural();
  lexer.keyword('obj');
  return { value: lexer.object() };
}

/** Object numbers and offsets in turns (ISO 32000-2 §7.5.7). */
function readDirectory(bytes: Uint8Array, count: number): readonly number[] {
  if (count > bytes.length) refusePdf('pdf-object', 'object stream without a directory');
  const lexer = new PdfLexer(bytes, { isWhole: true });
  return Array.from({ length: 2 * count }, () => lexer.natural());
}
