import type { ReactNode } from 'react';
import classes from './facts.module.css';

interface FactsProps {
  readonly children: ReactNode;
}

/** Names with their values, beside each other where there is room. */
export function Facts({ children }: FactsProps) {
  return <dl className={classes['facts']}>{children}</dl>;
}

interface FactProps {
  readonly name: ReactNode;
  readonly children: ReactNode;
}

export function Fact({ name, children }: FactProps) {
  return (
    <div className={classes['fact']}>
      <dt className={classes['name']}>{name}</dt>
      <dd className={classes['value']}>{children}</dd>
    </div>
  );
}
