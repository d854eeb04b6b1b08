import { Dialog as AriakitDialog, DialogDescription, DialogHeading } from '@ariakit/react';
import type { ReactNode } from 'react';
import { Row } from './stack.js';
import classes from './dialog.module.css';

interface DialogProps {
  readonly open: boolean;
  /** Escape, a click beside it, or the dialog's own way out. */
  readonly onClose: () => void;
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
  /** Buttons, the careful one first: it has the focus. */
  readonly actions: ReactNode;
}

/** A question over the page. Focus stays in it and goes back where it was. */
export function Dialog({ open, onClose, title, description, children, actions }: DialogProps) {
  return (
    <AriakitDialog
      open={open}
      onClose={onClose}
      unmountOnHide
      className={classes['dialog']}
      backdrop={<div className={classes['backdrop']} />}
    >
      <DialogHeading className={classes['title']} render={<h2 />}>
        {title}
      </DialogHeading>
      {description !== undefined && <DialogDescription render={<div />}>{description}</DialogDescription>}
      {children}
      <Row align="end">{actions}</Row>
    </AriakitDialog>
  );
}
