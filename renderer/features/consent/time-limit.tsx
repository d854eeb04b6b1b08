import { useEffect, useState } from 'react';
import { formatCountdown } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import { nextTick, secondsLeft } from './time-left.js';
import classes from './time-limit.module.css';

interface TimeLimitProps {
  /** Milliseconds of the epoch. */
  readonly endsAt: number;
}

/** When the request ends by itself. Said aloud a minute and ten seconds before. */
export function TimeLimit({ endsAt }: TimeLimitProps) {
  const { t } = useTexts();
  const left = useSecondsLeft(endsAt);
  const shown = left > 60 ? t('consent.time.minutes', { count: Math.ceil(left / 60) }) : formatCountdown(left);
  const said = left > 60 ? '' : left > 10 ? t('consent.time.left60') : t('consent.time.left10');
  return (
    <p className={classes['limit']}>
      {t('consent.time.label')} <strong>{shown}</strong>
      <span className="visually-hidden" role="status">
        {said}
      </span>
    </p>
  );
}

/** Runs no timer while nobody can see the window. */
function useSecondsLeft(endsAt: number): number {
  const [left, setLeft] = useState(() => secondsLeft(endsAt, Date.now()));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tick = (): void => {
      clearTimeout(timer);
      const now = Date.now();
      setLeft(secondsLeft(endsAt, now));
      const wait = nextTick(endsAt, now);
      if (wait !== undefined && document.visibilityState === 'visible') timer = setTimeout(tick, wait);
    };
    tick();
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [endsAt]);
  return left;
}
