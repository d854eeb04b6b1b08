import type { HistoryOverview, HistoryLossKind, ShownLoss } from '../../../main/ipc/history.js';
import { useTexts } from '../../app/text.js';
import { Callout } from '../../ui/callout.js';
import { Quoted } from '../../ui/quoted.js';
import { formatEntryDay } from './history-dates.js';
import classes from './history.module.css';

interface OverviewProps {
  readonly overview: HistoryOverview;
}

/** What is kept and for how long, in one sentence; then what protects it. */
export function Kept({ overview: { keptDays, protection, total } }: OverviewProps) {
  const { t } = useTexts();
  const isKept = keptDays > 0;
  return (
    <div>
      <p>{isKept ? t('history.kept', { count: keptDays }) : t('history.keptNone')}</p>
      <p className={classes['muted']}>
        {(isKept || total > 0) && t(`history.protection.${protection}`)} {t('history.keptChange')}
      </p>
    </div>
  );
}

/** What is wrong, or out of the ordinary. */
export function Remarks({ overview }: OverviewProps) {
  const { t } = useTexts();
  return (
    <>
      {overview.expiryHeldBack && (
        <Callout
          kind="information"
          kindLabel={t('common.kind.information')}
          title={t('history.heldBack.title')}
          live="polite"
        >
          <p>{t('history.heldBack.what')}</p>
        </Callout>
      )}
      {overview.losses.length > 0 && <Losses overview={overview} />}
    </>
  );
}

/** They happen to everybody, and nothing of what was kept is gone. */
const HARMLESS: readonly HistoryLossKind[] = ['foreign-file', 'incomplete', 'not-recorded'];

function Losses({ overview: { losses, lossesMore } }: OverviewProps) {
  const { t } = useTexts();
  const kind = losses.every((loss) => HARMLESS.includes(loss.kind)) ? 'information' : 'warning';
  return (
    <Callout kind={kind} kindLabel={t(`common.kind.${kind}`)} title={t(`history.loss.title_${kind}`)} live="polite">
      <ul className={classes['list']}>
        {losses.map((loss, position) => (
          <li key={position}>
            <Loss loss={loss} />
          </li>
        ))}
      </ul>
      {lossesMore > 0 && <p>{t('history.loss.more', { count: lossesMore })}</p>}
    </Callout>
  );
}

function Loss({ loss: { kind, day, file, count } }: { readonly loss: ShownLoss }) {
  const { t, locale } = useTexts();
  return (
    <>
      <p>{t(`history.loss.${kind}`, { count })}</p>
      {(day !== undefined || file !== undefined) && (
        <p className={classes['muted']}>
          {t('history.loss.where')}: {day !== undefined && formatEntryDay(day, locale)}{' '}
          {file !== undefined && <Quoted>{file}</Quoted>}
        </p>
      )}
    </>
  );
}
