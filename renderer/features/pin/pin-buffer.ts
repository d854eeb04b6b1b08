/** Bytes of the longest PIN a card has: the signing password. */
export const PIN_BYTES_MOST = 16;

/**
 * The one place in a window where a PIN is, from the first key to the answer. Its bytes lie behind an explicit `ArrayBuffer`,
 * outside the heap in which the engine moves short arrays about and leaves copies behind, and in a private field, so that
 * nothing that can be reached from the page's document holds them.
 */
export class PinBuffer {
  readonly #bytes = new Uint8Array(new ArrayBuffer(PIN_BYTES_MOST));
  readonly #mostBytes: number;
  #length = 0;

  /** @param mostBytes how many bytes fit; never more than `PIN_BYTES_MOST` */
  constructor(mostBytes: number) {
    this.#mostBytes = Math.min(mostBytes, PIN_BYTES_MOST);
  }

  get length(): number {
    return this.#length;
  }

  /** Answers whether the byte fitted. */
  append(byte: number): boolean {
    if (this.#length >= this.#mostBytes) return false;
    this.#bytes[this.#length] = byte;
    this.#length += 1;
    return true;
  }

  eraseLast(): void {
    if (this.#length === 0) return;
    this.#length -= 1;
    this.#bytes[this.#length] = 0;
  }

  clear(): void {
    this.#bytes.fill(0);
    this.#length = 0;
  }

  /** Hands the bytes over and forgets them. The caller is their only owner and zeroes them. */
  take(): Uint8Array {
    const taken = new Uint8Array(new ArrayBuffer(this.#length));
    for (let index = 0; index < taken.length; index += 1) taken[index] = this.#bytes[index] ?? 0;
    this.clear();
    return taken;
  }
}
