import { useEffect, useId, type ReactNode } from 'react';
import type { ShownConsent, ConsentStage, ConsentView, PinRole } from '../../../main/ipc/consent.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Failure } from '../../ui/failure.js';
import { Row } from '../../ui/stack.js';
import { ItemsLine } from '../consent/items-panel.js';
import { RequesterLine } from '../consent/requester-panel.js';
import { TimeLimit } from '../consent/time-limit.js';
import { Keypad } from './keypad.js';
import { PinField } from './pin-field.js';
import { NewPinReason, NewPinRules, PinReason, TestCardHint, TriesLeft } from './pin-prompts.js';
import { usePinEntry } from './use-pin-entry.js';
import classes from './pin.module.css';

export interface PinStepProps {
  readonly view: ConsentView;
  readonly consent: ShownConsent;
  readonly keypadShuffle: boolean;
}

/**
 * The step of a PIN, or of a new one: one question at a time, each with an entry of its own. Brings its heading; the field
 * takes the focus. Shows nothing in other stages.
 */
export function PinStep({ view, consent, keypadShuffle }: PinStepProps) {
  const { stage, conversation, question } = view;
  if (stage.kind !== 'pin' && stage.kind !== 'new-pin') return null;
  return (
    <Question
      key={`${conversation}.${question}`}
      stage={stage}
      view={view}
      consent={consent}
      keypadShuffle={keypadShuffle}
    />
  );
}

type PinStage = Extract<ConsentStage, { kind: 'pin' | 'new-pin' }>;

interface QuestionProps {
  readonly stage: PinStage;
  readonly view: ConsentView;
  readonly consent: ShownConsent;
  readonly keypadShuffle: boolean;
}

function Question({ stage, view, consent, keypadShuffle }: QuestionProps) {
  const { t } = useTexts();
  const { prompt } = stage;
  const { role, minLength, maxLength } = prompt;
  const hasLetters = role === 'signing';
  const [reasonId, hintId] = [useId(), useId()];
  const { state, enter, leave } = useAnswers(view);
  const isTaken = state.status === 'done' && state.answer;
  const busy = state.status === 'running' || isTaken;
  const alphabet = hasLetters ? 'letters-and-digits' : 'digits';
  // Keys meant for another window may still arrive in one that has just come up.
  const tooEarly = view.agreement !== 'possible';
  const entry = usePinEntry({ alphabet, minLength, maxLength, locked: busy || tooEarly, onSubmit: enter });
  const [heading, label] = [useHeading(stage, consent), useLabel(stage)];
  useTitle(heading);
  const giveUp = (): void => {
    entry.clear();
    leave();
  };
  return (
    <div className={classes['frame']}>
      <header className={classes['header']}>
        <h1 tabIndex={-1}>{heading}</h1>
        {view.endsAt !== undefined && <TimeLimit endsAt={view.endsAt} />}
      </header>
      <div>
        <RequesterLine consent={consent} />
        <ItemsLine consent={consent} />
      </div>
      <div id={reasonId} className={classes['described']}>
        {stage.kind === 'pin' ? <PinReason prompt={stage.prompt} /> : <NewPinReason prompt={stage.prompt} />}
        {state.status === 'failed' && <Failure error={state.error} />}
        {state.status === 'done' && !state.answer && (
          <Callout kind="warning" kindLabel={t('common.kind.warning')} title={t('pin.notTaken')} live="assertive" />
        )}
      </div>
      {prompt.testCard && <TestCardHint role={role} withPin={stage.kind === 'pin'} />}
      <div id={hintId} className={classes['described']}>
        <Hint stage={stage} />
      </div>
      <PinField
        entry={entry}
        label={label}
        describedBy={[reasonId, hintId]}
        hasLetters={hasLetters}
        minLength={minLength}
        maxLength={maxLength}
        busy={busy}
        invalid={prompt.reason !== undefined && entry.length === 0}
      />
      {!hasLetters && <Keypad shuffle={keypadShuffle} disabled={busy} onEdit={entry.edit} />}
      {busy && <Busy>{t('pin.sending')}</Busy>}
      {tooEarly && !busy && <p>{t('pin.tooEarly')}</p>}
      <Row align="end">
        <Button onClick={giveUp}>{t('common.cancel')}</Button>
        <Button
          kind="primary"
          disabled={busy || tooEarly || entry.length < minLength}
          aria-describedby={hintId}
          onClick={entry.submit}
        >
          <SubmitLabel stage={stage} consent={consent} />
        </Button>
      </Row>
    </div>
  );
}

/** Sends answers to one question. */
function useAnswers({ conversation, question }: ConsentView) {
  const { consent } = useApi();
  const { state, run } = useAction(consent.enterPin);
  return {
    state,
    // What sends it has copied the bytes when it returns: from here on they are nobody's.
    enter: (pin: Uint8Array): void => void run({ question, pin }),
    leave: (): void => void leaveQuestion(consent, { conversation, question }),
  };
}

/** Gives up; where the question is over already, for instance because its answer is on its way, ends what follows. */
async function leaveQuestion(
  consent: ReturnType<typeof useApi>['consent'],
  { conversation, question }: Pick<ConsentView, 'conversation' | 'question'>,
): Promise<void> {
  const result = await consent.act({ kind: 'give-up', question });
  if (!result.ok || !result.result) await consent.act({ kind: 'cancel', conversation });
}

function useHeading(stage: PinStage, { operation }: ShownConsent): string {
  const { t } = useTexts();
  const { role } = stage.prompt;
  if (stage.kind === 'pin') return t(operation === 'change-pin' ? 'pin.headingOld' : 'pin.heading', { context: role });
  return t(stage.prompt.entry === 'first' ? 'pin.headingNew' : 'pin.headingAgain', { context: role });
}

function useTitle(heading: string): void {
  const { t } = useTexts();
  useEffect(() => {
    document.title = `${heading} - ${t('common.appName')}`;
  }, [heading, t]);
}

function useLabel({ kind, prompt: { role } }: PinStage): string {
  const { t } = useTexts();
  const name = t(`common.pinName.${role satisfies PinRole}`);
  return kind === 'pin' ? name : t('pin.newName', { name });
}

interface HintProps {
  readonly stage: PinStage;
}

function Hint({ stage }: HintProps): ReactNode {
  const { t } = useTexts();
  if (stage.kind === 'new-pin') return <NewPinRules prompt={stage.prompt} />;
  const { role, triesLeft, reason } = stage.prompt;
  return (
    <>
      {/* The reason says it, too. */}
      {(triesLeft > 1 || reason === undefined) && <TriesLeft count={triesLeft} />}
      <p className={classes['hint']}>{t('pin.origin', { context: role })}</p>
    </>
  );
}

interface SubmitLabelProps {
  readonly stage: PinStage;
  readonly consent: ShownConsent;
}

/** What comes of it. */
function SubmitLabel({ stage, consent: { operation, governmentPage } }: SubmitLabelProps): ReactNode {
  const { t } = useTexts();
  if (stage.kind === 'pin') {
    return t('pin.submit', {
      context: governmentPage && operation === 'authenticate' ? 'authenticate_government' : operation,
    });
  }
  return t(stage.prompt.entry === 'first' ? 'pin.submitNew' : 'pin.submitAgain');
}
