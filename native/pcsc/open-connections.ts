import type { Disposition } from '../../main/core/ports.js';
import { ScardError } from '../scard-error.js';
import { MAX_COMMAND_BYTES, MAX_RESPONSE_BYTES, MIN_COMMAND_BYTES, MIN_RESPONSE_BYTES } from './messages.js';
import type { ShareMode } from './messages.js';
import { parseScardError } from './scard-codes.js';
import type { NodeCallback, PcscConstants, PcscReader } from './binding.js';
import { discoverFeatures, type ReaderFeatures } from './pin-pad/discovery.js';
import { GET_FEATURE_REQUEST } from './pin-pad/features.js';

/** Each may keep one of the 16 threads of libuv's pool busy. */
const MAX_CONNECTIONS = 12;
/** Some readers' drivers write a little more than the response before they report its length. */
const RESPONSE_BUFFER_BYTES = MAX_RESPONSE_BYTES + 2;
const CONTROL_BUFFER_BYTES = 512;

interface OpenConnection {
  readonly reader: PcscReader;
  readonly protocol: number;
  /** What becomes of the card when this process ends. */
  readonly farewell: Disposition;
}

/**
 * The connections of this process, by number.
 *
 * Each has a pcsclite reader of its own, which is never asked for its status: pcsclite has one handle and one lock per
 * reader, and a status event would stop the event loop on that lock until the running APDU is answered. Such readers
 * are used again and never given up, since pcsclite joins an uninitialised thread when it frees one.
 */
export class OpenConnections {
  readonly #open = new Map<number, OpenConnection>();
  readonly #idle = new Map<string, PcscReader[]>();
  /** Readers that did not let their card go. They cannot be connected again. */
  readonly #stuck: PcscReader[] = [];
  #scrubber: PcscReader | undefined;
  #latest = 0;

  get size(): number {
    return this.#open.size;
  }

