import { equalBytes } from '../bytes.js';
import { parseCertificate, type Certificate } from '../certificate.js';
import { validateCertificationPath } from '../certification-path.js';
import { FormatError, type FormatErrorCode } from '../format-error.js';
import { ExtKeyUsageOid } from '../oids.js';
import type { FormatCrypto } from '../ports.js';
import { namesCertificate, publicKeyHash, type IssuedCertificate } from './certificate-id.js';
import { settle, skewOf, type CertificateStatus, type RevocationMoment } from './certificate-status.js';
import { readOcspResponse, type OcspResponse, type SingleResponse } from './ocsp-response.js';
import { requireSignature } from './signed-statement.js';

export interface OcspVerification extends IssuedCertificate, RevocationMoment {
  readonly crypto: FormatCrypto;
  /** What the request carried. A response that carries another is refused. */
  readonly nonce?: Uint8Array;
  /** Also refuses a response without nonce, which may have been made for someone else. */
  readonly requireNonce?: boolean;
}

/**
 * What an OCSP response (RFC 6960 §3.2), DER, proves about one certificate. Its signature must be by the issuer itself
 * or by a responder that this issuer certified for OCSP and whose certificate is still in force; whether that responder's own certificate was revoked is not asked.
 * @throws FormatError whose reason begins with `ocsp-`; `ocsp-other-certificate` where it does not speak of this one
 */
export async function verifyOcspResponse(der: Uint8Array, options: OcspVerification): Promise<CertificateStatus> {
  const response = readOcspResponse(der);
  const single = await matchingResponse(response, options);
  await requireResponder(response, options);
  if (response.hasUnknownCriticalExtension || single.hasUnknownCriticalExtension) {
    refuse('ocsp-critical-extension');
  }
  requireNonce(response, options);
  requireProductionTime(response, single, options);
  const { thisUpdate, nextUpdate, found, archiveCutoff: keptSince } = single;
  return settle({ source: 'ocsp', thisUpdate, nextUpdate, found, keptSince }, options.certificate, options);
}

/** Exactly one: of two answers nobody could say which one holds. */
async function matchingResponse(response: OcspResponse, options: OcspVerification): Promise<SingleResponse> {
  const matching: SingleResponse[] = [];
  for (const single of response.responses) {
    if (await namesCertificate(single.certificateId, options, options.crypto)) matching.push(single);
  }
  const [first] = matching;
  if (first === undefined) return refuse('ocsp-other-certificate', 'ERR_SIGN_MISMATCH');
  if (matching.length > 1) refuse('ocsp-duplicate-response');
  return first;
}

/** RFC 6960 §4.2.2.2: the issuer, or who it names by OCSPSigning. Whoever answers to the responder's name is tried. */
async function requireResponder(response: OcspResponse, options: OcspVerification): Promise<void> {
  let firstFailure: FormatError | undefined;
  for (const candidate of [options.issuer, ...response.unverifiedCertificates.map(parsedOrUndefined)]) {
    if (candidate === undefined || !(await isNamed(candidate, response, options.crypto))) continue;
    try {
      if (!equalBytes(candidate.der, options.issuer.der)) await requireDelegation(candidate, response, options);
      await requireSignature(response, candidate.subjectPublicKeyInfo, { crypto: options.crypto, source: 'ocsp' });
      return;
    } catch (failure) {
      if (!(failure instanceof FormatError)) throw failure;
      firstFailure ??= failure;
    }
  }
  throw firstFailure ?? new FormatError('ERR_CERT_MISSING', 'no responder', { reason: 'ocsp-responder-missing' });
}

function parsedOrUndefined(der: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch {
    return undefined;
  }
}

async function isNamed(
  certificate: Certificate,
  { responderId }: OcspResponse,
  crypto: FormatCrypto,
): Promise<boolean> {
  return 'name' in responderId
    ? equalBytes(certificate.subject.der, responderId.name)
    : equalBytes(await publicKeyHash(certificate, 'SHA-1', crypto), responderId.keyHash);
}

/** Issued by the very same issuer, without anything in between, and for OCSP by name: anyExtendedKeyUsage is not enough. */
async function requireDelegation(
  responder: Certificate,
  { producedAt }: OcspResponse,
  { issuer, now, crypto }: OcspVerification,
): Promise<void> {
  const { extKeyUsage, keyUsage } = responder.extensions;
  const maySign = keyUsage?.has('digitalSignature') ?? true;
  if (extKeyUsage?.includes(ExtKeyUsageOid.ocspSigning) !== true || !maySign) {
    refuse('ocsp-responder-usage', 'ERR_CERT_USAGE');
  }
  try {
    // Also now: after its end a key may be in anybody's hands, and producedAt is whatever its holder wrote.
    for (const at of [producedAt, now]) {
      await validateCertificationPath(responder, {
        trustAnchors: [issuer],
        at,
        crypto,
        extKeyUsage: ExtKeyUsageOid.ocspSigning,
      });
    }
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    const isOutOfForce = cause.code === 'ERR_CERT_EXPIRED' || cause.code === 'ERR_CERT_NOT_YET_VALID';
    const reason = isOutOfForce ? 'ocsp-responder-not-in-force' : 'ocsp-responder-untrusted';
    throw new FormatError(cause.code, 'the responder is not entitled to answer', { cause, reason });
  }
}

function requireNonce({ nonce }: OcspResponse, options: OcspVerification): void {
  if (options.nonce === undefined) return;
  if (nonce === undefined) {
    if (options.requireNonce === true) refuse('ocsp-nonce-missing');
  } else if (!equalBytes(nonce, options.nonce)) {
    refuse('ocsp-nonce');
  }
}

/** Nobody can tell a status from after the telling, or tell it in the future. */
function requireProductionTime(
  { producedAt }: OcspResponse,
  { thisUpdate, nextUpdate }: SingleResponse,
  options: OcspVerification,
): void {
  const skew = skewOf(options);
  const isBackwards = nextUpdate !== undefined && nextUpdate < thisUpdate;
  const isEarly = producedAt.getTime() + skew < thisUpdate.getTime();
  if (isBackwards || isEarly || producedAt.getTime() > options.now.getTime() + skew) refuse('ocsp-produced-at');
}

function refuse(reason: string, code: FormatErrorCode = 'ERR_SIGN_FORMAT'): never {
  throw new FormatError(code, 'the OCSP response proves nothing', { reason });
}
