import { copyOfSecret, secretBytes } from '../core/secret-bytes.js';

/** Bytes of one visible answer or one PIN; far above any length asked for. */
const MAX_ENTRY_BYTES = 64;
/** A terminal sends the bytes of one key together; an Escape that stands alone this long was pressed alone. Milliseconds. */
const ESCAPE_MILLISECONDS = 100;

const KEY = {
  ctrlC: 0x03,
  ctrlD: 0x04,
  backspace: 0x08,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  escape: 0x1b,
  /** `ESC [`: control sequence introducer, ECMA-48 §5.4. Ends with a byte from 40 to 7E. */
  csi: 0x5b,
  /** `ESC O`: single shift three; one byte follows. */
  ss3: 0x4f,
  delete: 0x7f,
};

export type Echo = (bytes: Uint8Array, change: 'added' | 'removed') => void;

/**
 * One line of keys in a buffer of fixed size that is zeroed when the line is over. Keys that are no text never become
 * text: a PIN that a stray function key got into would cost a try. A lone Escape clears the line; a sequence that is not
 * understood voids it, and it then ends empty.
 */
export class LineBuffer {
  readonly #bytes = secretBytes(MAX_ENTRY_BYTES);
  readonly #now: () => number;
  #length = 0;
  #state: 'text' | 'escape' | 'csi' | 'ss3' = 'text';
  #escapeAt = 0;
  #void = false;

  /** @param now milliseconds that never go back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes keys up to the end of the line; what follows it in the same chunk is dropped. */
  feed(keys: Uint8Array, echo: Echo): 'more' | 'entered' | 'closed' {
    if (this.#state === 'escape' && this.#now() - this.#escapeAt > ESCAPE_MILLISECONDS) this.#loneEscape(echo);
    for (const key of keys) {
      const end = this.#feedKey(key, echo);
      if (end !== 'more') return end;
    }
    return 'more';
  }

  /** A copy of the line so far, empty where it was voided; the caller owns it. */
  copy(): Uint8Array {
    return copyOfSecret(this.#bytes.subarray(0, this.#void ? 0 : this.#length));
  }

  clear(): void {
    this.#bytes.fill(0);
    this.#length = 0;
  }

  #feedKey(key: number, echo: Echo): 'more' | 'entered' | 'closed' {
    // Whatever came before: these always end the line.
    if (key === KEY.ctrlC || key === KEY.ctrlD) return 'closed';
    if (key === KEY.carriageReturn || key === KEY.lineFeed) {
      if (this.#state === 'escape') this.#loneEscape(echo);
      return 'entered';
    }
    if (this.#state !== 'text') {
      this.#feedSequence(key);
      return 'more';
    }
    if (key === KEY.escape) {
      this.#state = 'escape';
      this.#escapeAt = this.#now();
    } else if (key === KEY.backspace || key === KEY.delete) {
      this.#removeCharacter(echo);
    } else if (key >= 0x20) {
      this.#add(key, echo);
    }
    return 'more';
  }

  #feedSequence(key: number): void {
    if (this.#state === 'escape' && key === KEY.csi) this.#state = 'csi';
    else if (this.#state === 'escape' && key === KEY.ss3) this.#state = 'ss3';
    else if (this.#state === 'csi' && key < 0x40) return;
    else {
      if (this.#state === 'escape') this.#void = true;
      this.#state = 'text';
    }
  }

  #loneEscape(echo: Echo): void {
    this.#state = 'text';
    while (this.#length > 0) this.#removeCharacter(echo);
    this.#void = false;
  }

  #add(key: number, echo: Echo): void {
    if (this.#length === MAX_ENTRY_BYTES) {
      this.#void = true;
      return;
    }
    this.#bytes[this.#length] = key;
    this.#length += 1;
    echo(Uint8Array.of(key), 'added');
  }

  /** Removes one UTF-8 character: its continuation bytes first. */
  #removeCharacter(echo: Echo): void {
    if (this.#length === 0) return;
    do {
      this.#length -= 1;
    } while (this.#length > 0 && ((this.#bytes[this.#length] ?? 0) & 0xc0) === 0x80);
    this.#bytes.fill(0, this.#length);
    echo(new Uint8Array(0), 'removed');
  }
}
