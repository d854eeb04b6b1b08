import { ClientError } from '../core/errors.js';
import type { ReaderInfo } from '../core/ports.js';
import type { TrayShape } from './electron-api.js';
import { watchReaders, type ReaderWatch } from './watch-readers.js';

/** What the tray says of readers and cards. */
export type CardState = Extract<TrayShape, 'no-reader' | 'no-card' | 'card' | 'error'>;

/** Milliseconds: a card that is put on a reader is told more than once. */
const TOGETHER_MILLISECONDS = 200;

export interface CardWatchOptions extends Pick<ReaderWatch, 'readers' | 'clock' | 'signal'> {
  readonly onState: (state: CardState) => void;
}

/** Tells the state of readers and cards, now and at each change. Resolves when `signal` aborts; never rejects. */
export function watchCard({ onState, ...watched }: CardWatchOptions): Promise<void> {
  return watchReaders({
    ...watched,
    togetherMilliseconds: TOGETHER_MILLISECONDS,
    onList: (list) => onState(cardState(list)),
  });
}

function cardState(list: readonly ReaderInfo[] | ClientError): CardState {
  if (list instanceof ClientError) return 'error';
  if (list.length === 0) return 'no-reader';
  return list.some(({ cardPresent }) => cardPresent) ? 'card' : 'no-card';
}
