import { useState } from 'react';
import type { ListedFile, PlannedFile } from '../../../main/ipc/documents.js';
import { formatSize } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Quoted } from '../../ui/quoted.js';
import { Row } from '../../ui/stack.js';
import { useReasonText } from './document-error.js';
import { LoadedFileLook } from './file-look.js';
import { Mark } from './mark.js';
import classes from './documents.module.css';

/** Rows shown before the person asks for all. */
const ROWS_FIRST = 10;

interface FileRowsProps {
  readonly files: readonly ListedFile[];
  /** By id; empty while it is not known. */
  readonly plans: ReadonlyMap<string, PlannedFile>;
  readonly onRemove: (ids: readonly string[]) => void;
  /** A file was read anew. */
  readonly onLooked: () => void;
}

/** The files of a batch; those with a problem come first. */
export function FileRows({ files, plans, onRemove, onLooked }: FileRowsProps) {
  const { t } = useTexts();
  const [showsAll, setShowsAll] = useState(false);
  const hasProblem = ({ id }: ListedFile): boolean => plans.get(id)?.problem !== undefined;
  const faulty = files.filter(hasProblem);
  const sorted = [...faulty, ...files.filter((file) => !hasProblem(file))];
  const shown = showsAll ? sorted : sorted.slice(0, ROWS_FIRST);
  return (
    <>
      <Row align="spread">
        <p>{t('documents.fileCount', { count: files.length })}</p>
        <Row>
          {faulty.length > 0 && faulty.length < files.length && (
            <Button onClick={() => onRemove(faulty.map(({ id }) => id))}>
              {t('documents.removeFaulty', { count: faulty.length })}
            </Button>
          )}
          <Button kind="quiet" onClick={() => onRemove(files.map(({ id }) => id))}>
            {t('documents.removeAll')}
          </Button>
        </Row>
      </Row>
      <ul className={classes['files']} aria-label={t('documents.files')}>
        {shown.map((file) => (
          <FileRow key={file.id} file={file} plan={plans.get(file.id)} onRemove={onRemove} onLooked={onLooked} />
        ))}
      </ul>
      {shown.length < sorted.length && (
        <Button onClick={() => setShowsAll(true)}>{t('documents.showAll', { count: sorted.length })}</Button>
      )}
    </>
  );
}

interface FileRowProps extends Pick<FileRowsProps, 'onRemove' | 'onLooked'> {
  readonly file: ListedFile;
  readonly plan: PlannedFile | undefined;
}

function FileRow({ file, plan, onRemove, onLooked }: FileRowProps) {
  const { t } = useTexts();
  const [isOpen, setOpen] = useState(false);
  /** How often the person asked for it anew. */
  const [reloads, setReloads] = useState(0);
  const { id, name } = file;
  const hasChanged = plan?.problem === 'changed';
  return (
    <li className={classes['file']}>
      <div className={classes['fileHead']}>
        <FileName file={file} />
        {hasChanged && (
          <Button
            onClick={() => {
              setReloads(reloads + 1);
              setOpen(true);
            }}
          >
            {t('documents.reload')}
          </Button>
        )}
        <Button kind="quiet" aria-label={t('documents.removeNamed', { name })} onClick={() => onRemove([id])}>
          {t('documents.remove')}
        </Button>
      </div>
      {plan && <PlanLine plan={plan} />}
      {file.kind !== 'folder' && (
        // What is read anew is shown: it is what will be signed.
        <Disclosure key={reloads} title={t('documents.look.title')} defaultOpen={reloads > 0} onToggle={setOpen}>
          {isOpen && <LoadedFileLook list="signing" id={id} {...(hasChanged && { onLooked })} />}
        </Disclosure>
      )}
    </li>
  );
}

interface FileNameProps {
  readonly file: ListedFile;
}

/** Whose file it is, where and how large. */
export function FileName({ file: { name, folder, kind, size } }: FileNameProps) {
  const { t, locale } = useTexts();
  const isFolder = kind === 'folder' || kind === 'application';
  const what = isFolder ? t(`documents.kind.${kind}`) : t(`document.preview.kind.${kind}`);
  return (
    <div className={classes['fileText']}>
      <p>
        <Quoted>{name}</Quoted>
      </p>
      <p className={classes['muted']}>
        {isFolder ? what : t('documents.kindAndSize', { kind: what, size: formatSize(size, locale) })}
      </p>
      <p className={classes['muted']}>
        <bdi>{folder}</bdi>
      </p>
    </div>
  );
}

interface PlanLineProps {
  readonly plan: PlannedFile;
}

function PlanLine({ plan: { output, problem } }: PlanLineProps) {
  const { t } = useTexts();
  const reasonText = useReasonText();
  if (problem !== undefined) {
    return <Mark kind="danger">{reasonText(problem) || t('documents.problem.unreadable')}</Mark>;
  }
  if (!output) return undefined;
  return (
    <Mark kind="information">
      {t('documents.result')} <Quoted>{output.name}</Quoted>
      {output.renamed && ` ${t('documents.renamed')}`}
    </Mark>
  );
}
