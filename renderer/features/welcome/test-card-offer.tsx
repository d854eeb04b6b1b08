import { useState } from 'react';
import type { SettingsView } from '../../../main/ipc/settings.js';
import { useApp } from '../../app/app-description.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction, useLoad } from '../../app/use-call.js';
import { Button } from '../../ui/button.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Failure } from '../../ui/failure.js';
import { Row } from '../../ui/stack.js';
import { DeveloperModeEffects } from '../settings/developer-mode-effects.js';

/** For who has no card, or no reader yet. */
export function TestCardOffer() {
  const api = useApi();
  const { t } = useTexts();
  const { developerMode } = useApp();
  const { state } = useLoad(api.settings.read);
  if (developerMode) return <p>{t('welcome.card.testCard.on')}</p>;
  return (
    <Disclosure title={t('welcome.card.testCard.title')}>
      <p>{t('welcome.card.testCard.text')}</p>
      {state.status === 'failed' && <Failure error={state.error} />}
      {state.status === 'done' && <Offer settings={state.answer} />}
    </Disclosure>
  );
}

function Offer({ settings: { settings } }: { readonly settings: SettingsView }) {
  const api = useApi();
  const { t } = useTexts();
  const [isAsking, setAsking] = useState(false);
  const { state, run } = useAction(api.settings.change);
  const close = (): void => setAsking(false);
  if (settings.developerMode.source === 'administrator') return <p>{t('welcome.card.testCard.locked')}</p>;
  return (
    <>
      <Row>
        <Button disabled={state.status === 'running'} onClick={() => setAsking(true)}>
          {t('welcome.card.testCard.button')}
        </Button>
      </Row>
      <p role="status">{state.status === 'done' ? t('welcome.card.testCard.restarting') : ''}</p>
      {state.status === 'failed' && <Failure error={state.error} />}
      <ConfirmDialog
        open={isAsking}
        onClose={close}
        title={t('welcome.card.testCard.confirmTitle')}
        description={<DeveloperModeEffects />}
        agree={t('welcome.card.testCard.confirm')}
        onAgree={() => {
          close();
          void run({ name: 'developerMode', value: true });
        }}
      />
    </>
  );
}
