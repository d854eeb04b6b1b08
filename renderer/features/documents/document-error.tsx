import type { ReactNode } from 'react';
import type { DocumentFailure } from '../../../main/ipc/documents.js';
import { useErrorText } from '../../app/error-text.js';
import { useTexts } from '../../app/text.js';
import { Callout } from '../../ui/callout.js';

type Told = Pick<DocumentFailure, 'code' | 'details'>;

/** Why a document cannot be used, by the stable name of the reason; the empty string where there are no words for it. */
export function useReasonText(): (reason: string) => string {
  const { lookUp } = useTexts();
  return (reason) => lookUp(`documents.problem.${reason}`) || lookUp(`document.reason.${reason}`);
}

/** What went wrong with a document in one or two sentences: the reason where there is one, else what the code says. */
export function useFailureText(access?: 'read'): (failure: Told) => string {
  const { lookUp } = useTexts();
  const errorText = useErrorText();
  const reasonText = useReasonText();
  return (failure) => {
    const { reason, errno } = failure.details;
    const known =
      (typeof reason === 'string' && reasonText(reason)) ||
      (typeof errno === 'string' && lookUp(`documents.errno.${errno}`, access ? { context: access } : {}));
    if (known) return known;
    const { what, remedy } = errorText(failure);
    return [what, remedy].filter(Boolean).join(' ');
  };
}

interface DocumentErrorProps {
  readonly failure: Told;
  readonly title?: ReactNode;
  /** Where a file was only to be read, so that no other folder to save in helps. */
  readonly access?: 'read';
  readonly children?: ReactNode;
}

/** A failure with its code and reason for whoever is asked for help. */
export function DocumentError({ failure, title, access, children }: DocumentErrorProps) {
  const { t } = useTexts();
  const text = useFailureText(access)(failure);
  const { reason, errno } = failure.details;
  const code = [failure.code, reason ?? errno].filter(Boolean).join(': ');
  return (
    <Callout kind="danger" kindLabel={t('common.kind.danger')} title={title ?? text} live="assertive">
      {title !== undefined && <p>{text}</p>}
      <p>
        <small>{t('common.errorCode', { code })}</small>
      </p>
      {children}
    </Callout>
  );
}
