import type { PreparedDocument } from '../document.js';
import { preparePdfSignature, type PdfSignatureOptions } from '../pdf/prepare-signature.js';
import type { DocumentCrypto, RandomAccessSource } from '../ports.js';

/** A PDF with its signature inside as PAdES (EN 319 142-1): level B-B, or B-T where there is a time stamper. */
export const padesProfile = {
  id: 'pades',
  /** @throws FormatError as `preparePdfSignature` */
  prepare: (
    source: RandomAccessSource,
    options: Omit<PdfSignatureOptions, 'subFilter'>,
    crypto: DocumentCrypto,
  ): Promise<PreparedDocument> => preparePdfSignature(source, { ...options, subFilter: 'ETSI.CAdES.detached' }, crypto),
} as const;
