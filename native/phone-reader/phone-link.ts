import { ScardError } from '../scard-error.js';
import { ChannelEndedError, type FrameChannel } from './frame-channel.js';

/** Payloads of one byte are orders of the vpcd protocol; all but the last are not answered. */
export const ORDERS = { powerOff: 0x00, powerOn: 0x01, reset: 0x02, getAtr: 0x04 } as const;

/** ISO/IEC 7816-3 §8: TS and T0 at least, 33 bytes at most; TS is one of two values. */
const SHORTEST_ATR = 2;
const LONGEST_ATR = 33;
const INITIAL_CHARACTERS: readonly (number | undefined)[] = [0x3b, 0x3f];

export interface LinkDeadlines {
  /** How long the phone may take to say which card is there, in milliseconds. */
  readonly atr: number;
  /** How long a card may take for one command, in milliseconds. */
  readonly transmit: number;
}

/**
 * A phone that was let in, as one who asks it sees it: one question at a time. Whatever goes wrong ends the connection,
 * since an answer that comes late would be taken for the next one's.
 */
export class PhoneLink {
  readonly #channel: FrameChannel;
  readonly #deadlines: LinkDeadlines;

  constructor(channel: FrameChannel, deadlines: LinkDeadlines) {
    this.#channel = channel;
    this.#deadlines = deadlines;
  }

  /** Aborts with a `ChannelEndedError` when the phone is gone. */
  get ended(): AbortSignal {
    return this.#channel.ended;
  }

  order(order: (typeof ORDERS)[Exclude<keyof typeof ORDERS, 'getAtr'>]): void {
    this.#channel.write(Uint8Array.of(order));
  }

  /** Answer to reset of the card in the phone's field; undefined where there is none. @throws ScardError */
  async atr(): Promise<Uint8Array | undefined> {
    const atr = await this.#request(Uint8Array.of(ORDERS.getAtr), this.#deadlines.atr);
    if (atr.length === 0) return undefined;
    if (atr.length >= SHORTEST_ATR && atr.length <= LONGEST_ATR && INITIAL_CHARACTERS.includes(atr[0])) return atr;
    // Whatever this answers, it is not what was asked.
    this.#channel.destroy('unsolicited');
    throw new ScardError('SCARD_W_UNRESPONSIVE_CARD', 'the phone answered no answer to reset');
  }

  /** The card's response; undefined where it has left the field. @throws ScardError */
  async transmit(command: Uint8Array): Promise<Uint8Array | undefined> {
    const response = await this.#request(command, this.#deadlines.transmit);
    return response.length === 0 ? undefined : response;
  }

  /** Lets what was ordered leave, then ends the connection. */
  close(): void {
    this.#channel.close();
  }

  async #request(payload: Uint8Array, milliseconds: number): Promise<Uint8Array> {
    const deadline = setTimeout(() => {
      this.#channel.destroy('timeout');
    }, milliseconds);
    try {
      const answer = this.#channel.read();
      this.#channel.write(payload);
      return await answer;
    } catch (thrown) {
      throw linkError(thrown);
    } finally {
      clearTimeout(deadline);
    }
  }
}

function linkError(thrown: unknown): unknown {
  if (!(thrown instanceof ChannelEndedError)) return thrown;
  switch (thrown.end) {
    case 'closed':
      return new ScardError('SCARD_W_REMOVED_CARD', 'the phone is gone', { cause: thrown });
    case 'timeout':
      return new ScardError('SCARD_E_TIMEOUT', 'the phone did not answer in time', { cause: thrown });
    case 'unsolicited':
      return new ScardError('SCARD_E_COMM_DATA_LOST', 'the phone spoke unasked', { cause: thrown });
    case 'oversized':
      return new ScardError('SCARD_E_INSUFFICIENT_BUFFER', 'the phone answered too much', { cause: thrown });
  }
}
