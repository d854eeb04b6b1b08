import { useMemo, type ReactNode } from 'react';
import type { ChosenCertificates, DocumentsDescription, ListedFile } from '../../../main/ipc/documents.js';
import { answerOf, useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useAction } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { focusPageHeading } from '../../ui/page.js';
import { Panel } from '../../ui/panel.js';
import { DocumentError } from './document-error.js';
import { DropArea } from './drop-area.js';
import { FileRows } from './file-rows.js';
import { formatOf, signingChoice, suggestedPurpose, type Draft } from './draft.js';
import { PurposeChoice } from './purpose-choice.js';
import { SignOptions } from './sign-options.js';
import { usePlan } from './use-plan.js';

export interface SignSetupProps {
  readonly formats: DocumentsDescription['formats'];
  readonly files: readonly ListedFile[];
  readonly onFiles: (files: readonly ListedFile[]) => void;
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
  readonly certificates: readonly ChosenCertificates[];
  readonly onCertificates: (certificates: readonly ChosenCertificates[]) => void;
  /** What came of the last attempt. */
  readonly children?: ReactNode;
}

/** Files, then what the signature is for, then the start. Each part appears when the one before has its answer. */
export function SignSetup(props: SignSetupProps) {
  const { formats, files, onFiles, onDraft, certificates, onCertificates, children } = props;
  const { t } = useTexts();
  const api = useApi();
  const draft = useMemo(
    () => ({ ...props.draft, purpose: props.draft.purpose ?? suggestedPurpose(files) }),
    [props.draft, files],
  );
  const format = formatOf(draft);
  const facts = formats.find(({ name }) => name === format);
  const choice = useMemo(() => signingChoice(draft, files, facts), [draft, files, facts]);
  const planning = usePlan(choice);
  const start = useAction(() => (choice ? api.documents.sign(choice) : new Promise<never>(() => undefined)));
  const remove = async (ids: readonly string[]): Promise<void> => {
    onFiles(await answerOf(api.documents.remove({ list: 'signing', ids })));
    focusPageHeading();
  };
  const change = (part: Partial<Draft>): void => onDraft({ ...draft, ...part });
  const sign = async (): Promise<void> => {
    await start.run();
    // Where it was refused, something has changed since the plan was made.
    planning.renew();
  };
  const canStart = planning.isReady && start.state.status !== 'running';
  return (
    <>
      {children}
      <Panel title={t('documents.step.files')}>
        <DropArea list="signing" onFiles={onFiles} hint={t('documents.dropToSign')} />
        {files.length > 0 && (
          <FileRows
            files={files}
            plans={planning.plans}
            onRemove={(ids) => void remove(ids)}
            onLooked={planning.renew}
          />
        )}
      </Panel>
      {files.length > 0 && (
        <Panel title={t('documents.step.purpose')}>
          <PurposeChoice draft={draft} facts={facts} onChange={change} />
        </Panel>
      )}
      {files.length > 0 && facts && (
        <Panel title={t('documents.step.sign')}>
          <SignOptions {...{ draft, facts, certificates, onCertificates }} onChange={change} />
          <StartNotice {...{ planning, choice }} />
          {start.state.status === 'failed' && <DocumentError failure={start.state.error} />}
          <Button kind="primary" disabled={!canStart} aria-describedby="documents-next" onClick={() => void sign()}>
            {t('documents.start', { count: files.length })}
          </Button>
        </Panel>
      )}
    </>
  );
}

interface StartNoticeProps {
  readonly planning: ReturnType<typeof usePlan>;
  readonly choice: ReturnType<typeof signingChoice>;
}

/** What happens next, or what is in the way. */
function StartNotice({ planning, choice }: StartNoticeProps) {
  const { t } = useTexts();
  if (planning.error || planning.isRunning) {
    return (
      <div id="documents-next">
        {planning.error ? <DocumentError failure={planning.error} /> : <Busy>{t('documents.planning')}</Busy>}
      </div>
    );
  }
  const faulty = [...planning.plans.values()].filter(({ problem }) => problem !== undefined).length;
  if (choice && faulty > 0) {
    return (
      <div id="documents-next">
        <Callout
          kind="danger"
          kindLabel={t('common.kind.danger')}
          title={t('documents.faulty', { count: faulty })}
          live="polite"
        >
          <p>{t('documents.faultyRemedy')}</p>
        </Callout>
      </div>
    );
  }
  return (
    <div id="documents-next">
      <p>{t(choice ? 'documents.next' : 'documents.incomplete')}</p>
      <p>{t('documents.discloses')}</p>
    </div>
  );
}
