/** Which octets a signature is over (ISO 32000-2 §12.8.1): never what the ByteRange says, only what it has to say. */
import { naturalNumber, PdfArray, PdfString, type PdfDictionary } from '../pdf/objects.js';
import { refuseSignature } from './refuse.js';

/** All octets from 0 up to `end`, except those from `gapStart` up to `gapEnd`. */
export interface SignedOctets {
  /** Where the `<` of `Contents` stands. */
  readonly gapStart: number;
  /** The octet after its `>`. */
  readonly gapEnd: number;
  /** The octet after the last signed one. */
  readonly end: number;
}

/** What a signature dictionary has at `Contents`, where the file has it. */
export interface ContentsString {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * The ByteRange must be `[0 a b c]`, written out in the dictionary, with the gap from `a` to `b` exactly the string that is
 * this dictionary's `Contents`. Anything else leaves room for octets that nobody signed.
 * @param size octets of the document
 * @throws FormatError `ERR_SIGN_FORMAT` with a reason of its own for each rule
 */
export function readSignedOctets(dictionary: PdfDictionary, contents: ContentsString, size: number): SignedOctets {
  const [first, firstLength, second, secondLength] = readByteRange(dictionary);
  if (first !== 0) refuseSignature('pdf-byte-range-start', 'the octets do not begin at 0');
  // Both are exact integers, so the sum is at most twice the largest one and compares rightly.
  const end = second + secondLength;
  if (end > size) refuseSignature('pdf-byte-range-beyond-end', 'the octets end beyond the document');
  if (firstLength !== contents.start || second !== contents.end) {
    refuseSignature('pdf-byte-range-gap', 'the gap is not the Contents');
  }
  return { gapStart: firstLength, gapEnd: second, end };
}

function readByteRange(dictionary: PdfDictionary): readonly [number, number, number, number] {
  const value = dictionary.get('ByteRange');
  if (value === undefined) return refuseSignature('pdf-byte-range-missing', 'no ByteRange');
  const numbers = value instanceof PdfArray ? value.items.map(naturalNumber) : [];
  const [first, firstLength, second, secondLength] = numbers;
  if (
    numbers.length !== 4 ||
    first === undefined ||
    firstLength === undefined ||
    second === undefined ||
    secondLength === undefined
  ) {
    return refuseSignature('pdf-byte-range-shape', 'ByteRange is not four direct integers');
  }
  return [first, firstLength, second, secondLength];
}

/**
 * `Contents` as the file has it: a direct hexadecimal string without white space between its digits.
 * @throws FormatError `ERR_SIGN_FORMAT`: `pdf-repeated-key`, `pdf-contents-missing`, `pdf-contents-form`
 */
export function readContents(dictionary: PdfDictionary): ContentsString {
  if (dictionary.repeatedKeys.length > 0) refuseSignature('pdf-repeated-key', 'a key is there twice');
  const value = dictionary.get('Contents');
  if (value === undefined) return refuseSignature('pdf-contents-missing', 'no Contents');
  const location = value instanceof PdfString && value.form === 'hexadecimal' ? value.location : undefined;
  if (!(value instanceof PdfString) || location === undefined) {
    return refuseSignature('pdf-contents-form', 'Contents is not a direct hexadecimal string');
  }
  // White space inside is outside the signature too, and could be anything.
  if (location.end - location.start !== 2 + 2 * value.bytes.length) {
    refuseSignature('pdf-contents-form', 'white space in Contents');
  }
  return { bytes: value.bytes, ...location };
}

/**
 * The CMS at the beginning of `Contents`, without the zeros that fill the room up.
 * @throws FormatError `ERR_SIGN_FORMAT` `pdf-contents-padding`, also where the CMS goes beyond the room
 */
export function cmsOf({ bytes }: ContentsString): Uint8Array {
  const end = elementEnd(bytes);
  if (end === undefined || bytes.subarray(end).some((octet) => octet !== 0)) {
    return refuseSignature('pdf-contents-padding', 'Contents is not one CMS element and zeros');
  }
  return bytes.subarray(0, end);
}

/**
 * Where the first BER element ends. An indefinite length ends with two zeros, which the padding consists of too, so the
 * elements inside have to be counted. Undefined where it does not end.
 */
function elementEnd(bytes: Uint8Array): number | undefined {
  let open = 0;
  let offset = 0;
  do {
    if (open > 0 && bytes[offset] === 0 && bytes[offset + 1] === 0) {
      open -= 1;
      offset += 2;
      continue;
    }
    const header = readHeader(bytes, offset);
    if (header === undefined) return undefined;
    offset = header.contentsStart + (header.length ?? 0);
    if (header.length === undefined) open += 1;
  } while (open > 0);
  return offset <= bytes.length ? offset : undefined;
}

/** Identifier and length octets (X.690 §8.1); undefined where they are cut or of a form that CMS never has. */
function readHeader(
  bytes: Uint8Array,
  offset: number,
): { readonly contentsStart: number; /** Undefined: indefinite. */ readonly length: number | undefined } | undefined {
  const first = bytes[offset + 1];
  if (first === undefined || ((bytes[offset] ?? 0) & 0x1f) === 0x1f) return undefined;
  if (first === 0x80) return { contentsStart: offset + 2, length: undefined };
  if (first < 0x80) return { contentsStart: offset + 2, length: first };
  const octets = bytes.subarray(offset + 2, offset + 2 + (first & 0x7f));
  if (octets.length > 4 || octets.length < (first & 0x7f)) return undefined;
  return {
    contentsStart: offset + 2 + octets.length,
    length: octets.reduce((length, octet) => length * 256 + octet, 0),
  };
}
