import { useApp } from '../../app/app-description.js';
import { useTexts } from '../../app/text.js';
import { Choices } from '../../ui/choices.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Panel } from '../../ui/panel.js';
import { SettingField } from './setting-field.js';
import { useSetting } from './use-settings.js';

const CHOICES = ['notify', 'off'] as const;

export function UpdatePanel() {
  const { t } = useTexts();
  const { version } = useApp();
  const use = useSetting('update');
  const label = t('settings.update.label');
  return (
    <Panel title={t('settings.group.update')}>
      <Facts>
        <Fact name={t('settings.update.version')}>{version}</Fact>
      </Facts>
      <p>{t('settings.update.notYet')}</p>
      <SettingField use={use} label={label} valueText={t(`settings.update.${use.setting.value}`)}>
        <Choices
          legend={label}
          choices={CHOICES.map((value) => ({
            value,
            label: t(`settings.update.${value}`),
            ...(value === 'notify' && { hint: t('settings.update.hint') }),
          }))}
          value={use.value}
          onChange={(value) => void use.change(value)}
        />
      </SettingField>
    </Panel>
  );
}
