import { useState } from 'react';
import type { ShownConsent, ConsentStart, ConsentView } from '../../../main/ipc/consent.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useLoad, usePush } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Failure } from '../../ui/failure.js';
import { PinStep } from '../pin/pin-step.js';
import { ConsentStep } from './consent-step.js';
import { ConversationProvider, useConversation } from './conversation.js';
import { DoneStep, FailedStep, UnusableCardStep } from './end-steps.js';
import { LastTryStep, SeparateStep, TrivialPinStep } from './question-steps.js';
import { ReaderStep } from './reader-step.js';
import { PlainFrame } from './step-frame.js';
import { WorkingStep } from './working-step.js';
import classes from './step-frame.module.css';

/** One conversation from consent to result: shows what the app asks and tells, and sends on what the person does. */
export function ConsentWindow() {
  const { t } = useTexts();
  const api = useApi();
  const { state } = useLoad(() => api.consent.start());
  const [model, setModel] = useState<ShownConsent>();
  const [view, setView] = useState<ConsentView>();
  usePush('consent.model', setModel);
  usePush('consent.view', setView);
  if (state.status === 'failed') {
    return (
      <PlainFrame>
        <h1 className={classes['title']}>{t('consent.failed.title')}</h1>
        <Failure error={state.error} />
      </PlainFrame>
    );
  }
  if (state.status !== 'done') {
    return (
      <PlainFrame>
        <h1 className="visually-hidden">{t('common.appName')}</h1>
        <Busy>{t('consent.starting')}</Busy>
      </PlainFrame>
    );
  }
  return <Shown start={state.answer} {...(model && { model })} {...(view && { view })} />;
}

interface ShownProps {
  readonly start: ConsentStart;
  /** Pushed since, or while the start was on its way. */
  readonly model?: ShownConsent;
  readonly view?: ConsentView;
}

function Shown({ start, model = start.consent, view = start.view }: ShownProps) {
  return (
    <ConversationProvider key={view.conversation} consent={model} view={view}>
      <ConsentSteps keypadShuffle={start.keypadShuffle} />
    </ConversationProvider>
  );
}

/** What the person has chosen in the consent; kept while other questions come between. */
export interface Choices {
  /** Positions of optional attributes that are to be given. None are at first. */
  readonly given: readonly number[];
  readonly remember: boolean;
}

const NOTHING_CHOSEN: Choices = { given: [], remember: false };

interface ConsentStepsProps {
  readonly keypadShuffle: boolean;
}

/** What the conversation above is at. */
export function ConsentSteps({ keypadShuffle }: ConsentStepsProps) {
  const { view, consent } = useConversation();
  const { stage } = view;
  const [choices, setChoices] = useState(NOTHING_CHOSEN);
  switch (stage.kind) {
    case 'consent':
      return <ConsentStep choices={choices} onChoose={setChoices} />;
    case 'separate-step':
      return <SeparateStep />;
    case 'choose-reader':
      return <ReaderStep readers={stage.readers} />;
    case 'unusable-card':
      return <UnusableCardStep />;
    case 'last-try':
      return <LastTryStep role={stage.role} reason={stage.reason} />;
    case 'trivial-pin':
      return <TrivialPinStep role={stage.role} />;
    case 'pin':
    case 'new-pin':
      return (
        <PlainFrame>
          <PinStep view={view} consent={consent} keypadShuffle={keypadShuffle} />
        </PlainFrame>
      );
    case 'working':
      return <WorkingStep stage={stage} />;
    case 'done':
      return <DoneStep />;
    case 'failed':
      return <FailedStep error={stage} />;
  }
}
