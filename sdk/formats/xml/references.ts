import { isXmlCharacter, NAME_OCTETS } from './characters.js';
import { hasAscii, Octet } from './octets.js';
import { refuse } from './refuse.js';

/** XML 1.0 §4.6; there are no others without a document type. */
const ENTITIES: readonly (readonly [string, number])[] = [
  ['lt', 0x3c],
  ['gt', 0x3e],
  ['amp', 0x26],
  ['quot', 0x22],
  ['apos', 0x27],
];

/** The `;` of the reference that begins at `position` with `&`. */
export function referenceEnd(bytes: Uint8Array, position: number): number {
  let end = position + 1;
  while (NAME_OCTETS[bytes[end] ?? 0] === 1 || bytes[end] === Octet.HASH) end += 1;
  return end;
}

/**
 * Code point that the reference from `&` at `start` to `;` at `end` stands for (XML 1.0 §4.1).
 * @throws FormatError `xml-reference`, `xml-entity`, `xml-character-reference`
 */
export function referencedCodePoint(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[end] !== Octet.SEMICOLON || end === start + 1) refuse('xml-reference', start);
  if (bytes[start + 1] !== Octet.HASH) {
    const entity = ENTITIES.find(([name]) => name.length === end - start - 1 && hasAscii(bytes, start + 1, name));
    return entity?.[1] ?? refuse('xml-entity', start);
  }
  const radix = bytes[start + 2] === Octet.LOWER_X ? 16 : 10;
  const digits = start + (radix === 16 ? 3 : 2);
  if (digits === end) refuse('xml-reference', start);
  let codePoint = 0;
  for (let at = digits; at < end; at += 1) {
    const digit = digitValue(bytes[at] ?? 0);
    if (digit >= radix) refuse('xml-reference', start);
    // Enough to be refused; more digits must not lose precision.
    codePoint = Math.min(codePoint * radix + digit, 0x110000);
  }
  return isXmlCharacter(codePoint) ? codePoint : refuse('xml-character-reference', start);
}

/** 16 for what is no digit. */
function digitValue(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const letter = octet | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : 16;
}
