import { ClientError } from '../errors.js';
import type { CardConnection, Disposition } from '../ports.js';
import { encodeCommandApdu, getResponse, type CommandApdu } from './command-apdu.js';
import { decodeResponseApdu, type ResponseApdu } from './response-apdu.js';
import { formatStatusWord } from './status-word.js';

const MAX_RESPONSE_PARTS = 16;

/**
 * Command APDUs over one card connection. `61xx` (more data) and `6Cxx` (wrong Le) are handled here, so that callers see
 * final responses only. Between commands the signal is looked at: cancelling never interrupts a running command.
 */
export class CardChannel {
  readonly #connection: CardConnection;
  readonly #signal: AbortSignal | undefined;

  constructor(connection: CardConnection, signal?: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
  }

  /** @throws ClientError of area PCSC, CARD, or `ERR_USER_CANCELLED` where the signal had aborted before. */
  async send(command: CommandApdu): Promise<ResponseApdu> {
    let response = await this.#transmit(command);
    if (response.sw >> 8 === 0x6c && command.le !== undefined && !command.sensitive) {
      response = await this.#transmit({ ...command, le: response.sw & 0xff || 256 });
    }
    const parts = [response.data];
    for (let count = 0; response.sw >> 8 === 0x61; count += 1) {
      if (count === MAX_RESPONSE_PARTS) throw unexpectedStatusWord(command, response.sw);
      response = await this.#transmit(getResponse(response.sw & 0xff || 256));
      parts.push(response.data);
    }
    return parts.length === 1 ? response : { data: joined(parts), sw: response.sw };
  }

  disconnect(disposition: Disposition): Promise<void> {
    return this.#connection.disconnect(disposition);
  }

  async #transmit(command: CommandApdu): Promise<ResponseApdu> {
    if (this.#signal?.aborted) throw new ClientError('ERR_USER_CANCELLED', 'cancelled before the command was sent');
    const bytes = encodeCommandApdu(command);
    try {
      return decodeResponseApdu(await this.#connection.transmit(bytes));
    } finally {
      if (command.sensitive) bytes.fill(0);
    }
  }
}

/** The error for a status word the caller has no use for. Says which command and what came back, and nothing else. */
export function unexpectedStatusWord(command: CommandApdu, statusWord: number): ClientError {
  const ins = command.ins.toString(16).toUpperCase().padStart(2, '0');
  const sw = formatStatusWord(statusWord);
  return new ClientError('ERR_CARD_RESPONSE', `the card answered ${sw} to INS ${ins}`, {
    retriable: true,
    details: { statusWord: sw, ins },
  });
}

/** The parts in one; they themselves are zeroed, so that a file that must not linger is not left behind in pieces. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
    part.fill(0);
  }
  return whole;
}
