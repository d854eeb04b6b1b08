import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  NATIVE_LIMITS,
  nativeAnswerSchema,
  type NativeAnswer,
  type NativeCall,
  type NativeHello,
  type NativeRequest,
} from '../../../sdk/protocol/index.js';
import { failure } from '../../core/bridge/bridge.js';
import { parseStrictJson } from '../../core/bridge/strict-json.js';
import { ClientError } from '../../core/errors.js';
import { encodeFrame, findSocket, FrameDecoder } from '../bridge-socket/index.js';

export interface ClientLinkOptions {
  /** Places of the client's socket, best first. */
  readonly addresses: readonly string[];
  readonly platform: NodeJS.Platform;
  /** Program that started this host. */
  readonly program: string | undefined;
  /** Starts the client; false where nothing says how. */
  readonly wake: () => boolean;
  /** For how long to look for a client that was started, in milliseconds. */
  readonly wakeMilliseconds: number;
  readonly onAnswer: (answer: NativeAnswer) => void;
}

const RETRY_MILLISECONDS = 100;
/** A client that does not come up is not started again and again. */
const WAKE_PAUSE_MILLISECONDS = 30_000;

const OPENING: ReadonlySet<NativeCall['method']> = new Set<NativeCall['method']>(['open', 'governmentOpen']);

/** The host's connection to the running client: made when a call needs it, and again after it was lost. */
export class ClientLink {
  readonly #options: ClientLinkOptions;
  readonly #closed = new AbortController();
  #socket: Socket | undefined;
  #connecting: Promise<Socket | undefined> | undefined;
  #waking: Promise<Socket | undefined> | undefined;
  #lastWake = -Infinity;
  /** Calls under way, each with the connection it went out on. */
  readonly #outstanding = new Map<number, Socket | undefined>();

  constructor(options: ClientLinkOptions) {
    this.#options = options;
  }

  /**
   * Passes `request` on; its answer comes to `onAnswer`, whatever happens. Only what opens a session starts a client that is not
   * running: that a page looks whether there is one changes nothing on this PC.
   * @throws Error for the id of a call under way, and for too many calls
   */
  send(request: NativeRequest): void {
    if (this.#outstanding.has(request.id)) throw new Error('the id of a call under way');
    if (this.#outstanding.size >= NATIVE_LIMITS.outstandingCalls) throw new Error('too many calls');
    this.#outstanding.set(request.id, undefined);
    void this.#pass(request);
  }

  /** Ends the connection; what is under way stays unanswered. */
  close(): void {
    this.#closed.abort();
    this.#outstanding.clear();
    this.#socket?.destroy();
  }

  async #pass(request: NativeRequest): Promise<void> {
    const socket = await this.#connected(OPENING.has(request.call.method)).catch(() => undefined);
    if (this.#closed.signal.aborted) return;
    if (socket === undefined || socket.destroyed) {
      this.#fail(request.id);
      return;
    }
    this.#outstanding.set(request.id, socket);
    socket.write(encodeFrame(request, 'BE'));
  }

  #fail(id: number): void {
    this.#outstanding.delete(id);
    const error = new ClientError('ERR_PROTOCOL_UNREACHABLE', 'the client is not running', {
      retriable: true,
      details: { reason: 'client-not-running' },
    });
    this.#options.onAnswer({ id, envelope: failure(error) });
  }

  async #connected(mayWake: boolean): Promise<Socket | undefined> {
    if (this.#socket !== undefined) return this.#socket;
    const socket = await this.#connect();
    if (socket !== undefined || !mayWake) return socket;
    this.#waking ??= this.#wake().finally(() => (this.#waking = undefined));
    return this.#waking;
  }

  async #wake(): Promise<Socket | undefined> {
    const now = performance.now();
    if (now - this.#lastWake < WAKE_PAUSE_MILLISECONDS || !this.#options.wake()) return undefined;
    this.#lastWake = now;
    while (performance.now() - now < this.#options.wakeMilliseconds && !this.#closed.signal.aborted) {
      await sleep(RETRY_MILLISECONDS);
      const socket = await this.#connect();
      if (socket !== undefined) return socket;
    }
    return undefined;
  }

  #connect(): Promise<Socket | undefined> {
    this.#connecting ??= this.#tryAddresses().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  async #tryAddresses(): Promise<Socket | undefined> {
    for (const address of this.#options.addresses) {
      const socket = await this.#open(address);
      if (socket === undefined) continue;
      this.#adopt(socket);
      return socket;
    }
    return undefined;
  }

  /** Nothing is sent to a socket that somebody else could have put there. */
  #open(address: string): Promise<Socket | undefined> {
    if (this.#options.platform !== 'win32' && !isTrusted(address)) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const socket = connect(address);
      socket.once('connect', () => resolve(socket));
      socket.once('error', () => resolve(undefined));
    });
  }

  #adopt(socket: Socket): void {
    const { program } = this.#options;
    const decoder = new FrameDecoder('BE', NATIVE_LIMITS.answerFrameBytes);
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => this.#lose(socket));
    socket.on('data', (chunk) => {
      try {
        for (const frame of decoder.push(chunk)) this.#receive(nativeAnswerSchema.parse(parseStrictJson(frame)));
      } catch {
        socket.destroy();
      }
    });
    const hello: NativeHello = { madoguchi: 1, ...(program !== undefined && { program }) };
    socket.write(encodeFrame(hello, 'BE'));
    if (this.#closed.signal.aborted) socket.destroy();
  }

  #receive(answer: NativeAnswer): void {
    if (this.#outstanding.delete(answer.id)) this.#options.onAnswer(answer);
  }

  #lose(socket: Socket): void {
    if (this.#socket === socket) this.#socket = undefined;
    for (const [id, usedSocket] of this.#outstanding) if (usedSocket === socket) this.#fail(id);
  }
}

function isTrusted(address: string): boolean {
  try {
    return findSocket(address);
  } catch {
    return false;
  }
}
