import { useState } from 'react';
import type { AskerEntries, AskersFound, HistoryAsker, HistoryQuery } from '../../../main/ipc/history.js';
import { useApi } from '../../app/api.js';
import { formatDateTime } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import { useLoad, usePush } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Failure } from '../../ui/failure.js';
import { Panel } from '../../ui/panel.js';
import { Entry } from './entry.js';
import { FoundList, NothingFound } from './entries.js';
import type { AskToErase } from './erase-question.js';
import { askerKey } from './filters.js';
import { Standing, WhoInShort } from './who.js';
import classes from './history.module.css';

interface AskersProps {
  readonly found: AskersFound;
  readonly query: HistoryQuery;
  readonly onPage: (page: number) => void;
  readonly onErase: AskToErase;
}

/** Entries put together by who asked for them. */
export function Askers({ found, query, onPage, onErase }: AskersProps) {
  const { t } = useTexts();
  if (found.found === 0) return <NothingFound query={query} overview={found.overview} />;
  return (
    <FoundList found={found} count={t('history.foundAskers', { count: found.found })} onPage={onPage}>
      {found.groups.map((group) => (
        <Group key={askerKey(group.asker)} group={group} query={query} onErase={onErase} />
      ))}
    </FoundList>
  );
}

interface GroupProps {
  readonly group: AskerEntries;
  readonly query: HistoryQuery;
  readonly onErase: AskToErase;
}

function Group({ group: { asker, requester, count, at }, query, onErase }: GroupProps) {
  const { t, locale } = useTexts();
  const [isOpen, setOpen] = useState(false);
  return (
    <Panel title={<WhoInShort requester={requester} />}>
      <div>
        {requester.kind === 'origin' && <Standing requester={requester} />}
        <p className={classes['muted']}>{t('history.group.last', { at: formatDateTime(new Date(at), locale) })}</p>
      </div>
      <Disclosure title={t('history.group.open', { count })} onToggle={setOpen}>
        {isOpen && <EntriesOf asker={asker} query={query} onErase={onErase} />}
      </Disclosure>
    </Panel>
  );
}

interface EntriesOfProps extends Pick<GroupProps, 'query' | 'onErase'> {
  readonly asker: HistoryAsker;
}

function EntriesOf({ asker, query, onErase }: EntriesOfProps) {
  const api = useApi();
  const { t } = useTexts();
  const [page, setPage] = useState(0);
  const request = { ...query, asker, page };
  const { state, last: answer, run } = useLoad(() => api.history.entries(request), JSON.stringify(request));
  usePush('history.changed', () => void run());
  if (state.status === 'failed') return <Failure error={state.error} />;
  if (!answer) return <Busy>{t('history.loading')}</Busy>;
  return (
    <FoundList
      found={answer}
      count={t('history.found', { count: answer.found })}
      onPage={setPage}
      label={t('history.pager.labelOf', {
        asker: asker.kind === 'origin' ? asker.origin : t(`history.asker.${asker.kind}`),
      })}
    >
      <ul className={classes['entries']}>
        {answer.entries.map((entry) => (
          <Entry key={entry.id} entry={entry} withDate withWho={asker.kind !== 'origin'} onErase={onErase} />
        ))}
      </ul>
    </FoundList>
  );
}
