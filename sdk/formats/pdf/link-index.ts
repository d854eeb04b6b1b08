import type { ChainLink } from './xref-chain.js';

/**
 * Which of many cross-reference sections speaks for an object: the newest that has an entry for it. Found without asking
 * them one after the other, since there may be as many sections as objects.
 */
export class LinkIndex {
  /** Object numbers at which another section begins to speak, ascending. */
  readonly #starts: readonly number[];
  /** For each of them, the index of the section; -1: none. */
  readonly #owners: Int32Array;

  /** @param links newest first */
  constructor(links: readonly ChainLink[]) {
    const ranges = links.map(({ section, hidden }) => [...section.subsections, ...(hidden?.subsections ?? [])]);
    const borders = ranges.flat().flatMap(({ first, count }) => [first, first + count]);
    this.#starts = [...new Set(borders)].toSorted((a, b) => a - b);
    this.#owners = new Int32Array(this.#starts.length).fill(-1);
    const next = Int32Array.from({ length: this.#starts.length + 1 }, (_value, index) => index);
    for (const [owner, subsections] of ranges.entries()) {
      for (const { first, count } of subsections) {
        const end = this.#find(first + count - 1) + 1;
        for (let at = skip(next, this.#find(first)); at < end; at = skip(next, at)) {
          this.#owners[at] = owner;
          next[at] = at + 1;
        }
      }
    }
  }

  /** Index of the link; undefined where none has an entry. */
  ownerOf(number: number): number | undefined {
    const owner = this.#owners[this.#find(number)] ?? -1;
    return owner < 0 ? undefined : owner;
  }

  /** Index of the last start that is not above the number. */
  #find(number: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= number) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** The next place that has no owner yet, with the way there made shorter for the next time. */
function skip(next: Int32Array, from: number): number {
  let at = from;
  for (let after = next[at] ?? at; after !== at; after = next[at] ?? at) {
    next[at] = next[after] ?? after;
    at = after;
  }
  return at;
}
