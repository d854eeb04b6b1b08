import type { DigestAlgorithm, DocumentCrypto, RandomAccessSource, RunningDigest } from '../ports.js';
import type { SignedOctets } from './byte-range.js';

/**
 * Digests of what several signatures of one document are over, all of one algorithm in one pass. What lies before a gap is
 * digested once for all signatures; from its gap on each goes its own way to its end.
 */
export class RangedDigests {
  readonly #source: RandomAccessSource;
  readonly #crypto: DocumentCrypto;
  readonly #ranges: readonly SignedOctets[];
  readonly #passes = new Map<DigestAlgorithm, Promise<ReadonlyMap<SignedOctets, Uint8Array>>>();

  /** @param ranges each of which begins its gap where or after the one before it ends */
  constructor(source: RandomAccessSource, crypto: DocumentCrypto, ranges: readonly SignedOctets[]) {
    this.#source = source;
    this.#crypto = crypto;
    this.#ranges = ranges;
  }

  /** @param range one of those given to the constructor */
  async digest(range: SignedOctets, algorithm: DigestAlgorithm): Promise<Uint8Array> {
    const pass = this.#passes.get(algorithm) ?? this.#run(algorithm);
    this.#passes.set(algorithm, pass);
    const digest = (await pass).get(range);
    if (digest === undefined) throw new Error('not one of the ranges');
    return digest;
  }

  async #run(algorithm: DigestAlgorithm): Promise<ReadonlyMap<SignedOctets, Uint8Array>> {
    const trunk = this.#crypto.startDigest(algorithm);
    const branches = this.#ranges.map((range) => new Branch(range));
    const trunkEnd = branches.at(-1)?.range.gapStart ?? 0;
    const end = Math.max(...this.#ranges.map((range) => range.end));
    let offset = 0;
    for await (const chunk of this.#source.chunks()) {
      feed(chunk, { offset, trunk, trunkEnd, branches });
      offset += chunk.length;
      if (offset >= end) break;
    }
    const digests = new Map<SignedOctets, Uint8Array>();
    for (const branch of branches) {
      if (branch.digest !== undefined) digests.set(branch.range, await branch.digest.digest());
    }
    return digests;
  }
}

class Branch {
  readonly range: SignedOctets;
  digest: RunningDigest | undefined;

  constructor(range: SignedOctets) {
    this.range = range;
  }
}

interface Position {
  /** Of the chunk, in octets from the start of the source. */
  readonly offset: number;
  readonly trunk: RunningDigest;
  readonly trunkEnd: number;
  readonly branches: readonly Branch[];
}

function feed(chunk: Uint8Array, { offset, trunk, trunkEnd, branches }: Position): void {
  const end = offset + chunk.length;
  let fed = offset;
  for (const branch of branches) {
    const { gapStart, gapEnd, end: rangeEnd } = branch.range;
    if (branch.digest === undefined && gapStart <= end) {
      trunk.update(chunk.subarray(fed - offset, gapStart - offset));
      fed = gapStart;
      branch.digest = trunk.fork();
    }
    if (branch.digest === undefined || gapEnd >= end || rangeEnd <= offset) continue;
    branch.digest.update(chunk.subarray(Math.max(gapEnd - offset, 0), rangeEnd - offset));
  }
  if (fed < trunkEnd) trunk.update(chunk.subarray(fed - offset, Math.min(end, trunkEnd) - offset));
}
