/** Whether a signer's certificate is to be trusted, and for which moment: the same question for every format. */
import type { Certificate } from './certificate.js';
import { validateCertificationPath } from './certification-path.js';
import { FormatError } from './format-error.js';
import type { VerifySignature } from './ports.js';
import type { IntactSigner, PathReport, RevocationReport, TimeStampReport, TrustOptions } from './signature-report.js';

export interface TrustQuestion {
  readonly trust: TrustOptions;
  /** What came along with the signature. */
  readonly unverifiedCertificates: readonly Certificate[];
  readonly timeStamp: TimeStampReport;
  readonly crypto: VerifySignature;
}

/**
 * Looks for a certification path at the time of the time stamp, where that one is trusted, and at `trust.at` otherwise; then
 * asks about revocation, where there is a path.
 */
export async function reportTrust(
  certificate: Certificate,
  question: TrustQuestion,
): Promise<Pick<IntactSigner, 'path' | 'validatedAt' | 'revocation'>> {
  const { trust, timeStamp } = question;
  const isStamped = timeStamp.status === 'intact' && timeStamp.path.status === 'trusted';
  const validatedAt = isStamped ? timeStamp.time : trust.at;
  const path = await reportPath(certificate, validatedAt, question);
  return { path, validatedAt, revocation: await reportRevocation(path, validatedAt, trust) };
}

async function reportPath(certificate: Certificate, at: Date, question: TrustQuestion): Promise<PathReport> {
  const { trust, unverifiedCertificates, crypto } = question;
  if (trust.trustAnchors === undefined) return { status: 'not-checked' };
  try {
    const path = await validateCertificationPath(certificate, {
      ...trust.requirements?.(certificate),
      trustAnchors: trust.trustAnchors,
      intermediates: unverifiedCertificates,
      at,
      crypto,
    });
    return { status: 'trusted', path };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { status: 'untrusted', code: error.code };
  }
}

function reportRevocation(
  path: PathReport,
  at: Date,
  { revocation }: TrustOptions,
): RevocationReport | Promise<RevocationReport> {
  if (revocation === undefined) return { status: 'not-checked', reason: 'not-asked' };
  return path.status === 'trusted' ? revocation(path.path, at) : { status: 'not-checked', reason: 'no-trusted-path' };
}
