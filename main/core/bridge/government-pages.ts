import type {
  CancelResult,
  Envelope,
  GovernmentPageResult,
  GovernmentSitesResult,
  OpenSessionResult,
  Operation,
} from '../../../sdk/protocol/index.js';
import type { Caller, OriginRequester } from '../consent/consent-model.js';
import { ClientError } from '../errors.js';
import type { GovernmentSitesRules, PageMarker } from '../government-sites/government-sites.js';
import type { RunPageOperation } from '../government-sites/page-operations.js';
import { parsePageRequest, type PageRequest } from '../government-sites/page-request.js';
import type { Policy } from '../policy/policy.js';
import type { SiteMemory } from '../ports.js';
import type { ServiceRegistry } from '../registry/service-registry.js';
import type { Asker } from './asker.js';
import {
  checkEntry,
  mustBeEncrypted,
  onlyListed,
  originRequester,
  refuseBlocked,
  standingOf,
} from './judge-request.js';
import { keepRefusal } from './run-operation.js';
import type { PollOptions, SessionTable } from './sessions.js';

/**
 * The government sites' own page protocol, for the browser extension alone: nothing that listens to web pages has it. Nothing
 * here throws; failures are envelopes.
 */
export interface GovernmentPages {
  /** What the extension says of itself, without a page. Whoever `caller` is gets nothing by it but the answer. */
  report(caller: Caller, permission: boolean): Envelope<GovernmentSitesResult>;
  /** The same from a page, whose origin the browser said. */
  reportPage(asker: Asker, report: { permission: boolean; marker: PageMarker }): Envelope<GovernmentSitesResult>;
  /** Opens a session for the `detail` of a page's `launchApp`. Codes as of `GovernmentPageSessions.open`. */
  open(asker: Asker, unverifiedDetail: string): Promise<Envelope<OpenSessionResult>>;
  /** As `Bridge.poll`. */
  poll(origin: string, sessionId: string, options: PollOptions): Promise<Envelope<GovernmentPageResult>>;
  /** As `Bridge.cancel`. */
  cancel(origin: string, sessionId: string): Envelope<CancelResult>;
}

/** What the protocol needs besides what every bridge has. */
export interface GovernmentPagesOptions {
  readonly rules: GovernmentSitesRules;
  readonly run: RunPageOperation;
}

export interface PageSessionsEnvironment extends GovernmentPagesOptions {
  readonly sessions: SessionTable;
  readonly registry: ServiceRegistry;
  readonly sites: SiteMemory;
  /** Read at every request, so a change takes effect at once. */
  readonly policy: () => Policy;
  readonly onBlocked: (requester: OriginRequester) => void;
}

const OPERATIONS = {
  'log-in': 'authenticate',
  sign: 'sign',
  'read-attributes': 'readAttributes',
} as const satisfies Readonly<Record<PageRequest['kind'], Operation>>;

/** Opens sessions for pages of government sites, by the rules of every request and some more. */
export class GovernmentPageSessions {
  readonly #environment: PageSessionsEnvironment;
  readonly #endListening: () => void;

  constructor(environment: PageSessionsEnvironment) {
    this.#environment = environment;
    this.#endListening = environment.rules.onTurnedOff(() => {
      environment.sessions.endKind('page', turnedOff());
    });
  }

  close(): void {
    this.#endListening();
  }

  /**
   * @param asker its origin is authorised
   * @throws ClientError `ERR_POLICY_OPERATION` while the mode is off and for what an administrator forbids, `ERR_PROTOCOL_ROUTE`,
   * `ERR_ORIGIN_NOT_ALLOWED`, `ERR_USER_BLOCKED`; as `parsePageRequest` and `SessionTable.open`
   */
  open(asker: Asker, unverifiedDetail: string): string {
    const { registry, sites, sessions } = this.#environment;
    this.#requireAllowed(asker);
    const request = parsePageRequest(unverifiedDetail);
    const operation = OPERATIONS[request.kind];
    refuseBlocked(sites, asker.origin, true);
    sessions.admit(asker, true);
    const service = registry.serviceOf(asker.origin);
    checkEntry(service, operation);
    this.#checkPolicy(request, { origin: asker.origin, isListed: service !== undefined });
    const standing = standingOf(registry, { service, isSigned: false, asker });
    const requester = originRequester(asker, { confirmed: true, standing });
    return sessions.open({
      kind: 'page',
      asker,
      confirmed: true,
      operation,
      run: async (signal) => {
        const detail = await this.#run(requester, request, signal);
        return { operation: 'governmentPage', detail };
      },
    });
  }

  /** The mode may have been turned off, and the site blocked, while the request waited or the person read. */
  async #run(requester: OriginRequester, request: PageRequest, signal: AbortSignal): Promise<string> {
    const { sites, run } = this.#environment;
    this.#requireAllowed(requester);
    refuseBlocked(sites, requester.origin, true);
    const detail = await run(
      {
        requester,
        request,
        onDecision: async (decision) => {
          if (decision.answer === 'refused') await keepRefusal(this.#environment, requester, decision);
          else this.#requireAllowed(requester);
        },
      },
      signal,
    );
    this.#requireAllowed(requester);
    return detail;
  }

  #requireAllowed({ origin, route }: Pick<Asker, 'origin' | 'route'>): void {
    const { rules } = this.#environment;
    if (!rules.isOn) throw turnedOff();
    if (route !== 'extension') throw new ClientError('ERR_PROTOCOL_ROUTE', 'this is for the browser extension alone');
    if (!rules.isGovernmentOrigin(origin)) throw notGovernment();
  }

  #checkPolicy(
    request: PageRequest,
    { origin, isListed }: { readonly origin: string; readonly isListed: boolean },
  ): void {
    const { requireEncryption, unlistedSigning, governmentOrigins, governmentSha1, signItems } =
      this.#environment.policy();
    if (requireEncryption) throw mustBeEncrypted();
    if (request.kind === 'read-attributes') return;
    const digestInfos = request.kind === 'sign' ? request.digestInfos : [request.digestInfo];
    if (governmentSha1 === 'refuse' && digestInfos.some(({ algorithm }) => algorithm === 'SHA-1')) {
      const details = { rule: 'government-sha1' };
      throw new ClientError('ERR_POLICY_OPERATION', 'SHA-1 digests are not signed', { details });
    }
    if (request.kind !== 'sign') return;
    if (digestInfos.length > signItems) {
      throw new ClientError('ERR_POLICY_OPERATION', 'so many items need another policy', { details: { signItems } });
    }
    // Whoever lets listed sites alone have the signing certificate has listed those that they name here.
    if (unlistedSigning === 'refuse' && !isListed && !governmentOrigins.includes(origin)) throw onlyListed();
  }
}

export function notGovernment(): ClientError {
  return new ClientError('ERR_ORIGIN_NOT_ALLOWED', 'not a site of a government service');
}

export function turnedOff(): ClientError {
  const details = { rule: 'government-sites' };
  return new ClientError('ERR_POLICY_OPERATION', 'the mode for government sites is off', { details });
}
