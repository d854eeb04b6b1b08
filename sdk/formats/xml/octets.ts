import { refuse } from './refuse.js';

/** Octets that XML's syntax is made of. */
export const Octet = {
  TAB: 0x09,
  LF: 0x0a,
  CR: 0x0d,
  SPACE: 0x20,
  EXCLAMATION: 0x21,
  QUOTE: 0x22,
  HASH: 0x23,
  AMPERSAND: 0x26,
  APOSTROPHE: 0x27,
  HYPHEN: 0x2d,
  SLASH: 0x2f,
  COLON: 0x3a,
  SEMICOLON: 0x3b,
  LESS: 0x3c,
  EQUALS: 0x3d,
  GREATER: 0x3e,
  QUESTION: 0x3f,
  OPENING_BRACKET: 0x5b,
  CLOSING_BRACKET: 0x5d,
  LOWER_X: 0x78,
} as const;

/** A table over the octets: 1 where `isMember`. */
export function octetTable(isMember: (octet: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, octet) => (isMember(octet) ? 1 : 0));
}

export function isSpace(octet: number): boolean {
  return octet === Octet.SPACE || octet === Octet.LF || octet === Octet.CR || octet === Octet.TAB;
}

/** First octet from `position` on that is no white space (XML 1.0 §2.3). */
export function skipSpace(bytes: Uint8Array, position: number): number {
  while (isSpace(bytes[position] ?? 0)) position += 1;
  return position;
}

/** Whether the ASCII `text` stands at `position`. */
export function hasAscii(bytes: Uint8Array, position: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[position + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** The octet after the next `text`, of ASCII, from `position` on. @throws FormatError `xml-unclosed` where there is none */
export function findAscii(bytes: Uint8Array, position: number, text: string): number {
  const first = text.charCodeAt(0);
  for (; position < bytes.length; position += 1) {
    if (bytes[position] === first && hasAscii(bytes, position, text)) return position + text.length;
  }
  return refuse('xml-unclosed', position);
}

/** Whether `length` octets at `a` and at `b` are the same. */
export function sameOctets(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let index = 0; index < length; index += 1) {
    if (bytes[a + index] !== bytes[b + index]) return false;
  }
  return true;
}
