import { ScardError } from '../scard-error.js';
import type { PcscBinding, PcscReader } from './binding.js';
import { decodeFrame, encodeFrame, FrameError } from './frame.js';
import { boundedMessage, isBeginning, parseRequest, type Notice, type Reply, type Request } from './messages.js';
import { OpenConnections } from './open-connections.js';
import { PcscSession } from './pcsc-session.js';
import { parseScardError } from './scard-codes.js';

const DEFAULT_VERIFICATION_DELAY_MILLISECONDS = 1000;
/** How long connections may take to end before the process does. */
const FAREWELL_MILLISECONDS = 2000;

export interface CardServerHost {
  /** Loads the binding. Called for each session. @throws ScardError */
  loadBinding(): PcscBinding;
  /** Sends one frame, whose owner it becomes. */
  send(frame: Uint8Array): void;
  /**
   * Ends this process after what was sent has left. Where `callsRunning`, threads of the binding do not return, and
   * an orderly exit would wait for them.
   */
  exit(callsRunning: boolean): void;
  /** How long after readers came or went they are listed once more. Default: one second. */
  readonly verificationDelayMilliseconds?: number;
}

interface Answer {
  readonly reply: Reply;
  readonly body?: Uint8Array;
}

/**
 * The card process without its surroundings: answers requests over one PC/SC session. When the session is over, or has
 * piled up too much, it retires: it says so, takes nothing new, finishes what runs and ends. pcsclite cannot give back
 * the contexts of a session, ending the process does.
 */
export class CardServer {
  readonly #host: CardServerHost;
  readonly #connections = new OpenConnections();
  #session: PcscSession | undefined;
  #running = 0;
  #retiring = false;
  #ending = false;

  constructor(host: CardServerHost) {
    this.#host = host;
    this.#notify('ready');
  }

  /**
   * Takes one request and zeroes `frame` when it is done with.
   * @throws FrameError where it is no request; the process should end then
   */
  handleFrame(frame: Uint8Array): void {
    const { unverifiedHeader, body } = decodeFrame(frame);
    const request = parseRequest(unverifiedHeader);
    if (!request) throw new FrameError('not a request');
    void this.#handle(request, body).finally(() => frame.fill(0));
  }

  /** The program is gone or wants no more: takes the cards' power and ends. */
  async end(): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    const farewell = this.#connections.unpowerAll();
    const finished = await Promise.race([farewell.then(() => true), expiry(FAREWELL_MILLISECONDS)]);
    this.#host.exit(!finished || this.#running > 0);
  }

  async #handle(request: Request, body: Uint8Array): Promise<void> {
    this.#running += 1;
    const { reply, body: replyBody } = await this.#answer(request, body);
    this.#running -= 1;
    this.#host.send(encodeFrame(reply, replyBody));
    // What a card says may be personal data; the frame is its only copy from here on.
    replyBody?.fill(0);
    this.#endWhenRetired();
    if (this.#session?.spent === true && this.#running === 0 && this.#connections.size === 0) this.#retire();
  }

  async #answer(request: Request, body: Uint8Array): Promise<Answer> {
    const { id } = request;
    try {
      return await this.#perform(request, body);
    } catch (thrown) {
      const error = parseScardError(thrown);
      return { reply: { id, outcome: 'failed', scard: error.scard, message: boundedMessage(error.message) } };
    }
  }

  async #perform(request: Request, body: Uint8Array): Promise<Answer> {
    const { id, op } = request;
    if (this.#retiring && isBeginning(op)) return { reply: { id, outcome: 'retired' } };
    switch (request.op) {
      case 'list': {
        const session = await this.#settledSession();
        return { reply: { id, outcome: 'done', readers: session.readers() } };
      }
      case 'features': {
        const session = await this.#settledSession();
        const features = await this.#connections.features(requireReader(session, request.reader));
        return { reply: { id, outcome: 'done', features } };
      }
      case 'connect':
        return this.#connect(request);
      case 'transmit':
        return {
          reply: { id, outcome: 'done' },
          body: await this.#connections.transmit(request.connection, body),
        };
      case 'disconnect':
        await this.#connections.disconnect(request.connection, request.disposition);
        return { reply: { id, outcome: 'done' } };
    }
  }

  async #connect({ id, reader, shareMode }: Extract<Request, { op: 'connect' }>): Promise<Answer> {
    const session = await this.#settledSession();
    const connection = await this.#connections.connect(requireReader(session, reader), shareMode);
    return { reply: { id, outcome: 'done', connection }, body: await session.atr(reader) };
  }

  async #settledSession(): Promise<PcscSession> {
    this.#session ??= new PcscSession({
      binding: this.#host.loadBinding(),
      listener: { changed: () => this.#notify('changed'), lost: () => this.#retire() },
      verificationDelayMilliseconds:
        this.#host.verificationDelayMilliseconds ?? DEFAULT_VERIFICATION_DELAY_MILLISECONDS,
    });
    await this.#session.settled();
    return this.#session;
  }

  #retire(): void {
    if (this.#retiring) return;
    this.#retiring = true;
    this.#notify('retiring');
    this.#endWhenRetired();
  }

  #endWhenRetired(): void {
    if (this.#retiring && this.#running === 0) void this.end();
  }

  #notify(event: Notice['event']): void {
    this.#host.send(encodeFrame({ event }));
  }
}

function requireReader(session: PcscSession, readerName: string): PcscReader {
  const reader = session.find(readerName);
  if (!reader) throw new ScardError('SCARD_E_UNKNOWN_READER');
  return reader;
}

function expiry(milliseconds: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), milliseconds).unref());
}
