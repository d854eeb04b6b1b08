import type { ConsentModel, Requester } from '../../../main/core/consent/consent-model.js';
import { createNotices, type ExpiryMemory, type Notices } from '../../../main/core/notices/notices.js';
import type { KeyUse, Notice } from '../../../main/core/notices/notice.js';
import type { Clock, ReaderInfo } from '../../../main/core/ports.js';
import { resolveSettings } from '../../../main/core/settings/settings.js';

/** A clock that goes only when it is told to, in both of its ways. */
export class HandClock implements Clock {
  #now: number;
  #monotonic = 0;
  readonly #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  constructor(now: string) {
    this.#now = Date.parse(now);
  }

  now(): Date {
    return new Date(this.#now);
  }

  monotonic(): number {
    return this.#monotonic;
  }

  get waiting(): number {
    return this.#sleepers.length;
  }

  /** Somebody sets the PC's clock; no time passes. */
  setTo(now: number): void {
    this.#now = now;
  }

  /** Time passes. */
  async pass(milliseconds: number): Promise<void> {
    this.#monotonic += milliseconds;
    this.#now += milliseconds;
    for (const sleeper of this.#sleepers.filter(({ at }) => at <= this.#monotonic)) sleeper.wake();
    await settled();
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        const place = this.#sleepers.indexOf(sleeper);
        if (place >= 0) this.#sleepers.splice(place, 1);
        resolve();
      };
      const sleeper = { at: this.#monotonic + milliseconds, wake };
      this.#sleepers.push(sleeper);
      if (signal?.aborted) wake();
      signal?.addEventListener('abort', wake);
    });
  }
}

export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function reader(overrides: Partial<ReaderInfo> = {}): ReaderInfo {
  return { name: 'Reader 1', cardPresent: true, virtual: false, insertion: 1, ...overrides };
}

export function keyUse(requester: Requester, overrides: Partial<ConsentModel> = {}): KeyUse {
  const consent: ConsentModel = {
    operation: 'authenticate',
    requester,
    pinRole: 'authentication',
    disclosed: ['serial-number'],
    items: [],
    ...overrides,
  };
  return { consent, outcome: { status: 'done' }, testCard: false };
}

export interface Desk {
  readonly notices: Notices;
  readonly clock: HandClock;
  readonly shown: Notice[];
  readonly events: [string, unknown][];
  /** What is there to be changed. */
  readonly world: { cardLeftNotice: boolean; readers: readonly ReaderInfo[] | Error; fails: boolean };
}

export function openDesk(expiries: ExpiryMemory = { claim: () => true }): Desk {
  const clock = new HandClock('2026-11-21T00:00:00Z');
  const shown: Notice[] = [];
  const events: [string, unknown][] = [];
  const world: Desk['world'] = { cardLeftNotice: true, readers: [reader()], fails: false };
  const notices = createNotices({
    clock,
    expiries,
    settings: {
      read: () => {
        const { cardLeftNotice } = world;
        const kept = { status: 'read', unverifiedValues: { cardLeftNotice } } as const;
        return resolveSettings(kept, { from: '', locks: {} }, '');
      },
    },
    readers: {
      list: async () => {
        if (world.readers instanceof Error) throw world.readers;
        return world.readers;
      },
    },
    port: {
      show(notice) {
        if (world.fails) throw new Error('no notifications here');
        shown.push(notice);
      },
    },
    log: { event: (name, fields) => events.push([name, fields]) },
  });
  return { notices, clock, shown, events, world };
}
