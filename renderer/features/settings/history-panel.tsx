import { useState } from 'react';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import { TextField } from '../../ui/text-field.js';
import { SettingField } from './setting-field.js';
import { useSetting, useSettings, type SettingUse } from './use-settings.js';

export function HistoryPanel() {
  const { t } = useTexts();
  const use = useSetting('historyDays');
  const { value } = use.setting;
  const valueText = value === 0 ? t('settings.historyDays.none') : t('settings.historyDays.value', { count: value });
  return (
    <Panel title={t('settings.group.history')}>
      {/* As shipped may be fewer days than were decided: that is asked first, where the days are entered. */}
      <SettingField use={use} label={t('settings.historyDays.label')} valueText={valueText} canReset={false}>
        <DaysEntry use={use} />
      </SettingField>
    </Panel>
  );
}

/** A number as it is typed; nothing is lost by typing: what would erase entries is asked first. */
function DaysEntry({ use }: { readonly use: SettingUse<number> }) {
  const { t } = useTexts();
  const { least, most } = useSettings().view.historyDays;
  const { value, unreadable } = use.setting;
  const [text, setText] = useState(String(value));
  const [isWrong, setWrong] = useState(false);
  const [asked, setAsked] = useState<number>();
  const [known, setKnown] = useState(value);
  // Changed, here or elsewhere: the same field goes on with it, so that the focus finds its way back from the question.
  if (known !== value) {
    setKnown(value);
    setText(String(value));
    setWrong(false);
  }
  const bounds = { least, most };
  const submit = (): void => {
    const days = readDays(text, bounds);
    setWrong(days === undefined);
    if (days === undefined || (days === value && !unreadable)) return;
    // What had been decided is not known where it cannot be read: there may be older entries.
    if (unreadable || days < value) setAsked(days);
    else void use.change(days);
  };
  return (
    <>
      <TextField
        label={t('settings.historyDays.label')}
        hint={t('settings.historyDays.hint', bounds)}
        value={text}
        onChange={(changed) => {
          setText(changed);
          setWrong(false);
        }}
        inputMode="numeric"
        autoComplete="off"
        maxLength={6}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) submit();
        }}
        {...(isWrong && { fault: t('settings.historyDays.invalid', bounds) })}
      />
      <Row>
        <Button disabled={use.state.status === 'running'} onClick={submit}>
          {t('settings.historyDays.save')}
        </Button>
      </Row>
      <ErasingDialog
        days={asked}
        onClose={() => setAsked(undefined)}
        onAgree={(days) => {
          setAsked(undefined);
          void use.change(days);
        }}
      />
    </>
  );
}

/** Digits as they are typed, also with a Japanese keyboard; undefined for what is no number of days. */
function readDays(text: string, { least, most }: { readonly least: number; readonly most: number }) {
  const digits = text.normalize('NFKC').trim();
  const days = /^[0-9]{1,6}$/.test(digits) ? Number(digits) : undefined;
  return days !== undefined && days >= least && days <= most ? days : undefined;
}

interface ErasingDialogProps {
  readonly days: number | undefined;
  readonly onClose: () => void;
  readonly onAgree: (days: number) => void;
}

function ErasingDialog({ days, onClose, onAgree }: ErasingDialogProps) {
  const { t } = useTexts();
  const title =
    days === 0 ? t('settings.historyDays.confirmNone') : t('settings.historyDays.confirmTitle', { count: days ?? 0 });
  return (
    <ConfirmDialog
      open={days !== undefined}
      onClose={onClose}
      title={title}
      description={t('settings.historyDays.confirmText')}
      agree={t('settings.historyDays.confirm')}
      danger
      onAgree={() => {
        if (days !== undefined) onAgree(days);
      }}
    />
  );
}
