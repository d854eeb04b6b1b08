import { useEffect, useState } from 'react';
import type { CheckChoice, ListedFile } from '../../../main/ipc/documents.js';
import type { CallError } from '../../app/api.js';
import { answerOf, useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Panel } from '../../ui/panel.js';
import { Quoted } from '../../ui/quoted.js';
import { Row } from '../../ui/stack.js';
import { DocumentError, useReasonText } from './document-error.js';
import { LoadedFileLook } from './file-look.js';
import { FileName } from './file-rows.js';
import { ReportView } from './report-view.js';
import classes from './documents.module.css';

/** What the person lets be looked at besides the file. */
export type CheckTerms = Omit<CheckChoice, 'id'>;

interface CheckedFileProps {
  readonly file: ListedFile;
  readonly terms: CheckTerms;
  readonly onRemove: () => void;
}

/** One received file; checked when it appears and whenever the terms change. */
export function CheckedFile({ file, terms, onRemove }: CheckedFileProps) {
  const { t } = useTexts();
  const api = useApi();
  const { id, name, kind } = file;
  const [isOpen, setOpen] = useState(false);
  const { state, run } = useAction((choice: CheckTerms) => api.documents.check({ id, ...choice }));
  useEffect(() => {
    void run(terms);
  }, [run, terms]);
  const again = (): void => void run(terms);
  return (
    <Panel title={<Quoted>{name}</Quoted>}>
      {state.status === 'done' ? (
        <ReportView report={state.answer} />
      ) : state.status === 'failed' ? (
        <NotChecked id={id} error={state.error} onAgain={again} />
      ) : (
        <Busy>{t('documents.check.running')}</Busy>
      )}
      <Disclosure title={t('documents.check.file')} onToggle={setOpen}>
        <div className={classes['fileHead']}>
          <FileName file={file} />
        </div>
        {isOpen && kind !== 'folder' && <LoadedFileLook list="checking" id={id} />}
      </Disclosure>
      <Row align="end">
        <Button
          onClick={again}
          disabled={state.status === 'running'}
          aria-label={t('documents.check.retryNamed', { name })}
        >
          {t('documents.check.retry')}
        </Button>
        <Button kind="quiet" onClick={onRemove} aria-label={t('documents.removeNamed', { name })}>
          {t('documents.remove')}
        </Button>
      </Row>
    </Panel>
  );
}

/** A signature without the file that it is over. */
const CONTENT_MISSING: ReadonlySet<unknown> = new Set(['cms-content-missing', 'jws-content-missing']);

const NOT_SIGNED: ReadonlySet<string> = new Set(['pdf-not-signed', 'xml-no-signature']);

interface NotCheckedProps {
  readonly id: string;
  readonly error: CallError;
  readonly onAgain: () => void;
}

function NotChecked({ id, error, onAgain }: NotCheckedProps) {
  const { t } = useTexts();
  const api = useApi();
  const reasonText = useReasonText();
  const { reason } = error.details;
  // That there is no signature is an answer.
  if (typeof reason === 'string' && NOT_SIGNED.has(reason)) {
    return (
      <Callout
        kind="information"
        kindLabel={t('documents.report.kind.information')}
        title={reasonText(reason)}
        live="polite"
      />
    );
  }
  if (!CONTENT_MISSING.has(reason)) {
    return <DocumentError failure={error} title={t('documents.check.notChecked')} access="read" />;
  }
  const choose = async (): Promise<void> => {
    if ((await answerOf(api.documents.chooseContent({ id }))) !== undefined) onAgain();
  };
  return (
    <Callout
      kind="warning"
      kindLabel={t('common.kind.warning')}
      title={t('documents.check.contentMissing')}
      live="polite"
    >
      <p>{t('documents.check.contentMissingHint')}</p>
      <Row>
        <Button kind="primary" onClick={() => void choose()}>
          {t('documents.check.chooseContent')}
        </Button>
      </Row>
    </Callout>
  );
}
