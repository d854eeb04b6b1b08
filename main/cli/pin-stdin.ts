import type { Readable } from 'node:stream';
import { ClientError } from '../core/errors.js';

/** Longest line accepted, in bytes; a PIN has at most 16. */
const MAX_LINE_BYTES = 64;

/**
 * The first line of `input` as bytes, without its line end. Everything read is zeroed but the copy returned, which is the
 * caller's to zero.
 * @throws ClientError ERR_PIN_FORMAT for a line too long to be a PIN.
 */
export async function readPinLine(input: Readable): Promise<Uint8Array> {
  const line = new Uint8Array(MAX_LINE_BYTES);
  let length = 0;
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      const end = chunk.indexOf(0x0a);
      const part = end === -1 ? chunk : chunk.subarray(0, end);
      const fits = length + part.length <= MAX_LINE_BYTES;
      if (fits) line.set(part, length);
      chunk.fill(0);
      if (!fits) throw new ClientError('ERR_PIN_FORMAT', 'the line on standard input is too long to be a PIN');
      length += part.length;
      if (end !== -1) break;
    }
    if (length > 0 && line[length - 1] === 0x0d) length -= 1;
    return line.slice(0, length);
  } finally {
    line.fill(0);
  }
}
