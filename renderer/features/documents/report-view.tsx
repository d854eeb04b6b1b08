import type { CheckedDocument, CheckedSignature } from '../../../main/ipc/documents.js';
import { formatDateTime } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import { Callout, type CalloutKind } from '../../ui/callout.js';
import { Quoted } from '../../ui/quoted.js';
import { Findings } from './findings.js';
import { SignatureView } from './signature-view.js';
import classes from './documents.module.css';

interface ReportViewProps {
  readonly report: CheckedDocument;
}

/** What a check found: first in one sentence with what takes away from it, then signature by signature. */
export function ReportView({ report }: ReportViewProps) {
  const { t, locale } = useTexts();
  const { signatures, signaturesMore, content, findings, findingsMore, checkedAt } = report;
  return (
    <>
      <VerdictCallout report={report} />
      {content !== undefined && (
        <p>
          {t('documents.report.content')} <Quoted>{content}</Quoted>
        </p>
      )}
      <Findings findings={findings} more={findingsMore} />
      {signatures.map((signature, position) => (
        <SignatureView
          key={position}
          signature={signature}
          number={signatures.length + signaturesMore > 1 ? position + 1 : undefined}
        />
      ))}
      {signaturesMore > 0 && <p>{t('documents.report.signaturesMore', { count: signaturesMore })}</p>}
      <p className={classes['muted']}>
        {t('documents.report.checkedAt', { value: formatDateTime(new Date(checkedAt), locale) })}
      </p>
    </>
  );
}

const isUnknownRevocation = ({ signer }: CheckedSignature): boolean =>
  signer.integrity === 'intact' && signer.revocation.status === 'not-checked';
const isTest = ({ signer }: CheckedSignature): boolean => signer.integrity === 'intact' && signer.certificate.isTest;
const isPartial = ({ coverage }: CheckedSignature): boolean =>
  coverage.kind === 'part' && coverage.uncovered.names.length > 0;

type Caution = 'identity' | 'revocation' | 'part' | 'findings' | 'test' | 'more';

/** What whoever reads only the first sentence has to know as well. */
function cautionsOf({ verdict, signatures, findings, signaturesMore }: CheckedDocument): readonly Caution[] {
  if (verdict === 'total-failed') return signatures.some(isTest) ? ['test'] : [];
  const hasWarnings = [...findings, ...signatures.flatMap((one) => one.findings)].some(
    ({ severity }) => severity === 'warning',
  );
  const cautions: readonly (readonly [Caution, boolean])[] = [
    ['identity', verdict === 'indeterminate'],
    ['revocation', signatures.some(isUnknownRevocation)],
    ['part', signatures.some(isPartial)],
    ['findings', hasWarnings],
    ['test', signatures.some(isTest)],
    ['more', signaturesMore > 0],
  ];
  return cautions.flatMap(([caution, applies]) => (applies ? [caution] : []));
}

/** Never the look of success while something that matters was not checked. */
function calloutKind({ verdict }: CheckedDocument, cautions: readonly Caution[]): CalloutKind {
  if (verdict === 'total-failed') return 'danger';
  if (verdict === 'indeterminate') return 'warning';
  if (cautions.length === 0) return 'success';
  return cautions.every((caution) => caution === 'revocation') ? 'information' : 'warning';
}

function VerdictCallout({ report }: ReportViewProps) {
  const { t, lookUp } = useTexts();
  const failure = [...report.findings, ...report.signatures.flatMap(({ findings }) => findings)].find(
    ({ severity }) => severity === 'failure',
  );
  const reason = failure ? lookUp(`document.finding.${failure.code}`) : '';
  const cautions = cautionsOf(report);
  const kind = calloutKind(report, cautions);
  return (
    <Callout
      kind={kind}
      kindLabel={t(`documents.report.kind.${kind}`)}
      title={t(`documents.report.verdict.${report.verdict}`)}
      live="polite"
    >
      {reason !== '' && <p>{reason}</p>}
      {cautions.length === 1 && cautions[0] && <p>{t(`documents.report.caution.${cautions[0]}`)}</p>}
      {cautions.length > 1 && (
        <ul className={classes['cautions']}>
          {cautions.map((caution) => (
            <li key={caution}>{t(`documents.report.caution.${caution}`)}</li>
          ))}
        </ul>
      )}
    </Callout>
  );
}
