/**
 * Runs one read at a time for any number of askers. Each asker gets a read that began after it asked, so what was there
 * then is in the result; askers that come during a read share the next one.
 */
export class FreshReads<Result> {
  readonly #read: () => Promise<Result>;
  #running: Promise<unknown> | undefined;
  #next: Promise<Result> | undefined;

  constructor(read: () => Promise<Result>) {
    this.#read = read;
  }

  get(): Promise<Result> {
    if (this.#running === undefined) return this.#start();
    return (this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#start();
    }));
  }

  #start(): Promise<Result> {
    const result = this.#read();
    const running = result.then(
      () => undefined,
      () => undefined,
    );
    this.#running = running.then(() => {
      this.#running = undefined;
    });
    return result;
  }
}
