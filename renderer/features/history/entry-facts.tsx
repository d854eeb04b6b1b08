import type { EntryDetails, HistoryAttribute, HistoryItem, ShownEntry } from '../../../main/ipc/history.js';
import { useApi } from '../../app/api.js';
import { useErrorText } from '../../app/error-text.js';
import { formatDateTime } from '../../app/format.js';
import { localised, useTexts, type Translate } from '../../app/text.js';
import { useLoad, usePush } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Failure } from '../../ui/failure.js';
import { Quoted } from '../../ui/quoted.js';
import { Row, Stack } from '../../ui/stack.js';
import { DigestValue } from '../../ui/digest-value.js';
import type { AskToErase } from './erase-question.js';
import { Result } from './result.js';
import { SiteActions } from './site-actions.js';
import { Who } from './who.js';
import classes from './history.module.css';

interface EntryFactsProps {
  readonly entry: ShownEntry;
  readonly onErase: AskToErase;
}

/** One use of the card in plain words; what only experts need comes last and closed. */
export function EntryFacts({ entry, onErase }: EntryFactsProps) {
  const api = useApi();
  const { t, locale } = useTexts();
  const { id, day } = entry;
  const { state, last: details, run } = useLoad(() => api.history.details({ id, day }), id);
  usePush('services.changed', () => void run());
  return (
    <Stack>
      <Facts>
        <Fact name={t('history.entry.at')}>{formatDateTime(new Date(entry.at), locale)}</Fact>
        <Fact name={t('history.entry.asker')}>
          <Who requester={entry.requester} />
        </Fact>
        {entry.governmentPage && <Fact name={t('history.entry.protocol')}>{t('history.entry.governmentPage')}</Fact>}
        <UsedFact entry={entry} />
        <AttributeFacts entry={entry} />
        <LeftFact entry={entry} />
        <ReaderFact entry={entry} />
        {entry.items > 0 && (
          <Fact name={t('history.entry.items', entry.result.status === 'done' ? {} : { context: 'failed' })}>
            {t('history.entry.itemCount', { count: entry.items })}
          </Fact>
        )}
        <ResultFact entry={entry} />
      </Facts>
      {entry.testCard && <p>{t('common.testCard')}</p>}
      <Technical entry={entry} items={details?.items ?? []} />
      {state.status === 'failed' && <DetailsFailure error={state.error} />}
      {!details && state.status === 'running' && <Busy>{t('common.loading')}</Busy>}
      {details && <EntrySite entry={entry} details={details} />}
      <Row>
        <Button kind="danger" onClick={() => onErase({ erasure: { kind: 'entry', id }, entry })}>
          {t('history.entry.erase')}
        </Button>
      </Row>
    </Stack>
  );
}

interface EntryProps {
  readonly entry: ShownEntry;
}

function EntrySite({
  entry: { id, day, requester },
  details: { site },
}: EntryProps & { readonly details: EntryDetails }) {
  if (!site || requester.kind !== 'origin') return null;
  return <SiteActions place={{ id, day }} site={site} requester={requester} />;
}

function DetailsFailure({ error }: Parameters<typeof Failure>[0]) {
  const { t } = useTexts();
  if (error.code === 'ERR_PROTOCOL_NOT_FOUND') return <p role="status">{t('history.entry.gone')}</p>;
  return <Failure error={error} />;
}

/** The certificate where one is used, otherwise the secret. */
function UsedFact({ entry: { operation, pinRole } }: EntryProps) {
  const { t } = useTexts();
  if (operation === 'change-pin') {
    return <Fact name={t('history.entry.changedPin')}>{t(`common.pinName.${pinRole}`)}</Fact>;
  }
  if (pinRole === 'profile' || pinRole === 'number-b') {
    return <Fact name={t('history.entry.secret')}>{t(`common.pinName.${pinRole}`)}</Fact>;
  }
  return (
    <Fact name={t('history.entry.certificate')}>
      <p>{t(`common.certificate.${pinRole}`)}</p>
      <p className={classes['muted']}>{t(`common.certificateUse.${pinRole}`)}</p>
    </Fact>
  );
}

