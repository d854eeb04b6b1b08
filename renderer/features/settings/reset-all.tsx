import { useState } from 'react';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { Button } from '../../ui/button.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { Row } from '../../ui/stack.js';
import { SavingStatus } from './setting-field.js';
import { useSettings } from './use-settings.js';

/** Puts everything back as shipped, once the person has said so twice. */
export function ResetAll() {
  const api = useApi();
  const { t } = useTexts();
  const { view, show } = useSettings();
  const [isAsking, setAsking] = useState(false);
  const { state, run } = useAction(() => api.settings.reset({}));
  const { value, unreadable } = view.settings.historyDays;
  const erases = unreadable === true || value > view.historyDays.default;
  const close = (): void => setAsking(false);
  const reset = async (): Promise<void> => {
    close();
    const answered = await run();
    if (answered) show(answered);
  };
  return (
    <>
      <Row>
        <Button kind="danger" disabled={state.status === 'running'} onClick={() => setAsking(true)}>
          {t('settings.resetAll.button')}
        </Button>
      </Row>
      <SavingStatus state={state} savedText={t('settings.resetAll.done')} />
      <ConfirmDialog
        open={isAsking}
        onClose={close}
        title={t('settings.resetAll.confirmTitle')}
        description={
          <>
            <p>{t('settings.resetAll.text')}</p>
            {erases && <p>{t('settings.resetAll.history', { count: view.historyDays.default })}</p>}
          </>
        }
        agree={t('settings.resetAll.confirm')}
        danger
        onAgree={() => void reset()}
      />
    </>
  );
}
