import type { CheckedFinding } from '../../../main/ipc/documents.js';
import { useTexts } from '../../app/text.js';
import { Quoted } from '../../ui/quoted.js';
import { Mark, Marks, type MarkKind } from './mark.js';
import classes from './documents.module.css';

const SEVERITY_MARKS: Readonly<Record<CheckedFinding['severity'], MarkKind>> = {
  failure: 'danger',
  warning: 'warning',
  information: 'information',
};

interface FindingsProps {
  readonly findings: readonly CheckedFinding[];
  readonly more: number;
}

/** What was found besides: in our words where there are some, with the stable name in any case. */
export function Findings({ findings, more }: FindingsProps) {
  const { t, lookUp } = useTexts();
  if (findings.length === 0) return undefined;
  return (
    <Marks>
      {findings.map(({ code, severity, detail }, position) => (
        <li key={position}>
          <Mark kind={SEVERITY_MARKS[severity]}>
            {lookUp(`document.finding.${code}`)} {detail !== undefined && <Quoted>{detail}</Quoted>}{' '}
            <span className={classes['code']}>{code}</span>
          </Mark>
        </li>
      ))}
      {more > 0 && <li>{t('documents.andMore', { count: more })}</li>}
    </Marks>
  );
}
