import type { ByteSource, Digest, DigestAlgorithm } from '../../../sdk/formats/ports.js';

/** Two digests of the very same bytes: the source is read once, and each chunk goes to both before the next is read. */
export async function digestInOnePass(
  crypto: Digest,
  content: Uint8Array | ByteSource,
  [first, second]: readonly [DigestAlgorithm, DigestAlgorithm],
): Promise<readonly [Uint8Array, Uint8Array]> {
  const shared = content instanceof Uint8Array ? content : sharedBy(2, content);
  return Promise.all([crypto.digest(first, shared), crypto.digest(second, shared)]);
}

interface Round {
  asked: number;
  readonly chunk: Promise<IteratorResult<Uint8Array>>;
  readonly settle: (chunk: Promise<IteratorResult<Uint8Array>>) => void;
}

function openRound(): Round {
  let settle: Round['settle'] = () => undefined;
  const chunk = new Promise<IteratorResult<Uint8Array>>((resolve) => (settle = resolve));
  // Nobody may be left to hear that the reading ended.
  chunk.catch(() => undefined);
  return { asked: 0, chunk, settle };
}

/** To be iterated `consumers` times, at the same time. The one that stops early fails the others: they would wait for it. */
function sharedBy(consumers: number, source: ByteSource): ByteSource {
  const reading = source.chunks()[Symbol.asyncIterator]();
  let round = openRound();
  const iterator: AsyncIterator<Uint8Array> = {
    next() {
      const current = round;
      current.asked += 1;
      if (current.asked === consumers) {
        round = openRound();
        current.settle(reading.next());
      }
      return current.chunk;
    },
    async return() {
      round.settle(Promise.reject(new Error('another reader of the same bytes stopped')));
      await reading.return?.();
      return { done: true, value: undefined };
    },
  };
  return { size: source.size, chunks: () => ({ [Symbol.asyncIterator]: () => iterator }) };
}
