import type { ReactNode } from 'react';
import { classNames } from './class-names.js';
import classes from './stack.module.css';

interface StackProps {
  readonly gap?: 'small' | 'normal' | 'large';
  readonly children: ReactNode;
}

/** One below the other. */
export function Stack({ gap = 'normal', children }: StackProps) {
  return <div className={classNames(classes['stack'], classes[gap])}>{children}</div>;
}

interface RowProps {
  readonly align?: 'start' | 'end' | 'spread';
  readonly children: ReactNode;
}

/** Beside each other, on more lines where there is no room. */
export function Row({ align = 'start', children }: RowProps) {
  return <div className={classNames(classes['row'], classes[align])}>{children}</div>;
}
