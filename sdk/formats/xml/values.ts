import { decodeUtf8 } from '../bytes.js';
import { Octet } from './octets.js';
import { referencedCodePoint, referenceEnd } from './references.js';
import { refuse } from './refuse.js';

/** The octets as text. @throws FormatError `xml-utf8` */
export function decodeOctets(bytes: Uint8Array, start: number, end: number): string {
  return decodeUtf8(bytes.subarray(start, end)) ?? refuse('xml-utf8', start);
}

/** Line ends as XML 1.0 §2.11 wants them; U+0085 and U+2028 are none. */
export function normalizeLineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** The text of character data or, white space made spaces, of an attribute value (XML 1.0 §3.3.3 for CDATA). */
function decode(bytes: Uint8Array, range: { start: number; end: number }, isValue: boolean): string {
  let text = '';
  let position = range.start;
  while (position < range.end) {
    const reference = bytes.subarray(position, range.end).indexOf(Octet.AMPERSAND);
    const literalEnd = reference === -1 ? range.end : position + reference;
    const literal = normalizeLineEnds(decodeOctets(bytes, position, literalEnd));
    text += isValue ? literal.replace(/[\t\n]/g, ' ') : literal;
    position = literalEnd;
    if (reference === -1) break;
    const end = referenceEnd(bytes, position);
    text += String.fromCodePoint(referencedCodePoint(bytes, position, end));
    position = end + 1;
  }
  return text;
}

/** Identifiers are short. */
const SHORT = 24;

/** Value of an attribute whose octets between the quotes are given (XML 1.0 §3.3.3, all attributes being CDATA). */
export function decodeValue(bytes: Uint8Array, start: number, end: number): string {
  // The decoder's overhead would be most of the work for a document full of identifiers.
  let text = '';
  let position = start;
  for (; position < end && end - start <= SHORT; position += 1) {
    const octet = bytes[position] ?? 0;
    if (octet < Octet.SPACE || octet >= 0x80 || octet === Octet.AMPERSAND) break;
    text += String.fromCharCode(octet);
  }
  return position === end ? text : decode(bytes, { start, end }, true);
}

/** Character data between markup. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  return decode(bytes, { start, end }, false);
}

const TEXT_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' };
const ATTRIBUTE_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

/** Text as Canonical XML 1.0 §2.3 writes text nodes. */
export function escapeText(text: string): string {
  return text.replace(/[&<>\r]/g, (character) => TEXT_ESCAPES[character] ?? '');
}

/** A value as Canonical XML 1.0 §2.3 writes it between double quotes: attributes and namespace names. */
export function escapeAttribute(value: string): string {
  return value.replace(/[&<"\t\n\r]/g, (character) => ATTRIBUTE_ESCAPES[character] ?? '');
}
