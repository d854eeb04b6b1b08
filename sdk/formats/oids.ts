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
} as const;

/** RFC 5280 §4.2. */
export const ExtensionOid = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
} as const;

/** RFC 5280 §4.2.1.4. */
export const ANY_POLICY = '2.5.29.32.0';

/** RFC 5280 §4.2.1.12. */
export const ExtKeyUsageOid = { any: '2.5.29.37.0', clientAuth: '1.3.6.1.5.5.7.3.2' } as const;

/** RFC 3279 §2.3 and RFC 5480 §2. */
export const PublicKeyOid = { rsaEncryption: '1.2.840.113549.1.1.1', ecPublicKey: '1.2.840.10045.2.1' } as const;
