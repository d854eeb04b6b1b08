import { decodeUtf8 } from '../bytes.js';
import { findAscii, hasAscii, Octet } from '../xml/octets.js';
import type { XmlElement } from '../xml/index.js';
import type { XmlWithSignatures } from './signature-element.js';

/** Where a signature stands in a text: on one side of it only, or with parts of it on both sides. */
export type PlaceInText = 'beside' | 'within';

/**
 * The signatures that stand in a text, by where they start. Without the signature, as the enveloped-signature transform has
 * it, the text is one; a program that reads the element finds a part of it, or the text of the signature within it.
 */
export function signaturesInText({ document, signatures }: XmlWithSignatures): ReadonlyMap<number, PlaceInText> {
  const { bytes, root } = document;
  const starts = new Map(signatures.map((signature) => [signature.start, signature]));
  const found = new Map<number, PlaceInText>();
  // Signatures one after the other are as one, by where the last one ends.
  const runs = new Map<number, Run>();
  let lastEnd = root.start;
  for (const tag of tags(bytes, root)) {
    const [before, after] = [runs.get(lastEnd), starts.get(tag.start)];
    const isText = (before !== undefined || after !== undefined) && hasText(bytes.subarray(lastEnd, tag.start));
    const isSameRun = before !== undefined && after !== undefined && !isText;
    if (before !== undefined && !isSameRun && (before.hasTextBefore || isText)) {
      const place = before.hasTextBefore && isText ? 'within' : 'beside';
      for (const { start } of before.members) found.set(start, place);
    }
    if (after !== undefined) {
      const run = isSameRun ? before : { members: [], hasTextBefore: isText };
      runs.set(after.end, { ...run, members: [...run.members, after] });
    }
    lastEnd = tag.end;
  }
  return found;
}

interface Run {
  readonly members: readonly XmlElement[];
  readonly hasTextBefore: boolean;
}

/** The tags of an element that has been found well-formed, in their order. */
function* tags(
  bytes: Uint8Array,
  { start, end }: Pick<XmlElement, 'start' | 'end'>,
): Generator<{ readonly start: number; readonly end: number }> {
  let position = start;
  while (position >= 0 && position < end) {
    const after = markupEnd(bytes, position);
    const isTag = bytes[position + 1] !== Octet.EXCLAMATION && bytes[position + 1] !== Octet.QUESTION;
    if (isTag) yield { start: position, end: after };
    position = bytes.indexOf(Octet.LESS, after);
  }
}

/** @param start of a tag, comment, processing instruction or CDATA section */
function markupEnd(bytes: Uint8Array, start: number): number {
  if (bytes[start + 1] === Octet.QUESTION) return findAscii(bytes, start + 2, '?>');
  if (hasAscii(bytes, start, '<!--')) return findAscii(bytes, start + 4, '-->');
  if (bytes[start + 1] === Octet.EXCLAMATION) return findAscii(bytes, start, ']]>');
  let position = start + 1;
  for (; bytes[position] !== Octet.GREATER; position += 1) {
    const octet = bytes[position];
    if (octet === Octet.QUOTE || octet === Octet.APOSTROPHE) position = bytes.indexOf(octet, position + 1);
  }
  return position + 1;
}

const NOT_TEXT = /<!--[^]*?-->|<\?[^]*?\?>|<!\[CDATA\[([^]*?)\]\]>|&#(?:0*(?:9|10|13|32)|x0*(?:9|[aAdD]|20));/g;

/** What stands between two tags: white space, comments and processing instructions are no text. */
function hasText(between: Uint8Array): boolean {
  const text = decodeUtf8(between) ?? '';
  return /[^ \t\r\n]/.test(text.replace(NOT_TEXT, (_markup, data: string | undefined) => data ?? ''));
}
