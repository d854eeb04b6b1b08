import type { ConsentStage } from '../../../main/ipc/consent.js';
import { useErrorText, type ShownError } from '../../app/error-text.js';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Row } from '../../ui/stack.js';
import { BlockDisclosure } from './block-disclosure.js';
import { useConversation } from './conversation.js';
import { selfContext, serviceContext } from './parties.js';
import { StepFrame } from './step-frame.js';

/** In place of an agreement: the card cannot be used, and only the person learns why. */
export function UnusableCardStep() {
  const { t } = useTexts();
  const { consent, view, act, cancel } = useConversation();
  const { preparation, question } = view;
  const close = async (): Promise<void> => {
    if (!(await act({ kind: 'refuse', question, block: false }))) cancel();
  };
  return (
    <StepFrame title={t('consent.unusable.title')} actions={<CloseAction onClose={() => void close()} />}>
      {preparation?.status === 'failed' && <Cause error={preparation} />}
      <p>{t('consent.unusable.private')}</p>
      {consent.requester.kind === 'origin' && <BlockDisclosure isAsked />}
    </StepFrame>
  );
}

export function DoneStep() {
  const { t } = useTexts();
  const { consent, cancel } = useConversation();
  return (
    <StepFrame title={t('consent.done.title')} actions={<CloseAction onClose={cancel} />}>
      <Callout
        kind="success"
        kindLabel={t('common.kind.success')}
        title={t(`consent.done.${consent.operation}`, serviceContext(consent))}
        live="polite"
      >
        <p>{t('consent.done.takeCard')}</p>
        <BackLine isDone />
        <p>{t('consent.done.closes')}</p>
      </Callout>
    </StepFrame>
  );
}

interface FailedStepProps {
  readonly error: Extract<ConsentStage, { kind: 'failed' }>;
}

export function FailedStep({ error }: FailedStepProps) {
  const { t } = useTexts();
  const { cancel } = useConversation();
  return (
    <StepFrame title={t('consent.failed.title')} actions={<CloseAction onClose={cancel} />}>
      <Cause error={error} isEnd />
    </StepFrame>
  );
}

interface CauseProps {
  readonly error: ShownError;
  /** Whether the conversation is over with it, so that a new one has to be begun where this one was. */
  readonly isEnd?: boolean;
}

/** What went wrong and what helps. Its step's heading has the focus, so that it is read next. */
function Cause({ error, isEnd = false }: CauseProps) {
  const { t } = useTexts();
  const { view } = useConversation();
  const { what, remedy } = useErrorText()(error);
  const isLate = error.code === 'ERR_USER_TIMEOUT';
  // The municipal office knows nothing of a test card.
  const isTestCard = view.preparation?.status === 'ready' && view.preparation.testCard;
  const isBlocked = error.code === 'ERR_PIN_BLOCKED';
  return (
    <Callout
      kind={isLate ? 'information' : 'danger'}
      kindLabel={t(isLate ? 'common.kind.information' : 'common.kind.danger')}
      title={what === '' ? t('consent.failed.what') : what}
      live="assertive"
    >
      {error.details['entered'] === true && <p>{t('consent.failed.blockedNow')}</p>}
      {remedy !== '' && !(isBlocked && isTestCard) && <p>{remedy}</p>}
      {isEnd && !isBlocked && <BackLine />}
      <p>
        <small>{t('common.errorCode', { code: error.code })}</small>
      </p>
    </Callout>
  );
}

interface BackLineProps {
  readonly isDone?: boolean;
}

/** Where to go on. */
function BackLine({ isDone = false }: BackLineProps) {
  const { t } = useTexts();
  const { consent } = useConversation();
  if (consent.requester.kind === 'local-program') return null;
  return <p>{t(isDone ? 'consent.done.back' : 'consent.failed.back', selfContext(consent))}</p>;
}

interface CloseActionProps {
  readonly onClose: () => void;
}

function CloseAction({ onClose }: CloseActionProps) {
  const { t } = useTexts();
  return (
    <Row align="end">
      <Button onClick={onClose}>{t('common.close')}</Button>
    </Row>
  );
}
