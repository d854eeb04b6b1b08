import { CardChannel } from '../apdu/card-channel.js';
import type { CardApplication } from '../card/card-application.js';
import type { PinEntry } from '../card/card-generation.js';
import { forgetReads, type InsertionMemories } from '../card/insertion-memory.js';
import { ClientError } from '../errors.js';
import type { CardReaders, Clock, PinRole, Preparation, ReaderInfo } from '../ports.js';
import type { TrustAnchors } from '../trust/trust-anchors.js';
import type { CardIdentity, CardTarget } from './card-target.js';

/** What free reads told about the card before any PIN. */
export interface PreparedCard<Entry extends PinEntry> extends CardIdentity {
  readonly reader: ReaderInfo;
  /** The secret that will be asked. */
  readonly pinEntry: Entry;
  readonly triesLeft: number;
}

export interface CardAccess {
  readonly readers: CardReaders;
  readonly memories: InsertionMemories;
  readonly clock: Clock;
  readonly trust: TrustAnchors;
}

/** Which reader to use: the only one with a card, or one by its PC/SC name. */
export type ReaderSelection = { readonly kind: 'auto' } | { readonly kind: 'name'; readonly readerName: string };

export interface WaitForCardOptions {
  readonly selection: ReaderSelection;
  /** How long to wait for a reader and a card, in milliseconds. 0: fail at once. */
  readonly waitMilliseconds: number;
  readonly signal: AbortSignal;
  readonly onPreparation: (preparation: Preparation) => void;
  readonly chooseReader: (readers: readonly ReaderInfo[]) => Promise<string>;
}

/**
 * The reader that holds the card to use, once there is one.
 * @throws ClientError ERR_PCSC_NO_READER, ERR_CARD_ABSENT, ERR_PCSC_READER_GONE, ERR_PCSC_UNAVAILABLE.
 */
export async function waitForCard(access: CardAccess, options: WaitForCardOptions): Promise<ReaderInfo> {
  const deadline = access.clock.monotonic() + options.waitMilliseconds;
  for (;;) {
    if (options.signal.aborted) throw new ClientError('ERR_USER_CANCELLED', 'cancelled while waiting for a card');
    const found = await findCard(access, options);
    if (!(found instanceof ClientError)) return found;
    const remaining = deadline - access.clock.monotonic();
    if (remaining <= 0) throw found;
    options.onPreparation({
      status: found.code === 'ERR_CARD_ABSENT' ? 'waiting-for-card' : 'waiting-for-reader',
    });
    await changeOrTimeout(access, options.signal, remaining);
  }
}

async function findCard(access: CardAccess, options: WaitForCardOptions): Promise<ReaderInfo | ClientError> {
  let readers: readonly ReaderInfo[];
  try {
    readers = await access.readers.list();
  } catch (error) {
    // The service may be on its way up (it stops with the last reader on Windows): worth waiting for, where we wait.
    if (error instanceof ClientError && error.code === 'ERR_PCSC_UNAVAILABLE') return error;
    throw error;
  }
  access.memories.retain(readers);
  const { selection } = options;
  const candidates = selection.kind === 'auto' ? readers : readers.filter(({ name }) => name === selection.readerName);
  if (candidates.length === 0) {
    return selection.kind === 'auto'
      ? new ClientError('ERR_PCSC_NO_READER', 'no card reader is connected', { retriable: true })
      : new ClientError('ERR_PCSC_READER_GONE', 'the chosen card reader is not connected', { retriable: true });
  }
  const withCard = candidates.filter(({ cardPresent }) => cardPresent);
  const [only] = withCard;
  if (!only) return new ClientError('ERR_CARD_ABSENT', 'no card is in the reader', { retriable: true });
  if (withCard.length === 1) return only;
  const chosen = await options.chooseReader(withCard);
  return (
    withCard.find(({ name }) => name === chosen) ??
    new ClientError('ERR_PCSC_READER_GONE', 'the chosen card reader is not connected', { retriable: true })
  );
}

async function changeOrTimeout(access: CardAccess, signal: AbortSignal, milliseconds: number): Promise<void> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  // A service that cannot even be watched is asked again after a pause.
  const changed = access.readers.changed(either).catch(() => access.clock.sleep(1_000, either));
  await Promise.race([changed, access.clock.sleep(milliseconds, either)]);
  done.abort();
}

/** Free reads on a shared connection, released before anybody is asked anything. */
export async function prepareCard<Application extends CardApplication, Entry extends PinEntry>(
  access: CardAccess,
  target: CardTarget<Application, Entry>,
  { reader, signal }: { readonly reader: ReaderInfo; readonly signal: AbortSignal },
): Promise<PreparedCard<Entry>> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const connection = await access.readers.connect(reader.name, { shareMode: 'shared', signal });
    let stillVerified = false;
    try {
      const channel = new CardChannel(connection, signal);
      const context = { channel, memory: access.memories.of(reader), trust: access.trust };
      const application = await target.select(context);
      const pinEntry = target.pinEntry(application);
      const pin = await application.pinStatus(pinEntry);
      if (pin.status === 'blocked') throw blockedPin(pinEntry.role);
      if (pin.status === 'still-verified') {
        stillVerified = true;
        continue;
      }
      const identity = await target.readFree(application, context, access.clock.now());
      const testCard = reader.virtual || identity.testCard;
      return { reader, pinEntry, triesLeft: pin.triesLeft, ...identity, testCard };
    } catch (error) {
      forgetReads(access.memories.of(reader));
      throw error;
    } finally {
      await connection.disconnect(stillVerified ? 'unpower' : 'leave');
    }
  }
  throw new ClientError('ERR_CARD_RESPONSE', 'the card does not tell how many PIN tries are left', { retriable: true });
}

/** `entered`: a wrong entry has just blocked it. */
export function blockedPin(role: PinRole, entered = false): ClientError {
  return new ClientError('ERR_PIN_BLOCKED', 'the PIN is blocked', { details: { role, ...(entered && { entered }) } });
}
