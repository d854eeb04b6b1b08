import { FormatError, type FormatErrorCode } from '../format-error.js';

/** Why a signature in a PDF is not taken, besides what the reader and CMS refuse. Stable. */
export type PdfSignatureReason =
  /** A key of the signature dictionary is there twice, so that readers disagree on what it says. */
  | 'pdf-repeated-key'
  | 'pdf-byte-range-missing'
  /** Not four direct integers from 0 on. */
  | 'pdf-byte-range-shape'
  /** Does not begin at octet 0. */
  | 'pdf-byte-range-start'
  /** What it leaves out is not exactly the hexadecimal string of `Contents`. */
  | 'pdf-byte-range-gap'
  /** Ends beyond the document. */
  | 'pdf-byte-range-beyond-end'
  /** Ends in the middle of a revision. */
  | 'pdf-byte-range-not-at-revision-end'
  /** Another signature covers octets that only one of them can. */
  | 'pdf-byte-range-overlap'
  | 'pdf-contents-missing'
  /** Not a direct, unbroken hexadecimal string in the file itself. */
  | 'pdf-contents-form'
  /** Something other than zeros follows the CMS. */
  | 'pdf-contents-padding'
  | 'pdf-sub-filter'
  | 'pdf-signature-dictionary'
  /** The revision that was signed does not have the signature itself. */
  | 'pdf-signature-not-in-revision'
  /** What was signed cannot be read as a document by itself. */
  | 'pdf-signed-revision-unreadable'
  /** The document as it is now was not made from the signed revision. */
  | 'pdf-revision-chain'
  | 'pdf-attached-content'
  | 'pdf-several-signers'
  /** `adbe.pkcs7.sha1`, which digests with SHA-1. */
  | 'pdf-sha1-legacy'
  /** `adbe.x509.rsa_sha1`, which is no CMS and digests with SHA-1. */
  | 'pdf-x509-rsa-sha1'
  /** There is no signature at all. */
  | 'pdf-not-signed'
  /** More objects, revisions or signatures than are gone through. */
  | 'pdf-too-complex'
  | 'pdf-time-stamp-content';

/** @throws FormatError always, with the reason */
export function refuseSignature(
  reason: PdfSignatureReason,
  message: string,
  options: { readonly code?: FormatErrorCode; readonly cause?: unknown } = {},
): never {
  const { code = 'ERR_SIGN_FORMAT', ...rest } = options;
  throw new FormatError(code, `PDF signature: ${message}`, { reason, ...rest });
}
