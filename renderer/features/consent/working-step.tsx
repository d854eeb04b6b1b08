import type { ConsentStage } from '../../../main/ipc/consent.js';
import { useTexts } from '../../app/text.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import { useConversation } from './conversation.js';
import { StepFrame } from './step-frame.js';
import { Why } from './why.js';

interface WorkingStepProps {
  readonly stage: Extract<ConsentStage, { kind: 'working' }>;
}

/** What the card and the app do now, as it is. */
export function WorkingStep({ stage }: WorkingStepProps) {
  const { t } = useTexts();
  const { cancel } = useConversation();
  const { progress, items, cancellable } = stage;
  const isMany = items !== undefined && items.count > 1;
  const needsCard = progress !== 'time-stamping' && progress !== 'writing';
  const actions = (
    <>
      <Why>{t(cancellable ? 'consent.working.cancellable' : 'consent.working.past')}</Why>
      {cancellable && (
        <Row align="end">
          <Button onClick={cancel}>{t('common.cancel')}</Button>
        </Row>
      )}
    </>
  );
  return (
    <StepFrame title={t('consent.working.title')} actions={actions}>
      <Panel>
        <Busy {...(isMany && { progress: items })}>{t(`consent.working.stage.${progress}`)}</Busy>
        {isMany && <p>{t('consent.working.count', { done: items.done, count: items.count })}</p>}
        {needsCard && <p>{t('consent.working.keepCard')}</p>}
      </Panel>
    </StepFrame>
  );
}
