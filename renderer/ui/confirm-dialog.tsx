import type { ReactNode } from 'react';
import { useTexts } from '../app/text.js';
import type { CallState } from '../app/use-call.js';
import { Button } from './button.js';
import { Dialog } from './dialog.js';
import { Failure } from './failure.js';

interface ConfirmDialogProps {
  readonly open: boolean;
  readonly title: string;
  readonly description: ReactNode;
  /** What the button that does it says. */
  readonly agree: string;
  readonly danger?: boolean;
  /** Of what it does: the dialog stays while that goes on, and where it failed. Left out where it closes at once. */
  readonly state?: CallState<unknown>;
  readonly onAgree: () => void;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** A question before something is changed. The way out comes first. */
export function ConfirmDialog({
  open,
  title,
  description,
  agree,
  state,
  onAgree,
  onClose,
  ...rest
}: ConfirmDialogProps) {
  const { t } = useTexts();
  const isRunning = state?.status === 'running';
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      description={description}
      actions={
        <>
          {/* Named so that Ariakit adds no hidden way out of its own, which would be in English. */}
          <Button data-dialog-dismiss="" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button kind={rest.danger ? 'danger' : 'primary'} withoutEnter disabled={isRunning} onClick={onAgree}>
            {agree}
          </Button>
        </>
      }
    >
      {rest.children}
      {state?.status === 'failed' && <Failure error={state.error} />}
    </Dialog>
  );
}
