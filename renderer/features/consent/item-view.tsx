import type { ConsentDigest, ConsentPart, ShownConsent, ShownDocument, ShownItem } from '../../../main/ipc/consent.js';
import { useApi } from '../../app/api.js';
import { formatNumber, formatSize } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import { useLoad } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Callout } from '../../ui/callout.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Failure } from '../../ui/failure.js';
import { Quoted } from '../../ui/quoted.js';
import { DigestValue } from '../../ui/digest-value.js';
import { selfContext } from './parties.js';
import { PreviewContent, PreviewFacts } from './preview-view.js';
import classes from './items-panel.module.css';

interface ItemViewProps {
  readonly item: ShownItem;
  readonly position: number;
  readonly consent: ShownConsent;
  /** `open`: a single item, whose content is open from the beginning. `short`: one of so many that each is a few lines. */
  readonly form: 'open' | 'normal' | 'short';
}

/** One item: which octets are bound, what they show, and what they do not bind. */
export function ItemView({ item, position, consent, form }: ItemViewProps) {
  return (
    <li>
      <div className={classes['item']}>
        <p className={classes['name']}>
          <Quoted>{item.name}</Quoted>
        </p>
        {item.kind === 'digest' ? (
          <DigestItem item={item} />
        ) : (
          <DocumentItem item={item} position={position} consent={consent} form={form} />
        )}
      </div>
    </li>
  );
}

interface DigestItemProps {
  readonly item: ConsentDigest;
}

function DigestItem({ item: { algorithm, digest } }: DigestItemProps) {
  const { t } = useTexts();
  return (
    <>
      <Callout kind="danger" kindLabel={t('common.kind.warning')} title={t('consent.items.blind')}>
        <p>{t('consent.items.blindWhy')}</p>
      </Callout>
      <p>{t('consent.items.digest', { algorithm })}:</p>
      <DigestValue>{digest}</DigestValue>
    </>
  );
}

interface DocumentItemProps {
  readonly item: ShownDocument;
  readonly position: number;
  readonly consent: ShownConsent;
  readonly form: ItemViewProps['form'];
}

function DocumentItem({ item, position, consent, form }: DocumentItemProps) {
  const { t } = useTexts();
  const { preview, parts, unbound } = item;
  return (
    <>
      <DocumentFacts item={item} form={form} />
      {preview && preview.warnings.length > 0 && (
        <Callout kind="warning" kindLabel={t('common.kind.warning')} title={t('consent.items.warned')}>
          <ul className={classes['warnings']}>
            {preview.warnings.map((warning) => (
              <li key={warning}>{t(`document.preview.warning.${warning}`)}</li>
            ))}
          </ul>
        </Callout>
      )}
      {unbound.length > 0 && <Unbound names={unbound} />}
      <Octets sha256={item.sha256} form={form} mustBeCompared={mustBeCompared(item, consent)} />
      {parts.length > 0 && <Parts parts={parts} />}
      {hasContent(item) && (
        <Disclosure title={t('consent.items.preview')} defaultOpen={form === 'open'}>
          <ItemPreview position={position} heading={t('consent.items.previewText', selfContext(consent))} />
        </Disclosure>
      )}
    </>
  );
}

interface ItemPreviewProps {
  readonly position: number;
  /** Says whose words the text is. */
  readonly heading: string;
}

/** Asked for once it is in the page. */
function ItemPreview({ position, heading }: ItemPreviewProps) {
  const { t } = useTexts();
  const api = useApi();
  const { state } = useLoad(() => api.consent.preview({ item: position }));
  switch (state.status) {
    case 'done':
      return <PreviewContent preview={state.answer} heading={heading} />;
    case 'failed':
      return <Failure error={state.error} />;
    case 'idle':
    case 'running':
      return <Busy>{t('common.loading')}</Busy>;
  }
}

function hasContent({ preview }: ShownDocument): boolean {
  return preview?.hasContent === true;
}

/** One's own files are at hand; what a site sends is not. */
export function mustBeCompared(item: ShownDocument, { requester }: ShownConsent): boolean {
  return !hasContent(item) && requester.kind !== 'self';
}

type DocumentFactsProps = Omit<DocumentItemProps, 'consent' | 'position'>;

function DocumentFacts({ item, form }: DocumentFactsProps) {
  const { t } = useTexts();
  const { preview, format, destination } = item;
  const isShort = form === 'short';
  return (
    <>
      {isShort && (
        <p className={classes['facts']}>
          <span>
            <Size bytes={item.size} />
          </span>
          <span>{t(`document.format.${format}`)}</span>
        </p>
      )}
      {(!isShort || destination !== undefined || preview) && (
        <Facts>
          {!isShort && (
            <>
              <Fact name={t('consent.items.size')}>
                <Size bytes={item.size} />
              </Fact>
              <Fact name={t('consent.items.format')}>{t(`document.format.${format}`)}</Fact>
            </>
          )}
          {destination !== undefined && (
            <Fact name={t('consent.items.destination')}>
              <Quoted>{destination}</Quoted>
            </Fact>
          )}
          {preview && <PreviewFacts preview={preview} />}
        </Facts>
      )}
    </>
  );
}

interface OctetsProps {
  readonly sha256: string;
  readonly form: ItemViewProps['form'];
  /** Nothing else tells the person what is signed. */
  readonly mustBeCompared: boolean;
}

function Octets({ sha256, form, mustBeCompared }: OctetsProps) {
  const { t } = useTexts();
  // Nothing to open in a long list: it would stand between the person and the answers.
  if (form === 'short') return <DigestValue label="SHA-256">{sha256}</DigestValue>;
  return (
    <>
      {mustBeCompared && (
        <Callout kind="information" kindLabel={t('common.kind.information')}>
          <p>{t('consent.items.noPreview')}</p>
        </Callout>
      )}
      <Disclosure title={t('consent.items.technical')}>
        <DigestValue>{sha256}</DigestValue>
      </Disclosure>
    </>
  );
}

interface SizeProps {
  readonly bytes: number;
}

/** As people read it, and to the byte. */
function Size({ bytes }: SizeProps) {
  const { t, locale } = useTexts();
  const size = formatSize(bytes, locale);
  if (bytes < 1_000) return size;
  return t('consent.items.bytes', { size, bytes: formatNumber(bytes, locale) });
}

interface UnboundProps {
  readonly names: readonly string[];
}

function Unbound({ names }: UnboundProps) {
  const { t } = useTexts();
  return (
    <Callout
      kind="warning"
      kindLabel={t('common.kind.warning')}
      title={t('consent.items.unbound', { count: names.length })}
    >
      <ul>
        {names.map((name, position) => (
          <li key={position}>
            <Quoted>{name}</Quoted>
          </li>
        ))}
      </ul>
    </Callout>
  );
}

interface PartsProps {
  readonly parts: readonly ConsentPart[];
}

function Parts({ parts }: PartsProps) {
  const { t } = useTexts();
  return (
    <Disclosure title={t('consent.items.parts', { count: parts.length })} defaultOpen={parts.length <= 3}>
      <ul>
        {parts.map(({ name, size, sha256 }, position) => (
          <li key={position}>
            <p>
              <Quoted>{name}</Quoted>
            </p>
            <p>
              <Size bytes={size} />
            </p>
            <DigestValue>{sha256}</DigestValue>
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}
