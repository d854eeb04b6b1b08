import { LIMITS } from '../../../sdk/protocol/index.js';
import { ClientError } from '../errors.js';
import type { Clock } from '../ports.js';
import { hostName } from '../registry/host-name.js';
import type { Asker } from './asker.js';

/** How often one account may ask; see the members of `LIMITS` of the same names. */
export type AskLimitFigures = Readonly<Record<'sessionsPerMinute' | 'backOffSeconds' | 'backOffMaxSeconds', number>>;

const MINUTE = 60_000;
/** A refusal counts as one of a row until this long after the pause it led to, in milliseconds. */
const REFUSALS_FORGOTTEN = 60 * MINUTE;
const MAX_ACCOUNTS = 4_096;

interface Account {
  /** `Clock.monotonic()` of the sessions opened within the last minute. */
  openings: number[];
  /** In a row, without a success between them. */
  refusals: number;
  /** `Clock.monotonic()` until which it has to wait. */
  pausedUntil: number;
}

/**
 * Who is held to limits together: all host names of one registered name, because whoever has it has as many as they like. It has
 * one account for the routes on which the browser says who asks, so that two routes are not two chances. Whoever sends a browser to a redirect chooses the origin in it: redirects that nobody signed
 * have one account together, whatever origin they name, and so take nothing from that origin elsewhere. Anybody can also send
 * a browser to where a service begins its signed redirects, so those are counted apart too.
 * @param confirmed as in `OriginRequester`
 */
export function accountOf({ origin, route }: Asker, confirmed: boolean): string {
  if (!confirmed) return 'unconfirmed';
  const name = hostName(origin)?.registrable ?? new URL(origin).hostname;
  return route === 'redirect' ? `redirect ${name}` : name;
}

/**
 * How often, and how soon after a refusal, each account may ask. Forgets an account once nothing holds it any more. Where there
 * are too many accounts it forgets the one that is held least, so that a crowd of new ones sets none free that was held more.
 */
export class AskLimits {
  readonly #clock: Clock;
  readonly #figures: AskLimitFigures;
  readonly #accounts = new Map<string, Account>();

  constructor(clock: Clock, figures: AskLimitFigures = LIMITS) {
    this.#clock = clock;
    this.#figures = figures;
  }

  /** @throws ClientError `ERR_PROTOCOL_RATE_LIMITED`, retriable, with `retryAfterSeconds`: whole seconds, at least 1. */
  check(account: string): void {
    const now = this.#clock.monotonic();
    const wait = Math.max(this.#pauseLeft(account, now), this.#rateWait(account, now));
    if (wait <= 0) return;
    const details = { retryAfterSeconds: Math.ceil(wait / 1_000) };
    throw new ClientError('ERR_PROTOCOL_RATE_LIMITED', 'asked too often, or too soon', { retriable: true, details });
  }

  /** A session was opened. */
  opened(account: string): void {
    const now = this.#clock.monotonic();
    const entry = this.#entry(account, now);
    entry.openings = [...recent(entry, now), now];
  }

  /** The person agreed, and the card did its part: what was refused before counts no longer. */
  succeeded(account: string): void {
    const entry = this.#accounts.get(account);
    if (entry) Object.assign(entry, { refusals: 0, pausedUntil: 0 });
  }

  /** A session was refused, cancelled by whomever, or timed out. */
  refused(account: string): void {
    const now = this.#clock.monotonic();
    const entry = this.#entry(account, now);
    const { backOffSeconds, backOffMaxSeconds } = this.#figures;
    const before = isForgotten(entry, now) ? 0 : entry.refusals;
    entry.refusals = before + 1;
    entry.pausedUntil = now + Math.min(backOffSeconds * 2 ** before, backOffMaxSeconds) * 1_000;
  }

  #pauseLeft(account: string, now: number): number {
    return (this.#accounts.get(account)?.pausedUntil ?? now) - now;
  }

  #rateWait(account: string, now: number): number {
    const entry = this.#accounts.get(account);
    const openings = entry ? recent(entry, now) : [];
    // The one that has to be a minute old before there is room for another.
    const blocking = openings.at(-this.#figures.sessionsPerMinute);
    return blocking === undefined ? 0 : blocking + MINUTE - now;
  }

  #entry(account: string, now: number): Account {
    const known = this.#accounts.get(account);
    if (known) return known;
    if (this.#accounts.size >= MAX_ACCOUNTS) this.#makeRoom(now);
    const entry: Account = { openings: [], refusals: 0, pausedUntil: 0 };
    this.#accounts.set(account, entry);
    return entry;
  }

  #makeRoom(now: number): void {
    let least: string | undefined;
    let leastHold = Number.POSITIVE_INFINITY;
    for (const [account, entry] of this.#accounts) {
      const hold = holdOf(entry, now);
      if (hold >= leastHold) continue;
      least = account;
      leastHold = hold;
      if (hold === 0) break;
    }
    if (least !== undefined) this.#accounts.delete(least);
  }
}

function recent({ openings }: Account, now: number): number[] {
  return openings.filter((time) => now - time < MINUTE);
}

function isForgotten({ pausedUntil }: Account, now: number): boolean {
  return now - pausedUntil >= REFUSALS_FORGOTTEN;
}

/** How much there is to remember of an account: what a newcomer would have to do to be held as much. 0: nothing. */
function holdOf(entry: Account, now: number): number {
  const last = entry.openings.at(-1);
  const openings = last !== undefined && now - last < MINUTE ? recent(entry, now).length : 0;
  return openings + (isForgotten(entry, now) ? 0 : entry.refusals);
}
