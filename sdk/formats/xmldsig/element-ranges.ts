import type { XmlElement } from '../xml/index.js';

/** Elements of one document as ranges of octets, which nest or lie apart: asked whether an element lies within any. */
export class ElementRanges {
  /** The outermost ones in the order of the document. */
  readonly outermost: readonly XmlElement[];

  constructor(elements: readonly XmlElement[]) {
    let last = -1;
    this.outermost = elements
      .toSorted((a, b) => a.start - b.start || b.end - a.end)
      .filter(({ start, end }) => {
        if (start < last) return false;
        last = end;
        return true;
      });
  }

  /** Whether `element` is one of them, or within one. */
  has({ start }: Pick<XmlElement, 'start'>): boolean {
    let low = 0;
    let high = this.outermost.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.outermost[middle]?.start ?? Infinity) <= start) low = middle + 1;
      else high = middle;
    }
    // The last one that does not begin after it.
    return start < (this.outermost[low - 1]?.end ?? -1);
  }
}
