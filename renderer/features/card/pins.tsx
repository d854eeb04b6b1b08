import type { ChangeablePin, PinRole, PinState, ShownCard } from '../../../main/ipc/card.js';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Panel } from '../../ui/panel.js';
import type { PinChanging } from './card-contents.js';
import classes from './card.module.css';
import { Ongoing } from './ongoing.js';
import { PinChangeOutcome } from './pin-change-outcome.js';
import { StateLine } from './state-line.js';
import type { CardUse } from './use-card.js';

const PIN_ROLES: readonly PinRole[] = ['authentication', 'signing', 'profile', 'number-b'];

const isChangeable = (role: PinRole): role is ChangeablePin => role !== 'number-b';

interface PinsProps {
  readonly pins: ShownCard['pins'];
  readonly use: CardUse;
  readonly change: PinChanging;
}

/** Tries left of every PIN, and changing them. */
export function Pins({ pins, use, change }: PinsProps) {
  const { t } = useTexts();
  return (
    <Panel title={t('card.pins.title')}>
      <p>{t('card.pins.lead')}</p>
      <ul className={classes['list']}>
        {PIN_ROLES.map((role) => (
          <Pin key={role} role={role} state={pins[role]} use={use} change={change} />
        ))}
      </ul>
    </Panel>
  );
}

interface PinProps {
  readonly role: PinRole;
  readonly state: PinState;
  readonly use: CardUse;
  readonly change: PinChanging;
}

function Pin({ role, state, use, change }: PinProps) {
  const { t } = useTexts();
  const name = t(`common.pinName.${role}`);
  const canChange = isChangeable(role) && (state.status === 'tries-left' || state.status === 'still-verified');
  const isMine = change.pinRole === role;
  const isChanging = isMine && change.state.status === 'running';
  return (
    <li className={classes['item']}>
      <div className={classes['what']}>
        <h3>{name}</h3>
        <p className={classes['small']}>{t(`card.pins.use.${role}`)}</p>
        <PinStateLine role={role} state={state} />
        {isMine && <PinChangeOutcome pinRole={change.pinRole} state={change.state} />}
        {isChanging && <Ongoing>{t('card.pins.changing', { name })}</Ongoing>}
      </div>
      {canChange && (
        <Button
          disabled={use.busy}
          aria-label={t('card.pins.changeNamed', { name })}
          onClick={() => change.start(role)}
        >
          {t('card.pins.change')}
        </Button>
      )}
    </li>
  );
}

function PinStateLine({ role, state }: Pick<PinProps, 'role' | 'state'>) {
  const { t } = useTexts();
  switch (state.status) {
    case 'tries-left':
      return state.triesLeft === 1 ? (
        <StateLine kind="concern">{t('card.pins.lastTry')}</StateLine>
      ) : (
        <StateLine kind="good">{t('card.pins.triesLeft', { count: state.triesLeft })}</StateLine>
      );
    case 'blocked':
      return (
        <StateLine kind="bad">
          <strong>{t('card.pins.blocked')}</strong> {t(`card.pins.unblock.${role}`)}
        </StateLine>
      );
    case 'still-verified':
      return <StateLine kind="neutral">{t('card.pins.stillVerified')}</StateLine>;
    case 'absent':
      return <StateLine kind="neutral">{t('card.pins.absent')}</StateLine>;
    case 'unreadable':
      return <StateLine kind="concern">{t('card.pins.unreadable', { code: state.code })}</StateLine>;
  }
}
