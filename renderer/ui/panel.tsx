import { useId, type ReactNode } from 'react';
import classes from './panel.module.css';

interface PanelProps {
  readonly title?: ReactNode;
  /** 2 below a page's own heading. */
  readonly level?: 2 | 3;
  readonly children: ReactNode;
}

/** A part of a page on a ground of its own. */
export function Panel({ title, level = 2, children }: PanelProps) {
  const titleId = useId();
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section className={classes['panel']} aria-labelledby={title === undefined ? undefined : titleId}>
      {title !== undefined && <Heading id={titleId}>{title}</Heading>}
      {children}
    </section>
  );
}
