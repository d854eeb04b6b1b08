import { useState } from 'react';
import type { HistoryFormat } from '../../../main/ipc/history.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Failure } from '../../ui/failure.js';
import { Panel } from '../../ui/panel.js';
import { Quoted } from '../../ui/quoted.js';
import { Row } from '../../ui/stack.js';
import type { AskToErase } from './erase-question.js';

interface FilePanelProps {
  /** Entries that can be read; undefined where it is not known. */
  readonly total: number | undefined;
  readonly onErase: AskToErase;
}

/** The history as a whole: into a file, or away. */
export function FilePanel({ total, onErase }: FilePanelProps) {
  const { t } = useTexts();
  return (
    <Panel title={t('history.file.title')}>
      {total !== undefined && total > 0 && <Export />}
      <Row>
        <Button kind="danger" onClick={() => onErase({ erasure: { kind: 'all' }, count: total })}>
          {t('history.file.eraseAll')}
        </Button>
      </Row>
    </Panel>
  );
}

function Export() {
  const api = useApi();
  const { t } = useTexts();
  const { state, run } = useAction(api.history.export);
  const [format, setFormat] = useState<HistoryFormat>();
  const isRunning = state.status === 'running';
  const start = (wanted: HistoryFormat): void => {
    setFormat(wanted);
    void run({ format: wanted });
  };
  return (
    <>
      <p>{t('history.file.export')}</p>
      <Row>
        <Button disabled={isRunning} onClick={() => start('csv')}>
          {t('history.file.csv')}
        </Button>
        <Button disabled={isRunning} onClick={() => start('json')}>
          {t('history.file.json')}
        </Button>
      </Row>
      {isRunning && <Busy>{t('history.file.running')}</Busy>}
      {state.status === 'failed' && <Failure error={state.error} />}
      {state.status === 'done' && state.answer.status === 'cancelled' && (
        <p role="status">{t('history.file.cancelled')}</p>
      )}
      {state.status === 'done' && state.answer.status === 'saved' && (
        <Callout
          key={format}
          kind="success"
          kindLabel={t('common.kind.success')}
          title={t('history.file.saved', { count: state.answer.entries })}
          live="polite"
        >
          <Row>
            <Quoted>{state.answer.shownName}</Quoted>
          </Row>
        </Callout>
      )}
    </>
  );
}
