import type { ConsentModel, Preparation } from '../../../main/ipc/consent.js';
import { useTexts } from '../../app/text.js';
import { Callout } from '../../ui/callout.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Icon } from '../../ui/icon.js';
import { Panel } from '../../ui/panel.js';
import { Quoted } from '../../ui/quoted.js';
import classes from './card-panel.module.css';

interface CardPanelProps {
  readonly preparation?: Preparation | undefined;
  readonly pinRole: ConsentModel['pinRole'];
}

/** What is known about the card behind the consent. Its changes are said aloud. */
export function CardPanel({ preparation, pinRole }: CardPanelProps) {
  const { t } = useTexts();
  return (
    <Panel title={t('consent.card.title')}>
      <p className={classes['state']} role="status">
        <Icon name={preparation?.status === 'ready' ? 'success' : 'card'} />
        <span>{useStateText()(preparation)}</span>
      </p>
      {preparation?.status === 'ready' && <ReadyCard ready={preparation} pinRole={pinRole} />}
    </Panel>
  );
}

function useStateText(): (preparation?: Preparation) => string {
  const { t } = useTexts();
  return (preparation) => {
    switch (preparation?.status) {
      case 'waiting-for-reader':
        return t('consent.card.waitingForReader');
      case 'waiting-for-card':
        return t('consent.card.waitingForCard');
      case 'ready':
        return t('consent.card.ready');
      case 'failed':
        return t('consent.unusable.title');
      case undefined:
        return t('consent.card.unknown');
    }
  };
}

interface ReadyCardProps {
  readonly ready: Extract<Preparation, { status: 'ready' }>;
  readonly pinRole: ConsentModel['pinRole'];
}

function ReadyCard({ ready, pinRole }: ReadyCardProps) {
  const { t } = useTexts();
  const { readerName, triesLeft, testCard, issuer } = ready;
  const kindLabel = t('common.kind.warning');
  return (
    <>
      <Facts>
        <Fact name={t('consent.card.pin')}>{t(`common.pinName.${pinRole}`)}</Fact>
        <Fact name={t('consent.card.triesLeft')}>
          <strong>{t('consent.card.tries', { count: triesLeft })}</strong>
        </Fact>
        <Fact name={t('consent.card.reader')}>
          {testCard ? t('consent.readers.testCard') : <Quoted>{readerName}</Quoted>}
        </Fact>
      </Facts>
      {triesLeft === 1 && (
        <Callout kind="danger" kindLabel={kindLabel}>
          <p>{t('consent.card.lastTry')}</p>
        </Callout>
      )}
      {/* A test card's own authority needs no second warning. */}
      {(issuer === 'unlisted' || issuer === 'unknown') && (
        <Callout kind="warning" kindLabel={kindLabel}>
          <p>{t(`consent.card.issuer.${issuer}`)}</p>
        </Callout>
      )}
    </>
  );
}
