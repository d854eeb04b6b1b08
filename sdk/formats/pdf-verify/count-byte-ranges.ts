import { encodeUtf8 } from '../bytes.js';
import type { ByteSource } from '../ports.js';

const KEY = encodeUtf8('/ByteRange');
/** The rarest of its letters in what is not compressed, to look for first. */
const SOUGHT_AT = 1;

/**
 * How often `/ByteRange` stands in a file, be it in a signature, in another dictionary or in a text. A signature cannot be in
 * an object stream, so this is at least the number of signatures, unless one hides behind an escaped name.
 */
export async function countByteRanges(source: ByteSource): Promise<number> {
  let count = 0;
  let tail = new Uint8Array();
  for await (const chunk of source.chunks()) {
    // Across the border of two chunks first.
    const border = new Uint8Array(tail.length + Math.min(chunk.length, KEY.length - 1));
    border.set(tail);
    border.set(chunk.subarray(0, KEY.length - 1), tail.length);
    count += countIn(border) + countIn(chunk);
    tail = (chunk.length < KEY.length ? border : chunk).slice(1 - KEY.length);
  }
  return count;
}

function countIn(bytes: Uint8Array): number {
  let count = 0;
  const sought = KEY[SOUGHT_AT] ?? 0;
  for (let at = bytes.indexOf(sought); at >= 0; at = bytes.indexOf(sought, at + 1)) {
    if (at >= SOUGHT_AT && KEY.every((octet, index) => bytes[at - SOUGHT_AT + index] === octet)) count += 1;
  }
  return count;
}
