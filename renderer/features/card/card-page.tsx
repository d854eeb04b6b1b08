import { useState } from 'react';
import type { MainPage } from '../../../main/ipc/app.js';
import type { CardView, ChangeablePin } from '../../../main/ipc/card.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Failure } from '../../ui/failure.js';
import { PageHeading } from '../../ui/page.js';
import { Row } from '../../ui/stack.js';
import { CardContents } from './card-contents.js';
import { NoCard, NoReader, SeveralCards } from './no-card.js';
import { PinChangeOutcome } from './pin-change-outcome.js';
import { useCard, type CardLook, type WatchedCard } from './use-card.js';

interface CardPageProps {
  readonly onShow: (page: MainPage) => void;
}

/** What is on the card. Shows by itself when one is put on the reader or taken away. */
export function CardPage({ onShow }: CardPageProps) {
  const { t } = useTexts();
  const card = useCard();
  return (
    <>
      <PageHeading lead={t('card.lead')}>{t('common.page.card')}</PageHeading>
      <SpokenStatus look={card} />
      <Shown card={card} onDiagnose={() => onShow('diagnosis')} />
    </>
  );
}

const STATUS_TEXTS = {
  'no-reader': 'card.status.noReader',
  'no-card': 'card.status.noCard',
  several: 'card.status.several',
  ready: 'card.status.ready',
} as const satisfies Record<CardView['status'], string>;

/** For those who do not see the page change by itself. */
function SpokenStatus({ look: { view, isLooking } }: { readonly look: CardLook }) {
  const { t } = useTexts();
  return (
    <p role="status" className="visually-hidden">
      {isLooking || !view ? '' : t(STATUS_TEXTS[view.status])}
    </p>
  );
}

interface ShownProps {
  readonly card: WatchedCard;
  readonly onDiagnose: () => void;
}

function Shown({ card, onDiagnose }: ShownProps) {
  const api = useApi();
  const { t } = useTexts();
  const change = useAction(api.card.changePin);
  const [pinRole, setPinRole] = useState<ChangeablePin>();
  const { view, error, isLooking, look, perform } = card;
  // Said here where the card is gone, else beside the PIN.
  const outcome = <PinChangeOutcome pinRole={pinRole} state={change.state} />;
  const startChange = (role: ChangeablePin): void => {
    setPinRole(role);
    void perform(() => change.run({ pinRole: role }));
  };
  if (error) {
    return (
      <>
        {outcome}
        <Failure error={error}>
          <Row>
            <Button disabled={isLooking} onClick={() => look()}>
              {t('card.again')}
            </Button>
            <Button onClick={onDiagnose}>{t('welcome.card.diagnose')}</Button>
          </Row>
        </Failure>
      </>
    );
  }
  if (!view) return <Busy>{t('card.looking')}</Busy>;
  switch (view.status) {
    case 'no-reader':
      return <NoReader outcome={outcome} isLooking={isLooking} onLook={() => look()} onDiagnose={onDiagnose} />;
    case 'no-card':
      return <NoCard outcome={outcome} readers={view.readers} isLooking={isLooking} onLook={() => look()} />;
    case 'several':
      return <SeveralCards outcome={outcome} readers={view.readers} onChoose={look} />;
    case 'ready':
      return (
        <CardContents
          key={view.card.reader.id}
          view={view}
          use={card}
          isLooking={isLooking}
          onLook={look}
          change={{ pinRole, state: change.state, start: startChange }}
        />
      );
  }
}
