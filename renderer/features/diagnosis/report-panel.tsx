import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { Button } from '../../ui/button.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Failure } from '../../ui/failure.js';
import { Panel } from '../../ui/panel.js';
import { Quoted } from '../../ui/quoted.js';
import { Row } from '../../ui/stack.js';
import classes from './diagnosis.module.css';

interface ReportPanelProps {
  readonly report: string;
}

/** The report, shown in full before it goes anywhere. */
export function ReportPanel({ report }: ReportPanelProps) {
  const api = useApi();
  const { t } = useTexts();
  const copy = useAction(api.app.copyText);
  const save = useAction(api.diagnosis.saveReport);
  return (
    <Panel title={t('diagnosis.report.title')}>
      <p>{t('diagnosis.report.text')}</p>
      <p>{t('diagnosis.report.masked')}</p>
      <p className={classes['small']}>{t('diagnosis.report.english')}</p>
      <Disclosure title={t('diagnosis.report.content')}>
        {/* Takes the focus, so that the keyboard can scroll it. */}
        <pre
          className={classes['report']}
          role="region"
          aria-label={t('diagnosis.report.content')}
          lang="en"
          tabIndex={0}
        >
          {report}
        </pre>
      </Disclosure>
      <Row>
        <Button onClick={() => void copy.run({ text: report })}>{t('diagnosis.report.copy')}</Button>
        <Button disabled={save.state.status === 'running'} onClick={() => void save.run()}>
          {t('diagnosis.report.save')}
        </Button>
      </Row>
      <p role="status">
        {copy.state.status === 'done' && t('diagnosis.report.copied')}{' '}
        {save.state.status === 'done' && save.state.answer.status === 'saved' && (
          <>
            {t('diagnosis.report.saved')} <Quoted>{save.state.answer.shownName}</Quoted>
          </>
        )}
      </p>
      {copy.state.status === 'failed' && <Failure error={copy.state.error} />}
      {save.state.status === 'failed' && <Failure error={save.state.error} />}
    </Panel>
  );
}
