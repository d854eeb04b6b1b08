import { WINDOW_LANGUAGES, type Appearance, type WindowLanguage } from '../../../main/ipc/app.js';
import { useTexts, type Translate } from '../../app/text.js';
import languages from '../../locales/languages.json' with { type: 'json' };
import { Choices } from '../../ui/choices.js';
import { Panel } from '../../ui/panel.js';
import { SelectField } from '../../ui/select-field.js';
import { SettingField } from './setting-field.js';
import { useSetting } from './use-settings.js';
import classes from './settings.module.css';

const APPEARANCES = ['system', 'light', 'dark', 'high-contrast'] as const satisfies readonly Appearance[];

/** Languages and colours. */
export function DisplayPanel() {
  const { t } = useTexts();
  return (
    <Panel title={t('settings.group.display')}>
      <LanguageField />
      <AppearanceField />
    </Panel>
  );
}

function languageName(language: WindowLanguage | 'system', t: Translate): string {
  if (language === 'system') return t('settings.language.system');
  const { name, reviewed } = languages[language];
  return reviewed ? name : t('settings.language.unreviewed', { name });
}

function LanguageField() {
  const { t, language } = useTexts();
  const use = useSetting('language');
  return (
    <SettingField use={use} label={t('settings.language.label')} valueText={languageName(use.setting.value, t)}>
      <SelectField
        label={t('settings.language.label')}
        options={(['system', ...WINDOW_LANGUAGES] as const).map((one) => ({ value: one, label: languageName(one, t) }))}
        value={use.value}
        onChange={(value) => void use.change(value as WindowLanguage | 'system')}
      />
      {!languages[language].reviewed && <p className={classes['small']}>{t('settings.language.unreviewedNote')}</p>}
    </SettingField>
  );
}

function AppearanceField() {
  const { t } = useTexts();
  const use = useSetting('appearance');
  const label = t('settings.appearance.label');
  return (
    <SettingField use={use} label={label} valueText={t(`settings.appearance.${use.setting.value}`)}>
      <Choices
        legend={label}
        choices={APPEARANCES.map((value) => ({ value, label: t(`settings.appearance.${value}`) }))}
        value={use.value}
        onChange={(value) => void use.change(value)}
      />
    </SettingField>
  );
}
