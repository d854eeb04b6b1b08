/**
 * Verifies what the client produces, on any runtime with WebCrypto. Logging in:
 *
 * ```ts
 * import { createChallengeNonce, validateAuthenticationToken, VerificationError } from 'madoguchi/verifier';
 *
 * session.challengeNonce = createChallengeNonce(); // and hand it to the page
 *
 * const { challengeNonce } = session;
 * delete session.challengeNonce;                   // it serves once
 * try {
 *   const { issuerCertificate, serialNumber } = await validateAuthenticationToken(await request.json(), {
 *     origin: 'https://example.jp',
 *     challengeNonce,
 *     trustAnchors: [authenticationCaPem],
 *   });
 * } catch (error) {
 *   if (error instanceof VerificationError) refuse(error.code);
 * }
 * ```
 *
 * A signature: `await verifySignature({ cms, content, trustAnchors: [signingCaPem] })`, whose report has `isTrusted`.
 *
 * Revocation is never checked here; every result says so.
 */
export {
  validateAuthenticationToken,
  type AuthenticationTokenOptions,
  type ValidatedAuthentication,
} from './authentication.js';
export { createChallengeNonce } from './challenge-nonce.js';
export { verifySignature, type VerifySignatureOptions } from './signature.js';
export type { TrustAnchor } from './trust-anchors.js';
export { VerificationError, type VerificationErrorCode } from './verification-error.js';
export { webCrypto } from './web-crypto.js';
export {
  decodePemCertificates,
  formatDistinguishedName,
  JPKI_POLICIES,
  jpkiPersonalAttributes,
  type ByteSource,
  type Certificate,
  type FailedSigner,
  type FormatCrypto,
  type IntactSigner,
  type JpkiPersonalAttributes,
  type PathReport,
  type SignedDataReport,
  type SignerReport,
} from '../formats/index.js';
