import {
  ecdsaSignatureToDer,
  encodeDigestInfo,
  parseCertificate,
  signatureAlgorithm,
  type Certificate,
} from '../../../sdk/formats/index.js';
import type { FormatCrypto } from '../../../sdk/formats/ports.js';
import type { KeyEntry } from '../card/card-generation.js';
import type { JpkiApplication } from '../card/jpki-application.js';
import { ClientError } from '../errors.js';
import type { Clock } from '../ports.js';
import { assertWithinValidity } from './card-target.js';

/** A key whose PIN was verified, and the certificate that goes with it. */
export interface CardKeyInUse {
  readonly application: JpkiApplication;
  readonly key: KeyEntry;
  readonly certificate: Certificate;
}

/** The certificate that only the PIN opens. @throws ClientError where it is not in force */
export async function readAfterPin(
  { clock }: { readonly clock: Clock },
  application: JpkiApplication,
  { certificateFileId }: KeyEntry,
): Promise<Certificate> {
  const certificate = parseCertificate(await application.readProtectedCertificate(certificateFileId));
  assertWithinValidity(certificate, clock.now());
  return certificate;
}

/**
 * Digest, card, and the check without which no signature leaves the core. ECDSA signatures come out in DER.
 * @throws ClientError `ERR_SIGN_MISMATCH`, and as the card fails
 */
export async function signWithCard(
  crypto: FormatCrypto,
  { application, key, certificate }: CardKeyInUse,
  toBeSigned: Uint8Array,
): Promise<Uint8Array> {
  const digest = await crypto.digest(key.digestAlgorithm, toBeSigned);
  const isRsa = signatureAlgorithm(key.algorithm).keyKind === 'RSA';
  const input = isRsa ? encodeDigestInfo(key.digestAlgorithm, digest) : digest;
  const computed = await application.computeDigitalSignature(key, input);
  const signature = isRsa ? computed : ecdsaSignatureToDer(computed, 'P-384');
  if (!(await crypto.verifySignature(key.algorithm, certificate.subjectPublicKeyInfo, toBeSigned, signature))) {
    throw mismatch();
  }
  return signature;
}

/** The same for a digest of which nothing else is known. */
export async function signDigestWithCard(
  check: RsaDigestInfoCheck,
  { application, key, certificate }: CardKeyInUse,
  digestInfo: Uint8Array,
): Promise<Uint8Array> {
  if (signatureAlgorithm(key.algorithm).keyKind !== 'RSA') {
    throw new ClientError('ERR_SIGN_ALGORITHM', 'bare digests are signed with RSA keys only');
  }
  const signature = await application.computeDigitalSignature(key, digestInfo);
  if (!(await check.verifyRsaDigestInfo(certificate.subjectPublicKeyInfo, digestInfo, signature))) throw mismatch();
  return signature;
}

/** What no `VerifySignature` can do: it digests by itself. */
export interface RsaDigestInfoCheck {
  /**
   * Whether `signature` is the RSASSA-PKCS1-v1_5 signature (RFC 8017 §8.2) over exactly this DER DigestInfo.
   * @param subjectPublicKeyInfo DER
   */
  verifyRsaDigestInfo(
    subjectPublicKeyInfo: Uint8Array,
    digestInfo: Uint8Array,
    signature: Uint8Array,
  ): Promise<boolean>;
}

function mismatch(): ClientError {
  return new ClientError('ERR_SIGN_MISMATCH', "the card's signature does not match its certificate");
}
