import { useState } from 'react';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { Button } from '../../ui/button.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { Panel } from '../../ui/panel.js';
import { Row } from '../../ui/stack.js';
import classes from './government-sites.module.css';

/** What sites know this PC and card by, and a new beginning. */
export function IdentifiersPanel() {
  const api = useApi();
  const { t } = useTexts();
  const [isAsking, setAsking] = useState(false);
  const [isDone, setDone] = useState(false);
  const reset = useAction(api.government.resetIdentifiers);
  const close = (): void => {
    reset.reset();
    setAsking(false);
  };
  const agree = async (): Promise<void> => {
    setDone(false);
    if (!(await reset.run())) return;
    close();
    setDone(true);
  };
  return (
    <Panel title={t('government.identifiers.title')}>
      <p>{t('government.identifiers.text')}</p>
      <Row>
        <Button onClick={() => setAsking(true)}>{t('government.identifiers.reset')}</Button>
      </Row>
      <p role="status" className={classes['status']}>
        {isDone ? t('government.identifiers.resetDone') : ''}
      </p>
      <ConfirmDialog
        open={isAsking}
        title={t('government.identifiers.resetTitle')}
        description={<p>{t('government.identifiers.resetText')}</p>}
        agree={t('government.identifiers.reset')}
        danger
        state={reset.state}
        onAgree={() => void agree()}
        onClose={close}
      />
    </Panel>
  );
}
