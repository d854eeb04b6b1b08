import { createHash } from 'node:crypto';
import { createBridge, type ExtensionBridge } from '../../main/core/bridge/bridge.js';
import type { OpenedSites } from '../../main/core/government-sites/government-sites.js';
import type { EndedRequest } from '../../main/core/history/history-entry.js';
import { DEFAULT_POLICY, type Policy } from '../../main/core/policy/policy.js';
import type { CardReaders } from '../../main/core/ports.js';
import type { SettingsStore } from '../../main/core/settings/settings.js';
import { openIdentifierSecret } from '../../main/node/government-sites/identifier-secret.js';
import { openSites } from '../../main/node/government-sites/index.js';
import { openPersonSettings } from '../../main/node/settings/index.js';
import { systemClock } from '../../main/node/system.js';
import type { VirtualCard } from '../../native/virtual-card/index.js';
import { coreClient, type CoreClient } from './core-client.js';
import type { Person } from './fake-interaction.js';
import { ASK_AT_WILL, asker, bridgeOptions, recordingLog, type RecordedEvent } from '../unit/bridge/fakes.js';

/** A site of a government service, as far as its name goes. */
export const SITE = 'https://login.tax.go.jp';
export const OTHER_SITE = 'https://www.portal.go.jp';

export interface GovernmentCoreOptions {
  readonly card: VirtualCard;
  readonly person: Person;
  /** The state directory. */
  readonly directory: string;
  readonly policy?: Partial<Policy>;
  readonly cardReaders?: CardReaders;
}

export interface GovernmentCore {
  readonly bridge: ExtensionBridge;
  readonly core: CoreClient;
  readonly settings: SettingsStore;
  readonly sites: OpenedSites;
  readonly ended: readonly EndedRequest[];
  readonly events: readonly RecordedEvent[];
  /** Opens and waits: the `detail` of the answer, or the code. */
  readonly ask: (request: unknown, origin?: string) => Promise<Answer>;
  close(): Promise<void>;
}

export type Answer = { readonly detail: string } | { readonly code: string };

/** Bridge, core and virtual card, with what is kept in a directory: everything of it but sockets and windows. */
export function governmentCore({
  card,
  person,
  directory,
  policy,
  cardReaders,
}: GovernmentCoreOptions): GovernmentCore {
  const ended: EndedRequest[] = [];
  const log = recordingLog();
  const recorder = { record: (request: EndedRequest) => Promise.resolve(void ended.push(request)) };
  const core = coreClient({ card, person, recorder, ...(cardReaders && { cardReaders }) });
  const settings = openPersonSettings({ stateDirectory: directory, log, policyFile: `${directory}/no-policy.json` });
  const rules = (): Policy => ({ ...DEFAULT_POLICY, ...policy });
  const sites = openSites({ stateDirectory: directory, settings, policy: rules, clock: systemClock });
  const run = core.pageOperations(openIdentifierSecret(directory));
  const bridge = createBridge(
    bridgeOptions({
      operations: core.operations,
      askLimits: ASK_AT_WILL,
      policy: rules,
      log,
      governmentPages: { rules: sites, run },
    }),
  );
  return {
    bridge,
    core,
    settings,
    sites,
    ended,
    events: log.events,
    async ask(request, origin = SITE) {
      const text = typeof request === 'string' ? request : JSON.stringify(request);
      const opened = await bridge.governmentPages.open(asker(origin, { route: 'extension' }), text);
      return opened.ok ? answerOf(bridge, origin, opened.result.sessionId) : { code: opened.error.code };
    },
    async close() {
      await bridge.close();
      settings.close();
    },
  };
}

export async function answerOf(bridge: ExtensionBridge, origin: string, sessionId: string): Promise<Answer> {
  const { signal } = new AbortController();
  for (;;) {
    const polled = await bridge.governmentPages.poll(origin, sessionId, { waitSeconds: 5, signal });
    if (!polled.ok) return { code: polled.error.code };
    if (polled.result.status === 'done') return { detail: polled.result.output.detail };
  }
}

export function detailOf(answer: Answer): Readonly<Record<string, unknown>> {
  if ('code' in answer) throw new Error(`the page was answered ${answer.code}`);
  return JSON.parse(answer.detail) as Readonly<Record<string, unknown>>;
}

const PREFIXES = {
  sha1: '3021300906052b0e03021a05000414',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
} as const;

/** Hexadecimal of the DER DigestInfo of a text, written out here and not by the code under test. */
export function digestInfoHex(text: string, algorithm: keyof typeof PREFIXES = 'sha256'): string {
  return PREFIXES[algorithm] + createHash(algorithm).update(text).digest('hex');
}

export function base64OfHex(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

export function logInRequest(text: string, algorithm?: keyof typeof PREFIXES): object {
  return { mode: '01', service_id: '01', digest: base64OfHex(digestInfoHex(text, algorithm)) };
}

export function signRequest(texts: readonly string[]): object {
  return { mode: '02', service_id: '01', digest: texts.map((text) => base64OfHex(digestInfoHex(text))) };
}

export const READ_ATTRIBUTES = { mode: '04', service_id: '01' } as const;
