import type { CardView } from '../../../main/ipc/card.js';
import type { MainPage } from '../../../main/ipc/app.js';
import { useTexts } from '../../app/text.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Failure } from '../../ui/failure.js';
import { Quoted } from '../../ui/quoted.js';
import { Row } from '../../ui/stack.js';
import { useCard, type WatchedCard } from '../card/use-card.js';
import { StepFrame } from './step-frame.js';
import { TestCardOffer } from './test-card-offer.js';
import type { StepMoves } from './welcome-page.js';

interface CardStepProps {
  readonly moves: StepMoves;
  readonly onShow?: (page: MainPage) => void;
}

/** The card is put on the reader, and seen to be recognised. */
export function CardStep({ moves, onShow }: CardStepProps) {
  const { t } = useTexts();
  const card = useCard();
  const isReady = card.view?.status === 'ready' && isUsable(card.view);
  return (
    <StepFrame
      moves={moves}
      title={t('welcome.card.title')}
      lead={t('welcome.card.lead')}
      actions={
        <>
          <Button onClick={moves.onBack}>{t('common.back')}</Button>
          <Button kind={isReady ? 'primary' : 'secondary'} onClick={moves.onNext}>
            {t(isReady ? 'welcome.next' : 'welcome.skip')}
          </Button>
        </>
      }
    >
      {/* Said as it changes, without being asked for. */}
      <div role="status">
        <SeenCard card={card} />
      </div>
      {!isReady && !card.isLooking && (
        <>
          <p>{t('welcome.card.diagnoseText')}</p>
          <Row>
            <Button onClick={() => card.look()}>{t('welcome.card.again')}</Button>
            {onShow && (
              <Button kind="quiet" onClick={() => onShow('diagnosis')}>
                {t('welcome.card.diagnose')}
              </Button>
            )}
          </Row>
        </>
      )}
      <TestCardOffer />
    </StepFrame>
  );
}

type ReadyCard = Extract<CardView, { readonly status: 'ready' }>;

function isUsable({ card }: ReadyCard): boolean {
  return card.applications.jpki.status === 'present';
}

function SeenCard({ card: { view, error } }: { readonly card: WatchedCard }) {
  const { t } = useTexts();
  if (error) return <Failure error={error} />;
  if (!view) return <Busy>{t('welcome.card.looking')}</Busy>;
  switch (view.status) {
    case 'no-reader':
      return (
        <Callout kind="information" title={t('welcome.card.noReader')}>
          <p>{t('welcome.card.connect')}</p>
        </Callout>
      );
    case 'no-card':
      return (
        <Callout kind="information" title={t('welcome.card.noCard')}>
          <p>{t('welcome.card.put')}</p>
          <p>{t('welcome.card.readers')}</p>
          <ul>
            {view.readers.map(({ id, shownName }) => (
              <li key={id}>
                <Quoted>{shownName}</Quoted>
              </li>
            ))}
          </ul>
        </Callout>
      );
    case 'several':
      return (
        <Callout kind="warning" kindLabel={t('common.kind.warning')} title={t('welcome.card.several')}>
          <p>{t('welcome.card.severalText')}</p>
        </Callout>
      );
    case 'ready':
      return <ReadyCallout view={view} />;
  }
}

function ReadyCallout({ view }: { readonly view: ReadyCard }) {
  const { t } = useTexts();
  const { testCard, reader } = view.card;
  const where = (
    <p>
      {t('welcome.card.reader')} <Quoted>{reader.shownName}</Quoted>
    </p>
  );
  if (!isUsable(view)) {
    return (
      <Callout kind="warning" kindLabel={t('common.kind.warning')} title={t('welcome.card.other')}>
        <p>{t('welcome.card.otherText')}</p>
        {where}
      </Callout>
    );
  }
  return (
    <Callout
      kind="success"
      kindLabel={t('common.kind.success')}
      title={t(testCard ? 'welcome.card.testReady' : 'welcome.card.ready')}
    >
      <p>{t(testCard ? 'common.testCard' : 'welcome.card.readyText')}</p>
      {!testCard && where}
    </Callout>
  );
}
