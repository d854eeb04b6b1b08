import { useTexts } from '../../app/text.js';
import { Callout } from '../../ui/callout.js';
import { ResetAll } from './reset-all.js';
import { useSettings } from './use-settings.js';
import classes from './settings.module.css';

/** What is wrong with what is kept, and the way out. */
export function DamageCallout() {
  const { t } = useTexts();
  const { damage } = useSettings().view;
  if (!damage) return null;
  const isPartial = damage.kind === 'values';
  return (
    <Callout
      kind="warning"
      kindLabel={t('common.kind.warning')}
      title={t(isPartial ? 'settings.damage.valuesTitle' : 'settings.damage.title')}
      live="polite"
    >
      <p>{t(`settings.damage.${damage.kind}`)}</p>
      <p>
        {t('settings.damage.file')} <bdi className={classes['path']}>{damage.shownPath}</bdi>
      </p>
      {!isPartial && <ResetAll />}
    </Callout>
  );
}
