import { setTimeout as sleep } from 'node:timers/promises';
import type {
  CardConnection,
  CardReaders,
  ConnectOptions,
  ListOptions,
  PinPad,
  ReaderInfo,
} from '../../main/core/ports.js';
import { ScardError } from '../scard-error.js';
import { spawnCardProcess, type CardProcessChannel } from './card-process-channel.js';
import { CardProcessClient, RetiredError, type Deadlines, type Response } from './card-process-client.js';
import { isReaderName, type Operation, type ReaderState } from './messages.js';
import { PcscConnection } from './pcsc-connection.js';
import { hasFalsePinPad, type ReaderQuirk } from './pin-pad/quirks.js';
import { ServiceChanges } from './service-changes.js';

const DEFAULT_DEADLINES: Deadlines = {
  start: 10_000,
  list: 5000,
  features: 5000,
  connect: 5000,
  transmit: 10_000,
  disconnect: 5000,
};
const DEFAULT_SERVICE_RETRY_MILLISECONDS = 1000;
/** The card process gives connections two seconds to end. */
const CLOSE_MILLISECONDS = 3000;
/** A card process retires once. More in a row than this is a defect. */
const MAX_RETIRED_PROCESSES = 4;
/** `setTimeout` takes no more. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

export interface PcscCardReadersOptions {
  /** Starts a card process. Default: a child process. */
  readonly openChannel?: () => CardProcessChannel;
  readonly deadlines?: Partial<Deadlines>;
  /** Where readers differ from what they announce. Default: nowhere. */
  readonly quirks?: readonly ReaderQuirk[];
  /** How long `changed` waits before it asks an unavailable service again, in milliseconds. */
  readonly serviceRetryMilliseconds?: number;
}

/**
 * The readers of this PC, through its PC/SC service. Fails with `ScardError`.
 *
 * The binding lives in a process of its own, which is started when first needed and replaced when it ends, hangs, or
 * the service ended under it. What was connected is lost then, and each card counts as inserted anew.
 */
export function pcscCardReaders(options: PcscCardReadersOptions = {}): CardReaders {
  return new PcscCardReaders(options);
}

class PcscCardReaders implements CardReaders {
  readonly #openChannel: () => CardProcessChannel;
  readonly #deadlines: Deadlines;
  readonly #quirks: readonly ReaderQuirk[];
  readonly #serviceRetryMilliseconds: number;
  readonly #changes = new ServiceChanges();
  readonly #insertions = new Insertions();
  readonly #closing = new AbortController();
  readonly #processes = new Set<CardProcessClient>();
  #current: CardProcessClient | undefined;
  /** Whether the readers could be listed the last time. */
  #available: boolean | undefined;

  constructor(options: PcscCardReadersOptions) {
    this.#openChannel = options.openChannel ?? (() => spawnCardProcess());
    this.#deadlines = { ...DEFAULT_DEADLINES, ...options.deadlines };
    this.#quirks = options.quirks ?? [];
    this.#serviceRetryMilliseconds = options.serviceRetryMilliseconds ?? DEFAULT_SERVICE_RETRY_MILLISECONDS;
  }

