import { useState } from 'react';
import type { ShownEntry } from '../../../main/ipc/history.js';
import { useTexts } from '../../app/text.js';
import { Disclosure } from '../../ui/disclosure.js';
import type { AskToErase } from './erase-question.js';
import { EntryFacts } from './entry-facts.js';
import { formatEntryTime } from './history-dates.js';
import { Result } from './result.js';
import { WhoInShort } from './who.js';
import classes from './history.module.css';

interface EntryProps {
  readonly entry: ShownEntry;
  /** Where days are not set apart. */
  readonly withDate: boolean;
  /** Whether it has to be said who asked. */
  readonly withWho: boolean;
  readonly onErase: AskToErase;
}

/** One use of the card: a line that opens. What is in it is fetched only then. */
export function Entry({ entry, withDate, withWho, onErase }: EntryProps) {
  const { t, locale } = useTexts();
  const [isOpen, setOpen] = useState(false);
  const { operation, result, requester, testCard, day } = entry;
  // A day that no entry has, so that the time comes with its date.
  const time = formatEntryTime({ at: entry.at, day: withDate ? '' : day }, locale);
  return (
    <li>
      <Disclosure
        title={
          <span className={classes['summary']}>
            <span className={classes['line']}>
              <span className={classes['time']}>{time}</span>
              <span>{t(`history.operation.${operation}`)}</span>
              <Result result={result} />
              {testCard && <span className={classes['muted']}>{t('history.testCard')}</span>}
            </span>
            {withWho && (
              <span className={classes['who']}>
                <WhoInShort requester={requester} />
              </span>
            )}
          </span>
        }
        onToggle={setOpen}
      >
        {isOpen && <EntryFacts entry={entry} onErase={onErase} />}
      </Disclosure>
    </li>
  );
}