  /**
   * Connects with T=0 or T=1, as the card likes.
   * @param known reader of that name, whose class and constants are used
   * @returns number of the connection, from 1
   */
  connect(known: PcscReader, shareMode: ShareMode): Promise<number> {
    return this.#connect(known, {
      share_mode: shareMode === 'exclusive' ? known.SCARD_SHARE_EXCLUSIVE : known.SCARD_SHARE_SHARED,
      protocol: known.SCARD_PROTOCOL_T0 | known.SCARD_PROTOCOL_T1,
    });
  }

  /** Asks the reader itself, card or not. A card in it is neither powered nor reset, and keeps what was verified. */
  async features(known: PcscReader): Promise<ReaderFeatures> {
    const connection = await this.#connect(known, { share_mode: known.SCARD_SHARE_DIRECT, protocol: 0 }, 'leave');
    try {
      const send = (controlCode: number, input: Uint8Array) => this.control(connection, controlCode, input);
      return await discoverFeatures(send, known.SCARD_CTL_CODE(GET_FEATURE_REQUEST));
    } finally {
      await this.disconnect(connection, 'leave');
    }
  }

  async #connect(
    known: PcscReader,
    options: Parameters<PcscReader['connect']>[0],
    farewell: Disposition = 'unpower',
  ): Promise<number> {
    if (this.#open.size >= MAX_CONNECTIONS) throw new ScardError('SCARD_F_INTERNAL_ERROR', 'too many connections');
    const idle = this.#idleReaders(known.name);
    const reader = idle.pop() ?? createReader(known, known.name);
    this.#scrubber ??= createReader(known, known.name);
    try {
      const protocol = await called<[number]>((done) => reader.connect(options, done));
      this.#latest += 1;
      this.#open.set(this.#latest, { reader, protocol, farewell });
      return this.#latest;
    } catch (thrown) {
      idle.push(reader);
      throw thrown;
    }
  }

  /** @param command short command APDU; not kept, but freed by pcsclite with its bytes in it, hence `#scrub` */
  async transmit(connection: number, command: Uint8Array): Promise<Uint8Array> {
    const { reader, protocol } = this.#require(connection);
    if (command.length < MIN_COMMAND_BYTES || command.length > MAX_COMMAND_BYTES) {
      throw new ScardError('SCARD_F_INTERNAL_ERROR', 'command length out of range');
    }
    const bytes = Buffer.from(command.buffer, command.byteOffset, command.byteLength);
    try {
      const response = await called<[Buffer]>((done) => reader.transmit(bytes, RESPONSE_BUFFER_BYTES, protocol, done));
      // Drivers report success without a response when the card goes while it works.
      if (response.length < MIN_RESPONSE_BYTES) throw new ScardError('SCARD_E_NOT_TRANSACTED', 'no status word');
      if (response.length > MAX_RESPONSE_BYTES) throw new ScardError('SCARD_E_INSUFFICIENT_BUFFER', 'long response');
      return response;
    } finally {
      this.#scrub(command.length);
    }
  }

  /** `SCardControl`: to the reader or its driver, by a control code that it gave. No PIN is ever in `input`. */
  async control(connection: number, controlCode: number, input: Uint8Array): Promise<Uint8Array> {
    const { reader } = this.#require(connection);
    const bytes = Buffer.from(input);
    try {
      return await called<[Buffer]>((done) => reader.control(bytes, controlCode, CONTROL_BUFFER_BYTES, done));
    } finally {
      // Used after the call, so that it is not collected during it.
      bytes.fill(0);
    }
  }

  /** The number is free afterwards, also where this fails. */
  async disconnect(connection: number, disposition: Disposition): Promise<void> {
    const { reader } = this.#require(connection);
    this.#open.delete(connection);
    try {
      await called<[]>((done) => reader.disconnect(dispositionValue(reader, disposition), done));
      this.#idleReaders(reader.name).push(reader);
    } catch (thrown) {
      this.#stuck.push(reader);
      throw thrown;
    }
  }

  /** Ends every connection and takes the cards' power, so that no verified PIN stays behind. Never rejects. */
  async unpowerAll(): Promise<void> {
    await Promise.allSettled(
      [...this.#open].map(([connection, { farewell }]) => this.disconnect(connection, farewell)),
    );
  }

  #require(connection: number): OpenConnection {
    const open = this.#open.get(connection);
    if (!open) throw new ScardError('SCARD_E_INVALID_HANDLE');
    return open;
  }

  #idleReaders(readerName: string): PcscReader[] {
    const readers = this.#idle.get(readerName) ?? [];
    this.#idle.set(readerName, readers);
    return readers;
  }

  /**
   * pcsclite copies each command to the heap and frees the copy as it is. The next block of that length mostly is the
   * same one: it is asked for with zeros, through a reader without connection, which reaches no card.
   */
  #scrub(length: number): void {
    const reader = this.#scrubber;
    reader?._transmit(Buffer.alloc(length), MIN_RESPONSE_BYTES, reader.SCARD_PROTOCOL_T1, () => undefined);
  }
}

function createReader(known: PcscReader, readerName: string): PcscReader {
  const readerClass = known.constructor as new (readerName: string) => PcscReader;
  return new readerClass(readerName);
}

function dispositionValue(constants: PcscConstants, disposition: Disposition): number {
  switch (disposition) {
    case 'leave':
      return constants.SCARD_LEAVE_CARD;
    case 'reset':
      return constants.SCARD_RESET_CARD;
    case 'unpower':
      return constants.SCARD_UNPOWER_CARD;
  }
}

/** One call of pcsclite as a promise. Its call back comes from outside Node's callback scope; see `PcscSession`. */
function called<Values extends unknown[]>(call: (done: NodeCallback<Values>) => void): Promise<Values[0]> {
  return new Promise((resolve, reject) => {
    const done: NodeCallback<Values> = (error, ...values) =>
      setImmediate(() => (error ? reject(parseScardError(error)) : resolve(values[0])));
    try {
      call(done);
    } catch (thrown) {
      reject(parseScardError(thrown));
    }
  });
}
