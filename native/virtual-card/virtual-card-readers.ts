import { setTimeout as sleep } from 'node:timers/promises';
import type { CardConnection, CardReaders, ConnectOptions, Disposition, ReaderInfo } from '../../main/core/ports.js';
import { ScardError } from '../scard-error.js';
import { CardRemovedError, type VirtualCard } from './virtual-card.js';

/** Name of the reader that the virtual card lies in when no PC/SC service is between. */
export const VIRTUAL_READER_NAME = 'Madoguchi Virtual Card';

/** One reader in this process with the virtual card in it. Fails with `ScardError`, as a PC/SC service does. */
export interface VirtualCardReaders extends CardReaders {
  /** Puts the card in. Nothing happens where it is in already. */
  insertCard(): void;
  /** Takes the card out: it loses power, and connections answer SCARD_W_REMOVED_CARD from then on. */
  removeCard(): void;
}

export interface VirtualCardReadersOptions {
  readonly readerName?: string;
}

/** A reader that holds `card` from the start. The card is no one else's until `close`. */
export function virtualCardReaders(card: VirtualCard, options: VirtualCardReadersOptions = {}): VirtualCardReaders {
  return new InProcessReaders(card, options.readerName ?? VIRTUAL_READER_NAME);
}

class InProcessReaders implements VirtualCardReaders {
  readonly #slot: Slot;
  readonly #readerName: string;

  constructor(card: VirtualCard, readerName: string) {
    this.#slot = new Slot(card);
    this.#readerName = readerName;
  }

  list(): Promise<readonly ReaderInfo[]> {
    return promised(() => {
      this.#slot.requireOpen();
      this.#slot.changes.markSeen();
      const { cardPresent, insertion } = this.#slot;
      return [{ name: this.#readerName, cardPresent, virtual: true, insertion }];
    });
  }

  async changed(signal: AbortSignal): Promise<void> {
    this.#slot.requireOpen();
    await this.#slot.changes.wait(signal);
  }

  connect(readerName: string, { shareMode, signal }: ConnectOptions): Promise<CardConnection> {
    return promised(() => {
      this.#slot.requireOpen();
      if (signal?.aborted) throw new ScardError('SCARD_E_CANCELLED');
      if (readerName !== this.#readerName) throw new ScardError('SCARD_E_UNKNOWN_READER');
      return this.#slot.connect(shareMode);
    });
  }

  close(): Promise<void> {
    return promised(() => {
      this.#slot.close();
    });
  }

  insertCard(): void {
    this.#slot.insert();
  }

  removeCard(): void {
    this.#slot.remove();
  }
}

/** What `compute` returns or throws, as the port wants it. */
function promised<Result>(compute: () => Result): Promise<Result> {
  return new Promise((resolve) => {
    resolve(compute());
  });
}

/** The place the card lies in, and who shares it. */
class Slot {
  readonly card: VirtualCard;
  readonly changes = new Changes();
  readonly #connections = new Map<SlotConnection, ConnectOptions['shareMode']>();
  cardPresent = true;
  insertion = 1;
  /** Rises when the card loses its state; connections from before then have to begin anew. */
  resets = 0;
  #open = true;
  #presence = new AbortController();

  constructor(card: VirtualCard) {
    this.card = card;
  }

  /** Aborts when the card that is in now goes out. */
  get absence(): AbortSignal {
    return this.#presence.signal;
  }

  requireOpen(): void {
    if (!this.#open) throw new ScardError('SCARD_E_INVALID_HANDLE');
  }

  connect(shareMode: ConnectOptions['shareMode']): SlotConnection {
    if (!this.cardPresent) throw new ScardError('SCARD_E_NO_SMARTCARD');
    const held = [...this.#connections.values()];
    if (shareMode === 'exclusive' ? held.length > 0 : held.includes('exclusive')) {
      throw new ScardError('SCARD_E_SHARING_VIOLATION');
    }
    if (!this.card.powered) this.card.powerOn();
    const connection = new SlotConnection(this);
    this.#connections.set(connection, shareMode);
    return connection;
  }

  release(connection: SlotConnection, disposition: Disposition): void {
    const current = connection.insertion === this.insertion && this.cardPresent;
    if (!this.#connections.delete(connection) || !current || disposition === 'leave') return;
    if (disposition === 'reset') this.card.reset();
    else this.card.powerOff();
    this.resets += 1;
  }

  holds(connection: SlotConnection): boolean {
    return this.#connections.has(connection);
  }

  insert(): void {
    if (this.cardPresent) return;
    this.cardPresent = true;
    this.insertion += 1;
    this.#presence = new AbortController();
    this.changes.announce();
  }

  remove(): void {
    if (!this.cardPresent) return;
    this.cardPresent = false;
    this.#leave();
    this.changes.announce();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#connections.clear();
    this.#leave();
    this.changes.announce();
  }

  #leave(): void {
    this.card.powerOff();
    this.#presence.abort();
  }
}

class SlotConnection implements CardConnection {
  readonly #slot: Slot;
  readonly atr: Uint8Array;
  readonly insertion: number;
  readonly #resets: number;
  /** Ends when the last command given so far is answered. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(slot: Slot) {
    this.#slot = slot;
    this.atr = slot.card.atr;
    this.insertion = slot.insertion;
    this.#resets = slot.resets;
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    const answer = this.#queue.then(() => this.#exchange(command));
    this.#queue = answer.catch(() => undefined);
    return answer;
  }

  async disconnect(disposition: Disposition): Promise<void> {
    await this.#queue;
    this.#slot.release(this, disposition);
  }

  async #exchange(command: Uint8Array): Promise<Uint8Array> {
    this.#requireUsable();
    const delay = this.#slot.card.nextDelayMilliseconds;
    if (delay > 0) {
      await sleep(delay, undefined, { signal: this.#slot.absence }).catch(() => undefined);
      this.#requireUsable();
    }
    try {
      return this.#slot.card.transmit(command);
    } catch (thrown) {
      if (!(thrown instanceof CardRemovedError))
        throw new ScardError('SCARD_F_INTERNAL_ERROR', undefined, { cause: thrown });
      this.#slot.remove();
      throw new ScardError('SCARD_W_REMOVED_CARD');
    }
  }

  #requireUsable(): void {
    const slot = this.#slot;
    if (!slot.holds(this)) throw new ScardError('SCARD_E_INVALID_HANDLE');
    if (!slot.cardPresent || slot.insertion !== this.insertion) throw new ScardError('SCARD_W_REMOVED_CARD');
    if (slot.resets !== this.#resets) throw new ScardError('SCARD_W_RESET_CARD');
  }
}

/** Wakes those who wait for a change, also when it came between their look and their wait. */
class Changes {
  #count = 0;
  #seen = 0;
  readonly #waiting = new Set<() => void>();

  markSeen(): void {
    this.#seen = this.#count;
  }

  announce(): void {
    this.#count += 1;
    for (const wake of this.#waiting) wake();
  }

  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#seen !== this.#count) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
