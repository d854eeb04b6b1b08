import { formatDistinguishedName, isJpkiCertificate } from '../../sdk/formats/index.js';
import {
  verdictOf,
  type DocumentReport,
  type DocumentSignature,
  type Finding,
  type IntactSigner,
  type RevocationReport,
  type SignerReport,
} from '../../sdk/formats/signature-report.js';
import { displayText } from '../core/consent/display-text.js';
import type { ClientError } from '../core/errors.js';
import { isoDateTime } from './dates.js';
import { INDENT } from './foreign-text.js';
import type { Translate } from './messages.js';
import { errorText, failureText } from './output.js';

/** What was found about one file, as `--json` gives it. Codes, reasons and members are stable. */
export function reportObject(file: string, report: DocumentReport): unknown {
  return {
    file,
    format: report.format,
    verdict: verdictOf(report),
    signatures: report.signatures.map(({ signer, coverage, findings }) => ({
      ...signerObject(signer),
      coverage,
      findings,
    })),
    findings: report.findings,
  };
}

function signerObject(signer: SignerReport): object {
  if (signer.integrity === 'failed') {
    const { integrity, code, reason, digestAlgorithm } = signer;
    return { integrity, code, reason, digestAlgorithm: digestAlgorithm ?? null };
  }
  const { integrity, certificate, signatureAlgorithm, signingTime, signingCertificate, timeStamp, path } = signer;
  return {
    integrity,
    subject: formatDistinguishedName(certificate.subject),
    algorithm: signatureAlgorithm,
    signingTime: signingTime?.toISOString() ?? null,
    signingCertificate,
    timeStamp: timeStamp.status === 'intact' ? { ...timeStamp, path: { status: timeStamp.path.status } } : timeStamp,
    path: path.status === 'untrusted' ? path : { status: path.status },
    validatedAt: signer.validatedAt.toISOString(),
    revocation: signer.revocation,
  };
}

/** The same for a person: what holds, what does not, and what was not looked at. */
export function reportLines(file: string, report: DocumentReport, t: Translate): string[] {
  const verdict = verdictOf(report);
  return [
    `${displayText(file)}:`,
    INDENT + t(`verify.${verdict}`),
    ...report.findings.flatMap((finding) => findingLine(finding, t)),
    ...report.signatures.flatMap((signature, index) => signatureLines(signature, index, t)),
  ];
}

/** The same of a file without a report. */
export function unreadableLines(file: string, error: ClientError, t: Translate): string[] {
  return [`${displayText(file)}:`, INDENT + errorText(error, t)];
}

function signatureLines({ signer, coverage, findings }: DocumentSignature, index: number, t: Translate): string[] {
  const heading = INDENT + t('verify.signature', { number: index + 1 });
  const about =
    signer.integrity === 'intact'
      ? intactLines(signer, t)
      : [
          t('verify.broken', {
            message: failureText({ code: signer.code, details: { reason: signer.reason } }, t),
            code: signer.code,
            reason: signer.reason,
          }),
          ...(signer.digestAlgorithm === 'SHA-1' ? [t('verify.sha1')] : []),
        ];
  // What a signature covers that does not hold is of no interest, and would read like good news.
  const covered =
    signer.integrity === 'failed'
      ? []
      : coverage.kind === 'whole'
        ? [t('verify.coversAll')]
        : [
            t('verify.covers', { names: names(coverage.covered, t) }),
            ...(coverage.uncovered.length > 0 ? [t('verify.coversNot', { names: names(coverage.uncovered, t) })] : []),
          ];
  const body = [...about, ...covered].map((line) => INDENT + INDENT + line);
  return [heading, ...body, ...findings.flatMap((finding) => findingLine(finding, t, INDENT + INDENT))];
}

/** Names told at a time; a document can have thousands. */
const MAX_NAMES = 12;

function names(unverifiedNames: readonly string[], t: Translate): string {
  const shown = unverifiedNames.slice(0, MAX_NAMES).map((name) => t('consent.quoted', { text: displayText(name, 80) }));
  const left = unverifiedNames.length - shown.length;
  return [...shown, ...(left > 0 ? [t('verify.andMore', { count: left })] : [])].join(t('consent.summary.separator'));
}

function intactLines(signer: IntactSigner, t: Translate): string[] {
  const { certificate, signingTime, path } = signer;
  return [
    t('verify.signer', { value: displayText(formatDistinguishedName(certificate.subject)) }),
    ...(signingTime ? [t('verify.signingTime', { value: isoDateTime(signingTime) })] : []),
    ...timeStampLines(signer, t),
    path.status === 'untrusted'
      ? t('verify.path.untrusted', { message: t(`error.${path.code}`), code: path.code })
      : t(`verify.path.${path.status}`),
    ...revocationLines(signer, t),
  ];
}

function timeStampLines({ timeStamp }: IntactSigner, t: Translate): string[] {
  switch (timeStamp.status) {
    case 'absent':
      return [t('verify.timeStamp.absent')];
    case 'failed':
      return [t('verify.timeStamp.failed', { code: timeStamp.code, reason: timeStamp.reason })];
    case 'intact': {
      const isTrusted = timeStamp.path.status === 'trusted';
      const context = isTrusted ? 'trusted' : timeStamp.isPathOver ? 'over' : 'untrusted';
      const line = t('verify.timeStamp.intact', { value: isoDateTime(timeStamp.time), context });
      return [line, ...(isTrusted ? authorityRevocationLines(timeStamp.revocation, t) : [])];
    }
  }
}

/** What makes the time less sure than it reads; an authority that was not revoked is nothing to tell. */
function authorityRevocationLines(revocation: RevocationReport, t: Translate): string[] {
  if (revocation.status === 'not-checked') {
    return [t('verify.timeStamp.revocationNotChecked', { reason: revocation.reason })];
  }
  const since = revocation.status === 'good' ? revocation.revokedLater : revocation.revokedAt;
  if (since === undefined) return [];
  return [t('verify.timeStamp.revokedLater', { value: isoDateTime(since), reason: reasonOf(revocation) })];
}

function revocationLines({ revocation, certificate }: IntactSigner, t: Translate): string[] {
  switch (revocation.status) {
    case 'not-checked':
      // Who may ask is JPKI's own rule.
      return isJpkiCertificate(certificate)
        ? [t('certificate.revocationNotChecked')]
        : [t('verify.revocation.notChecked', { reason: revocation.reason })];
    case 'good': {
      if (revocation.revokedLater === undefined) {
        return [t('verify.revocation.good', { value: isoDateTime(revocation.thisUpdate) })];
      }
      const value = isoDateTime(revocation.revokedLater);
      return [t('verify.revocation.revokedLater', { value, reason: reasonOf(revocation) })];
    }
    case 'revoked':
      return [t('verify.revocation.revoked', { value: isoDateTime(revocation.revokedAt) })];
  }
}

function reasonOf({ revocationReason }: { readonly revocationReason?: string }): string {
  return revocationReason ?? '-';
}

/** Our words for what there are words for; the stable name stands beside them in any case. */
function findingLine({ code, severity, unverifiedDetail }: Finding, t: Translate, indent = INDENT): string[] {
  const detail =
    unverifiedDetail === undefined ? '' : t('consent.quoted', { text: displayText(unverifiedDetail, 120) });
  const text = t(`finding.${code}`, { defaultValue: '' });
  return [`${indent}${t(`verify.severity.${severity}`)} ${[text, detail, `[${code}]`].filter(Boolean).join(' ')}`];
}
