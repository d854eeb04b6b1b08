/** Lets one at a time through, in the order of asking: a person can answer one dialog. */
export class Turns {
  #previous: Promise<unknown> = Promise.resolve();

  /** Runs after everything asked before; how the earlier ones ended does not matter. */
  take<Result>(run: () => Promise<Result>): Promise<Result> {
    const result = this.#previous.then(run);
    this.#previous = result.catch(() => undefined);
    return result;
  }
}
