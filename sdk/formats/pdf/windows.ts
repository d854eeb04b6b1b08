import type { RandomAccessSource } from '../ports.js';
import { PdfLexer, WindowEnd } from './lexer.js';
import { LruCache } from './lru-cache.js';
import { refusePdf } from './pdf-error.js';

const BLOCK_BYTES = 16 * 1024;
const CACHED_BYTES = 2 * 1024 * 1024;
const FIRST_WINDOW_BYTES = 2 * 1024;
/** Octets of one object, a stream's data not counted. */
const MAX_OBJECT_BYTES = 8 * 1024 * 1024;

/** Small pieces of a source, with a bounded cache: objects that are read together mostly lie together. */
export class SourceWindows {
  readonly size: number;
  readonly #source: RandomAccessSource;
  readonly #blocks = new LruCache<number, Uint8Array>(CACHED_BYTES);
  #parsedBytes = 0;

  constructor(source: RandomAccessSource) {
    this.#source = source;
    this.size = source.size;
  }

  /** Octets that `parse` has gone through so far, each as often as it did. */
  get parsedBytes(): number {
    return this.#parsedBytes;
  }

  /** The octets from `offset` on, fewer where the source ends before. Not to be written to. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(offset + length, this.size);
    if (end <= offset) return new Uint8Array();
    const first = Math.floor(offset / BLOCK_BYTES);
    const last = Math.floor((end - 1) / BLOCK_BYTES);
    const start = first * BLOCK_BYTES;
    if (first === last) return (await this.#block(first)).subarray(offset - start, end - start);
    if (last - first > 4) return await this.#source.read(offset, end - offset);
    const bytes = new Uint8Array(end - offset);
    for (let index = first; index <= last; index += 1) {
      const block = await this.#block(index);
      const blockStart = index * BLOCK_BYTES;
      const part = block.subarray(Math.max(offset - blockStart, 0), end - blockStart);
      bytes.set(part, Math.max(blockStart - offset, 0));
    }
    return bytes;
  }

  async #block(index: number): Promise<Uint8Array> {
    const known = this.#blocks.get(index);
    if (known !== undefined) return known;
    const block = await this.#source.read(index * BLOCK_BYTES, BLOCK_BYTES);
    this.#blocks.set(index, block, BLOCK_BYTES);
    return block;
  }

  /**
   * Reads what stands at `offset`, in as large a window as it takes.
   * @param read called again, from the start, each time the window was too small
   * @throws FormatError `ERR_SIGN_FORMAT`: `pdf-too-large`, and what `read` throws
   */
  async parse<Result>(offset: number, read: (lexer: PdfLexer) => Result): Promise<Result> {
    for (let length = FIRST_WINDOW_BYTES; length <= MAX_OBJECT_BYTES; length *= 4) {
      const bytes = await this.read(offset, length);
      const isWhole = offset + bytes.length >= this.size;
      const lexer = new PdfLexer(bytes, { base: offset, isWhole });
      try {
        return read(lexer);
      } catch (error) {
        if (!(error instanceof WindowEnd)) throw error;
      } finally {
        this.#parsedBytes += lexer.position;
      }
    }
    return refusePdf('pdf-too-large', 'an object is too large');
  }
}
