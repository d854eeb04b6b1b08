import type { CardConnection, Disposition } from '../../main/core/ports.js';
import { ScardError } from '../scard-error.js';
import type { CardProcessClient } from './card-process-client.js';
import {
  MAX_ATR_BYTES,
  MAX_COMMAND_BYTES,
  MAX_RESPONSE_BYTES,
  MIN_COMMAND_BYTES,
  MIN_RESPONSE_BYTES,
} from './messages.js';

/** A connection that a card process holds. Its commands wait for each other, those of other connections do not. */
export class PcscConnection implements CardConnection {
  readonly atr: Uint8Array;
  readonly #process: CardProcessClient;
  readonly #connection: number;
  #queue: Promise<unknown> = Promise.resolve();
  #disconnected: Promise<void> | undefined;

  constructor(process: CardProcessClient, connection: number, atr: Uint8Array) {
    this.#process = process;
    this.#connection = connection;
    this.atr = atr.slice(0, MAX_ATR_BYTES);
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    if (command.length < MIN_COMMAND_BYTES || command.length > MAX_COMMAND_BYTES) {
      throw new RangeError('not a short command APDU');
    }
    if (this.#disconnected) throw new ScardError('SCARD_E_INVALID_HANDLE', 'the connection has ended');
    return this.#enqueue(async () => {
      const { body } = await this.#process.request({ op: 'transmit', connection: this.#connection }, command);
      if (body.length < MIN_RESPONSE_BYTES || body.length > MAX_RESPONSE_BYTES) {
        throw new ScardError('SCARD_E_COMM_DATA_LOST', 'response length out of range');
      }
      return body;
    });
  }

  disconnect(disposition: Disposition): Promise<void> {
    this.#disconnected ??= this.#enqueue(async () => {
      await this.#process.request({ op: 'disconnect', connection: this.#connection, disposition });
      // The connection is gone also where the service answers with a failure, such as a removed card.
    }).catch(() => undefined);
    return this.#disconnected;
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}
