import type { ConsentModel, PinRole } from '../../../main/ipc/consent.js';
import { useTexts } from '../../app/text.js';
import { Panel } from '../../ui/panel.js';
import { selfContext } from './parties.js';

interface UsedPanelProps {
  readonly consent: ConsentModel;
}

/** The certificate where one is used, otherwise the secret alone. */
export function UsedPanel({ consent }: UsedPanelProps) {
  const { t } = useTexts();
  const { operation, pinRole } = consent;
  if (operation === 'change-pin') return <ChangedPin role={pinRole} />;
  if (pinRole === 'profile' || pinRole === 'number-b') {
    return (
      <Panel title={t('consent.used.secret')}>
        <p>{t(`common.pinName.${pinRole}`)}</p>
      </Panel>
    );
  }
  return (
    <Panel title={t('consent.used.certificate')}>
      <p>
        <strong>{t(`common.certificate.${pinRole}`)}</strong>
      </p>
      <p>{t(`consent.used.${pinRole}`, selfContext(consent))}</p>
    </Panel>
  );
}

interface ChangedPinProps {
  readonly role: PinRole;
}

function ChangedPin({ role }: ChangedPinProps) {
  const { t } = useTexts();
  return (
    <Panel title={t('consent.used.toChange')}>
      <p>
        <strong>{t(`common.pinName.${role}`)}</strong>
      </p>
      <p>{t('consent.used.changeOrder')}</p>
      {role === 'signing' && <p>{t('consent.used.changeUpperCase')}</p>}
      <p>{t('consent.used.changeAdvice')}</p>
    </Panel>
  );
}
