/** Stream filters (ISO 32000-2 §7.4): the ones in which objects and cross-references are written. */
import { isName, naturalNumber, PdfArray, PdfDictionary, PdfName, type PdfObject } from './objects.js';
import { refusePdf } from './pdf-error.js';
import type { Inflate } from './ports.js';

const MAX_FILTERS = 4;

export interface DecodeOptions {
  readonly inflate: Inflate;
  /** Octets of the result, and of what comes out of each filter on the way. */
  readonly maxBytes: number;
}

/**
 * Undoes the filters that the dictionary names, whose entries must be direct.
 * @throws FormatError `ERR_SIGN_FORMAT`: `pdf-filter`, `pdf-stream`
 */
export async function decodeFilters(
  dictionary: PdfDictionary,
  encoded: Uint8Array,
  options: DecodeOptions,
): Promise<Uint8Array> {
  const filters = asList(dictionary.get('Filter'));
  const parameters = asList(dictionary.get('DecodeParms'));
  if (filters.length > MAX_FILTERS) refusePdf('pdf-filter', 'too many filters');
  let data = encoded;
  for (const [index, filter] of filters.entries()) {
    const parameter = parameters[index];
    if (parameter !== undefined && parameter !== null && !(parameter instanceof PdfDictionary)) {
      refusePdf('pdf-filter', 'parameters are not a dictionary');
    }
    data = await decodeFilter(filter, data, { ...options, parameters: parameter ?? undefined });
  }
  return data;
}

function asList(value: PdfObject | undefined): readonly PdfObject[] {
  if (value === undefined) return [];
  return value instanceof PdfArray ? value.items : [value];
}

async function decodeFilter(
  filter: PdfObject,
  data: Uint8Array,
  options: DecodeOptions & { readonly parameters: PdfDictionary | undefined },
): Promise<Uint8Array> {
  if (!(filter instanceof PdfName)) return refusePdf('pdf-filter', 'filter is not a name');
  switch (filter.name) {
    case 'FlateDecode':
    case 'Fl':
      return undoPredictor(await inflate(data, options), options.parameters);
    case 'ASCIIHexDecode':
    case 'AHx':
      return decodeAsciiHex(data);
    case 'ASCII85Decode':
    case 'A85':
      return decodeAscii85(data);
    case 'Crypt':
      return isName(options.parameters?.get('Name') ?? new PdfName('Identity'), 'Identity')
        ? data
        : refusePdf('pdf-encrypted', 'encrypted stream');
    default:
      return refusePdf('pdf-filter', 'filter is not known');
  }
}

async function inflate(data: Uint8Array, { inflate: run, maxBytes }: DecodeOptions): Promise<Uint8Array> {
  try {
    return await run(data, maxBytes);
  } catch (cause) {
    return refusePdf('pdf-stream', 'compressed data is damaged or too long', { cause });
  }
}

/** §7.4.4.4: 1 none, 2 TIFF, from 10 on PNG, where each row says its own. */
function undoPredictor(data: Uint8Array, parameters: PdfDictionary | undefined): Uint8Array {
  const natural = (key: string, otherwise: number): number => {
    const value = parameters?.get(key);
    if (value === undefined) return otherwise;
    return naturalNumber(value) ?? refusePdf('pdf-filter', `${key} is not a number`);
  };
  const predictor = natural('Predictor', 1);
  if (predictor === 1) return data;
  const colors = natural('Colors', 1);
  const bits = natural('BitsPerComponent', 8);
  const columns = natural('Columns', 1);
  if (colors < 1 || colors > 32 || ![1, 2, 4, 8, 16].includes(bits) || columns < 1 || columns > 2 ** 24) {
    refusePdf('pdf-filter', 'predictor parameters out of range');
  }
  const rowBytes = Math.ceil((columns * colors * bits) / 8);
  const pixelBytes = Math.max(1, (colors * bits) >> 3);
  if (predictor >= 10) return undoPng(data, rowBytes, pixelBytes);
  // Components of other sizes occur in images only.
  if (predictor !== 2 || bits !== 8) refusePdf('pdf-filter', 'predictor is not known');
  return undoTiff(data, rowBytes, pixelBytes);
}

