import { setTimeout as sleep } from 'node:timers/promises';
import type { CardConnection, ConnectOptions, Disposition } from '../../main/core/ports.js';
import { ServiceChanges } from '../pcsc/service-changes.js';
import { ScardError } from '../scard-error.js';
import { ORDERS, type PhoneLink } from './phone-link.js';

/** Bytes of a short command APDU (ISO 7816-4 §5.2). Shorter payloads would be orders to the phone. */
const SHORTEST_COMMAND = 4;
const LONGEST_COMMAND = 261;

export interface PhoneSlotOptions {
  /** How often an idle phone is asked for its card, in milliseconds. */
  readonly pollMilliseconds: number;
  readonly cardPresenceChanged: (present: boolean) => void;
}

/** The place that a phone's card lies in, and who shares it. At most one phone at a time. */
export class PhoneSlot {
  readonly changes = new ServiceChanges();
  readonly #options: PhoneSlotOptions;
  readonly #connections = new Map<PhoneConnection, ConnectOptions['shareMode']>();
  /** Ends when the phone has answered the last question so far. */
  #queue: Promise<unknown> = Promise.resolve();
  #link: PhoneLink | undefined;
  #open = true;
  #powered = false;
  #cardPresent = false;
  #insertion = 0;
  /** Rises when the card loses its state; connections from before then have to begin anew. */
  #resets = 0;

  constructor(options: PhoneSlotOptions) {
    this.#options = options;
  }

  get occupied(): boolean {
    return this.#link !== undefined;
  }

  get cardPresent(): boolean {
    return this.#cardPresent;
  }

  get insertion(): number {
    return this.#insertion;
  }

  get resets(): number {
    return this.#resets;
  }

  /** Takes a phone in and looks after its card until it is gone. @returns false where one is in, or it is gone already */
  attach(link: PhoneLink): boolean {
    if (this.#link || !this.#open || link.ended.aborted) return false;
    this.#link = link;
    link.ended.addEventListener('abort', () => {
      this.#link = undefined;
      this.#setCardPresent(false);
    });
    void this.#watch(link);
    return true;
  }

  requireOpen(): void {
    if (!this.#open) throw new ScardError('SCARD_E_INVALID_HANDLE');
  }

  async connect(shareMode: ConnectOptions['shareMode'], signal: AbortSignal | undefined): Promise<CardConnection> {
    if (!this.#cardPresent) throw new ScardError('SCARD_E_NO_SMARTCARD');
    const held = [...this.#connections.values()];
    if (shareMode === 'exclusive' ? held.length > 0 : held.includes('exclusive')) {
      throw new ScardError('SCARD_E_SHARING_VIOLATION');
    }
    const connection = new PhoneConnection(this);
    this.#connections.set(connection, shareMode);
    try {
      connection.atr = await unlessAborted(
        this.#enqueue(() => this.#powerUp(connection)),
        signal,
      );
      return connection;
    } catch (thrown) {
      this.#connections.delete(connection);
      throw thrown;
    }
  }

  transmit(connection: PhoneConnection, command: Uint8Array): Promise<Uint8Array> {
    return this.#enqueue(async () => {
      const link = this.#linkFor(connection);
      if (command.length < SHORTEST_COMMAND || command.length > LONGEST_COMMAND) {
        throw new ScardError('SCARD_F_INTERNAL_ERROR', 'not a short command APDU');
      }
      const response = await link.transmit(command);
      if (!response) throw this.#removed();
      return response;
    });
  }

  async release(connection: PhoneConnection, disposition: Disposition): Promise<void> {
    await this.#enqueue(() => {
      const current = this.#cardPresent && connection.insertion === this.#insertion;
      if (!this.#connections.delete(connection) || !current || disposition === 'leave') return Promise.resolve();
      this.#link?.order(disposition === 'reset' ? ORDERS.reset : ORDERS.powerOff);
      this.#powered = disposition === 'reset';
      this.#resets += 1;
      return Promise.resolve();
    });
  }

  /** Sends the phone away, its card without power. */
  dismiss(): void {
    if (this.#powered) this.#link?.order(ORDERS.powerOff);
    this.#link?.close();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#connections.clear();
    this.dismiss();
    this.changes.announce();
  }

  async #watch(link: PhoneLink): Promise<void> {
    while (!link.ended.aborted) {
      await this.#enqueue(() => this.#look(link)).catch(() => undefined);
      await sleep(this.#options.pollMilliseconds, undefined, { signal: link.ended }).catch(() => undefined);
    }
  }

  /** @returns the card's answer to reset; undefined where there is none */
  async #look(link: PhoneLink): Promise<Uint8Array | undefined> {
    const atr = await link.atr();
    if (!link.ended.aborted) this.#setCardPresent(atr !== undefined);
    return atr;
  }

  async #powerUp(connection: PhoneConnection): Promise<Uint8Array> {
    const link = this.#linkFor(connection);
    if (!this.#powered) link.order(ORDERS.powerOn);
    this.#powered = true;
    const atr = await this.#look(link);
    if (!atr) throw new ScardError('SCARD_E_NO_SMARTCARD');
    return atr;
  }

  #setCardPresent(present: boolean): void {
    if (this.#cardPresent === present) return;
    this.#cardPresent = present;
    this.#powered = false;
    if (present) this.#insertion += 1;
    this.changes.announce();
    this.#options.cardPresenceChanged(present);
  }

  #removed(): ScardError {
    this.#setCardPresent(false);
    return new ScardError('SCARD_W_REMOVED_CARD');
  }

  /** The phone whose card the connection is to. @throws ScardError where the connection cannot be used any more */
  #linkFor(connection: PhoneConnection): PhoneLink {
    if (!this.#connections.has(connection)) throw new ScardError('SCARD_E_INVALID_HANDLE');
    const sameCard = this.#cardPresent && connection.insertion === this.#insertion;
    if (!sameCard || !this.#link) throw new ScardError('SCARD_W_REMOVED_CARD');
    if (connection.resets !== this.#resets) throw new ScardError('SCARD_W_RESET_CARD');
    return this.#link;
  }

  #enqueue<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

class PhoneConnection implements CardConnection {
  readonly #slot: PhoneSlot;
  readonly insertion: number;
  readonly resets: number;
  atr: Uint8Array = new Uint8Array(0);

  constructor(slot: PhoneSlot) {
    this.#slot = slot;
    this.insertion = slot.insertion;
    this.resets = slot.resets;
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    return this.#slot.transmit(this, command);
  }

  disconnect(disposition: Disposition): Promise<void> {
    return this.#slot.release(this, disposition);
  }
}

/** What `promise` gives, or SCARD_E_CANCELLED as soon as `signal` aborts. */
function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const cancel = () => {
      reject(new ScardError('SCARD_E_CANCELLED'));
    };
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel);
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', cancel);
    });
  });
}
