import { equalBytes } from '../bytes.js';
import type { Certificate } from '../certificate.js';
import { FormatError, type FormatErrorCode } from '../format-error.js';
import { namingReason } from '../named-reason.js';
import type { VerifySignature } from '../ports.js';
import type { IssuedCertificate } from './certificate-id.js';
import { settle, type CertificateStatus, type Revocation, type RevocationMoment } from './certificate-status.js';
import type { Crl } from './crl.js';
import { distributionPointNames } from './distribution-points.js';
import { requireSignature } from './signed-statement.js';

/**
 * That the CRL is by this very issuer (RFC 5280 §6.3.3 (f) and (g)): name, key identifier, cRLSign, signature.
 * @throws FormatError `crl-other-issuer`, `crl-issuer-usage`, `crl-algorithm`, `crl-signature`
 */
export async function verifyCrl(crl: Crl, issuer: Certificate, crypto: VerifySignature): Promise<void> {
  const { keyUsage, subjectKeyIdentifier } = issuer.extensions;
  const { authorityKeyIdentifier: identifier } = crl;
  const isOtherKey =
    identifier !== undefined && subjectKeyIdentifier !== undefined && !equalBytes(identifier, subjectKeyIdentifier);
  if (!equalBytes(crl.issuer, issuer.subject.der) || isOtherKey) refuse('crl-other-issuer', 'ERR_SIGN_MISMATCH');
  if (keyUsage?.has('cRLSign') === false) refuse('crl-issuer-usage', 'ERR_CERT_USAGE');
  await requireSignature(crl, issuer.subjectPublicKeyInfo, { crypto, source: 'crl' });
}

/**
 * What a CRL that `verifyCrl` has passed says of one certificate.
 * @param find looks the certificate up: `findRevocation`, or the index's
 * @throws FormatError `ERR_SIGN_FORMAT`: `crl-scope`, `crl-some-reasons`, `crl-distribution-point` where it does not speak
 * for this certificate; `crl-not-yet-valid`, `crl-expired`, `crl-after-expiry`; and what `find` throws
 */
export function crlStatus(
  crl: Crl,
  { certificate }: IssuedCertificate,
  { find, ...moment }: RevocationMoment & { readonly find: (certificate: Certificate) => Revocation | undefined },
): CertificateStatus {
  namingReason('crl-distribution-point', () => requireScope(crl, certificate));
  const { thisUpdate, nextUpdate, expiredCertsSince: keptSince } = crl;
  const found = find(certificate) ?? 'good';
  return settle({ source: 'crl', thisUpdate, nextUpdate, found, keptSince }, certificate, moment);
}

/** RFC 5280 §6.3.3 (b) (2): whether the certificate is among those the CRL speaks for. */
function requireScope({ issuingDistributionPoint: point }: Crl, certificate: Certificate): void {
  if (point === undefined) return;
  const isAuthority = certificate.extensions.basicConstraints?.cA === true;
  if (
    point.onlyContains !== undefined &&
    point.onlyContains !== (isAuthority ? 'ca-certificates' : 'user-certificates')
  ) {
    refuse('crl-scope');
  }
  if (point.onlySomeReasons) refuse('crl-some-reasons');
  if (point.names === undefined) return;
  const ofCertificate = distributionPointNames(certificate);
  if (![...point.names].some((name) => ofCertificate.has(name))) refuse('crl-distribution-point');
}

function refuse(reason: string, code: FormatErrorCode = 'ERR_SIGN_FORMAT'): never {
  throw new FormatError(code, 'the CRL does not speak for this certificate', { reason });
}
