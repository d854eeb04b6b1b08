import type { RandomAccessSource } from '../../sdk/formats/ports.js';

/** Bytes in memory as a source, handed out in pieces so that nothing relies on getting them whole. */
export function memorySource(bytes: Uint8Array, pieceLength = 65_536): RandomAccessSource {
  return {
    size: bytes.length,

    async *chunks() {
      for (let offset = 0; offset < bytes.length; offset += pieceLength) {
        yield bytes.slice(offset, offset + pieceLength);
      }
    },
    read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
  };
}
