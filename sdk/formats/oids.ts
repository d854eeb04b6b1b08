/** Object identifiers in dotted decimal, under the names of their specifications. */

/** RFC 5652 §§4, 5.1 and 11. */
export const CmsOid = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  /** RFC 2634 §5.4: names the certificate by SHA-1. Read only. */
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  /** RFC 5035 §3. */
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  countersignature: '1.2.840.113549.1.9.6',
  /** RFC 3161 appendix A: an unsigned attribute over the signature value. */
  signatureTimeStamp: '1.2.840.113549.1.9.16.2.14',
} as const;

/** RFC 5280 §4.2. */
export const ExtensionOid = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
} as const;

/** Extensions of a CRL and of its entries (RFC 5280 §§5.2 and 5.3). */
export const CrlExtensionOid = {
  cRLNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  authorityKeyIdentifier: '2.5.29.35',
  /** X.509 §9.5.2.8: since when entries of expired certificates are kept. */
  expiredCertsOnCRL: '2.5.29.60',
} as const;

/** RFC 3161 §2.4.2: id-ct-TSTInfo. */
export const TimeStampOid = { tstInfo: '1.2.840.113549.1.9.16.1.4' } as const;

/** RFC 6960 §§4.2.1 and 4.4; `ocsp` is also the access method of AuthorityInfoAccess. */
export const OcspOid = {
  ocsp: '1.3.6.1.5.5.7.48.1',
  basicResponse: '1.3.6.1.5.5.7.48.1.1',
  nonce: '1.3.6.1.5.5.7.48.1.2',
  archiveCutoff: '1.3.6.1.5.5.7.48.1.6',
} as const;

/** RFC 5280 §4.2.1.4. */
export const ANY_POLICY = '2.5.29.32.0';

/** RFC 5280 §4.2.1.12. */
export const ExtKeyUsageOid = {
  any: '2.5.29.37.0',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
} as const;

/** RFC 3279 §2.3, RFC 5480 §2 and RFC 4055 §1.2. */
export const PublicKeyOid = {
  rsaEncryption: '1.2.840.113549.1.1.1',
  rsassaPss: '1.2.840.113549.1.1.10',
  ecPublicKey: '1.2.840.10045.2.1',
} as const;

/** Signatures over SHA-1, by RSA and ECDSA (RFC 3279 §2.2); known in order to be named. */
export const LEGACY_SIGNATURE_OIDS: ReadonlySet<string> = new Set(['1.2.840.113549.1.1.5', '1.2.840.10045.4.1']);
