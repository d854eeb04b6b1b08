import { encodeUtf8 } from '../bytes.js';
import { byteOrderMarkLength, isUtf16, leadingCharacters, parseXmlDeclaration } from './declaration.js';
import { refuse } from './refuse.js';

/**
 * Names in XML declarations that are read besides UTF-8, and the labels of the Encoding Standard for them. Its Shift_JIS is
 * the cp932 that Japanese systems mean by the name.
 */
const LABELS: ReadonlyMap<string, string> = new Map([
  ['us-ascii', 'utf-8'],
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['shift_jis', 'shift_jis'],
  ['x-sjis', 'shift_jis'],
  ['sjis', 'shift_jis'],
  ['ms932', 'shift_jis'],
  ['cp932', 'shift_jis'],
  ['windows-31j', 'shift_jis'],
  ['euc-jp', 'euc-jp'],
  ['iso-2022-jp', 'iso-2022-jp'],
]);

/**
 * The document in UTF-8 with its declaration saying so, for checking signatures on files in other encodings: canonical
 * form is UTF-8 whatever the file is. Octets already in UTF-8 are returned as they are. Never sign the result in place of
 * the file.
 * @throws FormatError `xml-encoding` where the encoding is unknown or the octets are not of it
 */
export function transcodeToUtf8(bytes: Uint8Array): Uint8Array {
  if (isUtf16(bytes)) return redeclare(decode(bytes, utf16Label(bytes)));
  const start = byteOrderMarkLength(bytes);
  const { encoding = 'utf-8' } = parseXmlDeclaration(leadingCharacters(bytes, start)) ?? {};
  const label = LABELS.get(encoding.toLowerCase()) ?? refuse('xml-encoding', start);
  if (label === 'utf-8' && encoding.toLowerCase() !== 'us-ascii') return bytes;
  if (start > 0) refuse('xml-encoding', 0);
  return redeclare(decode(bytes, label));
}

function utf16Label(bytes: Uint8Array): string {
  return bytes[0] === 0xff || bytes[1] === 0 ? 'utf-16le' : 'utf-16be';
}

function decode(bytes: Uint8Array, label: string): string {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return refuse('xml-encoding', 0);
  }
}

/** The declaration without its encoding; everything after it unchanged. */
function redeclare(text: string): Uint8Array {
  const declaration = parseXmlDeclaration(text);
  const length = declaration?.length ?? 0;
  const head = text.slice(0, length).replace(/\bencoding([ \t\r\n]*=[ \t\r\n]*)(["']).*?\2/, 'encoding$1$2UTF-8$2');
  return encodeUtf8(head + text.slice(length));
}
