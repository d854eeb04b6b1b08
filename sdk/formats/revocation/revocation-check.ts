/** From the status of single certificates to that of a path. */
import type { Certificate } from '../certificate.js';
import { FormatError } from '../format-error.js';
import type { FormatCrypto } from '../ports.js';
import { failureReason, type RevocationCheck, type RevocationReport } from '../signature-report.js';
import type { IssuedCertificate } from './certificate-id.js';
import { isCompromise, revokedFrom, type CertificateStatus, type RevocationMoment } from './certificate-status.js';
import { CrlChecker } from './crl-checker.js';
import { verifyOcspResponse } from './verify-ocsp.js';

/**
 * Asks one source about one certificate.
 * @throws FormatError where the source proves nothing; its reason goes into the report
 */
export type StatusSource = (issued: IssuedCertificate, at: Date) => Promise<CertificateStatus>;

/** Reasons that say: this source speaks of something else. Any other reason tells more. */
const BESIDE_THE_POINT: ReadonlySet<string> = new Set(['no-data', 'ocsp-other-certificate', 'crl-other-issuer']);

/**
 * Asks about every certificate of the path but the anchor. One revoked certificate settles it; otherwise one that nobody
 * speaks for leaves it open.
 * @param path leaf first, anchor last, validated
 * @param sourcesFor whom to ask, in order; all of them are asked until one says `revoked`
 */
export async function checkPath(
  path: readonly Certificate[],
  at: Date,
  sourcesFor: (issued: IssuedCertificate) => readonly StatusSource[],
): Promise<RevocationReport> {
  const reports: RevocationReport[] = [];
  for (const [index, certificate] of path.slice(0, -1).entries()) {
    const issuer = path[index + 1];
    if (issuer === undefined) break;
    const issued = { certificate, issuer };
    const report = await checkCertificate(issued, at, sourcesFor(issued));
    if (report.status === 'revoked') return report;
    reports.push(report);
  }
  return reports.find(({ status }) => status === 'not-checked') ?? weakest(reports.filter(isGood));
}

type GoodReport = Extract<RevocationReport, { status: 'good' }>;

function isGood(report: RevocationReport): report is GoodReport {
  return report.status === 'good';
}

/** The path is as well known as its least recently known certificate. */
function weakest(reports: readonly GoodReport[]): RevocationReport {
  const [oldest] = reports.toSorted((a, b) => a.thisUpdate.getTime() - b.thisUpdate.getTime());
  // A path of nothing but an anchor has nothing to ask about.
  if (oldest === undefined) return { status: 'not-checked', reason: 'no-data' };
  const [{ revokedLater, revocationReason } = {}] = reports.toSorted(byLaterRevocation);
  const { status, source, thisUpdate } = oldest;
  return {
    status,
    source,
    thisUpdate,
    ...(revokedLater !== undefined && { revokedLater }),
    ...(revocationReason !== undefined && { revocationReason }),
  };
}

/** A compromise comes first, whenever it was, then the earliest other revocation, then the latest source of none. */
function byLaterRevocation(a: GoodReport, b: GoodReport): number {
  return (
    weight(b) - weight(a) ||
    (a.revokedLater?.getTime() ?? 0) - (b.revokedLater?.getTime() ?? 0) ||
    b.thisUpdate.getTime() - a.thisUpdate.getTime()
  );
}

function weight({ revokedLater, revocationReason }: GoodReport): number {
  if (revokedLater === undefined) return 0;
  return isCompromise(revocationReason) ? 2 : 1;
}

/** Revoked counts before good, from whichever source: who has seen a revocation knows more. */
async function checkCertificate(
  issued: IssuedCertificate,
  at: Date,
  sources: readonly StatusSource[],
): Promise<RevocationReport> {
  const good: GoodReport[] = [];
  const reasons: string[] = [];
  for (const source of sources) {
    const report = await ask(source, issued, at);
    if (report.status === 'revoked') return report;
    if (report.status === 'good') good.push(report);
    else reasons.push(report.reason);
  }
  // Of the good ones the latest, except that a later revocation is not to be lost.
  const [best] = good.toSorted(byLaterRevocation);
  const reason = reasons.find((reason) => !BESIDE_THE_POINT.has(reason)) ?? 'no-data';
  return best ?? { status: 'not-checked', reason };
}

async function ask(source: StatusSource, issued: IssuedCertificate, at: Date): Promise<RevocationReport> {
  try {
    return toReport(await source(issued, at), at);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { status: 'not-checked', reason: failureReason(error) };
  }
}

/** What was revoked only after the moment asked about was good at it, and whoever asks is told. */
function toReport(status: CertificateStatus, at: Date): RevocationReport {
  const { source, thisUpdate } = status;
  if (status.status === 'unknown') return { status: 'not-checked', reason: `${source}-unknown` };
  if (status.status === 'good') return { status: 'good', source, thisUpdate };
  const revokedAt = revokedFrom(status.revocation);
  const { reason } = status.revocation;
  const why = reason === undefined ? {} : { revocationReason: reason };
  return revokedAt <= at
    ? { status: 'revoked', source, thisUpdate, revokedAt, ...why }
    : { status: 'good', source, thisUpdate, revokedLater: revokedAt, ...why };
}

export interface GivenRevocationData extends Omit<RevocationMoment, 'at'> {
  /** DER CRLs; each is parsed and verified once, when it is first needed. Must not change while the check is in use. */
  readonly crls?: readonly Uint8Array[];
  /** DER OCSP responses. */
  readonly ocspResponses?: readonly Uint8Array[];
  readonly crypto: FormatCrypto;
}

/**
 * A check by revocation data that is at hand. Reasons of `not-checked`: `no-data` where nothing given speaks of a
 * certificate, otherwise why what was given proves nothing, such as `crl-expired`, `ocsp-unknown` or `ocsp-signature`.
 */
export function givenRevocationCheck({
  crls = [],
  ocspResponses = [],
  ...options
}: GivenRevocationData): RevocationCheck {
  const sources: readonly StatusSource[] = [
    ...ocspResponses.map(
      (der): StatusSource =>
        (issued, at) =>
          verifyOcspResponse(der, { ...options, ...issued, at }),
    ),
    ...crls.map((der) => crlSource(der, options)),
  ];
  return (path, at) => checkPath(path, at, () => sources);
}

function crlSource(der: Uint8Array, options: Omit<GivenRevocationData, 'crls' | 'ocspResponses'>): StatusSource {
  let checker: CrlChecker | undefined;
  return (issued, at) => {
    checker ??= new CrlChecker(der, options.crypto);
    return checker.status(issued, { ...options, at });
  };
}
