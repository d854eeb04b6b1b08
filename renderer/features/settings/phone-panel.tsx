import { useRef, useState } from 'react';
import type { ShownPhone } from '../../../main/ipc/settings.js';
import { useApi } from '../../app/api.js';
import { formatDay } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import { useAction, useLoad, type CallState } from '../../app/use-call.js';
import { Button } from '../../ui/button.js';
import { Command } from '../../ui/command.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { Failure } from '../../ui/failure.js';
import { Panel } from '../../ui/panel.js';
import { Quoted } from '../../ui/quoted.js';
import { FixedValue, SavingStatus } from './setting-field.js';
import { useSettings } from './use-settings.js';
import classes from './settings.module.css';

const PAIR_COMMAND = 'madoguchi serve --reader phone --pair';

/** Phones as card readers: what works from here, which is to forget one. */
export function PhonePanel() {
  const api = useApi();
  const { t } = useTexts();
  const { phoneReader } = useSettings().view.settings;
  const isForbidden = phoneReader.source === 'administrator' && !phoneReader.value;
  const loaded = useLoad(api.settings.phones);
  // A phone is paired in the command line so far: who has none has nothing to decide here.
  if (loaded.state.status === 'done' && loaded.state.answer.length === 0) return null;
  if (loaded.state.status === 'idle' || loaded.state.status === 'running') return null;
  return (
    <Panel title={t('settings.group.phone')}>
      {isForbidden ? (
        <FixedValue setting={phoneReader} label={t('settings.phone.forbidden')} valueText={t('settings.value.off')} />
      ) : (
        <>
          <p>{t('settings.phone.text')}</p>
          <Command label={t('settings.command')}>{PAIR_COMMAND}</Command>
        </>
      )}
      <Phones loaded={loaded.state} />
    </Panel>
  );
}

interface PhonesProps {
  readonly loaded: CallState<readonly ShownPhone[]>;
}

function Phones({ loaded }: PhonesProps) {
  const api = useApi();
  const { t } = useTexts();
  const { state, run } = useAction(api.settings.forgetPhone);
  const [asked, setAsked] = useState<ShownPhone>();
  const heading = useRef<HTMLHeadingElement>(null);
  const close = (): void => setAsked(undefined);
  const forget = async ({ fingerprint }: ShownPhone): Promise<void> => {
    close();
    const answered = await run({ fingerprint });
    // The button that was pressed went with the phone.
    if (answered) heading.current?.focus();
  };
  const phones = state.status === 'done' ? state.answer : loaded.status === 'done' ? loaded.answer : undefined;
  return (
    <>
      <div>
        <h3 ref={heading} tabIndex={-1}>
          {t('settings.phone.paired')}
        </h3>
        {phones?.length === 0 && <p>{t('settings.phone.none')}</p>}
        {phones && phones.length > 0 && <PhoneList phones={phones} onForget={setAsked} />}
      </div>
      {loaded.status === 'failed' && <Failure error={loaded.error} />}
      <SavingStatus state={state} savedText={t('settings.phone.forgotten')} />
      <ConfirmDialog
        open={asked !== undefined}
        onClose={close}
        title={t('settings.phone.forgetTitle')}
        description={
          <>
            {asked && <Quoted block>{asked.shownName}</Quoted>}
            <p>{t('settings.phone.forgetText')}</p>
          </>
        }
        agree={t('settings.phone.forget')}
        danger
        onAgree={() => {
          if (asked) void forget(asked);
        }}
      />
    </>
  );
}

interface PhoneListProps {
  readonly phones: readonly ShownPhone[];
  readonly onForget: (phone: ShownPhone) => void;
}

function PhoneList({ phones, onForget }: PhoneListProps) {
  const { t, locale } = useTexts();
  return (
    <>
      <p className={classes['small']}>{t('settings.phone.ownName')}</p>
      <ul className={classes['list']}>
        {phones.map((phone) => (
          <li key={phone.fingerprint} className={classes['item']}>
            <span>
              <Quoted>{phone.shownName}</Quoted>
              <br />
              <span className={classes['small']}>
                {t('settings.phone.pairedAt', { day: formatDay(new Date(phone.pairedAt), locale) })}
              </span>
            </span>
            <Button aria-label={`${phone.shownName}: ${t('settings.phone.forget')}`} onClick={() => onForget(phone)}>
              {t('settings.phone.forget')}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
