import { useEffect, useRef, useState } from 'react';
import type { CallResult } from '../../../main/ipc/call.js';
import type { WindowApi } from '../../../main/ipc/window-api.js';
import type { AskersFound, EntriesFound, HistoryPageQuery, HistoryQuery } from '../../../main/ipc/history.js';
import { useApi, type CallError } from '../../app/api.js';
import { useTexts } from '../../app/text.js';
import { useLoad, usePush } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Failure } from '../../ui/failure.js';
import { PageHeading } from '../../ui/page.js';
import { Row } from '../../ui/stack.js';
import { Tabs } from '../../ui/tabs.js';
import { Askers } from './askers.js';
import { EntriesByDay } from './entries.js';
import { EraseQuestion, type AskToErase, type Erased, type EraseWish } from './erase-question.js';
import { FilePanel } from './file-panel.js';
import { Filters } from './filters.js';
import { formatEntryDay } from './history-dates.js';
import { Kept, Remarks } from './kept.js';

type View = 'day' | 'asker';

/** What the card was used for: by day or by who asked; into a file, or away. */
export function HistoryPage() {
  const { t } = useTexts();
  const [asked, setAsked] = useState<{ readonly wish: EraseWish; readonly isOpen: boolean }>();
  const [erased, setErased] = useState<Erased>();
  // Closed, it stays: so the focus goes back where it was.
  const close = (): void => setAsked((before) => before && { ...before, isOpen: false });
  return (
    <>
      <PageHeading lead={t('history.lead')}>{t('common.page.history')}</PageHeading>
      {erased && <ErasedNotice erased={erased} />}
      <Shown
        onErase={(wish) => {
          setErased(undefined);
          setAsked({ wish, isOpen: true });
        }}
      />
      {asked && (
        <EraseQuestion
          wish={asked.wish}
          open={asked.isOpen}
          onClose={close}
          onErased={(outcome) => {
            close();
            setErased(outcome);
          }}
        />
      )}
    </>
  );
}

function ErasedNotice({ erased: { erasure, done } }: { readonly erased: Erased }) {
  const { t, locale } = useTexts();
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // What had the focus may be gone with what was erased.
    const frame = requestAnimationFrame(() => notice.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  const day = erasure.kind === 'day' ? formatEntryDay(erasure.day, locale) : undefined;
  return (
    <div ref={notice} tabIndex={-1}>
      <Callout
        kind={done ? 'success' : 'information'}
        kindLabel={t(done ? 'common.kind.success' : 'common.kind.information')}
        title={done ? t(`history.erase.done.${erasure.kind}`, { day }) : t('history.erase.wasGone')}
        live="polite"
      />
    </div>
  );
}

/** What one of the views shows. */
type Found =
  { readonly view: 'day'; readonly found: EntriesFound } | { readonly view: 'asker'; readonly found: AskersFound };

async function load(
  { api, view }: { readonly api: WindowApi; readonly view: View },
  query: HistoryPageQuery,
): Promise<CallResult<Found>> {
  if (view === 'day') {
    const called = await api.history.entries(query);
    return called.ok ? { ok: true, result: { view, found: called.result } } : called;
  }
  const called = await api.history.askers(query);
  return called.ok ? { ok: true, result: { view, found: called.result } } : called;
}

function Shown({ onErase }: { readonly onErase: AskToErase }) {
  const api = useApi();
  const { t } = useTexts();
  const [view, setView] = useState<View>('day');
  const [query, setQuery] = useState<HistoryQuery>({});
  const [pages, setPages] = useState<Readonly<Record<View, number>>>({ day: 0, asker: 0 });
  const request = { ...query, page: pages[view] };
  const { state, last: answer, run } = useLoad(() => load({ api, view }, request), JSON.stringify([view, request]));
  usePush('history.changed', () => void run());
  if (state.status === 'failed') {
    return <HistoryFailure error={state.error} onRetry={() => void run()} onErase={onErase} />;
  }
  if (!answer) return <Busy>{t('history.loading')}</Busy>;
  const { overview } = answer.found;
  const isThere = overview.total > 0 || overview.losses.length > 0;
  const busy = <Busy>{t('history.loading')}</Busy>;
  const turn = (page: number): void => setPages({ ...pages, [view]: page });
  return (
    <>
      <Kept overview={overview} />
      <Remarks overview={overview} />
      {overview.total > 0 && (
        <Filters
          query={query}
          askers={overview.askers}
          onChange={(changed) => {
            setQuery(changed);
            setPages({ day: 0, asker: 0 });
          }}
        />
      )}
      <Tabs<View>
        label={t('history.view.label')}
        selected={view}
        onSelect={setView}
        tabs={[
          {
            name: 'day',
            label: t('history.view.day'),
            content:
              answer.view === 'day' ? (
                <EntriesByDay found={answer.found} query={query} onPage={turn} onErase={onErase} />
              ) : (
                busy
              ),
          },
          {
            name: 'asker',
            label: t('history.view.asker'),
            content:
              answer.view === 'asker' ? (
                <Askers found={answer.found} query={query} onPage={turn} onErase={onErase} />
              ) : (
                busy
              ),
          },
        ]}
      />
      {isThere && <FilePanel total={overview.total} onErase={onErase} />}
    </>
  );
}

const PROBLEMS = [
  'history-in-app',
  'history-key-missing',
  'history-not-private',
  'history-day-full',
  'history-file-unusable',
] as const;

interface HistoryFailureProps {
  readonly error: CallError;
  readonly onRetry: () => void;
  readonly onErase: AskToErase;
}

/** Nothing else helps with these; beside the others it would only invite to lose what is whole. */
const HELPED_BY_ERASING: readonly string[] = ['history-key-missing', 'history-file-unusable'];

/** Nothing can be read. All of it can be erased nevertheless: that needs no key. */
function HistoryFailure({ error, onRetry, onErase }: HistoryFailureProps) {
  const { t } = useTexts();
  const problem = PROBLEMS.find((one) => one === error.details['reason']);
  const retry = (
    <Row>
      <Button onClick={onRetry}>{t('common.retry')}</Button>
    </Row>
  );
  return (
    <>
      {problem === undefined ? (
        <Failure error={error}>{retry}</Failure>
      ) : (
        <Callout
          kind="danger"
          kindLabel={t('common.kind.danger')}
          title={t(`history.problem.${problem}.what`)}
          live="assertive"
        >
          <p>{t(`history.problem.${problem}.remedy`)}</p>
          {retry}
        </Callout>
      )}
      {problem !== undefined && HELPED_BY_ERASING.includes(problem) && (
        <FilePanel total={undefined} onErase={onErase} />
      )}
    </>
  );
}
