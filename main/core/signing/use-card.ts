import { equalBytes } from '../../../sdk/formats/index.js';
import { CardChannel } from '../apdu/card-channel.js';
import type { CardApplication } from '../card/card-application.js';
import type { PinEntry } from '../card/card-generation.js';
import { forgetReads } from '../card/insertion-memory.js';
import { ClientError } from '../errors.js';
import type { Progress } from '../ports.js';
import type { CardIdentity, CardTarget } from './card-target.js';
import { blockedPin, type CardAccess, type PreparedCard } from './prepare-card.js';

/** How the exclusive connection ended. Only `done` used the key; `incorrect` is the only one that cost a try. */
export type CardUse<Result> =
  | { readonly status: 'done'; readonly result: Result }
  | { readonly status: 'incorrect'; readonly triesLeft: number }
  | { readonly status: 'tries-changed'; readonly triesLeft: number }
  | { readonly status: 'reinserted' };

export interface UseCardOptions<Result, Application extends CardApplication, Entry extends PinEntry> {
  readonly target: CardTarget<Application, Entry>;
  /** ASCII, normalised; stays the caller's to zero. */
  readonly pin: Uint8Array;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** What the verified PIN is for. */
  readonly work: (application: Application) => Promise<Result>;
}

/**
 * One exclusive connection from PIN to result: re-select, re-query tries, VERIFY once, `work`, power off. Between VERIFY and
 * the end nothing waits for a person, and the card is left without any verified state whatever happens.
 */
export async function useCard<Result, Application extends CardApplication, Entry extends PinEntry>(
  access: CardAccess,
  prepared: PreparedCard<Entry>,
  options: UseCardOptions<Result, Application, Entry>,
): Promise<CardUse<Result>> {
  const { reader } = prepared;
  const current = (await access.readers.list()).find(({ name }) => name === reader.name);
  if (!current) throw new ClientError('ERR_PCSC_READER_GONE', 'the card reader is not connected', { retriable: true });
  if (!current.cardPresent) throw new ClientError('ERR_CARD_REMOVED', 'the card was removed', { retriable: true });
  if (current.insertion !== reader.insertion) return { status: 'reinserted' };
  const first = await attempt(access, prepared, options);
  if (first.status !== 'still-verified') return first;
  // An earlier program's VERIFY still counted and hid the counter; the power is off now, so the card tells it.
  const second = await attempt(access, prepared, options);
  if (second.status !== 'still-verified') return second;
  throw new ClientError('ERR_CARD_RESPONSE', 'the card does not tell how many PIN tries are left', { retriable: true });
}

async function attempt<Result, Application extends CardApplication, Entry extends PinEntry>(
  access: CardAccess,
  { reader, pinEntry, triesLeft }: PreparedCard<Entry>,
  options: UseCardOptions<Result, Application, Entry>,
): Promise<CardUse<Result> | { readonly status: 'still-verified' }> {
  const connection = await access.readers.connect(reader.name, { shareMode: 'exclusive', signal: options.signal });
  try {
    const channel = new CardChannel(connection, options.signal);
    const { memories, trust } = access;
    const application = await options.target.select({ channel, memory: memories.of(reader), trust });
    const before = await application.pinStatus(pinEntry);
    if (before.status === 'still-verified') return before;
    if (before.status === 'blocked') throw blockedPin(pinEntry.role);
    if (before.triesLeft < triesLeft) return { status: 'tries-changed', triesLeft: before.triesLeft };
    options.onProgress('verifying-pin');
    const verification = await application.verifyPin(pinEntry, options.pin);
    if (verification.status === 'blocked') throw blockedPin(pinEntry.role, true);
    if (verification.status === 'incorrect') return verification;
    return { status: 'done', result: await options.work(application) };
  } catch (error) {
    forgetReads(access.memories.of(reader));
    throw error;
  } finally {
    await connection.disconnect('unpower');
  }
}

/**
 * @throws ClientError ERR_CARD_CHANGED where another card lies in the reader than the one the person agreed to use, or where
 * nothing tells whether it is the same.
 */
export function assertSameCard(before: CardIdentity, after: CardIdentity): void {
  const was = before.authenticationCertificate;
  const is = after.authenticationCertificate;
  if (!was || !is || !equalBytes(was.der, is.der)) {
    throw new ClientError('ERR_CARD_CHANGED', 'another card was put into the reader');
  }
}
