/** ASN.1 that is too long for memory, read once from the front. */
import { concatBytes } from '../bytes.js';
import { FormatError, type FormatErrorCode } from '../format-error.js';
import type { ByteSource } from '../ports.js';

/** Identifier and length octets of one element (X.690 §8.1.2 and §8.1.3). */
export interface StreamedHeader {
  readonly identifier: number;
  /** The header itself, exactly as read. Valid until the next `fill`, `pass`, `take` or `rest`. */
  readonly octets: Uint8Array;
  /** Where the contents end, as an offset into the source. Undefined: indefinite. */
  readonly end: number | undefined;
}

/** As many length octets as an exact number holds; with the identifier and the first length octet, the longest header. */
const MAX_LENGTH_OCTETS = 6;
const MAX_HEADER_BYTES = 2 + MAX_LENGTH_OCTETS;

/**
 * Headers are read without waiting, so that millions of small elements cost no time: `fill` whenever `isFilled` is not so,
 * then ask. All methods throw a `FormatError` for octets that are no ASN.1, and what the source throws.
 */
export class OctetReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #code: FormatErrorCode;
  #chunk: Uint8Array = new Uint8Array();
  #offset = 0;
  #position = 0;
  #isExhausted = false;

  /** @param code of the `FormatError` */
  constructor(source: ByteSource, code: FormatErrorCode) {
    this.#chunks = source.chunks()[Symbol.asyncIterator]();
    this.#code = code;
  }

  /** Octets read so far. */
  get position(): number {
    return this.#position;
  }

  /** Whether a whole header, or all that is left, is at hand. */
  get isFilled(): boolean {
    return this.#isExhausted || this.#chunk.length - this.#offset >= MAX_HEADER_BYTES;
  }

  async fill(): Promise<void> {
    while (!this.isFilled) {
      // The old chunk is valid only until the next one is asked for.
      const left = new Uint8Array(this.#chunk.subarray(this.#offset));
      await this.#nextChunk();
      if (left.length > 0) this.#chunk = concatBytes(left, this.#chunk);
    }
  }

  /** Stops reading. The reader is of no use after it. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Whether the next two octets are end-of-contents, which are then behind. */
  atEndOfContents(): boolean {
    if (this.#chunk[this.#offset] !== 0 || this.#chunk[this.#offset + 1] !== 0) return false;
    this.#advance(2);
    return true;
  }

  /** The header that comes next. */
  header(): StreamedHeader {
    const start = this.#offset;
    const identifier = this.#chunk[start];
    const first = this.#chunk[start + 1];
    if (identifier === undefined || first === undefined) return this.#truncated();
    if ((identifier & 0x1f) === 0x1f) this.#refuse('asn1-tag-number', 'tag number above 30');
    if (identifier === 0) this.#refuse('asn1-end-of-contents', 'misplaced end-of-contents');
    const lengthOctets = first > 0x80 ? first & 0x7f : 0;
    if (lengthOctets > MAX_LENGTH_OCTETS) this.#refuse('asn1-length-too-long', 'length of more than six octets');
    let length = first < 0x80 ? first : 0;
    for (let index = 0; index < lengthOctets; index += 1) {
      length = length * 256 + (this.#chunk[start + 2 + index] ?? this.#truncated());
    }
    this.#advance(2 + lengthOctets);
    const octets = this.#chunk.subarray(start, this.#offset);
    return { identifier, octets, end: first === 0x80 ? undefined : this.#position + length };
  }

  /** As `pass` where all of it is at hand; false, and nothing done, where it is not. */
  passAtHand(end: number, sink: (octets: Uint8Array) => void): boolean {
    const length = end - this.#position;
    if (length > this.#chunk.length - this.#offset) return false;
    sink(this.#chunk.subarray(this.#offset, this.#offset + length));
    this.#advance(length);
    return true;
  }

  /** Hands octets up to the offset `end` on as they come; each piece is valid until `sink` returns. */
  async pass(end: number, sink: (octets: Uint8Array) => void): Promise<void> {
    while (!this.passAtHand(end, sink)) {
      if (this.#isExhausted) this.#truncated();
      const available = this.#chunk.subarray(this.#offset);
      sink(available);
      this.#advance(available.length);
      await this.#nextChunk();
    }
  }

  /** The octets up to the offset `end`, of which there may be `most`. */
  async take(end: number, most: number): Promise<Uint8Array> {
    if (end - this.#position > most) this.#tooLong();
    const parts: Uint8Array[] = [];
    await this.pass(end, (octets) => parts.push(new Uint8Array(octets)));
    return concatBytes(...parts);
  }

  /** All octets that are left, of which there may be `most`. */
  async rest(most: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const part = new Uint8Array(this.#chunk.subarray(this.#offset));
      length += part.length;
      if (length > most) this.#tooLong();
      parts.push(part);
      this.#advance(part.length);
      if (this.#isExhausted) return concatBytes(...parts);
      await this.#nextChunk();
    }
  }

  #advance(length: number): void {
    this.#offset += length;
    this.#position += length;
  }

  async #nextChunk(): Promise<void> {
    const { value, done } = (await this.#chunks.next()) as IteratorResult<Uint8Array, undefined>;
    this.#chunk = value ?? new Uint8Array();
    this.#offset = 0;
    this.#isExhausted = done === true;
  }

  #truncated(): never {
    return this.#refuse('asn1-truncated', 'truncated');
  }

  #tooLong(): never {
    return this.#refuse('asn1-too-long', 'too long');
  }

  #refuse(reason: string, message: string): never {
    throw new FormatError(this.#code, `ASN.1: ${message}`, { reason });
  }
}
