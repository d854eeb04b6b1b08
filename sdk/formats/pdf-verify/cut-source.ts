import type { RandomAccessSource } from '../ports.js';

/** The first `size` octets of a source, as if nothing followed: the document as it was when a revision ended there. */
export function cutSource(source: RandomAccessSource, size: number): RandomAccessSource {
  return {
    size,
    read: async (offset, length) => await source.read(offset, Math.max(0, Math.min(length, size - offset))),
    async *chunks() {
      let offset = 0;
      for await (const chunk of source.chunks()) {
        if (chunk.length >= size - offset) {
          yield chunk.subarray(0, size - offset);
          return;
        }
        yield chunk;
        offset += chunk.length;
      }
    },
  };
}
