import { useState } from 'react';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import { DeveloperModeEffects } from './developer-mode-effects.js';
import { SettingField } from './setting-field.js';
import { useSetting } from './use-settings.js';

/** The test card in place of real ones, for people who build services. Asked about both ways: the app starts again. */
export function DeveloperPanel() {
  const { t } = useTexts();
  const use = useSetting('developerMode');
  const [isAsking, setAsking] = useState(false);
  const isOn = use.setting.value;
  const stateText = t(isOn ? 'settings.developerMode.on' : 'settings.developerMode.off');
  const close = (): void => setAsking(false);
  return (
    <Panel title={t('settings.group.developer')}>
      <p>{t('settings.developerMode.text')}</p>
      <SettingField
        use={use}
        label={t('settings.developerMode.label')}
        valueText={stateText}
        savedText={t('settings.developerMode.restarting')}
      >
        <p>{stateText}</p>
        <Row>
          <Button disabled={use.state.status === 'running'} onClick={() => setAsking(true)}>
            {t(isOn ? 'settings.developerMode.turnOff' : 'settings.developerMode.turnOn')}
          </Button>
        </Row>
      </SettingField>
      <ConfirmDialog
        open={isAsking}
        onClose={close}
        title={t(isOn ? 'settings.developerMode.endTitle' : 'settings.developerMode.confirmTitle')}
        description={isOn ? t('settings.developerMode.endText') : <DeveloperModeEffects />}
        agree={t(isOn ? 'settings.developerMode.end' : 'settings.developerMode.confirm')}
        onAgree={() => {
          close();
          void use.change(!isOn);
        }}
      />
    </Panel>
  );
}
