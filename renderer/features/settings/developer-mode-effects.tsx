import { useTexts } from '../../app/text.js';

/** What developer mode does, before anybody agrees to it. */
export function DeveloperModeEffects() {
  const { t } = useTexts();
  return (
    <ul>
      <li>{t('settings.developerMode.what.card')}</li>
      <li>{t('settings.developerMode.what.real')}</li>
      <li>{t('settings.developerMode.what.pages')}</li>
      <li>{t('settings.developerMode.what.restart')}</li>
    </ul>
  );
}
