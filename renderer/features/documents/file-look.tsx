import type { ConformanceLine, FileList, FileLook } from '../../../main/ipc/documents.js';
import { useApi } from '../../app/api.js';
import { formatSize } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import { useLoad } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Callout } from '../../ui/callout.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Quoted } from '../../ui/quoted.js';
import { DigestValue } from '../../ui/digest-value.js';
import { PreviewContent, PreviewFacts } from '../consent/preview-view.js';
import { DocumentError } from './document-error.js';
import { Mark, Marks, type MarkKind } from './mark.js';
import classes from './documents.module.css';

interface LoadedFileLookProps {
  readonly list: FileList;
  readonly id: string;
  /** Told once it was read. */
  readonly onLooked?: () => void;
}

/** Reads the file when it appears. */
export function LoadedFileLook({ list, id, onLooked }: LoadedFileLookProps) {
  const { t } = useTexts();
  const api = useApi();
  const { state } = useLoad(async () => {
    const result = await api.documents.look({ list, id });
    if (result.ok) onLooked?.();
    return result;
  });
  if (state.status === 'failed') return <DocumentError failure={state.error} access="read" />;
  if (state.status !== 'done') return <Busy>{t('common.loading')}</Busy>;
  return <FileLookView look={state.answer} />;
}

interface FileLookViewProps {
  readonly look: FileLook;
}

/** What a file is and what is hidden in it. Its own words only ever as text. */
function FileLookView({ look: { size, sha256, preview, conformance } }: FileLookViewProps) {
  const { t, locale } = useTexts();
  const only = preview.warnings.length === 1 ? preview.warnings[0] : undefined;
  return (
    <>
      {preview.warnings.length > 0 && (
        <Callout kind="warning" kindLabel={t('common.kind.warning')}>
          {only !== undefined ? (
            <p>{t(`document.preview.warning.${only}`)}</p>
          ) : (
            <ul className={classes['cautions']}>
              {preview.warnings.map((warning) => (
                <li key={warning}>{t(`document.preview.warning.${warning}`)}</li>
              ))}
            </ul>
          )}
        </Callout>
      )}
      <Facts>
        <PreviewFacts preview={preview} />
        <Fact name={t('documents.look.size')}>
          {t('documents.look.bytes', { size: formatSize(size, locale), bytes: size.toLocaleString(locale) })}
        </Fact>
      </Facts>
      <PreviewContent preview={preview} heading={t('documents.look.text')} />
      {!preview.text && !preview.fields && <p>{t('documents.look.nothingToShow')}</p>}
      {conformance && <Conformance lines={conformance} />}
      <Disclosure title={t('documents.look.sha256')}>
        <DigestValue>{sha256}</DigestValue>
      </Disclosure>
    </>
  );
}

const RULE_MARKS: Readonly<Record<ConformanceLine['result'], MarkKind>> = {
  met: 'success',
  'not-met': 'danger',
  'not-checked': 'unknown',
};

interface ConformanceProps {
  readonly lines: readonly ConformanceLine[];
}

/** How a signed PDF stands to what 登記・供託 publishes. */
function Conformance({ lines }: ConformanceProps) {
  const { t, lookUp } = useTexts();
  return (
    <Disclosure title={t('documents.conformance.disclosure')}>
      <p>{t('documents.conformance.title')}</p>
      <Marks>
        {lines.map(({ rule, result, detail }) => (
          <li key={rule}>
            <Mark kind={RULE_MARKS[result]}>
              {lookUp(`documents.conformance.rule.${rule}`) || rule}
              {detail !== '' && (
                <>
                  {' '}
                  <Quoted>{detail}</Quoted>
                </>
              )}
            </Mark>
          </li>
        ))}
      </Marks>
    </Disclosure>
  );
}
