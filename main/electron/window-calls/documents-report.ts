import {
  formatDistinguishedName,
  isJpkiCertificate,
  isJpkiTestCertificate,
  jpkiPersonalAttributes,
  type Certificate,
} from '../../../sdk/formats/index.js';
import {
  verdictOf,
  type Coverage,
  type DocumentReport,
  type DocumentSignature,
  type Finding,
  type IntactSigner,
  type PathReport,
  type RevocationReport,
  type SignerReport,
  type TimeStampReport,
} from '../../../sdk/formats/signature-report.js';
import { displayText } from '../../core/consent/display-text.js';
import type {
  CheckedCertificate,
  CheckedDocument,
  CheckedFinding,
  CheckedPath,
  CheckedRevocation,
  CheckedSignature,
  CheckedSigner,
  CheckedTimeStamp,
  SomeNames,
} from '../../ipc/documents.js';

/** Signatures, findings of each and of the document, and names that are told; a document can have thousands. */
const SIGNATURES_MOST = 50;
const FINDINGS_MOST = 100;
const NAMES_MOST = 12;
/** Code points. */
const NAME_LENGTH = 80;
const DETAIL_LENGTH = 120;
const SUBJECT_LENGTH = 400;

/** What was checked besides the document itself. */
export type CheckTerms = Pick<CheckedDocument, 'content' | 'trusted' | 'revocationAsked'>;

/** A report as a window is told it: the same facts, plain and bounded, all foreign text made safe to display. */
export function checkedDocument(report: DocumentReport, terms: CheckTerms): CheckedDocument {
  const { format, signatures, findings } = report;
  return {
    format,
    verdict: verdictOf(report),
    signatures: signatures.slice(0, SIGNATURES_MOST).map(checkedSignature),
    signaturesMore: Math.max(0, signatures.length - SIGNATURES_MOST),
    ...checkedFindings(findings),
    ...terms,
    checkedAt: new Date().toISOString(),
  };
}

function checkedSignature({ signer, coverage, findings }: DocumentSignature): CheckedSignature {
  return { signer: checkedSigner(signer), coverage: checkedCoverage(coverage), ...checkedFindings(findings) };
}

/** The gravest first, so that none of them is lost where there are many. */
function checkedFindings(findings: readonly Finding[]): {
  readonly findings: readonly CheckedFinding[];
  readonly findingsMore: number;
} {
  const order = ['failure', 'warning', 'information'] as const;
  const sorted = order.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
  return {
    findings: sorted.slice(0, FINDINGS_MOST).map(({ code, severity, unverifiedDetail }) => ({
      code,
      severity,
      ...(unverifiedDetail !== undefined && { detail: displayText(unverifiedDetail, DETAIL_LENGTH) }),
    })),
    findingsMore: Math.max(0, sorted.length - FINDINGS_MOST),
  };
}

function checkedCoverage(coverage: Coverage): CheckedSignature['coverage'] {
  if (coverage.kind === 'whole') return coverage;
  return { kind: 'part', covered: someNames(coverage.covered), uncovered: someNames(coverage.uncovered) };
}

function someNames(unverifiedNames: readonly string[]): SomeNames {
  return {
    names: unverifiedNames.slice(0, NAMES_MOST).map((name) => displayText(name, NAME_LENGTH)),
    more: Math.max(0, unverifiedNames.length - NAMES_MOST),
  };
}

function checkedSigner(signer: SignerReport): CheckedSigner {
  if (signer.integrity === 'failed') {
    const { integrity, code, reason, digestAlgorithm } = signer;
    return { integrity, code, reason, ...(digestAlgorithm !== undefined && { digestAlgorithm }) };
  }
  const { signatureAlgorithm, digestAlgorithm, signingTime, signingCertificate, validatedAt }: IntactSigner = signer;
  return {
    integrity: 'intact',
    certificate: checkedCertificate(signer.certificate),
    signatureAlgorithm,
    digestAlgorithm,
    ...(signingTime && { signingTime: signingTime.toISOString() }),
    signingCertificate,
    timeStamp: checkedTimeStamp(signer.timeStamp),
    path: checkedPath(signer.path),
    validatedAt: validatedAt.toISOString(),
    revocation: checkedRevocation(signer.revocation),
  };
}

export function shownSubject({ subject }: Pick<Certificate, 'subject'>): string {
  return displayText(formatDistinguishedName(subject), SUBJECT_LENGTH);
}

function checkedCertificate(certificate: Certificate): CheckedCertificate {
  const isJpki = isJpkiCertificate(certificate);
  // The rest of what a signing certificate holds of a person is nobody's business here.
  const holderName = isJpki ? jpkiPersonalAttributes(certificate).name : undefined;
  return {
    subject: shownSubject(certificate),
    issuer: shownSubject({ subject: certificate.issuer }),
    ...(holderName !== undefined && { holderName: displayText(holderName, NAME_LENGTH) }),
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    isJpki,
    isTest: isJpkiTestCertificate(certificate),
  };
}

function checkedPath(path: PathReport): CheckedPath {
  return path.status === 'untrusted' ? { status: 'untrusted', code: path.code } : { status: path.status };
}

function checkedRevocation(revocation: RevocationReport): CheckedRevocation {
  if (revocation.status === 'not-checked') return { status: 'not-checked', reason: revocation.reason };
  const reason = revocation.revocationReason;
  const rest = {
    thisUpdate: revocation.thisUpdate.toISOString(),
    ...(reason !== undefined && { revocationReason: reason }),
  };
  if (revocation.status === 'revoked') {
    return { status: 'revoked', revokedAt: revocation.revokedAt.toISOString(), ...rest };
  }
  const { revokedLater } = revocation;
  return { status: 'good', ...rest, ...(revokedLater && { revokedLater: revokedLater.toISOString() }) };
}

function checkedTimeStamp(timeStamp: TimeStampReport): CheckedTimeStamp {
  if (timeStamp.status !== 'intact') return timeStamp;
  const { status, time, path, isPathOver, revocation } = timeStamp;
  return {
    status,
    time: time.toISOString(),
    path: checkedPath(path),
    isPathOver,
    revocation: checkedRevocation(revocation),
  };
}
