import { useEffect } from 'react';
import { useApp } from '../../app/app-description.js';
import { useApi, type CallError } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction, type CallState } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Failure } from '../../ui/failure.js';
import { Row } from '../../ui/stack.js';
import { StepFrame } from './step-frame.js';
import type { StepMoves } from './welcome-page.js';

/** A signature from question to result, over a text that means nothing. */
export function TryStep({ moves }: { readonly moves: StepMoves }) {
  const api = useApi();
  const { t, language } = useTexts();
  const { state, run } = useAction(api.welcome.trySigning);
  const isRunning = state.status === 'running';
  const isDone = state.status === 'done';
  // Trying again helps nobody then.
  const isBlocked = state.status === 'failed' && state.error.code === 'ERR_PIN_BLOCKED';
  useEffect(() => () => void api.welcome.stop(), [api]);
  return (
    <StepFrame
      moves={moves}
      title={t('welcome.try.title')}
      lead={t('welcome.try.lead')}
      actions={
        <>
          <Button onClick={moves.onBack}>{t('common.back')}</Button>
          <Button kind={isDone || isBlocked ? 'primary' : 'secondary'} onClick={moves.onFinish}>
            {t(isDone || isBlocked ? 'welcome.finish' : 'welcome.skipAll')}
          </Button>
        </>
      }
    >
      <ol>
        <li>{t('welcome.try.steps.ask')}</li>
        <li>{t('welcome.try.steps.pin')}</li>
        <li>{t('welcome.try.steps.done')}</li>
      </ol>
      {!isDone && !isBlocked && <PinAdvice />}
      <Outcome state={state} />
      {!isBlocked && (
        <Row>
          {/* The same button before and while: it keeps the focus. */}
          <Button
            kind={isRunning || isDone ? 'secondary' : 'primary'}
            onClick={() => void (isRunning ? api.welcome.stop() : run({ language }))}
          >
            {t(isRunning ? 'welcome.try.stop' : state.status === 'idle' ? 'welcome.try.start' : 'welcome.try.again')}
          </Button>
        </Row>
      )}
    </StepFrame>
  );
}

function PinAdvice() {
  const { t } = useTexts();
  const { developerMode } = useApp();
  if (developerMode) return <Callout kind="information" title={t('welcome.try.testPin')} />;
  return (
    <Callout kind="warning" kindLabel={t('common.kind.warning')} title={t('welcome.try.realTitle')}>
      <p>{t('welcome.try.realText')}</p>
    </Callout>
  );
}

/** What the person did on purpose is no failure. */
const WANTED: ReadonlySet<CallError['code']> = new Set(['ERR_USER_CANCELLED', 'ERR_USER_REFUSED']);

function Outcome({ state }: { readonly state: CallState<undefined> }) {
  const { t } = useTexts();
  switch (state.status) {
    case 'idle':
      return null;
    case 'running':
      return (
        <>
          <Busy>{t('welcome.try.running')}</Busy>
          <p>{t('welcome.try.runningText')}</p>
        </>
      );
    case 'done':
      return (
        <Callout kind="success" kindLabel={t('common.kind.success')} title={t('welcome.try.done')} live="polite">
          <p>{t('welcome.try.doneText')}</p>
        </Callout>
      );
    case 'failed':
      if (!WANTED.has(state.error.code)) return <Failure error={state.error} />;
      return (
        <Callout kind="information" title={t('welcome.try.cancelled')} live="polite">
          <p>{t('welcome.try.cancelledText')}</p>
        </Callout>
      );
  }
}
