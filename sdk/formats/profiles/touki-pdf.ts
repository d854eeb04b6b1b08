import { parseCertificate } from '../certificate.js';
import type { PreparedDocument, SigningContext } from '../document.js';
import { FormatError } from '../format-error.js';
import { readContents, readSignedOctets } from '../pdf-verify/byte-range.js';
import { openPdf } from '../pdf/file.js';
import { readFields, readForm } from '../pdf/form.js';
import { preparePdfSignature, signerNameOf, type PdfSignatureOptions } from '../pdf/prepare-signature.js';
import type { DocumentCrypto, RandomAccessSource } from '../ports.js';

export interface ToukiPdfOptions extends Omit<PdfSignatureOptions, 'subFilter' | 'certificationLevel'> {
  /**
   * Whether the document may have signatures already, as minutes have that several people sign. The published rules want
   * every signature over the whole file, which the earlier ones then no longer are. Default: false.
   */
  readonly allowsEarlierSignatures?: boolean;
}

/**
 * 電子署名付きPDF for 登記・供託オンライン申請システム: `adbe.pkcs7.detached` with `Name` and `M`, over the whole file, by RSA with
 * SHA-256. PAdES and time stamps do not meet the rules.
 */
export const toukiPdfProfile = {
  id: 'touki-pdf',
  /**
   * @throws FormatError `ERR_SIGN_FORMAT`: `touki-signed-already`; `touki-later-increment` where a document was changed
   * after it was signed; and as `preparePdfSignature`. `begin` throws `ERR_SIGN_FORMAT`: `touki-time-stamp`, `touki-name`
   * for a certificate that names nobody; `ERR_SIGN_ALGORITHM` `touki-algorithm`
   */
  async prepare(
    source: RandomAccessSource,
    { allowsEarlierSignatures = false, ...options }: ToukiPdfOptions,
    crypto: DocumentCrypto,
  ): Promise<PreparedDocument> {
    await requireRoom(source, { inflate: options.inflate, allowsEarlierSignatures });
    const prepared = await preparePdfSignature(source, { ...options, subFilter: 'adbe.pkcs7.detached' }, crypto);
    return {
      bound: prepared.bound,
      unboundNames: prepared.unboundNames,
      use: (algorithm) => prepared.use(algorithm),
      async begin(context) {
        requireConforming(context);
        return await prepared.begin(context);
      },
    };
  },
} as const;

async function requireRoom(
  source: RandomAccessSource,
  { inflate, allowsEarlierSignatures }: Pick<ToukiPdfOptions, 'inflate' | 'allowsEarlierSignatures'>,
): Promise<void> {
  const file = await openPdf(source, { inflate });
  const catalog = await file.dictionary(file.trailer.get('Root'));
  const form = catalog === undefined ? undefined : await readForm(file, catalog);
  const ends: number[] = [];
  for (const { isSignature, value } of await readFields(file, form)) {
    const signature = isSignature ? await file.dictionary(value) : undefined;
    if (signature !== undefined) ends.push(readSignedOctets(signature, readContents(signature), source.size).end);
  }
  if (ends.length === 0) return;
  if (!ends.includes(source.size))
    throw refused('touki-later-increment', 'the document was changed after it was signed');
  if (allowsEarlierSignatures !== true) throw refused('touki-signed-already', 'the document is signed already');
}

function requireConforming({ certificate, signatureAlgorithm, timeStamper }: SigningContext): void {
  if (timeStamper !== undefined) throw refused('touki-time-stamp', 'this form has no time stamps');
  if ((signerNameOf(parseCertificate(certificate)) ?? '') === '')
    throw refused('touki-name', 'the certificate names nobody');
  if (signatureAlgorithm !== 'RS256') {
    const reason = 'touki-algorithm';
    throw new FormatError('ERR_SIGN_ALGORITHM', 'this form takes RSA with SHA-256', { reason });
  }
}

function refused(reason: string, message: string): FormatError {
  return new FormatError('ERR_SIGN_FORMAT', message, { reason });
}
