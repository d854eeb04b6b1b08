/** Writing objects (ISO 32000-2 §7.3). Texts here have one character, U+0000 to U+00FF, for each octet. */
import { concatBytes, encodeHex } from '../bytes.js';
import type { PdfDictionary } from './objects.js';
import { PdfArray, PdfName, PdfReference, PdfStream, PdfString, type PdfObject } from './objects.js';
import { refusePdf } from './pdf-error.js';

/** A stream that is to be written; its `Length` is added. */
export interface NewStream {
  readonly dictionary: PdfDictionary;
  /** Encoded as the dictionary's `Filter` says. */
  readonly data: Uint8Array;
}

/** Octets of a text whose characters are such. */
export function toOctets(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) octets[index] = text.charCodeAt(index);
  return octets;
}

const CHARACTERS_PER_CALL = 8192;

function fromOctets(octets: Uint8Array): string {
  let text = '';
  for (let offset = 0; offset < octets.length; offset += CHARACTERS_PER_CALL) {
    text += String.fromCharCode(...octets.subarray(offset, offset + CHARACTERS_PER_CALL));
  }
  return text;
}

/** @throws FormatError `ERR_SIGN_FORMAT` `pdf-syntax` for a stream, which cannot be inside another object */
export function serialize(object: PdfObject): string {
  if (object === null || typeof object === 'boolean') return String(object);
  if (typeof object === 'number') return serializeNumber(object);
  if (object instanceof PdfName) return serializeName(object.name);
  if (object instanceof PdfString) return serializeString(object);
  if (object instanceof PdfReference) return `${object.number} ${object.generation} R`;
  if (object instanceof PdfArray) return `[${object.items.map(serialize).join(' ')}]`;
  if (object instanceof PdfStream) return refusePdf('pdf-syntax', 'stream inside an object');
  const entries = [...object.entries].map(([key, value]) => `${serializeName(key)} ${serialize(value)}`);
  return `<< ${entries.join(' ')} >>`;
}

/** PDF knows no exponents. */
function serializeNumber(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  if (Math.abs(value) < 1) return value.toFixed(20).replace(/\.?0+$/, '');
  return Number.isFinite(value) ? BigInt(value).toString() : refusePdf('pdf-syntax', 'number out of range');
}

function serializeName(name: string): string {
  const escaped = name.replace(/[^!-~]|[#%()/<>[\]{}]/g, (character) => {
    return `#${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `/${escaped}`;
}

function serializeString({ bytes, form }: PdfString): string {
  if (form === 'hexadecimal') return `<${encodeHex(bytes)}>`;
  return `(${fromOctets(bytes)
    .replace(/[\\()]/g, '\\$&')
    .replaceAll('\r', '\\r')})`;
}

/** `12 0 obj … endobj`, and an end of line. */
export function serializeIndirect({ number, generation }: PdfReference, object: PdfObject | NewStream): Uint8Array {
  const heading = `${number} ${generation} obj\n`;
  if (!isNewStream(object)) return toOctets(`${heading}${serialize(object)}\nendobj\n`);
  const dictionary = object.dictionary.with({ Length: object.data.length });
  const start = toOctets(`${heading}${serialize(dictionary)}\nstream\n`);
  return concatBytes(start, object.data, toOctets('\nendstream\nendobj\n'));
}

function isNewStream(object: PdfObject | NewStream): object is NewStream {
  return object !== null && typeof object === 'object' && 'data' in object;
}
