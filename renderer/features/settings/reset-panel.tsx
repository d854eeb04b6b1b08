import { SHOWN_SETTINGS } from '../../../main/ipc/settings.js';
import { useTexts } from '../../app/text.js';
import { Panel } from '../../ui/panel.js';
import { ResetAll } from './reset-all.js';
import { isFrozen, useSettings } from './use-settings.js';

export function ResetPanel() {
  const { t } = useTexts();
  const { view } = useSettings();
  // The same button stands at the top then.
  if (isFrozen(view)) return null;
  const hasLocks = SHOWN_SETTINGS.some((name) => view.settings[name].source === 'administrator');
  return (
    <Panel title={t('settings.group.reset')}>
      <p>{t('settings.resetAll.text')}</p>
      {hasLocks && <p>{t('settings.resetAll.keeps')}</p>}
      <ResetAll />
    </Panel>
  );
}
