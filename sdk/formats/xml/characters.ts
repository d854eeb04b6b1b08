import { isSpace, Octet, octetTable } from './octets.js';
import { refuse, type XmlReason } from './refuse.js';

/** Whether XML 1.0 §2.2 allows this code point in a document. */
export function isXmlCharacter(codePoint: number): boolean {
  return (
    codePoint === 0x9 ||
    codePoint === 0xa ||
    codePoint === 0xd ||
    (codePoint >= 0x20 && codePoint <= 0xd7ff) ||
    (codePoint >= 0xe000 && codePoint <= 0xfffd) ||
    (codePoint >= 0x10000 && codePoint <= 0x10ffff)
  );
}

/** First and last code points (XML 1.0 §2.3, 5th edition), without the colon. */
const NAME_START_RANGES: readonly (readonly [number, number])[] = [
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
  [0xc0, 0xd6],
  [0xd8, 0xf6],
  [0xf8, 0x2ff],
  [0x370, 0x37d],
  [0x37f, 0x1fff],
  [0x200c, 0x200d],
  [0x2070, 0x218f],
  [0x2c00, 0x2fef],
  [0x3001, 0xd7ff],
  [0xf900, 0xfdcf],
  [0xfdf0, 0xfffd],
  [0x10000, 0xeffff],
];
const NAME_RANGES: readonly (readonly [number, number])[] = [
  ...NAME_START_RANGES,
  [0x2d, 0x2e],
  [0x30, 0x39],
  [0xb7, 0xb7],
  [0x300, 0x36f],
  [0x203f, 0x2040],
];

/** Whether `text` is a name without colons (XML 1.0 §2.3; Namespaces in XML §3). */
export function isNcName(text: string): boolean {
  let ranges = NAME_START_RANGES;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (!ranges.some(([first, last]) => codePoint >= first && codePoint <= last)) return false;
    ranges = NAME_RANGES;
  }
  return text !== '';
}

/** Octets names are written with, as far as one octet can tell. */
export const NAME_OCTETS = octetTable((octet) => octet >= 0x80 || /[A-Za-z0-9_:.-]/.test(String.fromCharCode(octet)));

const isPlain = (octet: number): boolean => (octet >= 0x20 && octet < 0x80) || isSpace(octet);

/** What needs no look: ASCII that is a character and not one of the rest. */
const TEXT_OCTETS = octetTable((octet) => isPlain(octet) && !'<&]'.includes(String.fromCharCode(octet)));
const VALUE_OCTETS = octetTable((octet) => isPlain(octet) && !'<&"\''.includes(String.fromCharCode(octet)));
const DATA_OCTETS = octetTable((octet) => isPlain(octet) && !'-]?'.includes(String.fromCharCode(octet)));

function isTrail(octet: number | undefined): boolean {
  return octet !== undefined && (octet & 0xc0) === 0x80;
}

/**
 * Octet after the character whose first octet, not of ASCII, is at `position` (Unicode table 3-7: the shortest form, no
 * surrogates, nothing above U+10FFFF).
 */
function skipCharacter(bytes: Uint8Array, position: number): number {
  const first = bytes[position] ?? 0;
  const second = bytes[position + 1] ?? 0;
  if (first >= 0xe0 && first <= 0xef) {
    const third = bytes[position + 2] ?? 0;
    if ((second & 0xc0) !== 0x80 || (third & 0xc0) !== 0x80) refuse('xml-utf8', position);
    if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f)) refuse('xml-utf8', position);
    // U+FFFE and U+FFFF.
    if (first === 0xef && second === 0xbf && third >= 0xbe) refuse('xml-character', position);
    return position + 3;
  }
  if (first >= 0xc2 && first <= 0xdf && (second & 0xc0) === 0x80) return position + 2;
  const isFour = first >= 0xf0 && first <= 0xf4 && isTrail(bytes[position + 2]) && isTrail(bytes[position + 3]);
  if (!isFour || second < (first === 0xf0 ? 0x90 : 0x80) || second > (first === 0xf4 ? 0x8f : 0xbf)) {
    refuse('xml-utf8', position);
  }
  return position + 4;
}

function refuseOctet(bytes: Uint8Array, position: number, atEnd: XmlReason): never {
  refuse(position >= bytes.length ? atEnd : 'xml-character', position);
}

/** Next `<` or `&` of character data (XML 1.0 §2.4) from `position` on. */
export function scanText(bytes: Uint8Array, position: number): number {
  for (;;) {
    let octet = bytes[position] ?? 0;
    while (TEXT_OCTETS[octet] === 1) {
      position += 1;
      octet = bytes[position] ?? 0;
    }
    if (octet >= 0x80) {
      position = skipCharacter(bytes, position);
    } else if (octet === Octet.CLOSING_BRACKET) {
      if (bytes[position + 1] === octet && bytes[position + 2] === Octet.GREATER) refuse('xml-cdata-end', position);
      position += 1;
    } else if (octet === Octet.LESS || octet === Octet.AMPERSAND) {
      return position;
    } else {
      refuseOctet(bytes, position, 'xml-unclosed');
    }
  }
}

/** Next `quote` or `&` of an attribute value (XML 1.0 §2.3) from `position` on. */
export function scanValue(bytes: Uint8Array, position: number, quote: number): number {
  for (;;) {
    let octet = bytes[position] ?? 0;
    while (VALUE_OCTETS[octet] === 1) {
      position += 1;
      octet = bytes[position] ?? 0;
    }
    if (octet === quote || octet === Octet.AMPERSAND) return position;
    if (octet >= 0x80) position = skipCharacter(bytes, position);
    else if (octet === Octet.QUOTE || octet === Octet.APOSTROPHE) position += 1;
    else if (octet === Octet.LESS) refuse('xml-attribute', position);
    else refuseOctet(bytes, position, 'xml-unclosed');
  }
}

/**
 * Next `stop` of the data of a comment, a CDATA section or a processing instruction.
 * @param stop `-`, `]` or `?`
 */
export function scanData(bytes: Uint8Array, position: number, stop: number): number {
  for (;;) {
    let octet = bytes[position] ?? 0;
    while (DATA_OCTETS[octet] === 1) {
      position += 1;
      octet = bytes[position] ?? 0;
    }
    if (octet === stop) return position;
    if (octet >= 0x80) position = skipCharacter(bytes, position);
    else if (octet >= 0x20) position += 1;
    else refuseOctet(bytes, position, 'xml-unclosed');
  }
}