function undoTiff(data: Uint8Array, rowBytes: number, pixelBytes: number): Uint8Array {
  const result = new Uint8Array(data);
  for (let index = 0; index < result.length; index += 1) {
    if (index % rowBytes >= pixelBytes) result[index] = (result[index] ?? 0) + (result[index - pixelBytes] ?? 0);
  }
  return result;
}

/** PNG (ISO 15948 §9): an octet for the kind of prediction before each row. An incomplete last row is kept as it is. */
function undoPng(data: Uint8Array, rowBytes: number, pixelBytes: number): Uint8Array {
  const rows = Math.ceil(data.length / (rowBytes + 1));
  const result = new Uint8Array(Math.max(0, data.length - rows));
  for (let row = 0; row < rows; row += 1) {
    const from = row * (rowBytes + 1);
    const kind = data[from] ?? 0;
    if (kind > 4) refusePdf('pdf-stream', 'unknown PNG prediction');
    const to = row * rowBytes;
    const length = Math.min(rowBytes, data.length - from - 1);
    for (let index = 0; index < length; index += 1) {
      const left = index < pixelBytes ? 0 : (result[to + index - pixelBytes] ?? 0);
      const up = row === 0 ? 0 : (result[to + index - rowBytes] ?? 0);
      const upLeft = row === 0 || index < pixelBytes ? 0 : (result[to + index - rowBytes - pixelBytes] ?? 0);
      result[to + index] = (data[from + 1 + index] ?? 0) + prediction(kind, left, up, upLeft);
    }
  }
  return result;
}

function prediction(kind: number, left: number, up: number, upLeft: number): number {
  if (kind === 0) return 0;
  if (kind === 1) return left;
  if (kind === 2) return up;
  if (kind === 3) return (left + up) >> 1;
  const toLeft = Math.abs(up - upLeft);
  const toUp = Math.abs(left - upLeft);
  const toUpLeft = Math.abs(left + up - 2 * upLeft);
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

const WHITE_SPACE = /[\0\t\n\f\r ]+/g;

function asciiData(data: Uint8Array, end: string): string {
  const pieces: string[] = [];
  for (let offset = 0; offset < data.length; offset += 8192) {
    pieces.push(String.fromCharCode(...data.subarray(offset, offset + 8192)));
  }
  const text = pieces.join('').replace(WHITE_SPACE, '');
  const length = text.indexOf(end);
  return length < 0 ? text : text.slice(0, length);
}

/** §7.4.2. */
function decodeAsciiHex(data: Uint8Array): Uint8Array {
  const text = asciiData(data, '>');
  if (!/^[0-9A-Fa-f]*$/.test(text)) refusePdf('pdf-stream', 'not hexadecimal');
  const result = new Uint8Array(Math.ceil(text.length / 2));
  for (let index = 0; index < result.length; index += 1) {
    result[index] = Number.parseInt(text.slice(2 * index, 2 * index + 2).padEnd(2, '0'), 16);
  }
  return result;
}

/** §7.4.3: `z` is four zero octets; a last group of n characters is n - 1 octets. */
function decodeAscii85(data: Uint8Array): Uint8Array {
  const text = asciiData(data, '~>').replaceAll('z', '!!!!!');
  if (!/^[!-u]*$/.test(text) || text.length % 5 === 1) refusePdf('pdf-stream', 'not base 85');
  const result = new Uint8Array(Math.floor((text.length * 4) / 5));
  for (let index = 0, to = 0; index < text.length; index += 5, to += 4) {
    const group = text.slice(index, index + 5).padEnd(5, 'u');
    let value = 0;
    for (let digit = 0; digit < 5; digit += 1) value = value * 85 + group.charCodeAt(digit) - 0x21;
    if (value > 0xffffffff) refusePdf('pdf-stream', 'not base 85');
    for (let octet = 0; octet < 4 && to + octet < result.length; octet += 1) {
      result[to + octet] = (value / 256 ** (3 - octet)) & 0xff;
    }
  }
  return result;
}
