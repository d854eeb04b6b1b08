import { toClientError, type ClientError } from '../core/errors.js';
import type { CardReaders, Clock, ReaderInfo } from '../core/ports.js';

/** Milliseconds after which a smart-card service that cannot be watched is asked again. */
const PAUSE_MILLISECONDS = 5_000;

export interface ReaderWatch {
  readonly readers: Pick<CardReaders, 'list' | 'changed'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly signal: AbortSignal;
  /** Milliseconds in which several changes are one. */
  readonly togetherMilliseconds: number;
  /** What is there now, or why that cannot be told. Uses of a card count as changes: the same may be told again. */
  readonly onList: (list: readonly ReaderInfo[] | ClientError) => void;
}

/** Tells the readers, now and at each change. Does nothing in between. Resolves when `signal` aborts; never rejects. */
export async function watchReaders(watch: ReaderWatch): Promise<void> {
  const { readers, clock, signal, togetherMilliseconds, onList } = watch;
  // Asked anew after each wait.
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    // Before the list is read, or a change in between would be missed.
    const change = readers.changed(signal).catch(() => clock.sleep(PAUSE_MILLISECONDS, signal));
    const list = await readers.list().catch(toClientError);
    if (isOver()) return;
    onList(list);
    await change;
    if (togetherMilliseconds > 0) await clock.sleep(togetherMilliseconds, signal);
  }
}
