import {
  acceptedKeyKind,
  authenticationTokenToBeSigned,
  decodeBase64,
  ecdsaSignatureToDer,
  FormatError,
  isJpkiTestCertificate,
  jpkiRequirements,
  parseCertificate,
  signatureAlgorithm,
  validateCertificationPath,
  type Certificate,
  type FormatCrypto,
} from '../formats/index.js';
import { authenticationTokenSchema, challengeNonceSchema, type AuthenticationToken } from '../protocol/index.js';
import { identifyCertificate, type CertificateIdentifier } from './certificate-identifier.js';
import { requireSerialisedOrigin } from './serialised-origin.js';
import { readTrustAnchors, type TrustAnchor } from './trust-anchors.js';
import { withVerificationErrors } from './verification-error.js';
import { webCrypto } from './web-crypto.js';

export interface AuthenticationTokenOptions {
  /** The service's own serialised origin, `https://example.jp`: from its configuration, never from the request. */
  readonly origin: string;
  /** The nonce issued to this very session. Remove it from the session before calling: it serves once. */
  readonly challengeNonce: string;
  /** The CAs of 利用者証明用電子証明書, and no others. */
  readonly trustAnchors: readonly TrustAnchor[];
  /** The moment for which certificates are validated. Default: now. */
  readonly at?: Date;
  /** Policies to accept in place of JPKI's own for the authentication certificate. */
  readonly certificatePolicies?: readonly string[];
  /** Default: the runtime's WebCrypto. */
  readonly crypto?: FormatCrypto;
}

/** Who logged in, as far as the token proves it. */
export interface ValidatedAuthentication extends CertificateIdentifier {
  /** 利用者証明用電子証明書. Names nobody: its holder is known by number only. */
  readonly certificate: Certificate;
  /** The CA that issued it, one of the trust anchors or below one. */
  readonly issuerCertificate: Certificate;
  /** The certificate is a test card's. Possible only when a test CA is among the anchors. */
  readonly isTestCertificate: boolean;
  /** JPKI answers about revocation to accredited verifiers only, by means this library does not have. */
  readonly revocation: 'not-checked';
}

/**
 * Validates a Web eID authentication token: its shape, the certificate's path to an authentication CA, dates, key usage
 * (digitalSignature without nonRepudiation, so that a token made with the signing key fails), policy, the kind of key,
 * and the signature over origin and nonce. Checks end at the first that fails.
 * @param unverifiedToken the parsed JSON as it came from the browser
 * @throws VerificationError `ERR_SIGN_FORMAT`, `ERR_CERT_MALFORMED`, `ERR_CERT_UNTRUSTED`, `ERR_CERT_EXPIRED`,
 * `ERR_CERT_NOT_YET_VALID`, `ERR_CERT_USAGE`, `ERR_SIGN_ALGORITHM`; `ERR_SIGN_INVALID` for another origin or nonce too
 * @throws TypeError where the options are not as described
 */
export async function validateAuthenticationToken(
  unverifiedToken: unknown,
  options: AuthenticationTokenOptions,
): Promise<ValidatedAuthentication> {
  requireSerialisedOrigin(options.origin);
  if (!challengeNonceSchema.safeParse(options.challengeNonce).success) {
    throw new TypeError('challengeNonce is not one of createChallengeNonce()');
  }
  const context: Context = {
    ...options,
    anchors: readTrustAnchors(options.trustAnchors, 'authentication'),
    at: options.at ?? new Date(),
    crypto: options.crypto ?? webCrypto(),
  };
  return withVerificationErrors(() => validate(unverifiedToken, context));
}

interface Context extends AuthenticationTokenOptions {
  readonly anchors: readonly Certificate[];
  readonly at: Date;
  readonly crypto: FormatCrypto;
}

async function validate(unverifiedToken: unknown, context: Context): Promise<ValidatedAuthentication> {
  const parsed = authenticationTokenSchema.safeParse(unverifiedToken);
  if (!parsed.success) throw new FormatError('ERR_SIGN_FORMAT', 'not an authentication token', { cause: parsed.error });
  const certificate = parseCertificate(decodeBase64(parsed.data.unverifiedCertificate));
  const requirements = jpkiRequirements(certificate, 'authentication');
  const path = await validateCertificationPath(certificate, {
    ...requirements,
    ...(context.certificatePolicies === undefined ? {} : { certificatePolicies: context.certificatePolicies }),
    trustAnchors: context.anchors,
    at: context.at,
    crypto: context.crypto,
  });
  const issuerCertificate = path[1];
  if (issuerCertificate === undefined) throw new FormatError('ERR_CERT_UNTRUSTED', 'path without an issuer');
  await requireTokenSignature(parsed.data, certificate, context);
  return {
    certificate,
    issuerCertificate,
    ...(await identifyCertificate({ issuerCertificate, serialNumber: certificate.serialNumber }, context.crypto)),
    isTestCertificate: isJpkiTestCertificate(certificate),
    revocation: 'not-checked',
  };
}

async function requireTokenSignature(
  token: AuthenticationToken,
  certificate: Certificate,
  { origin, challengeNonce, crypto }: Context,
): Promise<void> {
  const { name, keyKind } = signatureAlgorithm(token.algorithm);
  if (acceptedKeyKind(certificate.subjectPublicKeyInfo) !== keyKind) {
    throw new FormatError('ERR_SIGN_ALGORITHM', 'the key is of another kind than the algorithm');
  }
  const octets = decodeBase64(token.signature);
  const signature = keyKind === 'RSA' ? octets : ecdsaSignatureToDer(octets, keyKind);
  const toBeSigned = await authenticationTokenToBeSigned({ origin, challengeNonce }, name, crypto);
  if (!(await crypto.verifySignature(name, certificate.subjectPublicKeyInfo, toBeSigned, signature))) {
    throw new FormatError('ERR_SIGN_INVALID', 'the signature does not hold for this origin and nonce');
  }
}
