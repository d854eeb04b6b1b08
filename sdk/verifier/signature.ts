import {
  FormatError,
  jpkiRequirements,
  parseSignedData,
  reportSigners,
  verifyTimeStampToken,
  type ByteSource,
  type FormatCrypto,
  type SignerReport,
} from '../formats/index.js';
import { readTrustAnchors, type TrustAnchor } from './trust-anchors.js';
import { withVerificationErrors } from './verification-error.js';
import { webCrypto } from './web-crypto.js';

export interface VerifySignatureOptions {
  /** The detached CMS signature, BER or DER. */
  readonly cms: Uint8Array;
  /** What was signed, octet for octet. */
  readonly content: Uint8Array | ByteSource;
  /** The CAs of 署名用電子証明書, and no others. */
  readonly trustAnchors: readonly TrustAnchor[];
  /** The moment for which certificates are validated. Default: now. */
  readonly at?: Date;
  /** Default: the runtime's WebCrypto, which takes a byte source into memory. */
  readonly crypto?: FormatCrypto;
}

export interface SignedDataReport {
  /** Every signer, in the order of encoding; at least one. */
  readonly signers: readonly SignerReport[];
  /** All signers are intact. */
  readonly isIntact: boolean;
  /** All signers are intact and under a trust anchor at the given moment. Says nothing about revocation. */
  readonly isTrusted: boolean;
}

/** id-data, RFC 5652 §4. */
const DATA = '1.2.840.113549.1.7.1';

/**
 * Verifies a detached CMS signature made with 署名用電子証明書. A signer is `trusted` when the certificate leads to an
 * anchor, is in force at `at`, has nonRepudiation, and bears JPKI's policy for signing. No report says that a certificate
 * is valid: whether it was revoked is not checked. A report with `isIntact` false, or a signer whose path is `untrusted`,
 * is an answer, not an error.
 * @throws VerificationError `ERR_SIGN_FORMAT` where `cms` is no well-formed detached signature
 * @throws TypeError where the options are not as described
 */
export async function verifySignature(options: VerifySignatureOptions): Promise<SignedDataReport> {
  const trustAnchors = readTrustAnchors(options.trustAnchors, 'signing');
  const crypto = options.crypto ?? webCrypto();
  return withVerificationErrors(async () => {
    const signedData = parseSignedData(options.cms);
    if (signedData.eContent !== undefined) {
      throw new FormatError('ERR_SIGN_FORMAT', 'the content is attached', { reason: 'cms-content-attached' });
    }
    const signers = await reportSigners(signedData, {
      contentType: DATA,
      contentDigest: (algorithm) => crypto.digest(algorithm, options.content),
      crypto,
      verifyTimeStamp: verifyTimeStampToken,
      trustAnchors,
      // The moment is the caller's: no time stamp moves it.
      timeStampAnchors: [],
      at: options.at ?? new Date(),
      now: new Date(),
      requirements: (certificate) => jpkiRequirements(certificate, 'signing'),
    });
    return {
      signers,
      isIntact: signers.every((signer) => signer.integrity === 'intact'),
      isTrusted: signers.every((signer) => signer.integrity === 'intact' && signer.path.status === 'trusted'),
    };
  });
}
