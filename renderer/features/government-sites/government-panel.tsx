import { useEffect, useRef } from 'react';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import { SettingField } from '../settings/setting-field.js';
import { useSetting } from '../settings/use-settings.js';

interface GovernmentPanelProps {
  readonly onOpen: () => void;
  /** Whether the person has just come back from what it opens. */
  readonly isBack: boolean;
}

/** Today's government sites among the settings: how it stands, the way to more, and the way out in one press. */
export function GovernmentPanel({ onOpen, isBack }: GovernmentPanelProps) {
  const { t } = useTexts();
  const use = useSetting('governmentSites');
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isBack) opener.current?.focus();
  }, [isBack]);
  const isOn = use.setting.value;
  const open = (
    <Button ref={opener} onClick={onOpen}>
      {t(isOn ? 'government.manage' : 'government.read')}
    </Button>
  );
  return (
    <Panel title={t('government.title')}>
      <p>{t('government.text')}</p>
      <SettingField
        use={use}
        label={t('government.label')}
        valueText={t(isOn ? 'government.on' : 'government.off')}
        savedText={t(isOn ? 'government.turnedOn' : 'government.turnedOff')}
      >
        <p>{t(isOn ? 'government.on' : 'government.off')}</p>
        <Row>
          {open}
          {isOn && (
            <Button disabled={use.state.status === 'running'} onClick={() => void use.change(false)}>
              {t('government.turnOff')}
            </Button>
          )}
        </Row>
      </SettingField>
      {/* What an administrator turned on has its steps and sites all the same. */}
      {!use.canChange && isOn && <Row>{open}</Row>}
    </Panel>
  );
}
