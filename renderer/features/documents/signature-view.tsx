import type { CheckedIntactSigner, CheckedSignature, SomeNames } from '../../../main/ipc/documents.js';
import { formatDateTime } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Quoted } from '../../ui/quoted.js';
import { Stack } from '../../ui/stack.js';
import { useReasonText } from './document-error.js';
import { Findings } from './findings.js';
import { Mark } from './mark.js';
import { SignerChecks } from './signer-checks.js';
import { SignerDetails } from './signer-details.js';
import classes from './documents.module.css';

interface SignatureViewProps {
  readonly signature: CheckedSignature;
  /** Undefined where there is only one. */
  readonly number: number | undefined;
}

/** One signature: who, when, what holds, what was not looked at, and what it does not cover. */
export function SignatureView({ signature, number }: SignatureViewProps) {
  const { t } = useTexts();
  const { signer, findings, findingsMore } = signature;
  return (
    <Stack>
      <h3>{number === undefined ? t('documents.report.oneSignature') : t('documents.report.signature', { number })}</h3>
      {signer.integrity === 'failed' ? (
        <>
          <BrokenSigner signer={signer} />
          <Findings findings={findings} more={findingsMore} />
        </>
      ) : (
        <>
          <SignerFacts signer={signer} />
          <Findings findings={findings} more={findingsMore} />
          <CoverageFacts signature={signature} />
          <SignerChecks signer={signer} />
        </>
      )}
      {signer.integrity === 'intact' && (
        <Disclosure title={t('documents.report.details')}>
          <SignerDetails signer={signer} />
        </Disclosure>
      )}
    </Stack>
  );
}

interface BrokenSignerProps {
  readonly signer: CheckedSignature['signer'] & { readonly integrity: 'failed' };
}

/** Nothing is said of who or when: it would read like good news. */
function BrokenSigner({ signer: { code, reason, digestAlgorithm } }: BrokenSignerProps) {
  const { t, lookUp } = useTexts();
  const why = useReasonText()(reason) || lookUp(`documents.code.${code}`) || lookUp('documents.code.other');
  return (
    <>
      <Mark kind="danger">
        {t('documents.report.broken')} {why}
      </Mark>
      {digestAlgorithm === 'SHA-1' && <Mark kind="danger">{t('documents.report.sha1')}</Mark>}
      <p className={classes['muted']}>
        <span className={classes['code']}>
          {code}: {reason}
        </span>
      </p>
    </>
  );
}

interface SignerProps {
  readonly signer: CheckedIntactSigner;
}

function SignerFacts({ signer: { certificate, path, signingTime, timeStamp } }: SignerProps) {
  const { t, locale } = useTexts();
  const { holderName, subject } = certificate;
  const isKnown = path.status === 'trusted';
  const time = (value: string): string => formatDateTime(new Date(value), locale);
  return (
    <Facts>
      <Fact name={t('documents.report.who')}>
        <p>
          <Quoted>{holderName ?? subject}</Quoted>
        </p>
        <p className={classes['muted']}>{t(isKnown ? 'documents.report.whoTrusted' : 'documents.report.whoClaimed')}</p>
      </Fact>
      <Fact name={t('documents.report.claimedTime')}>
        {signingTime === undefined ? (
          t('documents.report.noClaimedTime')
        ) : (
          <>
            {time(signingTime)}
            <p className={classes['muted']}>{t('documents.report.claimedTimeHint')}</p>
          </>
        )}
      </Fact>
      {timeStamp.status === 'intact' && (
        <Fact name={t('documents.report.stampTime')}>
          {time(timeStamp.time)}
          {timeStamp.path.status !== 'trusted' && (
            <p className={classes['muted']}>
              {t(timeStamp.isPathOver ? 'documents.report.stampOver' : 'documents.report.stampUntrusted')}
            </p>
          )}
        </Fact>
      )}
    </Facts>
  );
}

interface CoverageFactsProps {
  readonly signature: CheckedSignature;
}

/** What was added or changed after a signature is outside it, however whole the document was then. */
function isChangedLater({ findings }: CheckedSignature): boolean {
  return findings.some(({ code }) => code.startsWith('pdf-later-') || /^pdf-.*-changed$/.test(code));
}

function CoverageFacts({ signature }: CoverageFactsProps) {
  const { t } = useTexts();
  const { coverage } = signature;
  if (coverage.kind === 'whole' && isChangedLater(signature)) {
    return <Mark kind="information">{t('documents.report.coversSigned')}</Mark>;
  }
  if (coverage.kind === 'whole') return <Mark kind="success">{t('documents.report.coversAll')}</Mark>;
  const { covered, uncovered } = coverage;
  return (
    <Facts>
      <Fact name={t('documents.report.covers')}>
        <Names names={covered} />
      </Fact>
      {uncovered.names.length > 0 && (
        <Fact name={<Mark kind="warning">{t('documents.report.coversNot')}</Mark>}>
          <Names names={uncovered} />
        </Fact>
      )}
    </Facts>
  );
}

interface NamesProps {
  readonly names: SomeNames;
}

function Names({ names: { names, more } }: NamesProps) {
  const { t } = useTexts();
  return (
    <ul>
      {names.map((name, position) => (
        <li key={position}>
          <Quoted>{name}</Quoted>
        </li>
      ))}
      {more > 0 && <li>{t('documents.andMore', { count: more })}</li>}
    </ul>
  );
}
