import { base64url } from 'jose';
import { encodeUtf8 } from '../formats/index.js';
import type { OneTimeStore } from './one-time-store.js';

export interface OneTimeRegisterOptions {
  readonly store: OneTimeStore;
  /** Separates registers that share a store. */
  readonly purpose: string;
  /** Seconds. */
  readonly lifetime: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Values that are found once, and only by whoever can say all parts of their name. Times are checked here, so that a store
 * that cleans up late, or whose clock is off, accepts nothing that is too old.
 */
export class OneTimeRegister {
  readonly #options: OneTimeRegisterOptions;

  constructor(options: OneTimeRegisterOptions) {
    this.#options = options;
  }

  /** @throws Error where the store has the name already: names are random, so it is not the store it says it is */
  async enter(name: readonly string[], value = ''): Promise<void> {
    const { store, lifetime, now } = this.#options;
    const expiresAt = now() + lifetime * 1_000;
    const key = await this.#key(name);
    if (!(await store.put({ key, value: `${expiresAt} ${value}`, expiresAt }))) {
      throw new Error('the one-time store did not keep a new entry');
    }
  }

  /** For the first time and the last: undefined where there is none, where it was redeemed before, or is too old. */
  async redeem(name: readonly string[]): Promise<string | undefined> {
    const kept = await this.#options.store.take(await this.#key(name));
    if (kept === undefined) return undefined;
    const space = kept.indexOf(' ');
    return Number(kept.slice(0, space)) > this.#options.now() ? kept.slice(space + 1) : undefined;
  }

  /** JSON says where each part ends, so that no two names share a key. */
  async #key(name: readonly string[]): Promise<string> {
    return digestText(JSON.stringify(['madoguchi', this.#options.purpose, ...name]));
  }
}

/** SHA-256 of the text in UTF-8, base64url. */
export async function digestText(text: string): Promise<string> {
  return base64url.encode(
    new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', new Uint8Array(encodeUtf8(text)))),
  );
}

/** @throws TypeError */
export function requireSession(session: unknown): asserts session is string {
  if (typeof session !== 'string' || session === '' || session.length > MAX_SESSION_LENGTH) {
    throw new TypeError('session is no identifier of a session');
  }
}

const MAX_SESSION_LENGTH = 4096;

/** @throws TypeError */
export function requireLifetime(seconds: number): void {
  if (!(Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_LIFETIME_SECONDS)) {
    throw new TypeError(`a lifetime is 1 to ${MAX_LIFETIME_SECONDS} seconds`);
  }
}

const MAX_LIFETIME_SECONDS = 3600;
