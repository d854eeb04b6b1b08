import { useMemo, useState } from 'react';
import type { SettingsView } from '../../../main/ipc/settings.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useLoad, usePush } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Failure } from '../../ui/failure.js';
import { PageHeading } from '../../ui/page.js';
import { Row } from '../../ui/stack.js';
import { BehaviourPanel } from './behaviour-panel.js';
import { DamageCallout } from './damage-callout.js';
import { DeveloperPanel } from './developer-panel.js';
import { DisplayPanel } from './display-panel.js';
import { ExtensionPanel } from './extension-panel.js';
import { HistoryPanel } from './history-panel.js';
import { PhonePanel } from './phone-panel.js';
import { ResetPanel } from './reset-panel.js';
import { SettingsContext, type SettingsShown } from './use-settings.js';

/** What the person decides about this program. */
export function SettingsPage() {
  const { t } = useTexts();
  return (
    <>
      <PageHeading lead={t('settings.lead')}>{t('common.page.settings')}</PageHeading>
      <LoadedSettings />
    </>
  );
}

function LoadedSettings() {
  const api = useApi();
  const { t } = useTexts();
  const { state, run } = useLoad(api.settings.read);
  /** Newer than what was loaded. */
  const [changed, setChanged] = useState<SettingsView>();
  usePush('settings.changed', setChanged);
  const view = changed ?? (state.status === 'done' ? state.answer : undefined);
  const shown = useMemo<SettingsShown | undefined>(() => view && { view, show: setChanged }, [view]);
  if (shown) {
    return (
      <SettingsContext value={shown}>
        <Panels />
      </SettingsContext>
    );
  }
  if (state.status !== 'failed') return <Busy>{t('settings.loading')}</Busy>;
  return (
    <Failure error={state.error}>
      <Row>
        <Button onClick={() => void run()}>{t('common.retry')}</Button>
      </Row>
    </Failure>
  );
}

function Panels() {
  return (
    <>
      <DamageCallout />
      <DisplayPanel />
      <BehaviourPanel />
      <HistoryPanel />
      <ExtensionPanel />
      <PhonePanel />
      <DeveloperPanel />
      <ResetPanel />
    </>
  );
}
