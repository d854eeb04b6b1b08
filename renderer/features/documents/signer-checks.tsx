import type { ReactNode } from 'react';
import type { CheckedIntactSigner, CheckedRevocation } from '../../../main/ipc/documents.js';
import { formatDateTime } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import { Stack } from '../../ui/stack.js';
import { Mark, Marks, type MarkKind } from './mark.js';

interface SignerChecksProps {
  readonly signer: CheckedIntactSigner;
}

interface Check {
  readonly kind: MarkKind;
  readonly text: ReactNode;
}

/** What was checked and what came of it; then, as plainly, what was not. */
export function SignerChecks({ signer }: SignerChecksProps) {
  const { t } = useTexts();
  const checks = useChecks(signer);
  const made = checks.filter(({ kind }) => kind !== 'unknown');
  const notMade = checks.filter(({ kind }) => kind === 'unknown');
  return (
    <>
      <CheckList title={t('documents.report.checked')} checks={made} />
      {notMade.length > 0 && <CheckList title={t('documents.report.notChecked')} checks={notMade} />}
    </>
  );
}

interface CheckListProps {
  readonly title: string;
  readonly checks: readonly Check[];
}

function CheckList({ title, checks }: CheckListProps) {
  return (
    <Stack gap="small">
      <h4>{title}</h4>
      <Marks>
        {checks.map(({ kind, text }, position) => (
          <li key={position}>
            <Mark kind={kind}>{text}</Mark>
          </li>
        ))}
      </Marks>
    </Stack>
  );
}

function useChecks(signer: CheckedIntactSigner): readonly Check[] {
  const { t } = useTexts();
  return [
    { kind: 'success', text: t('documents.report.intact') },
    usePathCheck(signer),
    useRevocationCheck(signer),
    ...useStampChecks(signer),
  ];
}

function usePathCheck({ path }: CheckedIntactSigner): Check {
  const { t, lookUp } = useTexts();
  switch (path.status) {
    case 'trusted':
      return { kind: 'success', text: t('documents.report.path.trusted') };
    case 'untrusted': {
      const why = lookUp(`documents.code.${path.code}`) || lookUp('documents.code.other');
      return { kind: 'danger', text: t('documents.report.path.untrusted', { why }) };
    }
    case 'not-checked':
      return { kind: 'unknown', text: t('documents.report.path.notChecked') };
  }
}

function useMoment(): (value: string) => string {
  const { locale } = useTexts();
  return (value) => formatDateTime(new Date(value), locale);
}

/** The reason as RFC 5280 calls it, in words where there are some. */
export function useRevocationReason(): (revocation: CheckedRevocation) => string {
  const { t, lookUp } = useTexts();
  return (revocation) => {
    const name = revocation.status === 'not-checked' ? undefined : revocation.revocationReason;
    return (name !== undefined && lookUp(`documents.report.crlReason.${name}`)) || t('documents.report.noReason');
  };
}

function useRevocationCheck({ revocation, certificate }: CheckedIntactSigner): Check {
  const { t } = useTexts();
  const moment = useMoment();
  const reason = useRevocationReason()(revocation);
  switch (revocation.status) {
    case 'not-checked':
      // Who may ask is JPKI's own rule.
      return {
        kind: 'unknown',
        text: t(certificate.isJpki ? 'documents.report.revocation.jpki' : 'documents.report.revocation.notChecked'),
      };
    case 'good':
      return revocation.revokedLater === undefined
        ? { kind: 'success', text: t('documents.report.revocation.good', { value: moment(revocation.thisUpdate) }) }
        : {
            kind: 'warning',
            text: t('documents.report.revocation.revokedLater', { value: moment(revocation.revokedLater), reason }),
          };
    case 'revoked':
      return {
        kind: 'danger',
        text: t('documents.report.revocation.revoked', { value: moment(revocation.revokedAt), reason }),
      };
  }
}

function useStampChecks({ timeStamp }: CheckedIntactSigner): readonly Check[] {
  const { t } = useTexts();
  const moment = useMoment();
  const reason = useRevocationReason();
  if (timeStamp.status === 'absent') return [{ kind: 'unknown', text: t('documents.report.stamp.absent') }];
  if (timeStamp.status === 'failed') return [{ kind: 'danger', text: t('documents.report.stamp.failed') }];
  const { time, path, isPathOver, revocation } = timeStamp;
  if (path.status !== 'trusted') {
    const text = t(isPathOver ? 'documents.report.stamp.over' : 'documents.report.stamp.untrusted');
    return [{ kind: isPathOver ? 'warning' : 'unknown', text }];
  }
  const trusted: Check = { kind: 'success', text: t('documents.report.stamp.trusted', { value: moment(time) }) };
  if (revocation.status === 'not-checked') {
    return [trusted, { kind: 'unknown', text: t('documents.report.stamp.revocationNotChecked') }];
  }
  const since = revocation.status === 'good' ? revocation.revokedLater : revocation.revokedAt;
  if (since === undefined) return [trusted];
  const values = { value: moment(since), reason: reason(revocation) };
  return [trusted, { kind: 'warning', text: t('documents.report.stamp.revokedLater', values) }];
}
