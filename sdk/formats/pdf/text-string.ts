/** Text strings and dates (ISO 32000-2 §7.9.2.2, §7.9.4). */
import { decodeUtf8 } from '../bytes.js';
import { PdfString } from './objects.js';

/**
 * ASCII as it is, anything else as UTF-16BE with a byte order mark: every reader knows both.
 * @param text well-formed; control characters are the caller's affair
 */
export function encodeTextString(text: string): PdfString {
  if (/^[\x20-\x7e]*$/.test(text)) return new PdfString(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  const bytes = new Uint8Array(2 + 2 * text.length);
  bytes.set([0xfe, 0xff]);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    bytes[2 + 2 * index] = unit >> 8;
    bytes[3 + 2 * index] = unit & 0xff;
  }
  return new PdfString(bytes, 'hexadecimal');
}

/** Unverified text. Octets that are no character in their encoding become U+FFFD. */
export function decodeTextString({ bytes }: PdfString): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeUtf16(bytes, 1, 0);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeUtf16(bytes, 0, 1);
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return decodeUtf8(bytes.subarray(3)) ?? '\ufffd';
  return Array.from(bytes, (octet) => PDF_DOC_ENCODING.get(octet) ?? String.fromCharCode(octet)).join('');
}

function decodeUtf16(bytes: Uint8Array, low: 0 | 1, high: 0 | 1): string {
  const units: string[] = [];
  for (let index = 2; index + 1 < bytes.length; index += 2) {
    units.push(String.fromCharCode((bytes[index + high] ?? 0) * 256 + (bytes[index + low] ?? 0)));
  }
  return units.join('').replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Where PDFDocEncoding differs from Latin 1 (annex D.3), from 0x18, 0x80 and 0xa0 on. */
const ACCENTS = '\u02d8\u02c7\u02c6\u02d9\u02dd\u02db\u02da\u02dc';
const PUNCTUATION =
  '\u2022\u2020\u2021\u2026\u2014\u2013\u0192\u2044\u2039\u203a\u2212\u2030\u201e\u201c\u201d\u2018\u2019\u201a\u2122' +
  '\ufb01\ufb02\u0141\u0152\u0160\u0178\u017d\u0131\u0142\u0153\u0161\u017e\ufffd\u20ac';
const PDF_DOC_ENCODING: ReadonlyMap<number, string> = new Map([
  ...Array.from(ACCENTS, (character, index) => [0x18 + index, character] as const),
  ...Array.from(PUNCTUATION, (character, index) => [0x80 + index, character] as const),
]);

/** `D:YYYYMMDDHHmmSSZ`: to the second, UTC. @param date years 0–9999 */
export function encodeDate(date: Date): PdfString {
  return encodeTextString(`D:${date.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`);
}

/** The moment, where the text is a date with everything down to seconds; without a zone, UTC. Unverified. */
export function decodeDate(string: PdfString): Date | undefined {
  const pattern =
    /^D:(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:Z(?:00'?(?:00'?)?)?|([+-])(\d{2})'?(?:(\d{2})'?)?)?$/;
  const match = pattern.exec(decodeTextString(string));
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, sign, hours = '00', minutes = '00'] = match;
  const zone = sign === undefined ? 'Z' : `${sign}${hours}:${minutes}`;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
