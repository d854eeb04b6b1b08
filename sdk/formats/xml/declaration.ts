import { hasAscii, isSpace } from './octets.js';
import { refuse } from './refuse.js';

/** More than any XML declaration needs. */
const MAX_DECLARATION_BYTES = 512;

/** `_` stands for white space of XML, which is less than that of regular expressions. */
const DECLARATION = new RegExp(
  (
    `^<\\?xml_+version_*=_*(?:"([^"<&]*)"|'([^'<&]*)')` +
    `(?:_+encoding_*=_*(?:"([A-Za-z][A-Za-z0-9.\\x5f-]*)"|'([A-Za-z][A-Za-z0-9.\\x5f-]*)'))?` +
    `(?:_+standalone_*=_*(?:"(?:yes|no)"|'(?:yes|no)'))?_*\\?>`
  ).replaceAll('_', '[ \\t\\r\\n]'),
);

export interface XmlDeclaration {
  readonly version: string;
  readonly encoding: string | undefined;
  /** Length of the declaration in characters, which are of ASCII. */
  readonly length: number;
}

/** The declaration that `text` begins with (XML 1.0 §2.8), undefined where there is none or it is malformed. */
export function parseXmlDeclaration(text: string): XmlDeclaration | undefined {
  const match = DECLARATION.exec(text);
  if (match === null) return undefined;
  return { version: match[1] ?? match[2] ?? '', encoding: match[3] ?? match[4], length: match[0].length };
}

/** Number of octets of a UTF-8 byte order mark at the start. */
export function byteOrderMarkLength(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

/** Whether the octets look like UTF-16, by byte order mark or by the first character. */
export function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  return (
    (first === 0xfe && second === 0xff) ||
    (first === 0xff && second === 0xfe) ||
    (first === 0 && second === 0x3c) ||
    (first === 0x3c && second === 0)
  );
}

/** The first octets, each as the character of its number. */
export function leadingCharacters(bytes: Uint8Array, start: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + MAX_DECLARATION_BYTES));
}

/** Whether a processing instruction at `start` is named `xml`. */
function isDeclaration(bytes: Uint8Array, start: number): boolean {
  return hasAscii(bytes, start, '<?xml') && isSpace(bytes[start + 5] ?? 0);
}

/**
 * Octet at which the document begins after byte order mark and XML declaration.
 * @throws FormatError `xml-encoding`, `xml-version`, `xml-declaration`
 */
export function skipDeclaration(bytes: Uint8Array): number {
  if (isUtf16(bytes)) refuse('xml-encoding', 0);
  const start = byteOrderMarkLength(bytes);
  if (!isDeclaration(bytes, start)) return start;
  const declaration = parseXmlDeclaration(leadingCharacters(bytes, start)) ?? refuse('xml-declaration', start);
  if (declaration.version !== '1.0') refuse('xml-version', start);
  if (declaration.encoding !== undefined && !/^utf-?8$/i.test(declaration.encoding)) refuse('xml-encoding', start);
  return start + declaration.length;
}