  async list({ pinPads = false }: ListOptions = {}): Promise<readonly ReaderInfo[]> {
    this.#changes.markSeen();
    const { process, readers } = await this.#listOnce();
    const list: ReaderInfo[] = readers.map((reader) => ({
      name: reader.name,
      cardPresent: reader.cardPresent,
      virtual: false,
      insertion: this.#insertions.number(process, reader),
    }));
    if (!pinPads) return list;
    const withPinPads: ReaderInfo[] = [];
    // One after the other, so that a reader that hangs takes the card process from itself alone.
    for (const reader of list) withPinPads.push({ ...reader, pinPad: await this.#pinPad(reader.name) });
    return withPinPads;
  }

  async changed(signal: AbortSignal): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const ended = new AbortController();
    const ending = AbortSignal.any([signal, this.#closing.signal, ended.signal]);
    // Card processes do not keep the program running. Waiting for them does, by this.
    const hold = setTimeout(() => undefined, LONGEST_TIMEOUT);
    const closed = new Promise<void>((resolve) => {
      ending.addEventListener('abort', () => resolve(), { once: true });
    });
    try {
      const change = this.#changes.wait(signal);
      void this.#watch(ending);
      await Promise.race([change, closed]);
    } finally {
      ended.abort();
      clearTimeout(hold);
    }
  }

  async connect(readerName: string, { shareMode, signal }: ConnectOptions): Promise<CardConnection> {
    if (!isReaderName(readerName)) throw new ScardError('SCARD_E_UNKNOWN_READER');
    if (signal?.aborted === true) throw new ScardError('SCARD_E_CANCELLED');
    const connecting = this.#connect({ op: 'connect', reader: readerName, shareMode });
    return signal ? abandonOnAbort(connecting, signal) : connecting;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#processes].map((process) => process.close(CLOSE_MILLISECONDS)));
  }

  async #connect(operation: Extract<Operation, { op: 'connect' }>): Promise<CardConnection> {
    const { process, response } = await this.#request(operation);
    if (!('connection' in response.reply))
      throw new ScardError('MADOGUCHI_CARD_PROCESS_LOST', 'reply without connection');
    return new PcscConnection(process, response.reply.connection, response.body);
  }

  async #listOnce(): Promise<{ process: CardProcessClient; readers: readonly ReaderState[] }> {
    try {
      const { process, response } = await this.#request({ op: 'list' });
      if (!('readers' in response.reply)) throw new ScardError('MADOGUCHI_CARD_PROCESS_LOST', 'reply without readers');
      this.#setAvailable(true);
      return { process, readers: response.reply.readers };
    } catch (thrown) {
      this.#setAvailable(false);
      throw thrown;
    }
  }

  async #pinPad(readerName: string): Promise<PinPad> {
    try {
      const { response } = await this.#request({ op: 'features', reader: readerName });
      if (!('features' in response.reply)) return 'unknown';
      const { pinPad, usbId } = response.reply.features;
      const present = pinPad && !hasFalsePinPad(this.#quirks, { name: readerName, usbId });
      return present ? 'present-not-used' : 'none';
    } catch (thrown) {
      if (thrown instanceof ScardError) return 'unknown';
      throw thrown;
    }
  }

  /** Keeps a card process that reports changes, as far as the service lets one, until `signal` aborts. */
  async #watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#current && this.#available === true) return;
      try {
        await this.#listOnce();
      } catch (thrown) {
        if (thrown instanceof ScardError && thrown.scard === 'MADOGUCHI_BINDING_MISSING') return;
        await sleep(this.#serviceRetryMilliseconds, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #request(operation: Operation): Promise<{ process: CardProcessClient; response: Response }> {
    for (let attempt = 0; attempt < MAX_RETIRED_PROCESSES; attempt += 1) {
      const process = this.#process();
      try {
        return { process, response: await process.request(operation) };
      } catch (thrown) {
        if (!(thrown instanceof RetiredError)) throw thrown;
      }
    }
    throw new ScardError('MADOGUCHI_CARD_PROCESS_LOST', 'card processes retire one after the other');
  }

  #process(): CardProcessClient {
    if (this.#closing.signal.aborted) throw new ScardError('SCARD_E_INVALID_HANDLE', 'the readers are closed');
    if (this.#current) return this.#current;
    const process = new CardProcessClient(this.#openChannel(), this.#deadlines, {
      changed: () => {
        if (this.#current === process) this.#changes.announce();
      },
      unusable: () => {
        if (this.#current === process) this.#current = undefined;
        this.#setAvailable(false);
      },
      exited: () => this.#processes.delete(process),
    });
    this.#processes.add(process);
    this.#current = process;
    return process;
  }

  #setAvailable(available: boolean): void {
    if (this.#available !== undefined && this.#available !== available) this.#changes.announce();
    this.#available = available;
  }
}

/** Numbers insertions over all card processes, each of which numbers those it saw. */
class Insertions {
  readonly #latest = new Map<string, { process: CardProcessClient; seen: number; number: number }>();

  number(process: CardProcessClient, { name, cardPresent, insertion }: ReaderState): number {
    const latest = this.#latest.get(name);
    const known = latest !== undefined && latest.process === process && latest.seen === insertion;
    if (!cardPresent || known) return latest?.number ?? 0;
    const number = (latest?.number ?? 0) + 1;
    this.#latest.set(name, { process, seen: insertion, number });
    return number;
  }
}

/** Rejects with SCARD_E_CANCELLED when `signal` aborts; a connection that comes later is let go at once. */
function abandonOnAbort(connecting: Promise<CardConnection>, signal: AbortSignal): Promise<CardConnection> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new ScardError('SCARD_E_CANCELLED'));
    signal.addEventListener('abort', abort);
    connecting
      .then(async (connection) => {
        if (signal.aborted) await connection.disconnect('leave');
        else resolve(connection);
      }, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}
