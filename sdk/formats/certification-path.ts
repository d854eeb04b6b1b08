import { signatureAlgorithm, type KeyKind } from './algorithms.js';
import { equalBytes } from './bytes.js';
import type { Certificate, KeyUsage } from './certificate.js';
import { FormatError } from './format-error.js';
import { ANY_POLICY, ExtensionOid, ExtKeyUsageOid } from './oids.js';
import type { VerifySignature } from './ports.js';
import { acceptedKeyKind } from './public-key.js';

/** What the leaf must be good for. All members left out: anything that is in force will do. */
export interface LeafRequirements {
  /** Any of these policies must hold for the leaf. */
  readonly certificatePolicies?: readonly string[];
  /** Purpose that an ExtKeyUsage, where there is one, must allow. Left out: a critical ExtKeyUsage is refused. */
  readonly extKeyUsage?: string;
  /** KeyUsage bits the leaf must have, and such as it must not have. */
  readonly keyUsage?: { readonly required: readonly KeyUsage[]; readonly forbidden: readonly KeyUsage[] };
}

export interface CertificationPathOptions extends LeafRequirements {
  /**
   * CA certificates that are trusted for this very purpose. Several may bear the same name, as JPKI's generations do: the
   * issuer is found by key identifier and signature.
   */
  readonly trustAnchors: readonly Certificate[];
  /** Unverified CA certificates that may stand between. */
  readonly intermediates?: readonly Certificate[];
  /** The moment at which every certificate of the path must be in force. */
  readonly at: Date;
  readonly crypto: VerifySignature;
}

/** RFC 5280 §4.2: a critical extension that is not processed makes a certificate unusable. These are processed below. */
const PROCESSED_EXTENSIONS: ReadonlySet<string> = new Set([
  ExtensionOid.keyUsage,
  ExtensionOid.basicConstraints,
  ExtensionOid.certificatePolicies,
  ExtensionOid.subjectAltName,
]);

const MAX_INTERMEDIATES = 3;
/** Bounds the work that certificates made to look like each other's issuers can cause. */
const MAX_SIGNATURE_CHECKS = 64;

/**
 * Finds and validates a path from `leaf` to a trust anchor: the part of RFC 5280 §6.1 that a small hierarchy needs.
 * Every certificate, the anchor included, must be in force at `at` and have a key and signature algorithm that are
 * accepted. CAs need cA, keyCertSign and enough pathLenConstraint. Name constraints and unknown critical extensions are
 * refused, not skipped. A leaf that is itself an anchor or a CA has no path. Revocation is not looked at.
 * @returns the path, leaf first, anchor last
 * @throws FormatError `ERR_CERT_UNTRUSTED`, `ERR_CERT_EXPIRED`, `ERR_CERT_NOT_YET_VALID`, `ERR_CERT_USAGE`,
 * `ERR_CERT_MALFORMED`, `ERR_SIGN_ALGORITHM`; where several paths exist, that of the first
 */
export async function validateCertificationPath(
  leaf: Certificate,
  options: CertificationPathOptions,
): Promise<readonly Certificate[]> {
  if (leaf.signatureAlgorithm === undefined) {
    throw new FormatError('ERR_SIGN_ALGORITHM', 'certificate is signed with an algorithm that is not accepted');
  }
  let firstFailure: FormatError | undefined;
  for await (const path of candidatePaths(leaf, options)) {
    try {
      validatePath(path, options);
      return path;
    } catch (failure) {
      if (!(failure instanceof FormatError)) throw failure;
      firstFailure ??= failure;
    }
  }
  throw firstFailure ?? new FormatError('ERR_CERT_UNTRUSTED', 'no path to a trust anchor');
}

interface Search {
  readonly options: CertificationPathOptions;
  signatureChecks: number;
}

/** Paths whose names and signatures chain; nothing else about them is checked. */
async function* candidatePaths(leaf: Certificate, options: CertificationPathOptions): AsyncGenerator<Certificate[]> {
  yield* extendPath([leaf], { options, signatureChecks: 0 });
}

async function* extendPath(path: Certificate[], search: Search): AsyncGenerator<Certificate[]> {
  const child = path.at(-1);
  if (child === undefined) return;
  for (const anchor of search.options.trustAnchors) {
    if (await isIssuedBy(child, anchor, path, search)) yield [...path, anchor];
  }
  if (path.length > MAX_INTERMEDIATES) return;
  for (const intermediate of search.options.intermediates ?? []) {
    if (await isIssuedBy(child, intermediate, path, search)) yield* extendPath([...path, intermediate], search);
  }
}

async function isIssuedBy(
  child: Certificate,
  issuer: Certificate,
  path: readonly Certificate[],
  search: Search,
): Promise<boolean> {
  if (path.some((certificate) => equalBytes(certificate.der, issuer.der))) return false;
  if (!equalBytes(child.issuer.der, issuer.subject.der) || !keyIdentifiersAgree(child, issuer)) return false;
  if (child.signatureAlgorithm === undefined) return false;
  const { name, keyKind } = signatureAlgorithm(child.signatureAlgorithm);
  if (!hasAcceptedKey(issuer, keyKind)) return false;
  search.signatureChecks += 1;
  if (search.signatureChecks > MAX_SIGNATURE_CHECKS) throw new FormatError('ERR_CERT_UNTRUSTED', 'too many candidates');
  const { tbsCertificate, signature } = child;
  return search.options.crypto.verifySignature(name, issuer.subjectPublicKeyInfo, tbsCertificate, signature);
}

