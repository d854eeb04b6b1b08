import type { Readable } from 'node:stream';
import { ClientError } from '../core/errors.js';
import { copyOfSecret, secretBytes } from '../core/secret-bytes.js';

/** Longest line accepted, in bytes; a PIN has at most 16. */
const MAX_LINE_BYTES = 64;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The first `count` lines of `input` as bytes, without their line ends; empty ones where input ends before. Everything read
 * is zeroed but the copies returned, which are the caller's to zero.
 * @throws ClientError ERR_PIN_FORMAT for a line too long to be a PIN.
 */
export async function readPinLines(input: Readable, count: number): Promise<Uint8Array[]> {
  const reading = new LineReading(count);
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      try {
        for (const byte of chunk) reading.add(byte);
      } finally {
        chunk.fill(0);
      }
      if (reading.complete) break;
    }
    return reading.copies();
  } finally {
    reading.clear();
  }
}

class LineReading {
  readonly #lines: { readonly bytes: Uint8Array; length: number }[];
  #current = 0;

  constructor(count: number) {
    this.#lines = Array.from({ length: count }, () => ({ bytes: secretBytes(MAX_LINE_BYTES), length: 0 }));
  }

  get complete(): boolean {
    return this.#current === this.#lines.length;
  }

  add(byte: number): void {
    const line = this.#lines[this.#current];
    if (!line) return;
    if (byte === LINE_FEED) {
      this.#current += 1;
      return;
    }
    if (line.length === MAX_LINE_BYTES) {
      throw new ClientError('ERR_PIN_FORMAT', 'the line on standard input is too long to be a PIN');
    }
    line.bytes[line.length] = byte;
    line.length += 1;
  }

  copies(): Uint8Array[] {
    return this.#lines.map(({ bytes, length }) => {
      const end = length > 0 && bytes[length - 1] === CARRIAGE_RETURN ? length - 1 : length;
      return copyOfSecret(bytes.subarray(0, end));
    });
  }

  clear(): void {
    for (const { bytes } of this.#lines) bytes.fill(0);
  }
}
