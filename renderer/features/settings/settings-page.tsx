import { useMemo, useState } from 'react';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useView } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Failure } from '../../ui/failure.js';
import { PageHeading } from '../../ui/page.js';
import { Row } from '../../ui/stack.js';
import { GovernmentPage } from '../government-sites/government-page.js';
import { GovernmentPanel } from '../government-sites/government-panel.js';
import { BehaviourPanel } from './behaviour-panel.js';
import { DamageCallout } from './damage-callout.js';
import { DeveloperPanel } from './developer-panel.js';
import { DisplayPanel } from './display-panel.js';
import { ExtensionPanel } from './extension-panel.js';
import { HistoryPanel } from './history-panel.js';
import { PhonePanel } from './phone-panel.js';
import { ResetPanel } from './reset-panel.js';
import { UpdatePanel } from './update-panel.js';
import { SettingsContext, type SettingsShown } from './use-settings.js';

/** The settings; in their place what one of them needs a screen of its own for. */
type Screen = 'first' | 'government' | 'back';

/** What the person decides about this program. */
export function SettingsPage() {
  const { t } = useTexts();
  const [screen, setScreen] = useState<Screen>('first');
  return (
    <>
      {/* Stays the same element while the settings are read: it has the focus. */}
      {screen !== 'government' && <PageHeading lead={t('settings.lead')}>{t('common.page.settings')}</PageHeading>}
      <LoadedSettings screen={screen} onScreen={setScreen} />
    </>
  );
}

interface LoadedSettingsProps {
  readonly screen: Screen;
  readonly onScreen: (screen: Screen) => void;
}

function LoadedSettings({ screen, onScreen }: LoadedSettingsProps) {
  const api = useApi();
  const { t } = useTexts();
  const { state, run, view, show } = useView(api.settings.read, 'settings.changed');
  const shown = useMemo<SettingsShown | undefined>(() => view && { view, show }, [view, show]);
  if (shown) {
    return (
      <SettingsContext value={shown}>
        {screen === 'government' ? (
          <GovernmentPage onBack={() => onScreen('back')} />
        ) : (
          <Panels isBack={screen === 'back'} onGovernment={() => onScreen('government')} />
        )}
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

interface PanelsProps {
  readonly isBack: boolean;
  readonly onGovernment: () => void;
}

function Panels({ isBack, onGovernment }: PanelsProps) {
  return (
    <>
      <DamageCallout />
      <DisplayPanel />
      <BehaviourPanel />
      <HistoryPanel />
      <ExtensionPanel />
      <GovernmentPanel isBack={isBack} onOpen={onGovernment} />
      <PhonePanel />
      <UpdatePanel />
      <DeveloperPanel />
      <ResetPanel />
    </>
  );
}
