import { setTimeout as sleep } from 'node:timers/promises';
import { toClientError } from '../../core/errors.js';
import type { CardReaders } from '../../core/ports.js';

/** Where the smart-card service cannot be watched, it is asked again after this long. */
const PAUSE_MILLISECONDS = 5_000;

/**
 * Calls `onChange` whenever a reader or a card has come or gone, until `signal` aborts. Resolves when it has begun: what
 * happens from then on is told. Uses of a card, which the service counts as changes too, are not.
 */
export async function watchReaders(readers: CardReaders, onChange: () => void, signal: AbortSignal): Promise<void> {
  const first = await situation(readers);
  void follow(readers, onChange, { first, signal });
}

interface Beginning {
  readonly first: string;
  readonly signal: AbortSignal;
}

async function follow(readers: CardReaders, onChange: () => void, { first, signal }: Beginning): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  let known = first;
  while (!isOver()) {
    await readers.changed(signal).catch(() => pause(signal));
    const now = isOver() ? known : await situation(readers);
    if (now !== known && !isOver()) onChange();
    known = now;
  }
}

/** Which cards are where; equal texts mean that nothing came or went. */
async function situation(readers: CardReaders): Promise<string> {
  try {
    const list = await readers.list();
    return JSON.stringify(list.map(({ name, cardPresent, insertion }) => [name, cardPresent, insertion]));
  } catch (thrown) {
    return toClientError(thrown).code;
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  // Rejects where the signal aborts, which ends the pause as well.
  await sleep(PAUSE_MILLISECONDS, undefined, { signal, ref: false }).catch(() => undefined);
}
