import { useEffect, useRef } from 'react';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useView } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Failure } from '../../ui/failure.js';
import { focusPageHeading, PageHeading } from '../../ui/page.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import { FixedValue, SavingStatus } from '../settings/setting-field.js';
import { useSetting, type SettingUse } from '../settings/use-settings.js';
import { BrowserSteps } from './browser-steps.js';
import { Explanation } from './explanation.js';
import { IdentifiersPanel } from './identifiers-panel.js';
import { PolicySites } from './policy-sites.js';
import { WindowsSites } from './windows-sites.js';

interface GovernmentPageProps {
  readonly onBack: () => void;
}

/** Today's government sites: what a yes means while it is off, what to do next while it is on. */
export function GovernmentPage({ onBack }: GovernmentPageProps) {
  const { t } = useTexts();
  const use = useSetting('governmentSites');
  const isOn = use.setting.value;
  const wasOn = useRef(isOn);
  useEffect(() => focusPageHeading(), []);
  useEffect(() => {
    if (wasOn.current === isOn) return;
    wasOn.current = isOn;
    // The button that was pressed went with the other view.
    focusPageHeading();
    scrollTo(0, 0);
  }, [isOn]);
  return (
    <>
      <PageHeading lead={t(isOn ? 'government.leadOn' : 'government.lead')}>{t('government.title')}</PageHeading>
      {isOn ? <InUse use={use} onBack={onBack} /> : <Explanation use={use} onBack={onBack} />}
    </>
  );
}

interface InUseProps extends GovernmentPageProps {
  readonly use: SettingUse<boolean>;
}

function InUse({ use, onBack }: InUseProps) {
  const { t } = useTexts();
  const { setting, canChange, state, change } = use;
  return (
    <>
      {canChange ? (
        <>
          <p>{t('government.on')}</p>
          <SavingStatus state={state} savedText={t('government.turnedOn')} />
          <Row>
            <Button onClick={onBack}>{t('government.back')}</Button>
            <Button disabled={state.status === 'running'} onClick={() => void change(false)}>
              {t('government.turnOff')}
            </Button>
          </Row>
        </>
      ) : (
        <>
          <Panel>
            <FixedValue setting={setting} label={t('government.label')} valueText={t('government.on')} />
          </Panel>
          <Row>
            <Button onClick={onBack}>{t('government.back')}</Button>
          </Row>
        </>
      )}
      <LoadedSites />
    </>
  );
}

function LoadedSites() {
  const api = useApi();
  const { t } = useTexts();
  const { state, run, view, show } = useView(api.government.read, 'government.changed');
  if (view) {
    return (
      <>
        <BrowserSteps browsers={view.browsers} />
        <PolicySites origins={view.origins} />
        {(view.isLinux || view.windowsUserAgent.length > 0) && (
          <WindowsSites sites={view.windowsUserAgent} onChange={show} />
        )}
        <IdentifiersPanel />
      </>
    );
  }
  if (state.status !== 'failed') return <Busy>{t('common.loading')}</Busy>;
  return (
    <Failure error={state.error}>
      <Row>
        <Button onClick={() => void run()}>{t('common.retry')}</Button>
      </Row>
    </Failure>
  );
}
