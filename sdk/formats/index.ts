/**
 * Certificates (RFC 5280), CMS signatures (RFC 5652), Web eID tokens and JPKI's profile: pure code that gets digests and
 * signature checks through the ports of `ports.ts`. Expected failure is a `FormatError`.
 */
export {
  digestAlgorithm,
  encodeDigestInfo,
  signatureAlgorithm,
  type DigestAlgorithmEntry,
  type KeyKind,
  type SignatureAlgorithmEntry,
} from './algorithms.js';
export { concatBytes, decodeBase64, decodeHex, encodeBase64, encodeHex, encodeUtf8, equalBytes } from './bytes.js';
export {
  certificateLength,
  MAX_CERTIFICATE_BYTES,
  parseCertificate,
  type BasicConstraints,
  type Certificate,
  type CertificateExtensions,
  type DistinguishedName,
  type KeyUsage,
  type NameAttribute,
  type OtherName,
} from './certificate.js';
export {
  validateCertificationPath,
  type CertificationPathOptions,
  type LeafRequirements,
} from './certification-path.js';
export {
  prepareDetachedSignedData,
  type DetachedSignedDataInput,
  type PreparedSignedData,
} from './cms/prepare-signed-data.js';
export { MAX_SIGNED_DATA_BYTES } from './cms/signed-data.js';
export {
  verifyDetachedSignedData,
  type FailedSigner,
  type IntactSigner,
  type PathReport,
  type SignedDataReport,
  type SignerReport,
  type VerifySignedDataOptions,
} from './cms/verify-signed-data.js';
export { formatDistinguishedName, nameValues } from './distinguished-name.js';
export { ecdsaSignatureFromDer, ecdsaSignatureToDer, type Curve } from './ecdsa-signature.js';
export { FORMAT_ERROR_CODES, FormatError, type FormatErrorCode } from './format-error.js';
export {
  isJpkiTestCertificate,
  JPKI_OTHER_NAMES,
  JPKI_POLICIES,
  jpkiCaRole,
  jpkiPersonalAttributes,
  jpkiRequirements,
  requireJpkiKeyUsage,
  type JpkiPersonalAttributes,
  type JpkiRole,
} from './jpki-profile.js';
export { decodePemCertificates, encodePemCertificate } from './pem.js';
export type {
  ByteSource,
  Digest,
  DigestAlgorithm,
  FormatCrypto,
  SignatureAlgorithm,
  VerifySignature,
} from './ports.js';
export { acceptedKeyKind } from './public-key.js';
export { authenticationTokenToBeSigned, type AuthenticationBinding } from './web-eid-token.js';
