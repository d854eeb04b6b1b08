import type { RandomAccessSource } from '../ports.js';
import { refuseSignature } from './refuse.js';

/** How often a document may be read through by looking things up in it, and what small ones may read besides. */
const MAX_READINGS = 16;
const MAX_MORE_BYTES = 512 * 1024 * 1024;

/**
 * The same octets, but only so many of them. Objects that overlap can make each lookup read nearly the whole document; a
 * sound one is never looked up that much. Reading from the start to the end does not count.
 * @throws FormatError by `read`: `ERR_SIGN_FORMAT` `pdf-too-complex`
 */
export function meteredSource(source: RandomAccessSource): RandomAccessSource {
  let left = MAX_READINGS * source.size + MAX_MORE_BYTES;
  return {
    size: source.size,
    chunks: () => source.chunks(),
    read: async (offset, length) => {
      left -= Math.min(length, Math.max(0, source.size - offset));
      if (left < 0) refuseSignature('pdf-too-complex', 'objects are looked up over and over');
      return await source.read(offset, length);
    },
  };
}
