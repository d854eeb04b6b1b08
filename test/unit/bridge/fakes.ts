import type { CardOperations, AuthenticateOperation, SignOperation } from '../../../main/core/signing/operations.js';
import type { Clock, Log, RandomSource } from '../../../main/core/ports.js';
import type { AuthenticationToken, SignedItem } from '../../../sdk/protocol/index.js';
import { ClientError } from '../../../main/core/errors.js';

export const ORIGIN = 'https://service.example.go.jp';
export const OTHER_ORIGIN = 'https://other.example';
export const NONCE = 'n'.repeat(44);
export const AUTHENTICATE = { operation: 'authenticate', challengeNonce: NONCE } as const;

export const TOKEN: AuthenticationToken = {
  unverifiedCertificate: 'MIIB',
  algorithm: 'RS256',
  signature: 'c2ln',
  format: 'web-eid:1.0',
};

/** A clock that stands still until it is told otherwise. */
export class FakeClock implements Clock {
  #now = 0;
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  now(): Date {
    return new Date(this.#now);
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (milliseconds <= 0 || signal?.aborted === true) {
        resolve();
        return;
      }
      const sleeper = {
        at: this.#now + milliseconds,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    });
  }

  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** Lets time pass, waking sleepers in order. */
  async advance(milliseconds: number): Promise<void> {
    await settle();
    const end = this.#now + milliseconds;
    for (;;) {
      const next = [...this.#sleepers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await settle();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

type Call<Request, Result> = {
  readonly request: Request;
  readonly signal: AbortSignal;
  resolve(result: Result): void;
  reject(error: unknown): void;
};

/** Operations that wait until the test decides how they end. An abort of their signal ends them as the real ones do. */
export class FakeOperations implements CardOperations {
  readonly authentications: Call<AuthenticateOperation, AuthenticationToken>[] = [];
  readonly signings: Call<SignOperation, readonly SignedItem[]>[] = [];
  /** With false an aborted call goes on until the test ends it. */
  endsOnAbort = true;

  get calls(): number {
    return this.authentications.length + this.signings.length;
  }

  authenticate(request: AuthenticateOperation, signal: AbortSignal): Promise<AuthenticationToken> {
    return this.#call(this.authentications, request, signal);
  }

  sign(request: SignOperation, signal: AbortSignal): Promise<readonly SignedItem[]> {
    return this.#call(this.signings, request, signal);
  }

  #call<Request, Result>(calls: Call<Request, Result>[], request: Request, signal: AbortSignal): Promise<Result> {
    return new Promise((resolve, reject) => {
      calls.push({ request, signal, resolve, reject });
      const abort = (): void => {
        if (this.endsOnAbort) reject(new ClientError('ERR_USER_CANCELLED', 'the asker is gone'));
      };
      signal.addEventListener('abort', abort);
    });
  }
}

/** Bytes that differ at every call. */
export function countingRandom(): RandomSource {
  let count = 0;
  return {
    bytes(length) {
      count++;
      return Uint8Array.from({ length }, (_, index) => (count * 31 + index * 7) & 0xff);
    },
  };
}

export interface RecordedEvent {
  readonly name: string;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export function recordingLog(): Log & { readonly events: RecordedEvent[] } {
  const events: RecordedEvent[] = [];
  return { events, event: (name, fields = {}) => void events.push({ name, fields }) };
}

/** The item of an array that the test has just seen to be there. */
export function only<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined || items.length !== 1) throw new Error(`expected one item, there are ${items.length}`);
  return item;
}

export function at<T>(items: readonly T[], index: number): T {
  const item = items.at(index);
  if (item === undefined) throw new Error(`no item ${index} of ${items.length}`);
  return item;
}
