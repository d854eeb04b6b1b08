import type { ReactNode } from 'react';
import { classNames } from './class-names.js';
import { Icon, type IconName } from './icon.js';
import classes from './callout.module.css';

export type CalloutKind = 'information' | 'success' | 'warning' | 'danger';

interface CalloutProps {
  readonly kind: CalloutKind;
  /** What the kind is called, for those who see neither colour nor shape. */
  readonly kindLabel?: string;
  readonly title?: ReactNode;
  /** Said by screen readers as soon as it appears. */
  readonly live?: 'polite' | 'assertive';
  readonly children?: ReactNode;
}

const ICONS: Readonly<Record<CalloutKind, IconName>> = {
  information: 'information',
  success: 'success',
  warning: 'warning',
  danger: 'danger',
};

/** Something that has to be seen: an advice, a warning, a failure. */
export function Callout({ kind, kindLabel, title, live, children }: CalloutProps) {
  const role = live === 'assertive' ? 'alert' : live === 'polite' ? 'status' : undefined;
  return (
    <div className={classNames(classes['callout'], classes[kind])} role={role}>
      <Icon name={ICONS[kind]} {...(kindLabel !== undefined && { label: kindLabel })} />
      <div className={classes['body']}>
        {title !== undefined && <p className={classes['title']}>{title}</p>}
        {children}
      </div>
    </div>
  );
}
