import { useId, type ReactNode } from 'react';
import type { PinPrompt, PinRole } from '../../../main/ipc/consent.js';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import { useConversation } from './conversation.js';
import { readerOf } from './parties.js';
import { RequesterPanel } from './requester-panel.js';
import { StepFrame } from './step-frame.js';
import { Why } from './why.js';

interface QuestionStepProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly no: string;
  readonly yes: string;
  /** What follows from yes; shown once it can be answered. */
  readonly next: string;
  readonly kind?: 'primary' | 'danger';
}

/** A question of its own: no, or a yes that Enter does not give. */
function QuestionStep({ title, children, no, yes, next, kind = 'primary' }: QuestionStepProps) {
  const { t } = useTexts();
  const { view, act } = useConversation();
  const whyId = useId();
  const { question } = view;
  const canConfirm = view.agreement === 'possible';
  const actions = (
    <>
      <Why id={whyId}>{canConfirm ? next : t('consent.confirmLater')}</Why>
      <Row align="end">
        <Button
          kind={kind === 'danger' ? 'primary' : 'secondary'}
          onClick={() => void act({ kind: 'decline', question })}
        >
          {no}
        </Button>
        <Button
          kind={kind}
          withoutEnter
          disabled={!canConfirm}
          aria-describedby={whyId}
          onClick={() => void act({ kind: 'confirm', question })}
        >
          {yes}
        </Button>
      </Row>
    </>
  );
  return (
    <StepFrame title={title} actions={actions}>
      {children}
    </StepFrame>
  );
}

/** The signing certificate for a site that nobody lists. */
export function SeparateStep() {
  const { t } = useTexts();
  const { consent } = useConversation();
  return (
    <QuestionStep
      title={t('consent.separate.heading')}
      no={t('consent.refuse')}
      yes={t('consent.separate.confirm')}
      next={t('consent.separate.next')}
    >
      <Callout kind="warning" kindLabel={t('common.kind.warning')} title={t('consent.separate.seal')}>
        <p>{t(`consent.separate.disclosed.${readerOf(consent)}`)}</p>
      </Callout>
      <RequesterPanel consent={consent} />
    </QuestionStep>
  );
}

interface RoleProps {
  readonly role: PinRole;
}

interface LastTryProps extends RoleProps {
  /** Why a PIN is asked for again. */
  readonly reason?: PinPrompt['reason'];
}

export function LastTryStep({ role, reason }: LastTryProps) {
  const { t } = useTexts();
  return (
    <QuestionStep
      title={t('consent.lastTry.title')}
      no={t('consent.lastTry.decline')}
      yes={t('consent.lastTry.confirm')}
      next={t('consent.lastTry.next')}
      kind="danger"
    >
      <Panel title={t(`common.pinName.${role}`)}>
        {reason === 'incorrect' && <p>{t('consent.lastTry.incorrect')}</p>}
        {reason === 'tries-changed' && <p>{t('pin.reason.triesChanged')}</p>}
        <Callout kind="danger" kindLabel={t('common.kind.warning')} title={t('consent.lastTry.what')}>
          <p>{t('consent.lastTry.doubt')}</p>
        </Callout>
      </Panel>
    </QuestionStep>
  );
}

export function TrivialPinStep({ role }: RoleProps) {
  const { t } = useTexts();
  return (
    <QuestionStep
      title={t('consent.trivial.title')}
      no={t('consent.trivial.decline')}
      yes={t('consent.trivial.confirm')}
      next={t('consent.used.changeAdvice')}
      kind="danger"
    >
      <Panel title={t(`common.pinName.${role}`)}>
        <p>{t('consent.trivial.what')}</p>
      </Panel>
    </QuestionStep>
  );
}
