import { useEffect, useRef, useState } from 'react';
import type { AttributeReading, AttributesPin, ShownCard } from '../../../main/ipc/card.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Failure } from '../../ui/failure.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import { formatBirthDate } from './card-dates.js';
import classes from './card.module.css';
import { Ongoing } from './ongoing.js';
import { LEFT_CODES } from './pin-change-outcome.js';
import { StateLine } from './state-line.js';
import { useStopOnLeave, type CardUse } from './use-card.js';

/** How long attributes stay on the screen, in milliseconds. */
const SHOWN_MILLISECONDS = 120_000;

interface AttributesProps {
  readonly pins: ShownCard['pins'];
  readonly use: CardUse;
}

/** Name and address from the face of the card: on demand, here and nowhere else, and not for long. */
export function Attributes({ pins, use }: AttributesProps) {
  const api = useApi();
  const { t } = useTexts();
  const read = useAction(api.card.readAttributes);
  const [wasErased, setErased] = useState(false);
  const { state, reset } = read;
  useStopOnLeave(state.status === 'running');
  const isShown = state.status === 'done';
  useEffect(() => {
    if (!isShown) return undefined;
    return whenOver(SHOWN_MILLISECONDS, () => {
      reset();
      setErased(true);
    });
  }, [isShown, reset]);
  const erased = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // What had the focus went with what was erased.
    if (wasErased && document.activeElement === document.body) erased.current?.focus();
  }, [wasErased]);
  const start = (pinRole: AttributesPin): void => {
    setErased(false);
    void use.perform(() => read.run({ pinRole }));
  };
  return (
    <Panel title={t('card.attributes.title')}>
      <p>{t('card.attributes.lead')}</p>
      {state.status === 'done' && (
        <Shown
          reading={state.answer}
          onErase={() => {
            reset();
            setErased(true);
          }}
        />
      )}
      <p ref={erased} role="status" tabIndex={-1} className={wasErased ? undefined : 'visually-hidden'}>
        {wasErased ? t('card.attributes.erased') : ''}
      </p>
      {state.status === 'failed' &&
        (LEFT_CODES.includes(state.error.code) ? (
          <p role="status">{t('card.attributes.cancelled')}</p>
        ) : (
          <Failure error={state.error} />
        ))}
      {state.status !== 'done' && <Offer pins={pins} use={use} onStart={start} />}
      {state.status === 'running' && <Ongoing>{t('card.attributes.reading')}</Ongoing>}
    </Panel>
  );
}

interface OfferProps extends AttributesProps {
  readonly onStart: (pinRole: AttributesPin) => void;
}

function Offer({ pins, use, onStart }: OfferProps) {
  const { t } = useTexts();
  return (
    <>
      <p>{t('card.attributes.withPin')}</p>
      <Row>
        {pins.profile.status !== 'blocked' && (
          <Button kind="primary" disabled={use.busy} onClick={() => onStart('profile')}>
            {t('card.attributes.read')}
          </Button>
        )}
        {pins['number-b'].status !== 'blocked' && (
          <Button disabled={use.busy} onClick={() => onStart('number-b')}>
            {t('card.attributes.readNumberB')}
          </Button>
        )}
      </Row>
      {(['profile', 'number-b'] as const)
        .filter((role) => pins[role].status === 'blocked')
        .map((role) => (
          <StateLine key={role} kind="bad">
            {t(`common.pinName.${role}`)}: {t('card.attributes.blocked')}
          </StateLine>
        ))}
      <Disclosure title={t('card.attributes.aboutNumberB')}>
        <p>{t('card.attributes.numberB')}</p>
      </Disclosure>
    </>
  );
}

interface ShownProps {
  readonly reading: AttributeReading;
  readonly onErase: () => void;
}

function Shown({ reading: { attributes, checks }, onErase }: ShownProps) {
  const { t, locale } = useTexts();
  const { name, address, birthDate, gender } = attributes;
  const birth = birthDate === undefined ? undefined : formatBirthDate(birthDate, locale);
  const shown = useRef<HTMLDivElement>(null);
  useEffect(() => shown.current?.focus(), []);
  return (
    <div ref={shown} role="group" tabIndex={-1} aria-label={t('card.attributes.shown')} className={classes['shown']}>
      <Facts>
        {name !== undefined && (
          <Fact name={t('card.attributes.name')}>
            <bdi className={classes['attribute']}>{name}</bdi>
          </Fact>
        )}
        {address !== undefined && (
          <Fact name={t('card.attributes.address')}>
            <bdi className={classes['attribute']}>{address}</bdi>
          </Fact>
        )}
        {birth && (
          <Fact name={t('card.attributes.birthDate')}>
            {birth.whole ? birth.text : t('card.attributes.partlyKnownDate', { date: birth.text })}
          </Fact>
        )}
        {gender && <Fact name={t('card.attributes.gender')}>{t(`card.attributes.genders.${gender}`)}</Fact>}
      </Facts>
      <Checks checks={checks} />
      <Callout kind="information" kindLabel={t('common.kind.information')}>
        <p>{t('card.attributes.until')}</p>
        <Row>
          <Button onClick={onErase}>{t('card.attributes.erase')}</Button>
        </Row>
      </Callout>
    </div>
  );
}

/** Nothing is said about the key of a signature that was not checked. */
function Checks({ checks: { digest, signature, issuer } }: Pick<AttributeReading, 'checks'>) {
  const { t } = useTexts();
  return (
    <div>
      <h3>{t('card.attributes.checks')}</h3>
      {digest === 'matches' ? (
        <StateLine kind="good">{t('card.attributes.check.digestMatches')}</StateLine>
      ) : (
        <StateLine kind="neutral">{t('card.attributes.check.digestNotChecked')}</StateLine>
      )}
      {signature === 'holds' ? (
        <StateLine kind="good">{t('card.attributes.check.signatureHolds')}</StateLine>
      ) : (
        <StateLine kind="neutral">{t('card.attributes.check.signatureNotChecked')}</StateLine>
      )}
      {signature === 'holds' &&
        (issuer === 'holds' ? (
          <StateLine kind="good">{t('card.attributes.check.issuerHolds')}</StateLine>
        ) : (
          <StateLine kind="neutral">{t('card.attributes.check.issuerNotChecked')}</StateLine>
        ))}
    </div>
  );
}

/** Calls `end` once the time is over, at the latest when the window is seen again after the computer has slept. */
function whenOver(milliseconds: number, end: () => void): () => void {
  const deadline = Date.now() + milliseconds;
  const timer = setTimeout(end, milliseconds);
  const check = (): void => {
    if (Date.now() >= deadline) end();
  };
  document.addEventListener('visibilitychange', check);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', check);
  };
}
