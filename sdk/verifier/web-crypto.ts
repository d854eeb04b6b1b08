import {
  concatBytes,
  ecdsaSignatureFromDer,
  signatureAlgorithm,
  type ByteSource,
  type DigestAlgorithm,
} from '../formats/index.js';
import type { DocumentCrypto, RunningDigest } from '../formats/ports.js';

/**
 * `DocumentCrypto` over the Web Cryptography API, for any runtime that has it. WebCrypto cannot digest piece by piece: a
 * byte source is put together in memory first, and a running digest keeps its pieces. Where `node:crypto` is at hand, content beyond some hundred megabytes
 * is better digested with that.
 */
export function webCrypto(subtle: SubtleCrypto = globalThis.crypto.subtle): DocumentCrypto {
  return {
    async digest(algorithm, data) {
      const bytes = data instanceof Uint8Array ? new Uint8Array(data) : await gather(data);
      return new Uint8Array(await subtle.digest(algorithm, bytes));
    },

    async verifySignature(algorithm, subjectPublicKeyInfo, data, signature) {
      const { digestAlgorithm, keyKind } = signatureAlgorithm(algorithm);
      const parameters =
        keyKind === 'RSA'
          ? { name: 'RSASSA-PKCS1-v1_5', hash: digestAlgorithm }
          : { name: 'ECDSA', namedCurve: keyKind, hash: digestAlgorithm };
      try {
        const signatureValue = keyKind === 'RSA' ? signature : ecdsaSignatureFromDer(signature, keyKind);
        const key = await subtle.importKey('spki', new Uint8Array(subjectPublicKeyInfo), parameters, false, ['verify']);
        return await subtle.verify(parameters, key, new Uint8Array(signatureValue), new Uint8Array(data));
      } catch {
        // A key of another kind, or one that cannot be parsed, is rejected at import: no signature by it holds.
        return false;
      }
    },

    startDigest: (algorithm) => runningDigest(subtle, algorithm, []),
  };
}

function runningDigest(
  subtle: SubtleCrypto,
  algorithm: DigestAlgorithm,
  earlier: readonly Uint8Array[],
): RunningDigest {
  const pieces = [...earlier];
  return {
    // A copy: the caller may write to the chunk as soon as this returns.
    update: (chunk) => void pieces.push(new Uint8Array(chunk)),
    fork: () => runningDigest(subtle, algorithm, pieces),
    digest: async () => new Uint8Array(await subtle.digest(algorithm, new Uint8Array(concatBytes(...pieces)))),
  };
}

async function gather(source: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(source.size);
  let offset = 0;
  for await (const chunk of source.chunks()) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  if (offset !== source.size) throw new RangeError('the byte source is shorter than its size');
  return bytes;
}
