import { useId } from 'react';
import type { MainPage } from '../../../main/ipc/app.js';
import type { LayerResult, PerformedAction, RemedySlug } from '../../../main/ipc/diagnosis.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { Button } from '../../ui/button.js';
import { Command } from '../../ui/command.js';
import { Row } from '../../ui/stack.js';
import classes from './diagnosis.module.css';

/** What is run in a terminal, where no window can do it. */
const COMMANDS: Readonly<Partial<Record<RemedySlug, string>>> = {
  'install-service': 'sudo apt install pcscd',
  'start-service': 'sudo systemctl enable --now pcscd.socket',
  'restart-service': 'sudo systemctl restart pcscd.socket pcscd.service',
  'remove-foreign-file': 'madoguchi browser-integration status',
  'repair-file-access': 'madoguchi browser-integration status',
};

interface RemedyProps {
  readonly result: LayerResult;
  readonly onRetry: () => void;
  readonly onShow?: (page: MainPage) => void;
}

/** The one thing to do about a finding, with its button where the app can help. */
export function Remedy({ result, onRetry, onShow }: RemedyProps) {
  const { remedy, action } = result;
  const { t } = useTexts();
  const titleId = useId();
  if (remedy === undefined) return null;
  const command = COMMANDS[remedy];
  const opensSettings = isInSettings(result) && onShow !== undefined;
  return (
    <div className={classes['remedy']} role="group" aria-labelledby={titleId}>
      <p id={titleId} className={classes['remedyTitle']}>
        {t('diagnosis.remedyTitle')}
      </p>
      <p>{action === 'register-extension' ? t('diagnosis.registerHere') : t(`diagnosis.remedy.${remedy}`)}</p>
      {command !== undefined && <Command label={t('diagnosis.command')}>{command}</Command>}
      {action !== undefined && action !== 'retry' && <Performed action={action} />}
      {(action === 'retry' || opensSettings) && (
        <Row>
          {opensSettings && <Button onClick={() => onShow('settings')}>{t('common.page.settings')}</Button>}
          {action === 'retry' && <Button onClick={onRetry}>{t('diagnosis.action.retry')}</Button>}
        </Row>
      )}
    </div>
  );
}

/** Whether it is done on the page of settings. */
function isInSettings({ remedy, action }: LayerResult): boolean {
  if (remedy === 'register-extension') return action === undefined;
  return remedy === 'turn-on-government-sites' || remedy === 'connect-extension';
}

function Performed({ action }: { readonly action: PerformedAction }) {
  const api = useApi();
  const { t } = useTexts();
  const { state, run } = useAction(api.diagnosis.act);
  return (
    <>
      <Row>
        <Button disabled={state.status === 'running'} onClick={() => void run({ action })}>
          {t(`diagnosis.action.${action}`)}
        </Button>
      </Row>
      <p role="status">{outcomeText()}</p>
    </>
  );

  function outcomeText(): string {
    if (state.status === 'failed') return t('diagnosis.actionFailed', { code: state.error.code });
    if (state.status !== 'done') return '';
    const { answer } = state;
    return answer.status === 'done' ? t('diagnosis.actionDone') : t('diagnosis.actionFailed', { code: answer.code });
  }
}
