import { useEffect, useRef, useState } from 'react';
import type { ChosenCertificates, DocumentsDescription, SigningState } from '../../../main/ipc/documents.js';
import { answerOf, useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { usePush } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { focusPageHeading } from '../../ui/page.js';
import { Panel } from '../../ui/panel.js';
import { Quoted } from '../../ui/quoted.js';
import { Row } from '../../ui/stack.js';
import { DocumentError } from './document-error.js';
import { emptyDraft } from './draft.js';
import { SignResults } from './sign-results.js';
import { SignSetup } from './sign-setup.js';
import { StepHeading } from './step-heading.js';

interface SignFilesProps {
  readonly description: DocumentsDescription;
  readonly certificates: readonly ChosenCertificates[];
  readonly onCertificates: (certificates: readonly ChosenCertificates[]) => void;
}

/** From files to signed files. The batch is the app's: this shows how it stands. */
export function SignFiles({ description, certificates, onCertificates }: SignFilesProps) {
  const api = useApi();
  const [state, setState] = useState<SigningState>(description.state);
  const [files, setFiles] = useState(description.signing);
  const [draft, setDraft] = useState(() => emptyDraft(description));
  usePush('documents.signing', setState);
  const isSetup = state.status === 'idle' || state.status === 'failed';
  const wasSetup = useRef(isSetup);
  useEffect(() => {
    if (isSetup && !wasSetup.current) focusPageHeading();
    wasSetup.current = isSetup;
  }, [isSetup]);
  const end = async (keepRest: boolean): Promise<void> => {
    setFiles(await answerOf(api.documents.endSigning({ keepRest })));
    if (!keepRest) setDraft(emptyDraft(description));
    setState({ status: 'idle' });
  };
  switch (state.status) {
    case 'running':
      return <SigningUnderWay state={state} />;
    case 'done':
      return <SignResults state={state} onEnd={(keepRest) => void end(keepRest)} />;
    case 'idle':
    case 'failed':
      return (
        <SignSetup
          formats={description.formats}
          files={files}
          onFiles={setFiles}
          draft={draft}
          onDraft={setDraft}
          certificates={certificates}
          onCertificates={onCertificates}
        >
          {state.status === 'failed' && <NothingSigned state={state} />}
        </SignSetup>
      );
  }
}

interface SigningUnderWayProps {
  readonly state: SigningState & { readonly status: 'running' };
}

const HEADINGS = {
  reading: 'documents.running.titleReading',
  asking: 'documents.running.titleAsking',
  writing: 'documents.running.title',
} as const satisfies Record<SigningUnderWayProps['state']['stage'], string>;

function SigningUnderWay({ state: { stage, done, count } }: SigningUnderWayProps) {
  const { t } = useTexts();
  const api = useApi();
  return (
    <Panel>
      <StepHeading>{t(HEADINGS[stage])}</StepHeading>
      {stage === 'asking' ? (
        <Busy>{t('documents.running.asking')}</Busy>
      ) : (
        <Busy progress={{ done, count }}>{t(`documents.running.${stage}`, { done, total: count })}</Busy>
      )}
      <p>{t('documents.running.hint')}</p>
      <Row>
        <Button onClick={() => void api.documents.cancelSigning()}>{t('common.cancel')}</Button>
      </Row>
    </Panel>
  );
}

/** Codes of the person's own no: nothing went wrong. */
const DECLINED: ReadonlySet<string> = new Set(['ERR_USER_REFUSED', 'ERR_USER_CANCELLED']);

interface NothingSignedProps {
  readonly state: SigningState & { readonly status: 'failed' };
}

function NothingSigned({ state: { failure } }: NothingSignedProps) {
  const { t } = useTexts();
  if (DECLINED.has(failure.code)) {
    return (
      <Callout
        kind="information"
        kindLabel={t('common.kind.information')}
        title={t('documents.declined')}
        live="polite"
      />
    );
  }
  const { file } = failure;
  return (
    <DocumentError failure={failure} title={t('documents.nothingSigned')}>
      {file && (
        <p>
          {t('documents.becauseOf')} <Quoted>{file.name}</Quoted>
        </p>
      )}
    </DocumentError>
  );
}