function attributeText({ attribute }: HistoryAttribute, t: Translate): string {
  if (typeof attribute === 'string') return t(`history.disclosed.${attribute}`);
  return t('history.disclosed.ageOver', { years: attribute.ageOver });
}

/** What a service asked for and did not get: all of it, or what the person left out. */
function AttributeFacts({ entry: { attributes, result } }: EntryProps) {
  const { t } = useTexts();
  const isDone = result.status === 'done';
  const missing = isDone ? attributes.filter(({ withheld }) => withheld) : attributes;
  if (missing.length === 0) return null;
  return (
    <Fact name={t(isDone ? 'history.entry.withheld' : 'history.entry.asked')}>
      <Lines texts={missing.map((attribute) => attributeText(attribute, t))} />
    </Fact>
  );
}

/** Kinds of data that left the PC; never the data, which nobody kept. */
function LeftFact({ entry }: EntryProps) {
  const { t } = useTexts();
  if (entry.operation === 'change-pin') return null;
  const context = entry.requester.kind === 'self' ? { context: 'self' } : {};
  const left = whatLeft(entry, t);
  return (
    <Fact name={t('history.entry.left', context)}>
      {left.length === 0 ? t('history.entry.nothingLeft', context) : <Lines texts={left} />}
    </Fact>
  );
}

function whatLeft({ operation, pinRole, disclosed, attributes, result }: ShownEntry, t: Translate): string[] {
  if (result.status !== 'done') return [];
  const isProof = operation === 'authenticate' || operation === 'sign';
  const answers = attributes.filter(({ attribute, withheld }) => !withheld && typeof attribute !== 'string');
  return [
    ...(isProof && (pinRole === 'authentication' || pinRole === 'signing')
      ? [t(`history.entry.proof.${pinRole}`)]
      : []),
    ...disclosed.map((datum) => t(`history.disclosed.${datum}`)),
    ...answers.map((attribute) => attributeText(attribute, t)),
  ];
}

function ReaderFact({ entry: { requester, recipient, result } }: EntryProps) {
  const { t, language } = useTexts();
  if (requester.kind === 'self' || result.status !== 'done') return null;
  return (
    <Fact name={t('history.entry.reader')}>
      <p>{t(`history.entry.readerText.${recipient.kind}`)}</p>
      {recipient.kind === 'verifier' && <Quoted>{localised(recipient.name, language)}</Quoted>}
    </Fact>
  );
}

function ResultFact({ entry: { result } }: EntryProps) {
  const { t } = useTexts();
  const errorText = useErrorText();
  return (
    <Fact name={t('history.entry.result')}>
      <Result result={result} />
      {result.status === 'failed' && (
        <>
          <p>{errorText({ code: result.code, details: {} }).what}</p>
          <p className={classes['muted']}>{t('common.errorCode', { code: result.code })}</p>
        </>
      )}
    </Fact>
  );
}

function Lines({ texts }: { readonly texts: readonly string[] }) {
  return (
    <>
      {texts.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </>
  );
}

interface TechnicalProps extends EntryProps {
  readonly items: readonly HistoryItem[];
}

function Technical({ entry: { id, requester }, items }: TechnicalProps) {
  const { t } = useTexts();
  return (
    <Disclosure title={t('history.entry.technical')}>
      <Facts>
        {requester.kind === 'origin' && (
          <Fact name={t('history.entry.route')}>{t(`consent.route.${requester.route}`)}</Fact>
        )}
        <Fact name={t('history.entry.id')}>
          <DigestValue>{id}</DigestValue>
        </Fact>
      </Facts>
      {items.length > 0 && (
        <>
          <p>{t('history.entry.digests')}</p>
          <ol className={classes['digests']} tabIndex={0} aria-label={t('history.entry.digests')}>
            {items.map((item, position) => (
              <li key={position}>
                <Item item={item} />
              </li>
            ))}
          </ol>
        </>
      )}
    </Disclosure>
  );
}

function Item({ item: { format, algorithm, digest } }: { readonly item: HistoryItem }) {
  const { t } = useTexts();
  const name = format === 'digest' ? t('history.entry.blind') : t(`document.format.${format}`);
  return (
    <>
      <p>
        {name}（{algorithm}）
      </p>
      <DigestValue>{digest}</DigestValue>
    </>
  );
}
