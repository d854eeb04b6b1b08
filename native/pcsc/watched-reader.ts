import { MAX_ATR_BYTES } from './messages.js';
import type { PcscReader, ReaderStatus } from './binding.js';

export interface WatchedReaderListener {
  changed(): void;
  /** The reader is gone. */
  ended(): void;
  /** A number that was not used before for an insertion. */
  nextInsertion(): number;
}

/** One reader as its status events tell. */
export class WatchedReader {
  readonly reader: PcscReader;
  /** Resolves when the first status came, or the reader ended before. */
  readonly known: Promise<void>;
  readonly #listener: WatchedReaderListener;
  #becomeKnown: () => void = () => undefined;
  readonly #waiting = new Set<() => void>();
  #cardPresent = false;
  #insertion = 0;
  #cardEvents = 0;
  #atr = new Uint8Array(0);

  constructor(reader: PcscReader, listener: WatchedReaderListener) {
    this.reader = reader;
    this.#listener = listener;
    this.known = new Promise((resolve) => (this.#becomeKnown = resolve));
    reader.on('status', (status) => setImmediate(() => this.#update(status)));
    reader.on('error', () => undefined);
    reader.on('end', () => setImmediate(() => this.#end()));
  }

  get name(): string {
    return this.reader.name;
  }

  get cardPresent(): boolean {
    return this.#cardPresent;
  }

  /** Number of the latest insertion; 0 before the first. */
  get insertion(): number {
    return this.#insertion;
  }

  /** Answer to reset of the card that is in. Empty where none was reported. */
  get atr(): Uint8Array {
    return this.#atr.slice();
  }

  /** Resolves at the next status, or after that time. */
  nextStatus(maxMilliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timeout = setTimeout(() => done(), maxMilliseconds);
      const done = () => {
        clearTimeout(timeout);
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
    });
  }

  #update({ state, atr }: ReaderStatus): void {
    const wasPresent = this.#cardPresent;
    const cardEvents = state >>> 16;
    this.#cardPresent = (state & this.reader.SCARD_STATE_PRESENT) !== 0;
    this.#atr = Uint8Array.from(this.#cardPresent ? (atr ?? []) : []).slice(0, MAX_ATR_BYTES);
    // A card may go and another come before a status is read: then only the service's own count tells.
    if (this.#cardPresent && (!wasPresent || cardEvents !== this.#cardEvents)) {
      this.#insertion = this.#listener.nextInsertion();
    }
    this.#cardEvents = cardEvents;
    this.#wake();
    this.#listener.changed();
  }

  #end(): void {
    this.#cardPresent = false;
    this.#wake();
    this.#listener.ended();
  }

  #wake(): void {
    this.#becomeKnown();
    for (const done of [...this.#waiting]) done();
  }
}
