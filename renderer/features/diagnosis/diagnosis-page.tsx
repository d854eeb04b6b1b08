import { useEffect, useRef, type ReactNode } from 'react';
import type { MainPage } from '../../../main/ipc/app.js';
import { SHOWN_LAYERS } from '../../../main/ipc/diagnosis.js';
import { useTexts } from '../../app/text.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Failure } from '../../ui/failure.js';
import { PageHeading } from '../../ui/page.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import { Conclusion } from './conclusion.js';
import { LayerList } from './layer-list.js';
import { ReportPanel } from './report-panel.js';
import { useDiagnosis, type DiagnosisRun } from './use-diagnosis.js';
import classes from './diagnosis.module.css';

interface DiagnosisPageProps {
  /** Whether somebody came here to have it run, from an error for one. */
  readonly startsAtOnce?: boolean;
  readonly onShow?: (page: MainPage) => void;
}

/** Why the card does not work, layer by layer, and what to do. */
export function DiagnosisPage({ startsAtOnce = false, onShow }: DiagnosisPageProps) {
  const { t } = useTexts();
  const run = useDiagnosis();
  const { start } = run;
  useEffect(() => {
    if (startsAtOnce) start(false);
  }, [startsAtOnce, start]);
  return (
    <>
      <PageHeading lead={t('diagnosis.lead')}>{t('common.page.diagnosis')}</PageHeading>
      <Shown run={run} {...(onShow && { onShow })} />
    </>
  );
}

interface ShownProps {
  readonly run: DiagnosisRun;
  readonly onShow?: (page: MainPage) => void;
}

function Shown({ run: { state, start, stop }, onShow }: ShownProps) {
  const { t } = useTexts();
  switch (state.status) {
    case 'idle':
    case 'stopped':
      return (
        <>
          <Start label={t('diagnosis.start')} onStart={start} wasStopped={state.status === 'stopped'} />
          <Order />
        </>
      );
    case 'failed':
      return (
        <>
          <Failure error={state.error} />
          <Start label={t('diagnosis.again')} onStart={start} />
        </>
      );
    case 'running':
      return (
        <Results>
          <Busy>{t('diagnosis.running')}</Busy>
          <p className={classes['small']}>{t('diagnosis.runningHint')}</p>
          <Row>
            <Button onClick={stop}>{t('diagnosis.stop')}</Button>
          </Row>
          <LayerList
            results={state.results}
            isRunning
            governmentSites={state.governmentSites}
            onRetry={() => start(state.governmentSites)}
          />
        </Results>
      );
    case 'done':
      return (
        <>
          <Results>
            <Conclusion results={state.results} />
            <Row>
              <Button kind="primary" onClick={() => start(state.governmentSites)}>
                {t('diagnosis.again')}
              </Button>
              {!state.governmentSites && <GovernmentStart onStart={start} />}
            </Row>
            <LayerList
              results={state.results}
              governmentSites={state.governmentSites}
              onRetry={() => start(state.governmentSites)}
              {...(onShow && { onShow })}
            />
          </Results>
          <ReportPanel report={state.report} />
        </>
      );
  }
}

interface StartProps {
  readonly label: string;
  readonly onStart: DiagnosisRun['start'];
  readonly wasStopped?: boolean;
}

function Start({ label, onStart, wasStopped = false }: StartProps) {
  const { t } = useTexts();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The button that was pressed to stop is gone.
    if (wasStopped) button.current?.focus();
  }, [wasStopped]);
  return (
    <>
      {wasStopped && <Callout kind="information" live="polite" title={t('diagnosis.stopped')} />}
      <Row>
        <Button ref={button} kind="primary" onClick={() => onStart(false)}>
          {label}
        </Button>
        <GovernmentStart onStart={onStart} />
      </Row>
    </>
  );
}

/** The same, and what today's government sites need. */
function GovernmentStart({ onStart }: Pick<StartProps, 'onStart'>) {
  const { t } = useTexts();
  return <Button onClick={() => onStart(true)}>{t('diagnosis.startGovernment')}</Button>;
}

function Order() {
  const { t } = useTexts();
  return (
    <Panel title={t('diagnosis.order')}>
      <p>{t('diagnosis.orderText')}</p>
      <ol>
        {SHOWN_LAYERS.map((layer) => (
          <li key={layer}>{t(`diagnosis.checks.${layer}`)}</li>
        ))}
      </ol>
    </Panel>
  );
}

/** What is found goes below a heading that takes the focus: the button that began it is gone. */
function Results({ children }: { readonly children: ReactNode }) {
  const { t } = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className={classes['results']} aria-labelledby="diagnosis-results">
      <h2 id="diagnosis-results" ref={heading} tabIndex={-1}>
        {t('diagnosis.results')}
      </h2>
      {children}
    </section>
  );
}
