import { encodeUtf8 } from '../bytes.js';
import { refuse } from './refuse.js';

const BUFFER_BYTES = 65_536;
/** Longer ranges go to the sink as they are, */
const DIRECT_BYTES = 32_768;
/** in pieces of at most this. */
const MAX_CHUNK_BYTES = 1_048_576;
/** Up to here a loop copies faster than a view and a call. */
const LOOP_BYTES = 96;

/**
 * Exclusive form can repeat one declaration at every element. Real documents grow less than tenfold; this much stops those
 * made to keep a machine busy.
 */
const MAX_GROWTH = 64;

/**
 * Canonical octets on their way to the sink. What is the same in the document is only marked, as a run that grows until
 * something else has to be written, and handed on in large pieces.
 */
export class CanonicalOutput {
  readonly #source: Uint8Array;
  readonly #sink: (chunk: Uint8Array) => void;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #limit: number;
  /** Octets handed on. */
  #written = 0;
  #length = 0;
  #run = 0;

  constructor(source: Uint8Array, sink: (chunk: Uint8Array) => void) {
    this.#source = source;
    this.#sink = sink;
    this.#limit = MAX_GROWTH * source.length + MAX_CHUNK_BYTES;
  }

  /** Begins a run at `position` of the document; what was pending must have been written. */
  begin(position: number): void {
    this.#run = position;
  }

  /** Writes what is pending up to `end` of the document and goes on with a run at `next`. */
  cut(end: number, next: number): void {
    if (end > this.#run) this.copy(this.#run, end);
    this.#run = next;
  }

  /** Writes the octets of the document from `start` to `end`, aside from the run. */
  copy(start: number, end: number): void {
    const length = end - start;
    if (length >= DIRECT_BYTES) {
      this.flush();
      for (let from = start; from < end; from += MAX_CHUNK_BYTES) {
        this.#handOn(this.#source.subarray(from, Math.min(end, from + MAX_CHUNK_BYTES)));
      }
      return;
    }
    if (this.#length + length > BUFFER_BYTES) this.flush();
    const buffer = this.#buffer;
    const source = this.#source;
    let to = this.#length;
    this.#length += length;
    if (length > LOOP_BYTES) {
      buffer.set(source.subarray(start, end), to);
      return;
    }
    for (let from = start; from < end; from += 1) {
      buffer[to] = source[from] ?? 0;
      to += 1;
    }
  }

  octet(octet: number): void {
    if (this.#length === BUFFER_BYTES) this.flush();
    this.#buffer[this.#length] = octet;
    this.#length += 1;
  }

  /** Text of ASCII alone. */
  ascii(text: string): void {
    for (let index = 0; index < text.length; index += 1) this.octet(text.charCodeAt(index));
  }

  octets(octets: Uint8Array): void {
    for (let index = 0; index < octets.length; index += 1) this.octet(octets[index] ?? 0);
  }

  text(text: string): void {
    this.octets(encodeUtf8(text));
  }

  /** Hands on what is left in the buffer. @throws FormatError `xml-limit` where canonical form grows beyond measure */
  flush(): void {
    if (this.#length > 0) this.#handOn(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
  }

  #handOn(chunk: Uint8Array): void {
    this.#written += chunk.length;
    if (this.#written > this.#limit) refuse('xml-limit', this.#run);
    this.#sink(chunk);
  }
}
