import type { ReactNode } from 'react';
import classes from './page.module.css';

interface PageHeadingProps {
  readonly children: ReactNode;
  /** One sentence: what the page is for. */
  readonly lead?: ReactNode;
}

/** The heading of a page of the main window. Takes the focus when the page is shown. */
export function PageHeading({ children, lead }: PageHeadingProps) {
  return (
    <header>
      <h1 tabIndex={-1}>{children}</h1>
      {lead !== undefined && <p className={classes['lead']}>{lead}</p>}
    </header>
  );
}

/** For when what had the focus is gone, or another page is shown: its heading is read, and the next Tab is below it. */
export function focusPageHeading(): void {
  document.querySelector<HTMLElement>('h1')?.focus();
}
