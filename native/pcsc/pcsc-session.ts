import { parseScardError } from './scard-codes.js';
import { isReaderName, MAX_READERS, type ReaderState } from './messages.js';
import type { PcscBinding, PcscReader, PcscService, ReaderNames, StartWatching } from './binding.js';
import { createService, enumerateReaders, parseReaderNames, wrapStart } from './reader-enumeration.js';
import { WatchedReader } from './watched-reader.js';

/** How long a card's status may come after the connection to it. */
const STATUS_WAIT_MILLISECONDS = 500;
/** How many readers that ended are kept from the garbage collector; pcsclite refers to each for a moment longer. */
const ENDED_READERS_KEPT = 16;
/** Spent services, each a context in the PC/SC service, that one process may keep. */
const MAX_SPENT_SERVICES = 8;
/** Without `\\?PnP?\Notification` pcsclite lists the readers every second, and misses none. */
const MISSES_READERS = process.platform !== 'darwin';

export interface SessionOptions {
  readonly binding: PcscBinding;
  readonly listener: SessionListener;
  /** How long after readers came or went they are listed once more. */
  readonly verificationDelayMilliseconds: number;
}

export interface SessionListener {
  /** A reader or card came or went. */
  changed(): void;
  /** The service ended. Nothing of this session works any more, nor does pcsclite free all of it: end the process. */
  lost(): void;
}

/**
 * The time from one contact with the PC/SC service to its end: readers and cards as the service reports them.
 *
 * pcsclite says neither when it has listed the readers (without readers it emits nothing at all) nor what state they
 * are in before it asked. `start` is wrapped for that: its first call back is the first `SCardListReaders`, a reader's
 * first `status` the first `SCardGetStatusChange`. `settled` waits for exactly these.
 *
 * pcsclite's thread also misses a reader that comes between `SCardListReaders` and the `SCardGetStatusChange` after it,
 * as the second slot of one device can. So the readers are listed once more, from another context, when that is over.
 *
 * Every call back of pcsclite goes through `setImmediate`: it calls from outside Node's callback scope, where neither
 * promises nor ticks are served before something else happens, and while it holds locks.
 */
export class PcscSession {
  readonly #binding: PcscBinding;
  readonly #listener: SessionListener;
  readonly #verificationDelayMilliseconds: number;
  readonly #service: PcscService;
  readonly #readers = new Map<string, WatchedReader>();
  readonly #spentServices: PcscService[] = [];
  #endedReaders: readonly PcscReader[] = [];
  /** Resolves when the readers were listed once, rejects with `ScardError` where they could not be. */
  readonly #listed: Promise<void>;
  #onListed: (error?: unknown) => void = () => undefined;
  /** Hands names to pcsclite, which makes and ends readers accordingly. */
  #handNames: Parameters<StartWatching>[0] = () => undefined;
  #verification: NodeJS.Timeout | undefined;
  #insertions = 0;
  #lost = false;

  /** Contacts the service. Blocks until it answers. @throws ScardError */
  constructor({ binding, listener, verificationDelayMilliseconds }: SessionOptions) {
    this.#binding = binding;
    this.#listener = listener;
    this.#verificationDelayMilliseconds = verificationDelayMilliseconds;
    this.#listed = new Promise((resolve, reject) => {
      this.#onListed = (error) => (error === undefined ? resolve() : reject(parseScardError(error)));
    });
    this.#listed.catch(() => undefined);
    this.#service = createService(binding);
    this.#service.on('error', () => undefined);
    this.#service.on('reader', (reader) => this.#watch(reader));
    wrapStart(this.#service, (start) => (handNames) => {
      this.#handNames = handNames;
      start((error, names) => {
        handNames(error, names);
        setImmediate(() => (error ? this.#lose(error) : this.#onListed()));
      });
    });
    this.#verifyLater();
  }

  /** Whether so much is kept that a new process is due as soon as nobody depends on this one. */
  get spent(): boolean {
    return this.#spentServices.length >= MAX_SPENT_SERVICES;
  }

  /** Resolves when the state of all readers is known. @throws ScardError */
  async settled(): Promise<void> {
    await this.#listed;
    await Promise.all([...this.#readers.values()].map(({ known }) => known));
  }

  readers(): ReaderState[] {
    const readers = [...this.#readers.values()].slice(0, MAX_READERS);
    return readers.map(({ name, cardPresent, insertion }) => ({ name, cardPresent, insertion }));
  }

  find(readerName: string): PcscReader | undefined {
    return this.#readers.get(readerName)?.reader;
  }

  /** Answer to reset of the card in that reader. Empty where none was reported. */
  async atr(readerName: string): Promise<Uint8Array> {
    const reader = this.#readers.get(readerName);
    if (reader && !reader.cardPresent) await reader.nextStatus(STATUS_WAIT_MILLISECONDS);
    return reader?.atr ?? new Uint8Array(0);
  }

  /** pcsclite calls this while it makes readers, before their first status. */
  #watch(reader: PcscReader): void {
    if (!isReaderName(reader.name)) {
      reader.on('error', () => undefined);
      return;
    }
    const watched = new WatchedReader(reader, {
      changed: () => this.#listener.changed(),
      ended: () => {
        if (this.#readers.get(reader.name) === watched) this.#readers.delete(reader.name);
        this.#endedReaders = [...this.#endedReaders, reader].slice(-ENDED_READERS_KEPT);
        this.#readersChanged();
      },
      nextInsertion: () => (this.#insertions += 1),
    });
    this.#readers.set(reader.name, watched);
    setImmediate(() => this.#readersChanged());
  }

  #readersChanged(): void {
    this.#listener.changed();
    this.#verifyLater();
  }

  #verifyLater(): void {
    clearTimeout(this.#verification);
    if (this.#lost || this.spent || !MISSES_READERS) return;
    this.#verification = setTimeout(() => {
      // Where the service does not answer, its end is reported by the thread that waits for it.
      this.#verify().catch(() => undefined);
    }, this.#verificationDelayMilliseconds);
  }

  async #verify(): Promise<void> {
    const { names, spentService } = await enumerateReaders(this.#binding);
    this.#spentServices.push(spentService);
    if (!this.#lost && !this.#agreesWith(names)) this.#handNames(undefined, names);
  }

  #agreesWith(names: ReaderNames): boolean {
    const listed = parseReaderNames(names).filter(isReaderName);
    return listed.length === this.#readers.size && listed.every((name) => this.#readers.has(name));
  }

  #lose(error: unknown): void {
    if (this.#lost) return;
    this.#lost = true;
    clearTimeout(this.#verification);
    this.#onListed(error);
    this.#listener.lost();
  }
}
