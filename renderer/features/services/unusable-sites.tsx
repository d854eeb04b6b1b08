import { useState } from 'react';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Row } from '../../ui/stack.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import type { Done } from './sites.js';

interface UnusableSitesProps {
  readonly onDone: (what: Done) => void;
}

/** The file with the decisions is damaged: all that can be done is to begin a new one. */
export function UnusableSites({ onDone }: UnusableSitesProps) {
  const api = useApi();
  const { t } = useTexts();
  const [isAsking, setAsking] = useState(false);
  const reset = useAction(api.services.resetSites);
  const close = (): void => {
    reset.reset();
    setAsking(false);
  };
  const agree = async (): Promise<void> => {
    if (!(await reset.run())) return;
    close();
    onDone('reset');
  };
  return (
    <Callout kind="danger" kindLabel={t('common.kind.danger')} title={t('services.unusable.title')}>
      <p>{t('services.unusable.text')}</p>
      <Row>
        <Button onClick={() => setAsking(true)}>{t('services.unusable.reset')}</Button>
      </Row>
      <ConfirmDialog
        open={isAsking}
        title={t('services.unusable.resetTitle')}
        description={<p>{t('services.unusable.resetText')}</p>}
        agree={t('services.unusable.resetGo')}
        danger
        state={reset.state}
        onAgree={() => void agree()}
        onClose={close}
      />
    </Callout>
  );
}
