/** More than sessions can be alive at a time; those that ended unheard are pushed out. */
const MOST_ENTRIES = 64;

/**
 * Origin of each session that a redirect opened, under its id: what a poll of the interim page needs. Forgotten when the
 * result was delivered or the session cancelled, at the latest when so many others came since it was last asked for that it
 * has ended.
 */
export class OpenRedirects {
  /** In the order of last use. */
  readonly #origins = new Map<string, string>();

  add(sessionId: string, origin: string): void {
    this.#origins.delete(sessionId);
    for (const oldest of this.#origins.keys()) {
      if (this.#origins.size < MOST_ENTRIES) break;
      this.#origins.delete(oldest);
    }
    this.#origins.set(sessionId, origin);
  }

  originOf(sessionId: string): string | undefined {
    const origin = this.#origins.get(sessionId);
    if (origin !== undefined) this.add(sessionId, origin);
    return origin;
  }

  delete(sessionId: string): void {
    this.#origins.delete(sessionId);
  }
}
