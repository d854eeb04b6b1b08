import { useState } from 'react';
import type { CertificateEncoding, CertificateKind, ExportOutcome } from '../../../main/ipc/card.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction, type CallState } from '../../app/use-call.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Choices } from '../../ui/choices.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { Failure } from '../../ui/failure.js';
import { Quoted } from '../../ui/quoted.js';
import { Row } from '../../ui/stack.js';
import { Ongoing } from './ongoing.js';
import { LEFT_CODES } from './pin-change-outcome.js';
import { useStopOnLeave, type CardUse } from './use-card.js';

interface ExportCertificateProps {
  readonly kind: CertificateKind;
  readonly needsPin: boolean;
  readonly reader: string;
  readonly use: CardUse;
}

/** A button, the question behind it, and how it ended. */
export function ExportCertificate({ kind, needsPin, reader, use }: ExportCertificateProps) {
  const api = useApi();
  const { t } = useTexts();
  const [isAsking, setAsking] = useState(false);
  const action = useAction(api.card.exportCertificate);
  const isRunning = action.state.status === 'running';
  useStopOnLeave(isRunning);
  const name = t(`card.kind.${kind}`);
  const start = (encoding: CertificateEncoding): void => {
    setAsking(false);
    void use.perform(() => action.run({ kind, reader, encoding }));
  };
  return (
    <>
      <Button disabled={use.busy} aria-label={t('card.export.startNamed', { name })} onClick={() => setAsking(true)}>
        {t('card.export.start')}
      </Button>
      {isRunning && <Ongoing>{t('card.export.running')}</Ongoing>}
      <Outcome state={action.state} />
      <ExportQuestion
        open={isAsking}
        kind={kind}
        needsPin={needsPin}
        onClose={() => setAsking(false)}
        onStart={start}
      />
    </>
  );
}

interface ExportQuestionProps {
  readonly open: boolean;
  readonly kind: CertificateKind;
  readonly needsPin: boolean;
  readonly onClose: () => void;
  readonly onStart: (encoding: CertificateEncoding) => void;
}

function ExportQuestion({ open, kind, needsPin, onClose, onStart }: ExportQuestionProps) {
  const { t } = useTexts();
  const [encoding, setEncoding] = useState<CertificateEncoding>('der');
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={t('card.export.title', { name: t(`card.kind.${kind}`) })}
      description={<Content kind={kind} />}
      agree={t('card.export.choose')}
      onAgree={() => onStart(encoding)}
    >
      {needsPin && <p>{t(kind === 'signing' ? 'card.export.needsPin' : 'card.export.mayNeedPin')}</p>}
      <Choices
        legend={t('card.export.format')}
        choices={[
          { value: 'der', label: t('card.export.der'), hint: t('card.export.derHint') },
          { value: 'pem', label: t('card.export.pem'), hint: t('card.export.pemHint') },
        ]}
        value={encoding}
        onChange={setEncoding}
      />
    </ConfirmDialog>
  );
}

/** What whoever gets the file will know. */
function Content({ kind }: { readonly kind: CertificateKind }) {
  const { t } = useTexts();
  switch (kind) {
    case 'signing':
      return (
        <Callout kind="warning" kindLabel={t('common.kind.warning')}>
          <p>{t('card.export.personal')}</p>
        </Callout>
      );
    case 'authentication':
      return <p>{t('card.export.public')}</p>;
    case 'authentication-ca':
    case 'signing-ca':
      return <p>{t('card.export.authority')}</p>;
  }
}

function Outcome({ state }: { readonly state: CallState<ExportOutcome> }) {
  const { t } = useTexts();
  const wasLeft =
    (state.status === 'done' && state.answer.status === 'cancelled') ||
    (state.status === 'failed' && LEFT_CODES.includes(state.error.code));
  if (wasLeft) {
    return <p role="status">{t('card.export.cancelled')}</p>;
  }
  if (state.status === 'failed') return <Failure error={state.error} />;
  if (state.status === 'done' && state.answer.status === 'saved') {
    return (
      <Callout kind="success" kindLabel={t('common.kind.success')} title={t('card.export.done')} live="polite">
        <Row>
          <Quoted>{state.answer.shownName}</Quoted>
        </Row>
      </Callout>
    );
  }
  return null;
}
