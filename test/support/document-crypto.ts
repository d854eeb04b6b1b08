import { createHash, type Hash } from 'node:crypto';
import { nodeCrypto } from '../../main/node/node-crypto.js';
import type { DocumentCrypto, RandomAccessSource, RunningDigest } from '../../sdk/formats/ports.js';

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

export const documentCrypto: DocumentCrypto = {
  ...nodeCrypto,
  startDigest: (algorithm) => running(createHash(algorithm)),
};

function running(hash: Hash): RunningDigest {
  return {
    update: (chunk) => void hash.update(chunk),
    fork: () => running(hash.copy()),
    digest: () => Promise.resolve(new Uint8Array(hash.digest())),
  };
}
