import { useEffect, useId, useRef, useState, type MouseEvent } from 'react';
import type { ShownConsent, ConsentView } from '../../../main/ipc/consent.js';
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
import { ItemsLine, ItemsPanel, useListed } from './items-panel.js';
import { selfContext, serviceContext } from './parties.js';
import { RequesterPanel } from './requester-panel.js';
import { StepFrame } from './step-frame.js';
import { UsedPanel } from './used-panel.js';
import { Why } from './why.js';

interface ConsentStepProps {
  readonly choices: Choices;
  readonly onChoose: (choices: Choices) => void;
}

/** The consent: who, what is signed, why, what leaves, with what; then yes or no. */
export function ConsentStep(props: ConsentStepProps) {
  const { t } = useTexts();
  const { consent, view } = useConversation();
  const title = t(`consent.title.${consent.operation}`, serviceContext(consent));
  const [end, isEndSeen] = useSeen();
  const listed = useListed(consent);
  if (consent.remembered === 'is') {
    return (
      <StepFrame title={title} actions={<RememberedActions />}>
        <RequesterPanel consent={consent} />
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
    <StepFrame
      title={title}
      summary={summaryOf(consent, t)}
      actions={<ConsentActions choices={props.choices} isEndSeen={isEndSeen} listed={listed} />}
    >
      <Explanation {...props} listed={listed} />
      <div ref={end} />
    </StepFrame>
  );
}

/** What a yes comes to. One's own commands say it by their title. */
function summaryOf(
  { operation, pinRole, items, beingRead, attributes, governmentPage }: ShownConsent,
  t: Texts['t'],
): string | undefined {
  const isCertificate = pinRole === 'authentication' || pinRole === 'signing';
  const certificate = isCertificate ? t(`common.certificate.${pinRole}`) : '';
  switch (operation) {
    case 'sign':
      if (governmentPage) return t('consent.government.sign.summary', { certificate, count: items.length });
      return t('consent.summary.sign', { certificate, count: beingRead?.length ?? items.length });
    case 'authenticate':
      return t(governmentPage ? 'consent.government.logIn.summary' : 'consent.summary.authenticate', { certificate });
    case 'read-attributes':
      return attributes && t('consent.summary.read-attributes_service');
    case 'read-certificate':
    case 'change-pin':
      return undefined;
  }
}

interface ExplanationProps extends ConsentStepProps {
  /** How many of the items are in the page. */
  readonly listed: number;
}

function Explanation({ choices, onChoose, listed }: ExplanationProps) {
  const { t } = useTexts();
  const { consent, view } = useConversation();
  const { requester, purpose, separateStep, remembered, pinRole } = consent;
  const isWaiting =
    view.preparation?.status === 'waiting-for-reader' || view.preparation?.status === 'waiting-for-card';
  const card = <CardPanel preparation={view.preparation} pinRole={pinRole} />;
  return (
    <>
      {/* While the card is what is missing, that comes first. */}
      {isWaiting && card}
      {/* Once it has been answered the consent is asked. */}
      {separateStep && !isAsked(view) && (
        <Callout kind="warning" kindLabel={t('common.kind.warning')}>
          <p>{t('consent.separate.notice')}</p>
        </Callout>
      )}
      <RequesterPanel consent={consent} />
      <ItemsPanel consent={consent} reading={view.reading} listed={listed} />
      {purpose !== undefined && <PurposePanel purpose={purpose} />}
      <DisclosedPanel
        consent={consent}
        given={choices.given}
        onGive={(given) => onChoose({ ...choices, given: [...given].sort((a, b) => a - b) })}
      />
      <UsedPanel consent={consent} />
      {!isWaiting && card}
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

interface ConsentActionsProps {
  readonly choices: Choices;
  /** Whether the person has had the end of the explanation in view. */
  readonly isEndSeen: boolean;
  /** How many of the items are in the page. */
  readonly listed: number;
}

function ConsentActions({ choices, isEndSeen, listed }: ConsentActionsProps) {
  const { t } = useTexts();
  const { consent, view, act, cancel } = useConversation();
  const whyId = useId();
  const withheld = withheldOf(consent, choices);
  const isNothing = consent.attributes !== undefined && withheld.length === consent.attributes.length;
  const isWhole = listed === (consent.beingRead ?? consent.items).length;
  const canAgree = view.agreement === 'possible' && !isNothing && isWhole;
  const { question } = view;
  const refuse = async (): Promise<void> => {
    // Before the question is asked nothing can be refused yet; the conversation ends all the same.
    if (!(await act({ kind: 'refuse', question, block: false }))) cancel();
  };
  const agree = (): void => {
    void act({ kind: 'agree', question, withheld, remember: choices.remember && consent.remembered === 'may-be' });
  };
  return (
    <>
      <ItemsLine consent={consent} />
      <Why id={whyId}>{isAsked(view) && isNothing ? t('consent.why.nothing') : whyText(view, isEndSeen, t)}</Why>
      <Row align="end">
        <Button onClick={(event) => !isTooEarly(event, view) && void refuse()}>
          {t('consent.refuse', selfContext(consent))}
        </Button>
        <Button kind="primary" withoutEnter disabled={!canAgree} aria-describedby={whyId} onClick={agree}>
          {t(`consent.agree.${consent.operation}`, { ...serviceContext(consent), ...selfContext(consent) })}
        </Button>
      </Row>
    </>
  );
}

/** A key that was meant for the window before: refusing is careful, but must not happen unseen either. */
function isTooEarly({ detail }: MouseEvent, { agreement }: ConsentView): boolean {
  const isByKey = detail === 0;
  return isByKey && agreement === 'window';
}

/** The PIN is the next question, so that there is nothing to agree to here. */
function RememberedActions() {
  const { t } = useTexts();
  const { view, cancel } = useConversation();
  return (
    <>
      <Why>{t('consent.remembered.next')}</Why>
      <Row align="end">
        <Button onClick={(event) => !isTooEarly(event, view) && cancel()}>{t('common.cancel')}</Button>
      </Row>
    </>
  );
}

/** Whether an element has ever been in view; as long as nobody can tell, it has. */
function useSeen() {
  const element = useRef<HTMLDivElement>(null);
  const [isSeen, setIsSeen] = useState(true);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(([entry]) => {
      setIsSeen(entry?.isIntersecting ?? true);
      if (entry?.isIntersecting) observer.disconnect();
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, isSeen] as const;
}

function withheldOf({ attributes = [] }: ShownConsent, { given }: Choices): readonly number[] {
  return attributes.flatMap(({ required }, position) => (required || given.includes(position) ? [] : [position]));
}

/** What keeps the person from agreeing, or what follows from it. */
function whyText({ agreement, preparation }: ConsentView, isEndSeen: boolean, t: Texts['t']): string {
  if (agreement === 'possible' && !isEndSeen) return t('consent.why.more');
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
