import { concatBytes, encodeHex } from '../bytes.js';
import type { PdfDictionary, PdfReference } from './objects.js';
import { refusePdf } from './pdf-error.js';
import { serialize, toOctets } from './serialize.js';

const DIGIT_ZERO = 0x30;

/** A signature dictionary (ISO 32000-2 §12.8.1) with room for what is known only when all else is in its place. */
export interface SignatureTemplate {
  readonly reference: PdfReference;
  /** The whole indirect object. */
  readonly bytes: Uint8Array;
  /** Where the room for `ByteRange` is, in `bytes`. */
  readonly byteRange: { readonly start: number; readonly end: number };
  /** The same for the string of `Contents`, `<` and `>` included. */
  readonly contents: { readonly start: number; readonly end: number };
}

/**
 * @param entries all but `ByteRange` and `Contents`
 * @param room `maxSize`: octets of the signed document at most; `contents`: octets of the CMS at most
 */
export function signatureTemplate(
  reference: PdfReference,
  entries: PdfDictionary,
  room: { readonly maxSize: number; readonly contents: number },
): SignatureTemplate {
  const { maxSize } = room;
  const byteRange = `[0 ${maxSize} ${maxSize} ${maxSize}]`;
  const digits = new Uint8Array(2 * room.contents).fill(DIGIT_ZERO);
  const beforeRange = `${reference.number} 0 obj\n${serialize(entries).slice(0, -'>>'.length)}/ByteRange `;
  const beforeContents = `${beforeRange}${byteRange} /Contents `;
  return {
    reference,
    bytes: concatBytes(toOctets(`${beforeContents}<`), digits, toOctets('> >>\nendobj\n')),
    byteRange: { start: beforeRange.length, end: beforeRange.length + byteRange.length },
    contents: { start: beforeContents.length, end: beforeContents.length + digits.length + 2 },
  };
}

/** A further revision that lacks only the CMS. Offsets are octets from the start of `bytes`. */
export interface UnsignedIncrement {
  readonly bytes: Uint8Array;
  readonly contents: { readonly start: number; readonly end: number };
}

/**
 * Writes the `ByteRange`: everything but the string of `Contents`.
 * @param increment is changed
 * @param place `documentSize`: octets before the increment; `templateStart`: where in it the template begins
 */
export function fillByteRange(
  increment: Uint8Array,
  template: SignatureTemplate,
  place: { readonly documentSize: number; readonly templateStart: number },
): UnsignedIncrement {
  const { documentSize, templateStart } = place;
  const contents = { start: templateStart + template.contents.start, end: templateStart + template.contents.end };
  const byteRange = [0, documentSize + contents.start, documentSize + contents.end, increment.length - contents.end];
  const { start, end } = template.byteRange;
  const text = `[${byteRange.join(' ')}]`.padEnd(end - start);
  if (text.length > end - start) refusePdf('pdf-too-large', 'too large for its ByteRange');
  increment.set(toOctets(text), templateStart + start);
  return { bytes: increment, contents };
}

/** The increment with the CMS in its place. @throws FormatError `ERR_SIGN_FORMAT` `pdf-contents` where it has no room */
export function fillContents({ bytes, contents }: UnsignedIncrement, cms: Uint8Array): Uint8Array {
  if (2 * cms.length > contents.end - contents.start - 2) refusePdf('pdf-contents', 'no room for the signature');
  const signed = new Uint8Array(bytes);
  signed.set(toOctets(encodeHex(cms)), contents.start + 1);
  return signed;
}
