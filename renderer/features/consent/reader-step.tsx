import { useId, useState } from 'react';
import type { ReaderOption } from '../../../main/ipc/consent.js';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Choices } from '../../ui/choices.js';
import { Panel } from '../../ui/panel.js';
import { Quoted } from '../../ui/quoted.js';
import { Row } from '../../ui/stack.js';
import { useConversation } from './conversation.js';
import { StepFrame } from './step-frame.js';
import { Why } from './why.js';

interface ReaderStepProps {
  readonly readers: readonly ReaderOption[];
}

/** Several readers hold a card. None is chosen beforehand. */
export function ReaderStep({ readers }: ReaderStepProps) {
  const { t } = useTexts();
  const { view, act, cancel } = useConversation();
  const [position, setPosition] = useState<string>();
  const whyId = useId();
  const chosen = position === undefined ? undefined : readers[Number(position)];
  const choose = (): void => {
    if (chosen) void act({ kind: 'choose-reader', question: view.question, readerName: chosen.name });
  };
  const actions = (
    <>
      <Why id={whyId}>{chosen ? '' : t('consent.readers.none')}</Why>
      <Row align="end">
        <Button onClick={cancel}>{t('common.cancel')}</Button>
        <Button kind="primary" disabled={!chosen} aria-describedby={whyId} onClick={choose}>
          {t('consent.readers.choose')}
        </Button>
      </Row>
    </>
  );
  return (
    <StepFrame title={t('consent.readers.title')} actions={actions}>
      <Panel>
        <p>{t('consent.readers.lead')}</p>
        <Choices
          legend={t('consent.readers.legend')}
          value={position}
          onChange={setPosition}
          choices={readers.map(({ displayName, virtual }, index) => ({
            value: String(index),
            label: virtual ? t('consent.readers.testCard') : <Quoted>{displayName}</Quoted>,
            ...(virtual && { hint: t('consent.readers.virtual') }),
          }))}
        />
      </Panel>
    </StepFrame>
  );
}
