import type { CardReaders, Clock } from '../core/ports.js';
import type { TrayShape } from './electron-api.js';

/** What the tray says of readers and cards. */
export type CardState = Extract<TrayShape, 'no-reader' | 'no-card' | 'card' | 'error'>;

/** Milliseconds in which several changes are one: a card that is put on a reader is told more than once. */
const TOGETHER_MILLISECONDS = 200;

export interface CardWatchOptions {
  readonly readers: Pick<CardReaders, 'list' | 'changed'>;
  readonly clock: Clock;
  readonly onState: (state: CardState) => void;
  readonly signal: AbortSignal;
}

/** Tells the state of readers and cards, now and at each change, until `signal` aborts. Does nothing in between. */
export async function watchCard({ readers, clock, onState, signal }: CardWatchOptions): Promise<void> {
  while (!signal.aborted) {
    // Before the list is read, or a change in between would be missed.
    const change = readers.changed(signal);
    const state = await cardState(readers);
    if (isAborted(signal)) return;
    onState(state);
    await change;
    await clock.sleep(TOGETHER_MILLISECONDS, signal);
  }
}

/** Asked anew after each wait. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function cardState(readers: CardWatchOptions['readers']): Promise<CardState> {
  try {
    const list = await readers.list();
    if (list.length === 0) return 'no-reader';
    return list.some(({ cardPresent }) => cardPresent) ? 'card' : 'no-card';
  } catch {
    return 'error';
  }
}
