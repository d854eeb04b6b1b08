import type { ReactNode } from 'react';
import type { Setting } from '../../../main/ipc/settings.js';
import { useTexts } from '../../app/text.js';
import type { CallState } from '../../app/use-call.js';
import { Button } from '../../ui/button.js';
import { Failure } from '../../ui/failure.js';
import { Icon } from '../../ui/icon.js';
import { Row } from '../../ui/stack.js';
import type { SettingUse } from './use-settings.js';
import classes from './settings.module.css';

interface SettingFieldProps<Value> {
  readonly use: SettingUse<Value>;
  readonly label: string;
  /** Its value in words, where it cannot be changed. */
  readonly valueText: string;
  /** Said once it is saved, in place of "saved". */
  readonly savedText?: string;
  /** Whether what cannot be read may be put back as shipped by one press. */
  readonly canReset?: boolean;
  /** What changes it; it bears the label. */
  readonly children: ReactNode;
}

/** One setting: what changes it, or why nothing does; then how saving it went. */
export function SettingField<Value>({
  use,
  label,
  valueText,
  savedText,
  canReset = true,
  children,
}: SettingFieldProps<Value>) {
  const { t } = useTexts();
  const { setting, canChange, state, reset } = use;
  return (
    <div className={classes['field']}>
      {canChange ? children : <FixedValue setting={setting} label={label} valueText={valueText} />}
      {canChange && setting.unreadable && (
        <Row>
          <span className={classes['concern']}>
            <Icon name="warning" />
            <span>{t('settings.unreadable')}</span>
          </span>
          {canReset && (
            <Button aria-label={`${label}: ${t('settings.resetOne')}`} onClick={() => void reset()}>
              {t('settings.resetOne')}
            </Button>
          )}
        </Row>
      )}
      <SavingStatus state={state} {...(savedText !== undefined && { savedText })} />
    </div>
  );
}

interface FixedValueProps {
  readonly setting: Setting<unknown>;
  readonly label: string;
  readonly valueText: string;
}

/** A setting that nobody can change here: the administrator decided, or the file is damaged. */
export function FixedValue({ setting: { source, lockedBy }, label, valueText }: FixedValueProps) {
  const { t } = useTexts();
  return (
    <>
      <p>
        <b>{label}</b>
        <br />
        {valueText}
      </p>
      {source === 'administrator' && (
        <p className={classes['locked']}>
          <Icon name="lock" />
          <span>
            {t('settings.locked')}
            {lockedBy !== undefined && (
              <>
                <br />
                {t('settings.lockedBy')} <bdi className={classes['path']}>{lockedBy}</bdi>
              </>
            )}
          </span>
        </p>
      )}
    </>
  );
}

interface SavingStatusProps {
  readonly state: CallState<unknown>;
  readonly savedText?: string;
}

/** Said politely when it is saved, and at once where it could not be. */
export function SavingStatus({ state, savedText }: SavingStatusProps) {
  const { t } = useTexts();
  const texts = { idle: '', running: t('settings.saving'), done: savedText ?? t('settings.saved'), failed: '' };
  return (
    <>
      <p role="status" className={classes['status']}>
        {state.status === 'done' && <Icon name="success" />}
        {texts[state.status] !== '' && <span>{texts[state.status]}</span>}
      </p>
      {state.status === 'failed' && <Failure error={state.error} />}
    </>
  );
}
