import { base64url } from 'jose';
import type { Certificate, Digest } from '../formats/index.js';
import { webCrypto } from './web-crypto.js';

/** Which certificate, of all that JPKI's CAs ever issue. The same at every service: for the verifier alone. */
export interface CertificateIdentifier {
  /** SHA-256 of the issuer's public key, its DER SubjectPublicKeyInfo; base64url, 43 characters. */
  readonly issuerKeyHash: string;
  /**
   * 発行番号, lower-case hexadecimal. Counted anew by each CA key: only together with the issuer's key does it stand for
   * one certificate. It is the same at every service and changes with the certificate.
   */
  readonly serialNumber: string;
}

export interface IssuedCertificate {
  /** The CA whose key signed it. */
  readonly issuerCertificate: Certificate;
  readonly serialNumber: string;
}

/** Identifies a certificate whose path was validated: of a trusted signer's `path`, the first is it, the second its issuer. */
export async function identifyCertificate(
  { issuerCertificate, serialNumber }: IssuedCertificate,
  crypto: Digest = webCrypto(),
): Promise<CertificateIdentifier> {
  const keyHash = await crypto.digest('SHA-256', issuerCertificate.subjectPublicKeyInfo);
  return { issuerKeyHash: base64url.encode(keyHash), serialNumber };
}

/** @throws TypeError */
export function requireCertificateIdentifier({ issuerKeyHash, serialNumber }: CertificateIdentifier): void {
  // One text per number: otherwise one person would have two subjects.
  if (!/^[\w-]{43}$/.test(issuerKeyHash) || !/^(?:00|(?!00)(?:[0-9a-f]{2}){1,20})$/.test(serialNumber)) {
    throw new TypeError('not the identifier of a certificate');
  }
}
