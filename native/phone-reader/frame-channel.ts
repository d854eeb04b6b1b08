import type { Duplex } from 'node:stream';
import { encodeVpcdFrame, VpcdFrameError, VpcdFrameReader } from '../virtual-card/vpcd-frames.js';

/** What one side takes in. */
export interface FrameLimits {
  /** Bytes of the longest message; a longer one ends the channel as soon as it is announced. */
  readonly longestPayload: number;
  /** How many messages may come before they are read; 0: none that was not waited for. */
  readonly mostUnread: number;
}

/** The computer takes answers to what it asked: 256 bytes and a status word (ISO 7816-4). */
export const COMPUTER_LIMITS: FrameLimits = { longestPayload: 258, mostUnread: 0 };

/** The phone takes orders and one command: header, Lc, 255 bytes, Le. They may be on their way at once. */
export const PHONE_LIMITS: FrameLimits = { longestPayload: 261, mostUnread: 8 };

const CLOSE_MILLISECONDS = 500;

/** How a channel ended: by either side, by silence, by a message nobody asked for, or by one that is too long. */
export type ChannelEnd = 'closed' | 'timeout' | 'unsolicited' | 'oversized';

/** The channel has ended; nothing will come any more. */
export class ChannelEndedError extends Error {
  override readonly name = 'ChannelEndedError';
  readonly end: ChannelEnd;

  constructor(end: ChannelEnd) {
    super(`the channel has ended: ${end}`);
    this.end = end;
  }
}

interface Waiting {
  resolve(payload: Uint8Array): void;
  reject(error: Error): void;
}

/** Messages of the vpcd protocol over one connection, either side of it. Takes the stream over. */
export class FrameChannel {
  readonly #stream: Duplex;
  readonly #mostUnread: number;
  readonly #frames: VpcdFrameReader;
  readonly #ended = new AbortController();
  #unread: Uint8Array[] = [];
  #waiting: Waiting | undefined;

  constructor(stream: Duplex, { longestPayload, mostUnread }: FrameLimits) {
    this.#stream = stream;
    this.#mostUnread = mostUnread;
    this.#frames = new VpcdFrameReader(longestPayload);
    stream.on('data', (chunk: Uint8Array) => {
      this.#receive(chunk);
    });
    stream.on('error', () => undefined);
    for (const event of ['end', 'close']) {
      stream.on(event, () => {
        this.destroy('closed');
      });
    }
    if (stream.destroyed) this.destroy('closed');
  }

  /** Aborts with a `ChannelEndedError` when the channel has ended. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** The next message; whoever gets it zeroes it if it is secret. One at a time. @throws ChannelEndedError */
  read(): Promise<Uint8Array> {
    const payload = this.#unread.shift();
    if (payload) return Promise.resolve(payload);
    return new Promise((resolve, reject) => {
      if (this.#ended.signal.aborted) reject(this.#ended.signal.reason as ChannelEndedError);
      else this.#waiting = { resolve, reject };
    });
  }

  /** Sends one message. `payload` stays its owner's; what is copied of it is zeroed when it has left. */
  write(payload: Uint8Array): void {
    if (this.#ended.signal.aborted) return;
    const frame = encodeVpcdFrame(payload);
    this.#stream.write(frame, () => {
      frame.fill(0);
    });
  }

  /** Ends the channel when everything written has left, or after half a second. */
  close(): void {
    if (this.#ended.signal.aborted) return;
    this.#finish('closed');
    const stream = this.#stream;
    const patience = setTimeout(() => stream.destroy(), CLOSE_MILLISECONDS);
    stream.once('close', () => {
      clearTimeout(patience);
    });
    stream.end(() => stream.destroy());
  }

  destroy(end: ChannelEnd): void {
    this.#finish(end);
    this.#stream.destroy();
  }

  #finish(end: ChannelEnd): void {
    if (this.#ended.signal.aborted) return;
    const error = new ChannelEndedError(end);
    this.#ended.abort(error);
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  #receive(chunk: Uint8Array): void {
    try {
      for (const payload of this.#frames.push(chunk)) this.#deliver(payload);
    } catch (thrown) {
      if (!(thrown instanceof VpcdFrameError)) throw thrown;
      this.destroy('oversized');
    } finally {
      chunk.fill(0);
    }
  }

  #deliver(payload: Uint8Array): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting.resolve(payload);
    else if (this.#unread.length < this.#mostUnread) this.#unread.push(payload);
    else this.destroy('unsolicited');
  }
}
