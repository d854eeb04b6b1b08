/** Cross-reference sections (ISO 32000-2 §7.5.4, §7.5.8): where each object is. Entries are looked up, not loaded. */
import type { PdfDictionary } from './objects.js';
import { refusePdf } from './pdf-error.js';

/** Where an object is, as one section says. */
export type XrefEntry =
  | { readonly kind: 'free' }
  /** `offset`: octets from the start of the source. */
  | { readonly kind: 'offset'; readonly offset: number; readonly generation: number }
  /** In an object stream, the `index`th from 0. Its generation is 0. */
  | { readonly kind: 'compressed'; readonly objectStream: number; readonly index: number };

/** Entries for the objects from `first` on. */
export interface Subsection {
  readonly first: number;
  readonly count: number;
}

export interface XrefSection {
  readonly kind: 'table' | 'stream';
  /** Octets from the start of the source, as `startxref` or `Prev` gives it. */
  readonly offset: number;
  /** The octet after the trailer dictionary, or after the stream's data. */
  readonly end: number;
  readonly trailer: PdfDictionary;
  /** One more than the highest object number it has an entry for. */
  readonly limit: number;
  /** Sorted, without empty ones. */
  readonly subsections: readonly Subsection[];
  readonly subsectionCount: number;
  /** Undefined: it says nothing of the object. */
  lookup(number: number): Promise<XrefEntry | undefined>;
  /** Every entry, by object number; each costs little more than its octets. */
  entries(): AsyncIterable<readonly [number: number, entry: XrefEntry]>;
}

/** Highest object number taken, so that the books of what was seen stay small. Annex C's limit is 8,388,607. */
export const MAX_OBJECT_NUMBER = 2 ** 24 - 1;
/** Of one section. */
export const MAX_SUBSECTIONS = 65_536;

/** Sorted, so that one is found quickly. @throws FormatError `ERR_SIGN_FORMAT` `pdf-xref` where they overlap */
export function sortSubsections<Kind extends Subsection>(subsections: readonly Kind[]): readonly Kind[] {
  const sorted = subsections.filter(({ count }) => count > 0).toSorted((a, b) => a.first - b.first);
  let end = 0;
  for (const { first, count } of sorted) {
    if (first < end) refusePdf('pdf-xref', 'subsections overlap');
    end = first + count;
    if (end - 1 > MAX_OBJECT_NUMBER) refusePdf('pdf-too-large', 'object number is too large');
  }
  return sorted;
}

/** One more than the highest object number of sorted subsections. */
export function subsectionLimit(sorted: readonly Subsection[]): number {
  const last = sorted.at(-1);
  return last === undefined ? 0 : last.first + last.count;
}

export function findSubsection<Kind extends Subsection>(sorted: readonly Kind[], number: number): Kind | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.first ?? 0) <= number) low = middle + 1;
    else high = middle;
  }
  const found = sorted[low - 1];
  return found !== undefined && number < found.first + found.count ? found : undefined;
}
