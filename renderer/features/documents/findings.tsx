import type { CheckedFinding } from '../../../main/ipc/documents.js';
import { useTexts } from '../../app/text.js';
import { Disclosure } from '../../ui/disclosure.js';
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

/** Details of a PDF name its objects; those of other formats name files and elements that people know. */
function isInternal(code: string): boolean {
  return code.startsWith('pdf-');
}

/** What was found besides: in our words where there are some; the stable names below, for whoever is asked for help. */
export function Findings({ findings, more }: FindingsProps) {
  const { t, lookUp } = useTexts();
  if (findings.length === 0) return undefined;
  return (
    <>
      <Marks>
        {findings.map(({ code, severity, detail }, position) => (
          <li key={position}>
            <Mark kind={SEVERITY_MARKS[severity]}>
              {lookUp(`document.finding.${code}`) || <span className={classes['code']}>{code}</span>}{' '}
              {detail !== undefined && !isInternal(code) && <Quoted>{detail}</Quoted>}
            </Mark>
          </li>
        ))}
        {more > 0 && <li>{t('documents.andMore', { count: more })}</li>}
      </Marks>
      <Disclosure title={t('documents.report.findingDetails')}>
        <ul>
          {findings.map(({ code, detail }, position) => (
            <li key={position}>
              <span className={classes['code']}>{code}</span> {detail !== undefined && <Quoted>{detail}</Quoted>}
            </li>
          ))}
        </ul>
      </Disclosure>
    </>
  );
}
