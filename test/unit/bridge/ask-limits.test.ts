import { beforeEach, describe, expect, it } from 'vitest';
import { accountOf, AskLimits } from '../../../main/core/bridge/ask-limits.js';
import { ClientError } from '../../../main/core/errors.js';
import { LIMITS } from '../../../sdk/protocol/index.js';
import { asker, FakeClock, ORIGIN, OTHER_ORIGIN } from './fakes.js';

let clock: FakeClock;
let limits: AskLimits;

beforeEach(() => {
  clock = new FakeClock();
  limits = new AskLimits(clock);
});

/** Seconds that the account is told to wait; 0 where it may ask. */
function wait(account: string): number {
  try {
    limits.check(account);
    return 0;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ClientError);
    const { code, retriable, details } = thrown as ClientError;
    expect([code, retriable]).toEqual(['ERR_PROTOCOL_RATE_LIMITED', true]);
    return details['retryAfterSeconds'] as number;
  }
}

function refuse(account: string): void {
  limits.opened(account);
  limits.refused(account);
}

describe('accounts', () => {
  it('are one for the routes on which the browser says who asks', () => {
    expect(accountOf(asker(ORIGIN, { route: 'extension' }), true)).toBe(accountOf(asker(ORIGIN), true));
    expect(accountOf(asker(OTHER_ORIGIN), true)).not.toBe(accountOf(asker(ORIGIN), true));
  });

  it.each([
    ['https://a.shop.example', 'https://b.c.shop.example'],
    ['https://shop.example', 'https://shop.example:8443'],
    ['https://shop.example', 'https://shop.example.'],
    ['https://one.evil.co.jp', 'https://two.evil.co.jp'],
    ['https://192.0.2.1', 'https://192.0.2.1:8443'],
  ])('are one for %s and %s, which one owner has at will', (one, other) => {
    expect(accountOf(asker(one), true)).toBe(accountOf(asker(other), true));
  });

  it.each([
    ['https://one.go.jp', 'https://two.go.jp'],
    ['https://one.github.io', 'https://two.github.io'],
    ['https://192.0.2.1', 'https://192.0.2.2'],
  ])('are two for %s and %s', (one, other) => {
    expect(accountOf(asker(one), true)).not.toBe(accountOf(asker(other), true));
  });

  it('of a redirect take nothing from the origin it names', () => {
    const redirect = asker(ORIGIN, { route: 'redirect' });
    const accounts = [accountOf(asker(ORIGIN), true), accountOf(redirect, true), accountOf(redirect, false)];
    expect(new Set(accounts).size).toBe(3);
  });

  it('are one for redirects that nobody signed, whatever origins they name', () => {
    const named = [ORIGIN, OTHER_ORIGIN].map((origin) => accountOf(asker(origin, { route: 'redirect' }), false));
    expect(new Set(named).size).toBe(1);
    expect(named).not.toContain(ORIGIN);
  });
});

describe('the rate', () => {
  it('is so many within any minute', async () => {
    for (let count = 0; count < LIMITS.sessionsPerMinute; count++) {
      expect(wait(ORIGIN)).toBe(0);
      limits.opened(ORIGIN);
      await clock.advance(1_000);
    }
    expect(wait(ORIGIN)).toBe(60 - LIMITS.sessionsPerMinute);
    expect(wait(OTHER_ORIGIN)).toBe(0);
    await clock.advance((60 - LIMITS.sessionsPerMinute) * 1_000 - 1);
    expect(wait(ORIGIN)).toBe(1);
    await clock.advance(1);
    expect(wait(ORIGIN)).toBe(0);
    limits.opened(ORIGIN);
    expect(wait(ORIGIN)).toBe(1);
  });

  it('does not count what was told to wait', async () => {
    for (let count = 0; count < LIMITS.sessionsPerMinute; count++) limits.opened(ORIGIN);
    for (let second = 0; second < 60; second++) {
      expect(wait(ORIGIN)).toBe(60 - second);
      await clock.advance(1_000);
    }
    expect(wait(ORIGIN)).toBe(0);
  });

  it('holds for those who succeed too', () => {
    for (let count = 0; count < LIMITS.sessionsPerMinute; count++) {
      limits.opened(ORIGIN);
      limits.succeeded(ORIGIN);
    }
    expect(wait(ORIGIN)).toBe(60);
  });
});

describe('the back-off', () => {
  it('doubles with each refusal in a row, up to its bound', async () => {
    const pauses: number[] = [];
    for (let count = 0; count < 10; count++) {
      refuse(ORIGIN);
      const pause = wait(ORIGIN);
      pauses.push(pause);
      await clock.advance(pause * 1_000 - 1);
      expect(wait(ORIGIN)).toBe(1);
      await clock.advance(1);
      expect(wait(ORIGIN)).toBe(0);
    }
    expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('ends with a success', async () => {
    for (let count = 0; count < 5; count++) refuse(ORIGIN);
    expect(wait(ORIGIN)).toBe(32);
    limits.succeeded(ORIGIN);
    expect(wait(ORIGIN)).toBe(0);
    await clock.advance(60_000);
    refuse(ORIGIN);
    expect(wait(ORIGIN)).toBe(LIMITS.backOffSeconds);
  });

  it('is not waited out by a pause as long as the longest', async () => {
    for (let count = 0; count < 9; count++) refuse(ORIGIN);
    await clock.advance(2 * LIMITS.backOffMaxSeconds * 1_000);
    expect(wait(ORIGIN)).toBe(0);
    refuse(ORIGIN);
    expect(wait(ORIGIN)).toBe(LIMITS.backOffMaxSeconds);
  });

  it('forgets after hours', async () => {
    for (let count = 0; count < 9; count++) refuse(ORIGIN);
    await clock.advance(2 * 3_600_000);
    refuse(ORIGIN);
    expect(wait(ORIGIN)).toBe(LIMITS.backOffSeconds);
  });

  it('stays a number after any count of refusals', () => {
    for (let count = 0; count < 5_000; count++) limits.refused(ORIGIN);
    expect(wait(ORIGIN)).toBe(LIMITS.backOffMaxSeconds);
  });
});

describe('a crowd of accounts', () => {
  it('does not set free one that is held', () => {
    for (let count = 0; count < 9; count++) refuse(ORIGIN);
    for (let count = 0; count < LIMITS.sessionsPerMinute; count++) limits.opened(OTHER_ORIGIN);
    for (let index = 0; index < 10_000; index++) refuse(`https://s${index}.example`);
    expect(wait(ORIGIN)).toBe(LIMITS.backOffMaxSeconds);
    expect(wait(OTHER_ORIGIN)).toBe(60);
    // The newest of the crowd is held as it should be.
    expect(wait('https://s9999.example')).toBe(LIMITS.backOffSeconds);
  });

  it('takes no more memory than its bound', () => {
    const crowd = Array.from({ length: 6_000 }, (_, index) => `https://s${index}.example`);
    for (const account of crowd) refuse(account);
    expect(crowd.filter((account) => wait(account) > 0)).toHaveLength(4_096);
  });

  it('is forgotten with time, and then leaves room at once', async () => {
    for (let index = 0; index < 4_096; index++) limits.opened(`https://s${index}.example`);
    await clock.advance(60_000);
    refuse(ORIGIN);
    expect(wait(ORIGIN)).toBe(LIMITS.backOffSeconds);
  });
});
