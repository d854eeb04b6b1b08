import type { Asker } from '../../../main/core/bridge/asker.js';
import { createBridge, type Bridge, type BridgeOptions } from '../../../main/core/bridge/bridge.js';
import type { RedirectSession } from '../../../main/core/bridge/redirect.js';
import type { SiteMemory } from '../../../main/core/ports.js';
import type { Envelope, OpenSessionResult, SessionResult, WireError } from '../../../sdk/protocol/index.js';
import {
  asker,
  AUTHENTICATE,
  bridgeOptions,
  countingRandom,
  FakeClock,
  FakeOperations,
  memorySites,
  NONCE,
  ORIGIN,
  recordingLog,
} from './fakes.js';

/** A bridge on a clock that the test moves, over operations that the test ends, with what a test needs to speak to it. */
export interface BridgeUnderTest {
  readonly bridge: Bridge;
  readonly clock: FakeClock;
  readonly operations: FakeOperations;
  readonly log: ReturnType<typeof recordingLog>;
  readonly sites: SiteMemory;
  tryOpen(from?: Asker, request?: unknown): Promise<Envelope<OpenSessionResult>>;
  /** The session's identifier. */
  open(from?: Asker, request?: unknown): Promise<string>;
  /** An unsigned redirect with a `state` of its own, where `parameters` do not say otherwise. */
  redirect(origin?: string, parameters?: Readonly<Record<string, string>>): Promise<Envelope<RedirectSession>>;
  poll(id: string, origin?: string): Promise<Envelope<SessionResult>>;
}

export function bridgeUnderTest(overrides: Partial<BridgeOptions> = {}): BridgeUnderTest {
  const clock = new FakeClock();
  const operations = new FakeOperations();
  const log = recordingLog();
  const sites = overrides.sites ?? memorySites();
  const bridge = createBridge(bridgeOptions({ operations, clock, log, random: countingRandom(), ...overrides, sites }));
  const tryOpen = (from = asker(), request: unknown = AUTHENTICATE) => bridge.openSession(from, request);
  let states = 0;
  return {
    bridge,
    clock,
    operations,
    log,
    sites,
    tryOpen,
    async open(from, request) {
      const envelope = await tryOpen(from, request);
      if (!envelope.ok) throw new Error(envelope.error.code);
      return envelope.result.sessionId;
    },
    redirect: (origin = ORIGIN, parameters = {}) =>
      bridge.openRedirect(
        { kind: 'unknown' },
        {
          redirect_uri: `${origin}/callback`,
          state: String(states++).padStart(22, 's'),
          ...('request' in parameters ? {} : { challenge_nonce: NONCE }),
          ...parameters,
        },
      ),
    poll: (id, origin = ORIGIN) => bridge.poll(origin, id, { waitSeconds: 0, signal: new AbortController().signal }),
  };
}

/** The code in an envelope; `none` where all is well. */
export function codeOf(envelope: Envelope<unknown>): WireError['code'] | 'none' {
  return envelope.ok ? 'none' : envelope.error.code;
}
