import { useEffect, useId, useRef, type ReactNode } from 'react';
import type { ConsentModel, ConsentView } from '../../../main/ipc/consent.js';
import { useTexts, type Texts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Checkbox } from '../../ui/checkbox.js';
import { Row } from '../../ui/stack.js';
import { BlockDisclosure } from './block-disclosure.js';
import { CardPanel } from './card-panel.js';
import type { Choices } from './consent-window.js';
import { useConversation } from './conversation.js';
import { DisclosedPanel, PurposePanel } from './disclosed-panel.js';
import { ItemsPanel } from './items-panel.js';
import { serviceContext } from './parties.js';
import { RequesterLine, RequesterPanel } from './requester-panel.js';
import { StepFrame } from './step-frame.js';
import { UsedPanel } from './used-panel.js';
import { Why } from './why.js';

interface ConsentStepProps {
  readonly choices: Choices;
  readonly onChoose: (choices: Choices) => void;
  /** Whether the window opened with it: refusing has the focus then. */
  readonly isOpening: boolean;
}

/** The consent: who, with what, why, what leaves, what is signed; then yes or no. */
export function ConsentStep(props: ConsentStepProps) {
  const { t } = useTexts();
  const { consent, view } = useConversation();
  const title = t(`consent.title.${consent.operation}`, serviceContext(consent));
  const focus = props.isOpening ? 'none' : 'heading';
  if (consent.remembered === 'is') {
    return (
      <StepFrame title={title} focus={focus} actions={<RememberedActions isOpening={props.isOpening} />}>
        <RequesterPanel requester={consent.requester} />
        <UsedPanel consent={consent} />
        <Callout kind="information" kindLabel={t('common.kind.information')} title={t('consent.remembered.short')}>
          <p>{t('consent.remembered.undo')}</p>
          <p>{t('consent.remembered.stop')}</p>
        </Callout>
        <CardPanel preparation={view.preparation} pinRole={consent.pinRole} />
      </StepFrame>
    );
  }
  return (
    <StepFrame title={title} focus={focus} actions={<ConsentActions {...props} />}>
      <Explanation {...props} />
    </StepFrame>
  );
}

function Explanation({ choices, onChoose }: ConsentStepProps) {
  const { t } = useTexts();
  const { consent, view } = useConversation();
  const { requester, purpose, separateStep, remembered, pinRole } = consent;
  return (
    <>
      <RequesterPanel requester={requester} />
      <UsedPanel consent={consent} />
      {purpose !== undefined && <PurposePanel purpose={purpose} />}
      <DisclosedPanel
        consent={consent}
        given={choices.given}
        onGive={(given) => onChoose({ ...choices, given: [...given].sort((a, b) => a - b) })}
      />
      <ItemsPanel consent={consent} reading={view.reading} />
      {/* Once it has been answered the consent is asked. */}
      {separateStep && !isAsked(view) && (
        <Callout kind="warning" kindLabel={t('common.kind.warning')}>
          <p>{t('consent.separate.notice')}</p>
        </Callout>
      )}
      <CardPanel preparation={view.preparation} pinRole={pinRole} />
      {requester.kind === 'origin' && remembered === 'may-be' && (
        <Checkbox
          checked={choices.remember}
          hint={t('consent.rememberHint')}
          onChange={(remember) => onChoose({ ...choices, remember })}
        >
          {t('consent.remember')}
        </Checkbox>
      )}
      {requester.kind === 'origin' && <BlockDisclosure isAsked={isAsked(view)} />}
    </>
  );
}

/** Whether the app waits for the answer by now. */
function isAsked({ agreement }: ConsentView): boolean {
  return agreement === 'possible' || agreement === 'window';
}

function ConsentActions({ choices, isOpening }: ConsentStepProps) {
  const { t } = useTexts();
  const { consent, view, act, cancel } = useConversation();
  const whyId = useId();
  const refuseButton = useInitialFocus(isOpening);
  const withheld = withheldOf(consent, choices);
  const isNothing = consent.attributes !== undefined && withheld.length === consent.attributes.length;
  const canAgree = view.agreement === 'possible' && !isNothing;
  const { question } = view;
  const refuse = async (): Promise<void> => {
    // Before the question is asked nothing can be refused yet; the conversation ends all the same.
    if (!(await act({ kind: 'refuse', question, block: false }))) cancel();
  };
  const agree = (): void => {
    void act({ kind: 'agree', question, withheld, remember: choices.remember && consent.remembered === 'may-be' });
  };
  return (
    <BarContent>
      <Why id={whyId}>{isAsked(view) && isNothing ? t('consent.why.nothing') : whyText(view, t)}</Why>
      <Row align="end">
        <Button ref={refuseButton} onClick={() => void refuse()}>
          {t('consent.refuse')}
        </Button>
        <Button kind="primary" withoutEnter disabled={!canAgree} aria-describedby={whyId} onClick={agree}>
          {t(`consent.agree.${consent.operation}`, serviceContext(consent))}
        </Button>
      </Row>
    </BarContent>
  );
}

interface RememberedActionsProps {
  readonly isOpening: boolean;
}

/** The PIN is the next question, so that there is nothing to agree to here. */
function RememberedActions({ isOpening }: RememberedActionsProps) {
  const { t } = useTexts();
  const { cancel } = useConversation();
  const cancelButton = useInitialFocus(isOpening);
  return (
    <BarContent>
      <Why>{t('consent.remembered.next')}</Why>
      <Row align="end">
        <Button ref={cancelButton} onClick={cancel}>
          {t('common.cancel')}
        </Button>
      </Row>
    </BarContent>
  );
}

interface BarContentProps {
  readonly children: ReactNode;
}

/** Who asks stands above the buttons, too, wherever the rest is scrolled to. */
function BarContent({ children }: BarContentProps) {
  const { consent } = useConversation();
  return (
    <>
      <RequesterLine requester={consent.requester} />
      {children}
    </>
  );
}

function useInitialFocus(isWanted: boolean) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isWanted) button.current?.focus({ preventScroll: true });
  }, [isWanted]);
  return button;
}

function withheldOf({ attributes = [] }: ConsentModel, { given }: Choices): readonly number[] {
  return attributes.flatMap(({ required }, position) => (required || given.includes(position) ? [] : [position]));
}

/** What keeps the person from agreeing, or what follows from it. */
function whyText({ agreement, preparation }: ConsentView, t: Texts['t']): string {
  if (agreement !== 'card') return t(`consent.why.${agreement}`);
  switch (preparation?.status) {
    case 'waiting-for-reader':
      return t('consent.why.waitingForReader');
    case 'waiting-for-card':
      return t('consent.why.waitingForCard');
    case 'ready':
    case 'failed':
    case undefined:
      return t('consent.why.preparing');
  }
}
