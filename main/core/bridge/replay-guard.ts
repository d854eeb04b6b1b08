import type { Clock } from '../ports.js';

/** More values than this within their lifetimes are an attack; the next is refused as if it had been used. */
const MAX_VALUES = 10_000;
/** The same for one scope, so that none can use up what there is for all. */
const MAX_VALUES_OF_SCOPE = 1_000;

interface Used {
  readonly scope: string;
  /** `Clock.monotonic()` from which the value may be forgotten. */
  readonly until: number;
}

/** Values that are accepted once: `jti` of signed requests, `state` of redirects. Forgets them after their lifetime. */
export class ReplayGuard {
  readonly #clock: Clock;
  readonly #lifetime: number;
  /** By scope and value, in the order of insertion, so of time. */
  readonly #used = new Map<string, Used>();
  readonly #countOfScope = new Map<string, number>();

  /** @param lifetimeSeconds for which a value could still be accepted by its own terms */
  constructor(clock: Clock, lifetimeSeconds: number) {
    this.#clock = clock;
    this.#lifetime = lifetimeSeconds * 1_000;
  }

  /** True the first time. `scope` separates those who choose values: one's values say nothing about another's. */
  useOnce(scope: string, value: string): boolean {
    const now = this.#clock.monotonic();
    this.#forget(now);
    const key = JSON.stringify([scope, value]);
    const count = this.#countOfScope.get(scope) ?? 0;
    if (this.#used.has(key) || this.#used.size >= MAX_VALUES || count >= MAX_VALUES_OF_SCOPE) return false;
    this.#used.set(key, { scope, until: now + this.#lifetime });
    this.#countOfScope.set(scope, count + 1);
    return true;
  }

  #forget(now: number): void {
    for (const [key, { scope, until }] of this.#used) {
      if (until > now) break;
      this.#used.delete(key);
      const count = (this.#countOfScope.get(scope) ?? 0) - 1;
      if (count > 0) this.#countOfScope.set(scope, count);
      else this.#countOfScope.delete(scope);
    }
  }
}
