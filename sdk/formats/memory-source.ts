import type { RandomAccessSource } from './ports.js';

const PIECE_BYTES = 1024 * 1024;

/** Octets that are in memory anyway, as a source. They must not change as long as it is used. */
export function memorySource(bytes: Uint8Array): RandomAccessSource {
  return {
    size: bytes.length,
    async *chunks() {
      for (let offset = 0; offset < bytes.length; offset += PIECE_BYTES) {
        yield await Promise.resolve(bytes.subarray(offset, offset + PIECE_BYTES));
      }
    },
    // A Buffer’s own `slice` would not copy.
    read: (offset, length) => Promise.resolve(new Uint8Array(bytes.subarray(offset, offset + length))),
  };
}
