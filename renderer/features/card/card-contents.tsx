import type { CardView, ChangeablePin, KeyRole, ShownCard } from '../../../main/ipc/card.js';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Panel } from '../../ui/panel.js';
import { Quoted } from '../../ui/quoted.js';
import { Row } from '../../ui/stack.js';
import { Attributes } from './attributes.js';
import { AuthorityCertificates, CertificatePanel } from './certificates.js';
import { ReaderPicker } from './no-card.js';
import type { PinChangeState } from './pin-change-outcome.js';
import { Pins } from './pins.js';
import { StateLine } from './state-line.js';
import type { CardUse } from './use-card.js';

export interface PinChanging extends PinChangeState {
  readonly start: (pinRole: ChangeablePin) => void;
}

interface CardContentsProps {
  readonly view: Extract<CardView, { readonly status: 'ready' }>;
  readonly use: CardUse;
  readonly isLooking: boolean;
  readonly onLook: (reader?: string) => void;
  readonly change: PinChanging;
}

const KEY_ROLES: readonly KeyRole[] = ['authentication', 'signing'];

/** Findings that the panel of a certificate tells anyway. */
const TOLD_ELSEWHERE: readonly string[] = ['authentication-certificate-needs-pin', 'signing-certificate-needs-pin'];

/** One card, in the order people ask: what it is, what works, its PINs, its face. */
export function CardContents({ view, use, isLooking, onLook, change }: CardContentsProps) {
  const { card, readers } = view;
  return (
    <>
      <AboutCard card={card} isLooking={isLooking || use.busy} onLook={() => onLook()} />
      {readers.length > 1 && (
        <OtherCards readers={readers} selected={card.reader.id} disabled={use.busy} onLook={onLook} />
      )}
      {KEY_ROLES.map((role) => (
        <CertificatePanel key={role} role={role} card={card} use={use} />
      ))}
      <Pins pins={card.pins} use={use} change={change} />
      {card.applications.text.status === 'present' && <Attributes pins={card.pins} use={use} />}
      <AuthorityCertificates card={card} use={use} />
    </>
  );
}

interface AboutCardProps {
  readonly card: ShownCard;
  readonly isLooking: boolean;
  readonly onLook: () => void;
}

function AboutCard({ card, isLooking, onLook }: AboutCardProps) {
  const { t } = useTexts();
  const { medium, reader, testCard, applications, findings } = card;
  const told = findings.filter(({ finding }) => !TOLD_ELSEWHERE.includes(finding));
  return (
    <Panel title={t('card.about.title')}>
      {testCard && (
        <Callout kind="warning" kindLabel={t('common.kind.warning')}>
          <p>{t('common.testCard')}</p>
        </Callout>
      )}
      <Facts>
        <Fact name={t('card.about.medium')}>{t(`card.about.media.${medium}`)}</Fact>
        {medium === 'my-number-card' && <Fact name={t('card.about.expiry')}>{t('card.about.expiryWhere')}</Fact>}
        <Fact name={t('card.about.reader')}>
          <Quoted>{reader.shownName}</Quoted>
        </Fact>
      </Facts>
      {told.map(({ finding, normal }) => (
        <Finding key={finding} finding={finding} normal={normal} />
      ))}
      <Disclosure title={t('card.about.applications')}>
        <ul>
          {(['jpki', 'text', 'visual'] as const).map((name) => {
            const state = applications[name];
            return (
              <li key={name}>
                {t(`card.about.application.${name}`)}:{' '}
                {state.status === 'unreadable'
                  ? t('card.about.unreadable', { code: state.code })
                  : t(`card.about.${state.status}`)}
              </li>
            );
          })}
        </ul>
      </Disclosure>
      <Row>
        <Button disabled={isLooking} onClick={onLook}>
          {t('card.again')}
        </Button>
      </Row>
    </Panel>
  );
}

function Finding({ finding, normal }: ShownCard['findings'][number]) {
  const { t } = useTexts();
  const text = t(`card.finding.${finding}`);
  if (normal) return <StateLine kind="neutral">{t('card.finding.normal', { text })}</StateLine>;
  // Told, and nothing anybody needs.
  if (finding === 'no-visual-application') return <StateLine kind="neutral">{text}</StateLine>;
  return (
    <Callout kind="warning" kindLabel={t('common.kind.warning')}>
      <p>{text}</p>
    </Callout>
  );
}

interface OtherCardsProps {
  readonly readers: CardContentsProps['view']['readers'];
  readonly selected: string;
  readonly disabled: boolean;
  readonly onLook: (reader: string) => void;
}

function OtherCards({ readers, selected, disabled, onLook }: OtherCardsProps) {
  const { t } = useTexts();
  return (
    <Panel title={t('card.about.other')}>
      <ReaderPicker readers={readers} selected={selected} disabled={disabled} onChoose={onLook} />
    </Panel>
  );
}
