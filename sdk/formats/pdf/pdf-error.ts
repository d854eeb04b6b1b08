import { FormatError } from '../format-error.js';

/** Why a document is not taken for a sound PDF, or cannot be signed. Stable. */
export type PdfReason =
  /** No `%PDF-` at the beginning. */
  | 'pdf-header'
  /** Something stands before `%PDF-`, so that every offset is wrong. */
  | 'pdf-leading-junk'
  /** No `startxref` and `%%EOF` near the end: the rest is missing. */
  | 'pdf-truncated'
  /** `startxref` does not lead to a cross-reference section. */
  | 'pdf-startxref'
  | 'pdf-xref'
  /** The chain of cross-reference sections comes back to itself. */
  | 'pdf-xref-loop'
  | 'pdf-trailer'
  | 'pdf-encrypted'
  /** An object is not written as ISO 32000 says. */
  | 'pdf-syntax'
  /** An object is not where the cross-reference section says. */
  | 'pdf-object'
  /** Objects lead back to themselves where they must not. */
  | 'pdf-loop'
  | 'pdf-stream'
  /** A stream filter that is not known here. */
  | 'pdf-filter'
  | 'pdf-too-large'
  | 'pdf-too-deep'
  /** A revision holds more than its sections list, which other readers may find. */
  | 'pdf-unlisted-objects'
  /** A key of a dictionary that decides what is seen or signed is there twice. */
  | 'pdf-repeated-keys'
  | 'pdf-pages'
  | 'pdf-page-number'
  | 'pdf-trailing-junk'
  /** The form is not as it must be, so that a signature field cannot be put into it. */
  | 'pdf-form'
  /** The field that is to be signed is not an empty signature field. */
  | 'pdf-field'
  /** An earlier signature allows no further one. */
  | 'pdf-docmdp'
  /** An earlier signature locks the field. */
  | 'pdf-field-lock'
  /** The field asks for a signature that is not made here. */
  | 'pdf-seed-value'
  /** A form that is not in the pages (dynamic XFA). */
  | 'pdf-xfa'
  /** The rectangle for a visible signature is not on the page. */
  | 'pdf-appearance'
  /** A certification signature must be the first. */
  | 'pdf-already-signed'
  /** The signature is longer than the room that was reserved. */
  | 'pdf-contents';

/** @throws FormatError always: `ERR_SIGN_FORMAT` with the reason */
export function refusePdf(reason: PdfReason, message: string, options: { readonly cause?: unknown } = {}): never {
  throw new FormatError('ERR_SIGN_FORMAT', `PDF: ${message}`, { ...options, reason });
}
