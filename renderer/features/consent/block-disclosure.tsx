import { useId } from 'react';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Row } from '../../ui/stack.js';
import { useConversation } from './conversation.js';
import { blockContext } from './parties.js';

interface BlockDisclosureProps {
  /** Whether the question is asked by now that this answers. */
  readonly isAsked: boolean;
}

/** Refusing for good. Apart from the other answers, so that nobody gives it by mistake. */
export function BlockDisclosure({ isAsked }: BlockDisclosureProps) {
  const { t } = useTexts();
  const { consent, view, act } = useConversation();
  const whyId = useId();
  const context = blockContext(consent.requester);
  const block = (): void => void act({ kind: 'refuse', question: view.question, block: true });
  return (
    <Disclosure title={t('consent.block.title', context)}>
      <p>{t('consent.block.what', context)}</p>
      <p>{t('consent.block.undo')}</p>
      {!isAsked && <p id={whyId}>{t('consent.block.notYet')}</p>}
      <Row>
        <Button
          kind="danger"
          withoutEnter
          disabled={!isAsked}
          aria-describedby={isAsked ? undefined : whyId}
          onClick={block}
        >
          {t('consent.block.button', context)}
        </Button>
      </Row>
    </Disclosure>
  );
}
