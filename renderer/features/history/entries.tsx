import { useEffect, useRef, type ReactNode } from 'react';
import type {
  EntriesFound,
  HistoryFound,
  HistoryOverview,
  HistoryQuery,
  ShownEntry,
} from '../../../main/ipc/history.js';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Panel } from '../../ui/panel.js';
import { Entry } from './entry.js';
import type { AskToErase } from './erase-question.js';
import { isFiltered } from './filters.js';
import { formatEntryDay } from './history-dates.js';
import { Pager } from '../../ui/pager.js';
import classes from './history.module.css';

interface FoundListProps {
  readonly found: HistoryFound;
  /** `12件の記録` */
  readonly count: string;
  readonly onPage: (page: number) => void;
  /** Of its pages, where they are not the page's only ones. */
  readonly label?: string;
  readonly children: ReactNode;
}

/** One page of a long list. Turned over, the next one is read from its beginning. */
export function FoundList({ found: { page, pages }, count, onPage, label, children }: FoundListProps) {
  const { t } = useTexts();
  const beginning = useRef<HTMLParagraphElement>(null);
  const shown = useRef(page);
  useEffect(() => {
    if (shown.current === page) return;
    shown.current = page;
    beginning.current?.focus();
    beginning.current?.scrollIntoView({ block: 'start' });
  }, [page]);
  return (
    <>
      <p ref={beginning} tabIndex={-1} role="status">
        {count}
      </p>
      {children}
      <Pager label={label ?? t('history.pager.label')} page={page} pages={pages} onShow={onPage} />
    </>
  );
}

interface NothingFoundProps {
  readonly query: HistoryQuery;
  readonly overview: HistoryOverview;
}

export function NothingFound({ query, overview: { keptDays, losses } }: NothingFoundProps) {
  const { t } = useTexts();
  if (isFiltered(query)) return <p role="status">{t('history.noMatch')}</p>;
  if (losses.length > 0) return <p role="status">{t('history.none.unreadable')}</p>;
  const context = keptDays === 0 ? { context: 'off' } : {};
  return (
    <Panel title={t('history.none.title', context)}>
      <p>{t('history.none.what', context)}</p>
    </Panel>
  );
}

interface EntriesByDayProps {
  readonly found: EntriesFound;
  readonly query: HistoryQuery;
  readonly onPage: (page: number) => void;
  readonly onErase: AskToErase;
}

export function EntriesByDay({ found, query, onPage, onErase }: EntriesByDayProps) {
  const { t } = useTexts();
  if (found.found === 0) return <NothingFound query={query} overview={found.overview} />;
  return (
    <FoundList found={found} count={t('history.found', { count: found.found })} onPage={onPage}>
      {found.days.map(({ day, count }) => (
        <Day
          key={day}
          day={day}
          count={count}
          entries={found.entries.filter((entry) => entry.day === day)}
          onErase={onErase}
        />
      ))}
    </FoundList>
  );
}

interface DayProps {
  readonly day: string;
  readonly count: number;
  readonly entries: readonly ShownEntry[];
  readonly onErase: AskToErase;
}

function Day({ day, count, entries, onErase }: DayProps) {
  const { t, locale } = useTexts();
  const name = formatEntryDay(day, locale);
  return (
    <Panel title={name}>
      <ul className={classes['entries']}>
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} withDate={false} withWho onErase={onErase} />
        ))}
      </ul>
      <div className={classes['head']}>
        <span className={classes['muted']}>{t('history.day.count', { count })}</span>
        <Button
          kind="quiet"
          aria-label={t('history.day.eraseNamed', { day: name })}
          onClick={() => onErase({ erasure: { kind: 'day', day }, count })}
        >
          {t('history.day.erase')}
        </Button>
      </div>
    </Panel>
  );
}
