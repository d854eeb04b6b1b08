import type { ReactNode } from 'react';
import { useTexts } from '../../app/text.js';
import { classNames } from '../../ui/class-names.js';
import { Icon, type IconName } from '../../ui/icon.js';
import classes from './documents.module.css';

export type MarkKind = 'success' | 'warning' | 'danger' | 'information' | 'unknown';

const ICONS: Readonly<Record<MarkKind, IconName>> = {
  success: 'success',
  warning: 'warning',
  danger: 'danger',
  information: 'information',
  unknown: 'unknown',
};

interface MarkProps {
  readonly kind: MarkKind;
  readonly children: ReactNode;
}

/** One line with a shape that says how good it is; screen readers hear it as a word. */
export function Mark({ kind, children }: MarkProps) {
  const { t } = useTexts();
  return (
    <span className={classNames(classes['mark'], classes[kind])}>
      <Icon name={ICONS[kind]} label={t(`documents.mark.${kind}`)} />
      <span>{children}</span>
    </span>
  );
}

interface MarksProps {
  readonly children: ReactNode;
}

/** A list of such lines. */
export function Marks({ children }: MarksProps) {
  return <ul className={classes['marks']}>{children}</ul>;
}
