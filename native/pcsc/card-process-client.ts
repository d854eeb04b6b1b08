import { ScardError } from '../scard-error.js';
import type { CardProcessChannel } from './card-process-channel.js';
import { decodeFrame, encodeFrame, FrameError } from './frame.js';
import { isBeginning, parseReplyOrNotice, type Notice, type Operation, type Reply } from './messages.js';

/** Milliseconds an operation may take, and the start of the process on top of the first ones. */
export interface Deadlines {
  readonly start: number;
  readonly list: number;
  readonly features: number;
  readonly connect: number;
  readonly transmit: number;
  readonly disconnect: number;
}

export interface CardProcessListener {
  /** A reader or card came or went. */
  changed(): void;
  /** The process takes no new work: it retires, was killed, or ended. Called once. */
  unusable(): void;
  /** The process has ended. */
  exited(): void;
}

type DoneReply = Extract<Reply, { outcome: 'done' }>;

export interface Response {
  readonly reply: DoneReply;
  readonly body: Uint8Array;
}

interface PendingRequest {
  readonly op: Operation['op'];
  readonly timeout: NodeJS.Timeout;
  resolve(response: Response): void;
  reject(error: ScardError | RetiredError): void;
}

/** The request was not begun and can be asked of another card process. */
export class RetiredError extends Error {
  override readonly name = 'RetiredError';
}

/** One card process from its start to its end, seen from the program. */
export class CardProcessClient {
  readonly #channel: CardProcessChannel;
  readonly #deadlines: Deadlines;
  readonly #listener: CardProcessListener;
  readonly #pending = new Map<number, PendingRequest>();
  readonly #exited: Promise<void>;
  #latestId = 0;
  #ready = false;
  #retiring = false;
  #usable = true;
  #lost = false;

  constructor(channel: CardProcessChannel, deadlines: Deadlines, listener: CardProcessListener) {
    this.#channel = channel;
    this.#deadlines = deadlines;
    this.#listener = listener;
    this.#exited = new Promise((resolve) => {
      channel.onExit((reason) => {
        this.#lose(reason);
        resolve();
        listener.exited();
      });
    });
    channel.onFrame((frame) => this.#receive(frame));
  }

  /**
   * Asks one thing. Rejects with `ScardError`: the service's answer; SCARD_E_TIMEOUT at the deadline, when the process
   * is killed; `MADOGUCHI_CARD_PROCESS_LOST` where it ended. Rejects with `RetiredError` where it was not begun.
   */
  request(operation: Operation, body?: Uint8Array): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (this.#lost) {
        reject(this.#lossOf(operation.op, 'it has ended'));
        return;
      }
      this.#latestId += 1;
      const id = this.#latestId;
      const milliseconds = this.#deadlines[operation.op] + (this.#ready ? 0 : this.#deadlines.start);
      // The channel does not keep the program running. A request does, by this.
      const timeout = setTimeout(() => this.#expire(id), milliseconds);
      this.#pending.set(id, { op: operation.op, timeout, resolve, reject });
      this.#channel.send(encodeFrame({ id, ...operation }, body));
    });
  }

  /** Ends the process, after the cards lost their power, or at once when that takes too long. */
  async close(maxMilliseconds: number): Promise<void> {
    this.#becomeUnusable();
    this.#channel.end();
    const timeout = setTimeout(() => this.#channel.kill(), maxMilliseconds);
    await this.#exited;
    clearTimeout(timeout);
  }

  #receive(frame: Uint8Array): void {
    try {
      const { unverifiedHeader, body } = decodeFrame(frame);
      const message = parseReplyOrNotice(unverifiedHeader);
      if (!message) throw new FrameError('neither reply nor notice');
      if ('event' in message) this.#heed(message);
      else this.#settle(message, body.slice());
    } catch {
      this.#abandon('it sent what is no reply');
    } finally {
      frame.fill(0);
    }
  }

  #heed({ event }: Notice): void {
    switch (event) {
      case 'ready':
        this.#ready = true;
        return;
      case 'changed':
        this.#listener.changed();
        return;
      case 'retiring':
        this.#retiring = true;
        this.#becomeUnusable();
    }
  }

  #settle(reply: Reply, body: Uint8Array): void {
    const pending = this.#take(reply.id);
    switch (reply.outcome) {
      case 'done':
        pending?.resolve({ reply, body });
        return;
      case 'failed':
        pending?.reject(new ScardError(reply.scard, reply.message));
        return;
      case 'retired':
        pending?.reject(new RetiredError());
    }
  }

  #take(id: number): PendingRequest | undefined {
    const pending = this.#pending.get(id);
    clearTimeout(pending?.timeout);
    this.#pending.delete(id);
    return pending;
  }

  #expire(id: number): void {
    this.#take(id)?.reject(new ScardError('SCARD_E_TIMEOUT', 'no answer before the deadline'));
    this.#abandon('it was ended, because it did not answer');
  }

  #abandon(reason: string): void {
    this.#lose(reason);
    this.#channel.kill();
  }

  #lose(reason: string): void {
    if (this.#lost) return;
    this.#lost = true;
    for (const [id, { op }] of this.#pending) this.#take(id)?.reject(this.#lossOf(op, reason));
    this.#becomeUnusable();
  }

  /** A process that retires has begun all it was going to begin, and only the end of the service ends a connection. */
  #lossOf(op: Operation['op'], reason: string): ScardError | RetiredError {
    if (!this.#retiring) return new ScardError('MADOGUCHI_CARD_PROCESS_LOST', `the card process is gone: ${reason}`);
    return isBeginning(op) ? new RetiredError() : new ScardError('SCARD_E_NO_SERVICE');
  }

  #becomeUnusable(): void {
    if (!this.#usable) return;
    this.#usable = false;
    this.#listener.unusable();
  }
}
