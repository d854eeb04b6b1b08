import type { HistoryResult } from '../../../main/ipc/history.js';
import { useTexts } from '../../app/text.js';
import { Icon, type IconName } from '../../ui/icon.js';
import classes from './history.module.css';

const ICONS: Readonly<Record<HistoryResult['status'], IconName>> = {
  done: 'success',
  refused: 'close',
  failed: 'warning',
};

interface ResultProps {
  readonly result: HistoryResult;
}

export function Result({ result: { status } }: ResultProps) {
  const { t } = useTexts();
  return (
    <span className={classes['result']}>
      <Icon name={ICONS[status]} />
      <span>{t(`history.result.${status}`)}</span>
    </span>
  );
}
