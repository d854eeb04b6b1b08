import type { PdfFile } from '../pdf/file.js';
import {
  PdfArray,
  PdfDictionary,
  PdfName,
  PdfReference,
  PdfStream,
  PdfString,
  type PdfObject,
} from '../pdf/objects.js';
import { equalBytes } from '../bytes.js';

/** Whether two values say the same; references are the same where they name the same object, whatever that one is. */
export function isSameValue(a: PdfObject | undefined, b: PdfObject | undefined): boolean {
  if (a instanceof PdfName) return b instanceof PdfName && a.name === b.name;
  if (a instanceof PdfString) return b instanceof PdfString && equalBytes(a.bytes, b.bytes);
  if (a instanceof PdfReference) {
    return b instanceof PdfReference && a.number === b.number && a.generation === b.generation;
  }
  if (a instanceof PdfArray) {
    return (
      b instanceof PdfArray &&
      a.items.length === b.items.length &&
      a.items.every((item, index) => isSameValue(item, b.items[index]))
    );
  }
  if (a instanceof PdfDictionary) return b instanceof PdfDictionary && isSameDictionary(a, b);
  return a === b;
}

/** What a key given twice means is up to the reader, so such dictionaries are never the same. */
function isSameDictionary(a: PdfDictionary, b: PdfDictionary): boolean {
  if (a.repeatedKeys.length > 0 || b.repeatedKeys.length > 0) return false;
  return a.entries.size === b.entries.size && [...a.entries].every(([key, value]) => isSameValue(value, b.get(key)));
}

/** Keys whose values differ. */
export function differingKeys(before: PdfDictionary, after: PdfDictionary): readonly string[] {
  const keys = new Set([...before.entries.keys(), ...after.entries.keys()]);
  const isRepeated = (key: string): boolean => before.repeatedKeys.includes(key) || after.repeatedKeys.includes(key);
  return [...keys].filter((key) => isRepeated(key) || !isSameValue(before.get(key), after.get(key)));
}

/** Octets of two streams that are compared at once. */
const COMPARED_BYTES = 64 * 1024;

/** As `isSameValue`, for objects of two states of one document; streams are compared as they are encoded. */
export async function isSameObject(
  before: { readonly file: PdfFile; readonly object: PdfObject },
  after: { readonly file: PdfFile; readonly object: PdfObject },
): Promise<boolean> {
  const [a, b] = [before.object, after.object];
  if (!(a instanceof PdfStream)) return !(b instanceof PdfStream) && isSameValue(a, b);
  if (!(b instanceof PdfStream) || a.length !== b.length || !isSameDictionary(a.dictionary, b.dictionary)) return false;
  for (let offset = 0; offset < a.length; offset += COMPARED_BYTES) {
    const length = Math.min(COMPARED_BYTES, a.length - offset);
    const [left, right] = await Promise.all([
      before.file.source.read(a.start + offset, length),
      after.file.source.read(b.start + offset, length),
    ]);
    if (!equalBytes(left, right)) return false;
  }
  return true;
}
