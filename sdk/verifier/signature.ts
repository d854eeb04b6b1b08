import {
  jpkiRequirements,
  verifyDetachedSignedData,
  type ByteSource,
  type FormatCrypto,
  type SignedDataReport,
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
  return withVerificationErrors(() =>
    verifyDetachedSignedData({
      cms: options.cms,
      content: options.content,
      crypto: options.crypto ?? webCrypto(),
      trustAnchors,
      at: options.at ?? new Date(),
      requirements: (certificate) => jpkiRequirements(certificate, 'signing'),
    }),
  );
}
