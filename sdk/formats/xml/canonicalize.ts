import type { XmlDocument } from './document.js';
import type { XmlElement } from './element.js';
import { CanonicalOutput } from './canonical-output.js';
import { Canonicalizer } from './canonicalizer.js';

/** Canonical XML 1.0 and Exclusive XML Canonicalization 1.0, each with and without comments. */
export type C14nMethod = 'c14n' | 'c14n-with-comments' | 'exc-c14n' | 'exc-c14n-with-comments';

export interface CanonicalizeOptions {
  readonly method: C14nMethod;
  /** `InclusiveNamespaces PrefixList` of the exclusive methods, `#default` for the default namespace. */
  readonly inclusivePrefixes?: readonly string[];
  /** Elements of the same document that are left out with all they contain. */
  readonly exclude?: readonly XmlElement[];
}

/**
 * Writes the canonical octets of the document, or of one element with all that it contains, without `exclude`.
 * @param document as `readXml` has returned it, its octets unchanged since
 * @param sink gets the octets in order; a chunk is valid until it returns, and may be a view of the document
 */
export function canonicalize(
  document: XmlDocument,
  target: 'document' | XmlElement,
  options: CanonicalizeOptions,
  sink: (chunk: Uint8Array) => void,
): void {
  const apex = target === 'document' ? document.root : target;
  const exclude = options.exclude ?? [];
  const isApexExcluded = exclude.some(({ start, end }) => start <= apex.start && apex.end <= end);
  const output = new CanonicalOutput(document.bytes, sink);
  const canonicalizer = new Canonicalizer(document.bytes, output, {
    withComments: options.method.endsWith('with-comments'),
    inclusivePrefixes: options.method.startsWith('exc') ? (options.inclusivePrefixes ?? []) : undefined,
    exclude: outermostWithin(apex, exclude),
  });
  if (target === 'document') canonicalizer.before(document.root.start);
  if (!isApexExcluded) canonicalizer.element(apex);
  if (target === 'document') canonicalizer.after(document.root.end);
  output.flush();
}

/** The elements inside of `apex` in the order of the document, without those inside of another. */
function outermostWithin(apex: XmlElement, elements: readonly XmlElement[]): readonly XmlElement[] {
  const inside = elements.filter(({ start, end }) => apex.start < start && end <= apex.end);
  let last = apex.start;
  return inside
    .sort((a, b) => a.start - b.start)
    .filter(({ start, end }) => {
      if (start < last) return false;
      last = end;
      return true;
    });
}
