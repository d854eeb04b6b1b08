import type { ConsentStage } from '../../../main/ipc/consent.js';
import { useErrorText, type ShownError } from '../../app/error-text.js';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import { BlockDisclosure } from './block-disclosure.js';
import { useConversation } from './conversation.js';
import { serviceContext } from './parties.js';
import { RequesterLine } from './requester-panel.js';
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
      <Cause error={error} />
    </StepFrame>
  );
}

interface CauseProps {
  readonly error: ShownError;
}

/** What went wrong and what helps. Its step's heading has the focus, so that it is read next. */
function Cause({ error }: CauseProps) {
  const { t } = useTexts();
  const { what, remedy } = useErrorText()(error);
  return (
    <Panel>
      <Callout
        kind="danger"
        kindLabel={t('common.kind.danger')}
        title={what === '' ? t('consent.failed.what') : what}
        live="assertive"
      >
        {remedy !== '' && <p>{remedy}</p>}
        <p>
          <small>{t('common.errorCode', { code: error.code })}</small>
        </p>
      </Callout>
    </Panel>
  );
}

interface CloseActionProps {
  readonly onClose: () => void;
}

function CloseAction({ onClose }: CloseActionProps) {
  const { t } = useTexts();
  const { consent } = useConversation();
  return (
    <>
      <RequesterLine requester={consent.requester} />
      <Row align="end">
        <Button onClick={onClose}>{t('common.close')}</Button>
      </Row>
    </>
  );
}
