import type { ConsentModel } from '../../../main/core/consent/consent-model.js';
import type { EndedRequest } from '../../../main/core/history/history-entry.js';
import type { HistoryKeyPort } from '../../../main/core/history/history.js';
import { seal, unseal, KEY_BYTES, newKey } from '../../../main/node/history/history-keys.js';
import { historyError } from '../../../main/node/history/history-error.js';
import type { HistoryFiles } from '../../../main/node/history/history-files.js';
import { HistoryStore } from '../../../main/node/history/history-store.js';
import { originRequester } from '../../support/origin-requester.js';

/** A clock that a test moves. */
export class MovedClock {
  #now: number;

  constructor(day: string) {
    this.#now = Date.parse(`${day}T03:00:00Z`);
  }

  now(): Date {
    return new Date(this.#now);
  }

  goTo(day: string): void {
    this.#now = Date.parse(`${day}T03:00:00Z`);
  }

  tick(): void {
    this.#now += 1_000;
  }
}

export interface StoreFixtureOptions {
  readonly files: HistoryFiles;
  readonly clock?: MovedClock;
  readonly keepDays?: number | undefined;
  readonly systemKey?: HistoryKeyPort;
  readonly events?: string[];
}

export function openStore({ files, clock, systemKey, events, ...options }: StoreFixtureOptions): HistoryStore {
  const keepDays = 'keepDays' in options ? options.keepDays : 90;
  return new HistoryStore({
    files,
    clock: clock ?? new MovedClock('2026-11-21'),
    localDay: (moment) => moment.toISOString().slice(0, 10),
    keeping: () => ({ record: keepDays !== 0, keepDays }),
    ...(systemKey && { systemKey }),
    log: { event: (name) => void events?.push(name) },
  });
}

export function logIn(origin: string): EndedRequest {
  const consent: ConsentModel = {
    operation: 'authenticate',
    requester: originRequester(origin),
    pinRole: 'authentication',
    disclosed: ['serial-number'],
    items: [],
  };
  return { consent, decision: { answer: 'agreed' }, outcome: { status: 'done' }, testCard: true };
}

/** Origins of the entries, newest first. */
export async function origins(store: Pick<HistoryStore, 'list'>): Promise<string[]> {
  const { entries } = await store.list();
  return entries.map(({ requester }) => (requester.kind === 'origin' ? requester.origin : requester.kind));
}

/** Kinds of losses with their counts, sorted. */
export async function losses(store: Pick<HistoryStore, 'list'>): Promise<string[]> {
  const listing = await store.list();
  return listing.losses.map(({ kind, count }) => `${kind} ${count}`).sort();
}

/** A key store of the system, of which a test knows and takes away the key. */
export class FakeSystemKey implements HistoryKeyPort {
  readonly kind = 'system';
  #key = newKey();
  stale = false;
  locked = false;
  wraps = 0;

  async wrap(key: Uint8Array): Promise<Uint8Array> {
    if (this.locked) throw new Error('the key ring is locked');
    this.wraps += 1;
    return seal(this.#key, key, 'system');
  }

  async unwrap(wrapped: Uint8Array) {
    const key = unseal(this.#key, wrapped, 'system');
    if (key?.length !== KEY_BYTES) throw historyError('history-key-missing');
    return { key, stale: this.stale };
  }

  lose(): void {
    this.#key = newKey();
  }
}
