import { useTexts } from '../../app/text.js';
import { Checkbox } from '../../ui/checkbox.js';
import { Panel } from '../../ui/panel.js';
import { SettingField } from './setting-field.js';
import { useSetting } from './use-settings.js';

/** Settings that are on or off, and nothing more. */
const SWITCHES = ['startWithSystem', 'keypadShuffle', 'cardLeftNotice'] as const;

export function BehaviourPanel() {
  const { t } = useTexts();
  return (
    <Panel title={t('settings.group.behaviour')}>
      {SWITCHES.map((name) => (
        <Switch key={name} name={name} />
      ))}
    </Panel>
  );
}

function Switch({ name }: { readonly name: (typeof SWITCHES)[number] }) {
  const { t } = useTexts();
  const use = useSetting(name);
  const label = t(`settings.${name}.label`);
  return (
    <SettingField use={use} label={label} valueText={t(use.setting.value ? 'settings.value.on' : 'settings.value.off')}>
      <Checkbox checked={use.value} hint={t(`settings.${name}.hint`)} onChange={(checked) => void use.change(checked)}>
        {label}
      </Checkbox>
    </SettingField>
  );
}
