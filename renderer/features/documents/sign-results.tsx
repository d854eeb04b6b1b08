import type { SignatureFormat, SignedFile, SigningState } from '../../../main/ipc/documents.js';
import { useApi } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Panel } from '../../ui/panel.js';
import { Quoted } from '../../ui/quoted.js';
import { Row } from '../../ui/stack.js';
import { useFailureText } from './document-error.js';
import { Mark } from './mark.js';
import { StepHeading } from './step-heading.js';
import classes from './documents.module.css';

interface SignResultsProps {
  readonly state: SigningState & { readonly status: 'done' };
  /** With `true` for what was not signed, to be tried again. */
  readonly onEnd: (keepRest: boolean) => void;
}

/** What became of each file; those that were not signed first. */
export function SignResults({ state: { format, files }, onEnd }: SignResultsProps) {
  const { t } = useTexts();
  const failed = files.filter(({ failure }) => failure !== undefined);
  const signed = files.filter(({ failure }) => failure === undefined);
  const isWhole = failed.length === 0;
  return (
    <Panel>
      <StepHeading>{t(isWhole ? 'documents.results.title' : 'documents.results.titlePart')}</StepHeading>
      <Callout
        kind={isWhole ? 'success' : 'warning'}
        kindLabel={t(isWhole ? 'common.kind.success' : 'common.kind.warning')}
        title={
          isWhole
            ? t('documents.results.all', { count: signed.length })
            : t('documents.results.part', { done: signed.length, count: failed.length })
        }
        live="polite"
      >
        {!isWhole && <p>{t('documents.results.partRemedy')}</p>}
        {signed.length > 0 && <NextSteps format={format} />}
      </Callout>
      {format === 'etax-xtx' && signed.length > 0 && (
        <Callout kind="warning" kindLabel={t('common.kind.warning')}>
          <p>{t('document.finding.etax-acceptance-unconfirmed')}</p>
        </Callout>
      )}
      <ul className={classes['files']} aria-label={t('documents.results.list')}>
        {[...failed, ...signed].map((file) => (
          <ResultRow key={file.id} file={file} isOnly={isWhole && signed.length === 1} />
        ))}
      </ul>
      <Row>
        {!isWhole && (
          <Button kind="primary" onClick={() => onEnd(true)}>
            {t('documents.results.again', { count: failed.length })}
          </Button>
        )}
        <Button onClick={() => onEnd(false)}>{t('documents.results.finish')}</Button>
      </Row>
    </Panel>
  );
}

interface NextStepsProps {
  readonly format: SignatureFormat;
}

/** Signing is not handing in. */
function NextSteps({ format }: NextStepsProps) {
  const { t } = useTexts();
  switch (format) {
    case 'etax-xtx':
      return <p>{t('documents.results.nextEtax')}</p>;
    case 'touki-pdf':
      return <p>{t('documents.results.nextTouki')}</p>;
    case 'egov-kousei':
      return <p>{t('documents.results.nextEgov')}</p>;
    default:
      return null;
  }
}

interface ResultRowProps {
  readonly file: SignedFile;
  /** Nothing else was signed: looking at it comes next. */
  readonly isOnly: boolean;
}

function ResultRow({ file: { id, name, output, folder, failure }, isOnly }: ResultRowProps) {
  const { t } = useTexts();
  const api = useApi();
  const failureText = useFailureText();
  if (failure) {
    return (
      <li className={classes['file']}>
        <Mark kind="danger">
          <Quoted>{name}</Quoted> {t('documents.results.notSigned')}
        </Mark>
        <p>{failureText(failure)}</p>
        <p className={classes['muted']}>{t('common.errorCode', { code: failure.code })}</p>
      </li>
    );
  }
  return (
    <li className={classes['file']}>
      <div className={classes['fileHead']}>
        <div className={classes['fileText']}>
          <Mark kind="success">
            <Quoted>{output}</Quoted>
          </Mark>
          <p className={classes['muted']}>
            <bdi>{folder}</bdi>
          </p>
        </div>
        <Button
          kind={isOnly ? 'primary' : 'secondary'}
          aria-label={t('documents.results.showNamed', { name: output })}
          onClick={() => void api.documents.showResult({ id })}
        >
          {t('documents.results.show')}
        </Button>
      </div>
    </li>
  );
}
