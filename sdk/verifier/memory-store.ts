import { MAX_VALUE_LENGTH, type OneTimeEntry, type OneTimeStore } from './one-time-store.js';

export interface MemoryStoreOptions {
  /** Default 100 000. */
  readonly maxEntries?: number;
  /** UTF-16 code units of all values together. Default 64 Mi; at least `MAX_VALUE_LENGTH`. */
  readonly maxLength?: number;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

/**
 * A store in the memory of one process. Where it is full the oldest entry goes, not the newest: whoever fills it makes
 * others start again only as far back as the store reaches, and can lock nobody out.
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): OneTimeStore {
  const { maxEntries = 100_000, maxLength = 64 * 1024 * 1024, now = Date.now } = options;
  if (!(maxEntries >= 1 && maxLength >= MAX_VALUE_LENGTH)) throw new RangeError('the store has no room for an entry');
  const store = new BoundedEntries(maxEntries, maxLength);
  return {
    put: (entry) => Promise.resolve(store.put(entry, now())),
    take: (key) => Promise.resolve(store.remove(key)),
  };
}

class BoundedEntries {
  readonly #maxEntries: number;
  readonly #maxLength: number;
  /** In the order of insertion. */
  readonly #entries = new Map<string, OneTimeEntry>();
  #length = 0;

  constructor(maxEntries: number, maxLength: number) {
    this.#maxEntries = maxEntries;
    this.#maxLength = maxLength;
  }

  put(entry: OneTimeEntry, now: number): boolean {
    this.#forgetExpired(now);
    if (this.#entries.has(entry.key)) return false;
    this.#entries.set(entry.key, entry);
    this.#length += entry.value.length;
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries && this.#length <= this.#maxLength) break;
      this.remove(key);
    }
    return this.#entries.has(entry.key);
  }

  remove(key: string): string | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#length -= entry.value.length;
    return entry.value;
  }

  /** Lifetimes differ, so one that lasts longer may stand before expired ones; those go when the store is full. */
  #forgetExpired(now: number): void {
    for (const [key, { expiresAt }] of this.#entries) {
      if (expiresAt > now) break;
      this.remove(key);
    }
  }
}
