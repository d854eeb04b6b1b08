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
export { beginDetachedCms, type DetachedCmsInProgress, type SignerInput } from './cms/begin-signature.js';
export { prepareCms, type CmsSigningOptions } from './cms/prepare-cms.js';
export { reportSigners, type ReportSignersOptions } from './cms/report-signers.js';
export { MAX_SIGNED_DATA_BYTES, parseSignedData, type SignedData, type SignerInfo } from './cms/signed-data.js';
export { verifyCms } from './cms/verify-cms.js';
export { formatDistinguishedName, nameValues } from './distinguished-name.js';
export { ecdsaSignatureFromDer, ecdsaSignatureToDer, type Curve } from './ecdsa-signature.js';
export { FORMAT_ERROR_CODES, FormatError, type FormatErrorCode } from './format-error.js';
export {
  isJpkiCertificate,
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
export { decodePemCertificates, decodePemCms, encodePemCertificate } from './pem.js';
export type {
  ByteSource,
  Digest,
  DigestAlgorithm,
  FormatCrypto,
  SignatureAlgorithm,
  VerifySignature,
} from './ports.js';
export { acceptedKeyKind } from './public-key.js';
export {
  verdictOf,
  type Coverage,
  type DocumentFormat,
  type DocumentReport,
  type DocumentSignature,
  type FailedSigner,
  type Finding,
  type IntactSigner,
  type PathReport,
  type RevocationCheck,
  type RevocationReport,
  type SignerReport,
  type TimeStampReport,
  type TrustOptions,
  type Verdict,
  type VerifyDocumentOptions,
} from './signature-report.js';
export { verifyTimeStampToken } from './time-stamp/verify-token.js';
export { authenticationTokenToBeSigned, type AuthenticationBinding } from './web-eid-token.js';
