/**
 * Counts changes of the readers and wakes those who wait for one, also when it came between their look and their wait.
 * Who waits again with the same signal is told of every change since the last time, whoever else looked meanwhile.
 */
export class ServiceChanges {
  #count = 0;
  #seen = 0;
  readonly #seenWith = new WeakMap<AbortSignal, number>();
  readonly #waiting = new Set<() => void>();

  /** What is read from now on is newer than every change so far. */
  markSeen(): void {
    this.#seen = this.#count;
  }

  announce(): void {
    this.#count += 1;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves at once where a change was not seen yet, else at the next one, or when `signal` aborts. */
  wait(signal: AbortSignal): Promise<void> {
    const seen = this.#seenWith.get(signal) ?? this.#seen;
    this.#seenWith.set(signal, this.#count);
    if (signal.aborted || seen !== this.#count) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        this.#seenWith.set(signal, this.#count);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
