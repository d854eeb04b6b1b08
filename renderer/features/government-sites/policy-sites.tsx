import type { ShownOrigin } from '../../../main/ipc/services.js';
import { useTexts } from '../../app/text.js';
import { Panel } from '../../ui/panel.js';
import { SiteList } from './site-list.js';

interface PolicySitesProps {
  readonly origins: readonly ShownOrigin[];
}

/** Sites beyond `go.jp`; nothing where there are none. */
export function PolicySites({ origins }: PolicySitesProps) {
  const { t } = useTexts();
  if (origins.length === 0) return null;
  return (
    <Panel title={t('government.policy.title')}>
      <p>{t('government.policy.text')}</p>
      <SiteList sites={origins} label={t('government.policy.title')} />
    </Panel>
  );
}