/** A candidate with a weak or odd key is passed over, so that it cannot hide a good one behind it. */
function hasAcceptedKey(issuer: Certificate, keyKind: KeyKind): boolean {
  try {
    return acceptedKeyKind(issuer.subjectPublicKeyInfo) === keyKind;
  } catch {
    return false;
  }
}

function keyIdentifiersAgree(child: Certificate, issuer: Certificate): boolean {
  const { authorityKeyIdentifier } = child.extensions;
  const { subjectKeyIdentifier } = issuer.extensions;
  if (authorityKeyIdentifier === undefined || subjectKeyIdentifier === undefined) return true;
  return equalBytes(authorityKeyIdentifier, subjectKeyIdentifier);
}

function validatePath(path: readonly Certificate[], options: CertificationPathOptions): void {
  path.forEach((certificate, index) => {
    acceptedKeyKind(certificate.subjectPublicKeyInfo);
    requireProcessedExtensions(certificate, options);
    requireInForce(certificate, options.at);
    // The leaf is followed by no certificate, its issuer by the leaf alone, and so on (RFC 5280 §4.2.1.9).
    if (index > 0) requireCertificationAuthority(certificate, path.slice(1, index));
  });
  requireLeaf(path.slice(0, -1), options);
}

/**
 * Checks what the certificates themselves say about their use, without validating the path.
 * @param belowAnchor leaf first, then the CAs between it and the anchor
 * @throws FormatError `ERR_CERT_USAGE`
 */
export function requireLeaf(belowAnchor: readonly Certificate[], requirements: LeafRequirements): void {
  const { certificatePolicies, extKeyUsage, keyUsage } = requirements;
  const { extensions } = belowAnchor[0] ?? {};
  if (extensions?.basicConstraints?.cA === true) throw new FormatError('ERR_CERT_USAGE', 'leaf is a CA');
  const has = (usage: KeyUsage): boolean => extensions?.keyUsage?.has(usage) === true;
  if (keyUsage !== undefined && !(keyUsage.required.every(has) && !keyUsage.forbidden.some(has))) {
    throw new FormatError('ERR_CERT_USAGE', 'key usage is another');
  }
  if (certificatePolicies !== undefined) requirePolicy(belowAnchor, certificatePolicies);
  if (extKeyUsage !== undefined) requirePurpose(belowAnchor, extKeyUsage);
}

function requireProcessedExtensions(certificate: Certificate, options: CertificationPathOptions): void {
  const { critical, values } = certificate.extensions;
  const isProcessed = (oid: string): boolean =>
    PROCESSED_EXTENSIONS.has(oid) || (oid === ExtensionOid.extKeyUsage && options.extKeyUsage !== undefined);
  if (![...critical].every(isProcessed) || values.has(ExtensionOid.nameConstraints)) {
    throw new FormatError('ERR_CERT_UNTRUSTED', 'a critical extension that is not processed');
  }
}

function requireInForce(certificate: Certificate, at: Date): void {
  // Written so that an invalid date, which compares as false, fails too.
  if (!(at >= certificate.notBefore))
    throw new FormatError('ERR_CERT_NOT_YET_VALID', 'a certificate is not in force yet');
  // notAfter is the last second of validity, not the end of it.
  if (!(at.getTime() < certificate.notAfter.getTime() + 1000)) {
    throw new FormatError('ERR_CERT_EXPIRED', 'a certificate is no longer in force');
  }
}

/** @param between the CAs between this one and the leaf */
function requireCertificationAuthority(certificate: Certificate, between: readonly Certificate[]): void {
  const { basicConstraints, keyUsage } = certificate.extensions;
  if (basicConstraints?.cA !== true || keyUsage?.has('keyCertSign') !== true) {
    throw new FormatError('ERR_CERT_USAGE', 'issuer is not a certification authority');
  }
  const counted = between.filter(({ issuer, subject }) => !equalBytes(issuer.der, subject.der));
  if (counted.length > (basicConstraints.pathLenConstraint ?? MAX_INTERMEDIATES)) {
    throw new FormatError('ERR_CERT_USAGE', 'pathLenConstraint is exceeded');
  }
}

/** RFC 5280 §6.1.3 (d) without mappings: a CA below the anchor passes on only what it was itself given. */
function requirePolicy(belowAnchor: readonly Certificate[], acceptable: readonly string[]): void {
  const [leaf, ...authorities] = belowAnchor.map(({ extensions }) => extensions.certificatePolicies ?? []);
  const holds = (policy: string): boolean =>
    leaf?.includes(policy) === true &&
    authorities.every((policies) => policies.includes(policy) || policies.includes(ANY_POLICY));
  if (!acceptable.some(holds)) throw new FormatError('ERR_CERT_USAGE', 'certificate is under another policy');
}

function requirePurpose(belowAnchor: readonly Certificate[], purpose: string): void {
  const allows = ({ extensions: { extKeyUsage } }: Certificate): boolean =>
    extKeyUsage === undefined || extKeyUsage.includes(purpose) || extKeyUsage.includes(ExtKeyUsageOid.any);
  if (!belowAnchor.every(allows)) throw new FormatError('ERR_CERT_USAGE', 'certificate is for another purpose');
}
