import { useState } from 'react';
import type { ShownRegistry } from '../../../main/ipc/services.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useLoad, usePush } from '../../app/use-call.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { PageHeading } from '../../ui/page.js';
import { Row } from '../../ui/stack.js';
import { Tabs } from '../../ui/tabs.js';
import { Registries } from './registries.js';
import { Services } from './services.js';
import { Sites } from './sites.js';

type TabName = 'services' | 'sites' | 'registries';

/** Who may ask, as far as anybody vouches for them, and what the person decided about them. */
export function ServicesPage() {
  const api = useApi();
  const { t } = useTexts();
  const [tab, setTab] = useState<TabName>('services');
  const registries = useLoad(api.services.registries);
  usePush('services.changed', () => void registries.run());
  return (
    <>
      <PageHeading lead={t('services.lead')}>{t('common.page.services')}</PageHeading>
      {tab !== 'registries' && registries.state.status === 'done' && (
        <RegistryProblem registries={registries.state.answer} onShow={() => setTab('registries')} />
      )}
      <Tabs
        label={t('services.tabs')}
        selected={tab}
        onSelect={setTab}
        tabs={[
          { name: 'services', label: t('services.tab.services'), content: <Services /> },
          { name: 'sites', label: t('services.tab.sites'), content: <Sites /> },
          {
            name: 'registries',
            label: t('services.tab.registries'),
            content: <Registries state={registries.state} />,
          },
        ]}
      />
    </>
  );
}

interface RegistryProblemProps {
  readonly registries: readonly ShownRegistry[];
  readonly onShow: () => void;
}

function RegistryProblem({ registries, onShow }: RegistryProblemProps) {
  const { t } = useTexts();
  if (registries.every(({ fault }) => fault === undefined)) return null;
  return (
    <Callout kind="warning" kindLabel={t('common.kind.warning')} title={t('services.registries.problem')}>
      <Row>
        <Button onClick={onShow}>{t('services.registries.show')}</Button>
      </Row>
    </Callout>
  );
}
