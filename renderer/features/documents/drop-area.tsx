import { useState, type DragEvent, type ReactNode } from 'react';
import { DROPPED_MOST, type AddedFiles, type FileList, type ListedFile } from '../../../main/ipc/documents.js';
import { answerOf, CallError, useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { classNames } from '../../ui/class-names.js';
import { Quoted } from '../../ui/quoted.js';
import { Row } from '../../ui/stack.js';
import { DocumentError } from './document-error.js';
import { Mark, Marks } from './mark.js';
import classes from './documents.module.css';

interface DropAreaProps {
  readonly list: FileList;
  readonly onFiles: (files: readonly ListedFile[]) => void;
  /** What can be brought here; left out where the person has seen it. */
  readonly hint?: ReactNode;
}

type Outcome = Omit<AddedFiles, 'files'> | CallError;

/** Where files come in: dropped, or chosen in the system's dialog. */
export function DropArea({ list, onFiles, hint }: DropAreaProps) {
  const { t } = useTexts();
  const api = useApi();
  const [isOver, setOver] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();

  const add = async (adding: () => Promise<AddedFiles>): Promise<void> => {
    setBusy(true);
    try {
      const { files, ...rest } = await adding();
      onFiles(files);
      setOutcome(rest);
    } catch (thrown) {
      if (!(thrown instanceof CallError)) throw thrown;
      setOutcome(thrown);
    } finally {
      setBusy(false);
    }
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const dropped = api.droppedPaths(Array.from(event.dataTransfer.files));
    const paths = dropped.slice(0, DROPPED_MOST);
    const more = dropped.length - paths.length;
    if (paths.length === 0) return;
    void add(async () => {
      const added = await answerOf(api.documents.addDropped({ list, paths }));
      return { ...added, leftOut: added.leftOut + more };
    });
  };
  const choose = (kind: 'files' | 'folder') => (): void => {
    if (!isBusy) void add(() => answerOf(api.documents.choose({ list, kind })));
  };
  return (
    <div
      className={classNames(classes['drop'], isOver && classes['over'])}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {hint !== undefined && <p>{hint}</p>}
      <Row>
        <Button onClick={choose('files')} disabled={isBusy}>
          {t('documents.chooseFiles')}
        </Button>
        <Button kind="quiet" onClick={choose('folder')} disabled={isBusy}>
          {t('documents.chooseFolder')}
        </Button>
      </Row>
      {isBusy ? <Busy>{t('documents.adding')}</Busy> : outcome && <AddedNotice outcome={outcome} />}
    </div>
  );
}

interface AddedNoticeProps {
  readonly outcome: Outcome;
}

/** What was taken, and what was not and why. */
function AddedNotice({ outcome }: AddedNoticeProps) {
  const { t, lookUp } = useTexts();
  if (outcome instanceof CallError) return <DocumentError failure={outcome} />;
  const { added, refused, refusedMore, leftOut } = outcome;
  if (refused.length === 0 && leftOut === 0) {
    return <p role="status">{added > 0 ? t('documents.added', { count: added }) : ''}</p>;
  }
  return (
    <Callout
      kind="warning"
      kindLabel={t('common.kind.warning')}
      title={t('documents.addedSome', { count: added })}
      live="polite"
    >
      {leftOut > 0 && <p>{t('documents.leftOut', { count: leftOut })}</p>}
      {refused.length > 0 && (
        <Marks>
          {refused.map(({ name, reason, errno = '' }, position) => (
            <li key={position}>
              <Mark kind="danger">
                <Quoted>{name}</Quoted>{' '}
                {lookUp(`documents.errno.${errno}`, { context: 'read' }) || t(`documents.refused.${reason}`)}
              </Mark>
            </li>
          ))}
        </Marks>
      )}
      {refusedMore > 0 && <p>{t('documents.andMore', { count: refusedMore })}</p>}
    </Callout>
  );
}
