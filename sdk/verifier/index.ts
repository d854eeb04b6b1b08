/**
 * Verifies what the client produces, on any runtime with WebCrypto. Logging in:
 *
 * ```ts
 * import {
 *   createMemoryStore, createNonceIssuer, validateAuthenticationToken, VerificationError,
 * } from 'madoguchi/verifier';
 *
 * const nonces = createNonceIssuer({ store: createMemoryStore() });
 * const challengeNonce = await nonces.issue(session.id); // and hand it to the page
 *
 * try {
 *   const { challengeNonce, token } = await request.json();
 *   const { issuerCertificate, serialNumber } = await validateAuthenticationToken(token, {
 *     origin: 'https://example.jp',
 *     challengeNonce: await nonces.consume(challengeNonce, session.id), // it serves once
 *     trustAnchors: [authenticationCaPem],
 *   });
 * } catch (error) {
 *   if (error instanceof VerificationError) refuse(error.code);
 * }
 * ```
 *
 * A signature: `await verifySignature({ cms, content, trustAnchors: [signingCaPem] })`, whose report has `isTrusted`.
 *
 * Encrypted results: `openEncryptedResult`, `validateEncryptedAuthentication`. What a service may know a person by:
 * `pairwiseSubject`. Browsers that do not let a page reach the PC: `createRedirectRoute`. Stores in files and adapters for
 * Node's servers are in `madoguchi/verifier/node`.
 *
 * Revocation is never checked here; every result says so.
 */
export {
  validateAuthenticationToken,
  type AuthenticationTokenOptions,
  type ValidatedAuthentication,
} from './authentication.js';
export { identifyCertificate, type CertificateIdentifier, type IssuedCertificate } from './certificate-identifier.js';
export { MemoryCertificateLinks, type CertificateLinks, type CertificateRenewal } from './certificate-links.js';
export {
  createChallengeNonce,
  createNonceIssuer,
  type NonceIssuer,
  type NonceIssuerOptions,
} from './challenge-nonce.js';
export {
  openEncryptedResult,
  validateEncryptedAuthentication,
  type EncryptedAuthenticationOptions,
  type EncryptedResultOptions,
  type OpenedResult,
  type ValidatedEncryptedAuthentication,
  type VerifierPrivateJwk,
} from './encrypted-result.js';
export { createMemoryStore, type MemoryStoreOptions } from './memory-store.js';
export { MAX_VALUE_LENGTH, type OneTimeEntry, type OneTimeStore } from './one-time-store.js';
export {
  pairwiseSubject,
  resolveSubject,
  type PairwiseSubjectOptions,
  type ResolveSubjectOptions,
} from './pairwise-subject.js';
export {
  createRedirectRoute,
  createRedirectState,
  type CallbackMessage,
  type RedirectBinding,
  type RedirectOutcome,
  type RedirectResult,
  type RedirectRoute,
  type RedirectRouteOptions,
  type SessionOf,
  type StartedRedirect,
  type StartRedirectOptions,
} from './redirect-route.js';
export { verifySignature, type SignedDataReport, type VerifySignatureOptions } from './signature.js';
export { signOperationRequest, type ServicePrivateJwk, type SignOperationRequestOptions } from './signed-request.js';
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
  type RevocationReport,
  type SignerReport,
  type TimeStampReport,
} from '../formats/index.js';
