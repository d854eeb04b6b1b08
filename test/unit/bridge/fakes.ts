import type { AskLimitFigures } from '../../../main/core/bridge/ask-limits.js';
import type { Asker } from '../../../main/core/bridge/asker.js';
import type { BridgeOptions } from '../../../main/core/bridge/bridge.js';
import type { LookAlike } from '../../../main/core/consent/consent-model.js';
import { DEFAULT_POLICY } from '../../../main/core/policy/policy.js';
import type { ServiceRegistry } from '../../../main/core/registry/service-registry.js';
import type {
  AuthenticateOperation,
  CardOperations,
  ItemOutcome,
  ServiceAttributesOperation,
  SignOperation,
} from '../../../main/core/signing/operations.js';
import type { Clock, Log, RandomSource, SiteMemory } from '../../../main/core/ports.js';
import { nodeJose } from '../../../main/node/jose.js';
import { systemClock, systemRandom } from '../../../main/node/system.js';
import type {
  AttributeAnswer,
  AuthenticationToken,
  RegistryService,
  RegistryVerifier,
} from '../../../sdk/protocol/index.js';
import { ClientError } from '../../../main/core/errors.js';
import { fakeDocuments, MemoryUploads } from './signing-fakes.js';

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
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
};

/** Operations that wait until the test decides how they end. An abort of their signal ends them as the real ones do. */
export class FakeOperations implements CardOperations {
  readonly authentications: Call<AuthenticateOperation, AuthenticationToken>[] = [];
  readonly signings: Call<SignOperation, readonly ItemOutcome[]>[] = [];
  readonly attributeReadings: Call<ServiceAttributesOperation, readonly AttributeAnswer[]>[] = [];
  /** With false an aborted call goes on until the test ends it. */
  endsOnAbort = true;

  get calls(): number {
    return this.authentications.length + this.signings.length + this.attributeReadings.length;
  }

  authenticate(request: AuthenticateOperation, signal: AbortSignal): Promise<AuthenticationToken> {
    return this.#call(this.authentications, request, signal);
  }

  readAttributes(request: ServiceAttributesOperation, signal: AbortSignal): Promise<readonly AttributeAnswer[]> {
    return this.#call(this.attributeReadings, request, signal);
  }

  sign(request: SignOperation, signal: AbortSignal): Promise<readonly ItemOutcome[]> {
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

/** A page that asks over the loopback, from a program nobody knows. */
const EXTENSION_CALLER = { kind: 'browser', name: 'Chromium' } as const;

export function asker(origin = ORIGIN, overrides: Partial<Omit<Asker, 'origin'>> = {}): Asker {
  // Without a browser's name nothing is shortened by extension.
  const caller = overrides.route === 'extension' ? EXTENSION_CALLER : ({ kind: 'unknown' } as const);
  return { origin, route: 'loopback', caller, ...overrides };
}

export interface RegistryContent {
  readonly services?: readonly RegistryService[];
  readonly verifiers?: readonly RegistryVerifier[];
  /** What an origin that no service has is taken for. */
  readonly lookAlike?: LookAlike;
}

export function fakeRegistry({ services = [], verifiers = [], lookAlike }: RegistryContent = {}): ServiceRegistry {
  return {
    serviceOf: (origin) => services.find(({ origins }) => origins.includes(origin)),
    verifier: (id) => verifiers.find((verifier) => verifier.id === id),
    lookAlikeOf: () => lookAlike,
  };
}

/** What the person decided, for as long as the test runs. */
export function memorySites(): SiteMemory {
  const blocked = new Set<string>();
  const unconfirmedBlocked = new Set<string>();
  const remembered = new Set<string>();
  const key = (origin: string, operation: string): string => `${operation} ${origin}`;
  return {
    isBlocked: (origin, confirmed) => blocked.has(origin) || (!confirmed && unconfirmedBlocked.has(origin)),
    block: async (origin, confirmed) => void (confirmed ? blocked : unconfirmedBlocked).add(origin),
    isRemembered: (origin, operation) => remembered.has(key(origin, operation)),
    remember: async (origin, operation) => void remembered.add(key(origin, operation)),
  };
}

/** For a test that lets one page ask, and refuses it, as often as it likes. */
export const ASK_AT_WILL: AskLimitFigures = { sessionsPerMinute: 100_000, backOffSeconds: 0, backOffMaxSeconds: 0 };

/**
 * Everything a bridge needs but its operations: nothing listed, nothing decided, the policy as it ships. Time, randomness and
 * JOSE are real.
 */
export function bridgeOptions(overrides: Pick<BridgeOptions, 'operations'> & Partial<BridgeOptions>): BridgeOptions {
  return {
    registry: fakeRegistry(),
    sites: memorySites(),
    jose: nodeJose,
    documents: fakeDocuments(),
    uploads: new MemoryUploads(),
    clock: systemClock,
    random: systemRandom,
    log: { event: () => undefined },
    developerMode: false,
    policy: () => DEFAULT_POLICY,
    ...overrides,
  };
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
