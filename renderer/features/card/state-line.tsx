import type { ReactNode } from 'react';
import { classNames } from '../../ui/class-names.js';
import { Icon, type IconName } from '../../ui/icon.js';
import classes from './card.module.css';

export type StateKind = 'good' | 'concern' | 'bad' | 'neutral';

const ICONS: Readonly<Record<StateKind, IconName>> = {
  good: 'success',
  concern: 'warning',
  bad: 'danger',
  neutral: 'information',
};

interface StateLineProps {
  readonly kind: StateKind;
  readonly children: ReactNode;
}

/** How something is: a shape, and beside it the words that say the same. */
export function StateLine({ kind, children }: StateLineProps) {
  return (
    <div className={classes['state']}>
      <span className={classNames(classes['mark'], classes[kind])}>
        <Icon name={ICONS[kind]} />
      </span>
      <span>{children}</span>
    </div>
  );
}
