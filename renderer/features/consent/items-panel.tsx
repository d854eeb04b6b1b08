import { useDeferredValue, useId } from 'react';
import type { ShownConsent, ItemProgress } from '../../../main/ipc/consent.js';
import { formatSize } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import { Busy } from '../../ui/busy.js';
import { Callout } from '../../ui/callout.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Panel } from '../../ui/panel.js';
import { Quoted } from '../../ui/quoted.js';
import { GovernmentItems, GovernmentLine } from './government-items.js';
import { ItemView, mustBeCompared } from './item-view.js';
import classes from './items-panel.module.css';

/** As many stand in the page itself; more in a region that scrolls by itself. */
const ITEMS_IN_PAGE = 5;

/** As many are in the page when it first shows, which is more than fit; the rest follows by itself. */
const ITEMS_FIRST = 20;

/** How many of the items are listed by now: what can be answered must not wait for the last of hundreds. */
export function useListed({ items, beingRead }: ShownConsent): number {
  const count = (beingRead ?? items).length;
  return Math.min(count, useDeferredValue(count, ITEMS_FIRST));
}

interface ItemsPanelProps {
  readonly consent: ShownConsent;
  readonly reading?: ItemProgress | undefined;
  /** As `useListed` says. */
  readonly listed: number;
}

/** Everything that is signed, item by item. */
export function ItemsPanel({ consent, reading, listed }: ItemsPanelProps) {
  const { t } = useTexts();
  const { items, beingRead, timeStampAuthority, governmentPage } = consent;
  const listId = useId();
  const count = beingRead?.length ?? items.length;
  if (count === 0) return null;
  if (governmentPage) return <GovernmentItems consent={consent} />;
  const form = count === 1 ? 'open' : count <= ITEMS_IN_PAGE ? 'normal' : 'short';
  const lines = beingRead
    ? beingRead.slice(0, listed).map((name, position) => (
        <li key={position}>
          <Quoted>{name}</Quoted>
        </li>
      ))
    : items
        .slice(0, listed)
        .map((item, position) => (
          <ItemView key={position} item={item} position={position} consent={consent} form={form} />
        ));
  return (
    <Panel title={t('consent.items.title', { count })}>
      {beingRead ? <Reading count={count} reading={reading} /> : <Summary consent={consent} />}
      {count <= ITEMS_IN_PAGE ? (
        <ol className={classes['list']}>{lines}</ol>
      ) : (
        <div className={classes['region']} role="region" aria-labelledby={listId} tabIndex={0}>
          <p id={listId} className="visually-hidden">
            {t('consent.items.list')}
          </p>
          <ol className={classes['list']}>{lines}</ol>
        </div>
      )}
      {timeStampAuthority !== undefined && (
        <Facts>
          <Fact name={t('consent.items.timeStamping')}>
            <Quoted>{timeStampAuthority}</Quoted>
          </Fact>
        </Facts>
      )}
    </Panel>
  );
}

interface ItemsLineProps {
  readonly consent: ShownConsent;
}

/** The same in one line, for where the panel is out of view. */
export function ItemsLine({ consent }: ItemsLineProps) {
  const { items, beingRead, governmentPage } = consent;
  const { t } = useTexts();
  if (governmentPage) return <GovernmentLine consent={consent} />;
  const names = beingRead ?? items.map(({ name }) => name);
  const [name] = names;
  if (name === undefined) return null;
  if (names.length > 1) return <p>{t('consent.items.count', { count: names.length })}</p>;
  return (
    <p className={classes['lineName']}>
      {t('consent.items.label')}: <Quoted>{name}</Quoted>
    </p>
  );
}

interface ReadingProps {
  readonly count: number;
  readonly reading?: ItemProgress | undefined;
}

function Reading({ count, reading = { done: 0, count } }: ReadingProps) {
  const { t } = useTexts();
  return (
    <>
      <Busy progress={reading}>{t('consent.items.reading')}</Busy>
      <p>{t('consent.items.readingCount', { done: reading.done, count: reading.count })}</p>
    </>
  );
}

interface SummaryProps {
  readonly consent: ShownConsent;
}

/** What of many items has to be known without opening each. */
function Summary({ consent }: SummaryProps) {
  const { items } = consent;
  const { t, locale } = useTexts();
  const documents = items.filter((item) => item.kind === 'document');
  const blind = items.length - documents.length;
  const unshown = documents.filter((item) => mustBeCompared(item, consent)).length;
  const warned = documents.filter(({ preview, unbound }) => unbound.length > 0 || (preview?.warnings.length ?? 0) > 0);
  const bytes = documents.flatMap(({ size, parts }) => [size, ...parts.map((part) => part.size)]);
  const formats = [...new Set(documents.map(({ format }) => format))];
  return (
    <>
      {items.length > 1 && blind > 0 && (
        <Callout
          kind="danger"
          kindLabel={t('common.kind.warning')}
          title={t('consent.items.blindCount', { count: blind })}
        >
          <p>{t('consent.items.blindWhy')}</p>
        </Callout>
      )}
      {items.length > 1 && warned.length > 0 && (
        <Callout kind="warning" kindLabel={t('common.kind.warning')}>
          <p>{t('consent.items.warnedCount', { count: warned.length })}</p>
        </Callout>
      )}
      {items.length > ITEMS_IN_PAGE && unshown > 0 && (
        <Callout kind="information" kindLabel={t('common.kind.information')}>
          <p>{t('consent.items.unshownCount', { count: unshown })}</p>
        </Callout>
      )}
      {items.length > 1 && documents.length > 0 && (
        <p>{t('consent.items.total', { size: formatSize(sum(bytes), locale) })}</p>
      )}
      {items.length > ITEMS_IN_PAGE && formats.length > 0 && (
        <Disclosure title={t('consent.items.forms')}>
          <ul>
            {formats.map((format) => (
              <li key={format}>
                {t('consent.items.form', {
                  format: t(`document.format.${format}`),
                  count: documents.filter((one) => one.format === format).length,
                })}
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </>
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
