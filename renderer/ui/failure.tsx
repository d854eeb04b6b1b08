import type { ReactNode } from 'react';
import type { CallError } from '../app/api.js';
import { useErrorText, type ShownError } from '../app/error-text.js';
import { useTexts } from '../app/text.js';
import { Callout } from './callout.js';

interface FailureProps {
  readonly error: CallError | ShownError;
  /** Buttons: what to do about it. */
  readonly children?: ReactNode;
}

/** What went wrong and what helps, in people's words, with the code for whoever is asked for help. */
export function Failure({ error, children }: FailureProps) {
  const { t } = useTexts();
  const { what, remedy } = useErrorText()(error);
  return (
    <Callout kind="danger" kindLabel={t('common.kind.danger')} title={what} live="assertive">
      {remedy !== '' && <p>{remedy}</p>}
      <p>
        <small>{t('common.errorCode', { code: error.code })}</small>
      </p>
      {children}
    </Callout>
  );
}
