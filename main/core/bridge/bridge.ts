import {
  CURRENT_STATUS,
  errorArea,
  LIMITS,
  openSessionRequestSchema,
  type CancelResult,
  type DeleteUploadResult,
  type Envelope,
  type GovernmentPageResult,
  type GovernmentSitesResult,
  type OpenSessionRequest,
  type OpenSessionResult,
  type SessionResult,
  type StatusResult,
  type UploadResult,
} from '../../../sdk/protocol/index.js';
import type { Caller, OriginRequester } from '../consent/consent-model.js';
import type { DocumentEngine } from '../documents/signable-item.js';
import { ClientError, toClientError, toPublicError } from '../errors.js';
import type { ExtensionReport } from '../government-sites/government-sites.js';
import type { JoseCrypto, SiteMemory, UploadStore } from '../ports.js';
import { allowsDeveloperMode, type Policy } from '../policy/policy.js';
import type { ServiceRegistry } from '../registry/service-registry.js';
import type { CardOperations } from '../signing/operations.js';
import type { Asker } from './asker.js';
import {
  GovernmentPageSessions,
  notGovernment,
  turnedOff,
  type GovernmentPages,
  type GovernmentPagesOptions,
} from './government-pages.js';
import { judgeRequest, judgeUpload, type JudgeEnvironment } from './judge-request.js';
import { authorizeOrigin } from './origin.js';
import { readRedirect, type RedirectSession } from './redirect.js';
import { ReplayGuard } from './replay-guard.js';
import { operationTask, type OperationEnvironment } from './run-operation.js';
import { SessionTable, type PollOptions, type SessionKind, type SessionPorts } from './sessions.js';
import { SIGNED_REQUEST_SECONDS, type RedirectTarget } from './signed-request.js';
import { UploadTable, type IncomingUpload } from './uploads.js';

/**
 * The bridge contract without a transport. Who asks is always what the transport established, never what a request says.
 * Nothing here throws but `authorize`; failures are envelopes with the codes a page may see.
 */
export interface Bridge {
  /** The origin a request may act for, from its `Origin` or the browser's word. Throws as `authorizeOrigin`. */
  authorize(unverifiedOrigin: string | undefined): string;
  status(): Envelope<StatusResult>;
  /** Opens a session for a request that `parseStrictJson` produced. Rejects as `judgeRequest` and `SessionTable.open`. */
  openSession(asker: Asker, unverifiedRequest: unknown): Promise<Envelope<OpenSessionResult>>;
  /** Opens a session for a redirect's parameters. Where it fails the answer must not go to the `redirect_uri`. */
  openRedirect(caller: Caller, unverifiedParameters: unknown): Promise<Envelope<RedirectSession>>;
  /** Waits for a session's result and delivers it once. `ERR_PROTOCOL_SESSION_UNKNOWN`, `ERR_PROTOCOL_MALFORMED`. */
  poll(origin: string, sessionId: string, options: PollOptions): Promise<Envelope<SessionResult>>;
  /** Ends a session at once. `ERR_PROTOCOL_SESSION_UNKNOWN`. */
  cancel(origin: string, sessionId: string): Envelope<CancelResult>;
  /**
   * Keeps content that a later request of the origin may name. Judged before any of it is read. Codes as of `judgeUpload` and
   * `UploadTable.receive`.
   */
  upload(origin: string, content: IncomingUpload): Promise<Envelope<UploadResult>>;
  /** Removes content that no session uses. `ERR_PROTOCOL_UPLOAD_UNKNOWN`. */
  deleteUpload(origin: string, uploadId: string): Promise<Envelope<DeleteUploadResult>>;
  /** Ends all sessions; what waits for them is answered. Resolves when no operation runs any more. */
  close(): Promise<void>;
}

/** The bridge as the browser extension has it. */
export interface ExtensionBridge extends Bridge {
  readonly governmentPages: GovernmentPages;
}

export interface BridgeOptions extends SessionPorts {
  readonly operations: CardOperations;
  readonly registry: ServiceRegistry;
  readonly sites: SiteMemory;
  readonly jose: JoseCrypto;
  readonly documents: DocumentEngine;
  readonly uploads: UploadStore;
  /** `http:` origins on this PC's own loopback names may ask too. */
  readonly developerMode: boolean;
  /** Read at every request, so a change takes effect at once. */
  readonly policy: () => Policy;
  /** Left out: government sites' own page protocol is off. */
  readonly governmentPages?: GovernmentPagesOptions;
}

/** The bridge over the product's use cases. */
export function createBridge(options: BridgeOptions): ExtensionBridge {
  const core = new BridgeCore(options);
  return {
    authorize: (unverifiedOrigin) => core.authorize(unverifiedOrigin),
    status: () => ({ ok: true, result: CURRENT_STATUS }),
    openSession: (asker, unverifiedRequest) =>
      answer(async () => ({ sessionId: await core.open(asker, validateRequest(unverifiedRequest)) })),
    openRedirect: (caller, unverifiedParameters) => answer(() => core.openRedirect(caller, unverifiedParameters)),
    poll: (origin, sessionId, pollOptions) => core.poll(origin, sessionId, pollOptions),
    cancel: (origin, sessionId) => core.cancel(origin, sessionId),
    upload: (origin, content) => answer(() => core.upload(origin, content)),
    deleteUpload: (origin, uploadId) => answer(() => core.deleteUpload(origin, uploadId)),
    close: () => core.close(),
    governmentPages: {
      report: (caller, permission) => core.report({ caller, permission }),
      reportPage: ({ origin, caller }, { permission, marker }) =>
        core.report({ caller, permission, page: { origin, marker } }),
      open: (asker, unverifiedDetail) =>
        answer(() => Promise.resolve({ sessionId: core.openPage(asker, unverifiedDetail) })),
      poll: (origin, sessionId, pollOptions) => core.pollPage(origin, sessionId, pollOptions),
      cancel: (origin, sessionId) => core.cancel(origin, sessionId, 'page'),
    },
  };
}

class BridgeCore {
  readonly #options: BridgeOptions;
  readonly #sessions: SessionTable;
  readonly #judging: JudgeEnvironment;
  readonly #running: OperationEnvironment;
  readonly #usedStates: ReplayGuard;
  readonly #uploads: UploadTable;
  readonly #pages: GovernmentPageSessions | undefined;

  constructor(options: BridgeOptions) {
    this.#options = options;
    this.#sessions = new SessionTable(options);
    this.#uploads = new UploadTable(options);
    const usedRequests = new ReplayGuard(options.clock, SIGNED_REQUEST_SECONDS);
    this.#judging = {
      ...options,
      usedRequests,
      admit: (asker, confirmed) => {
        this.#sessions.admit(asker, confirmed);
      },
    };
    this.#running = {
      ...options,
      uploads: this.#uploads,
      onBlocked: (requester) => {
        this.#endBlocked(requester);
      },
    };
    this.#usedStates = new ReplayGuard(options.clock, LIMITS.replaySeconds);
    const { governmentPages: pages } = options;
    const { onBlocked } = this.#running;
    this.#pages = pages && new GovernmentPageSessions({ ...options, ...pages, sessions: this.#sessions, onBlocked });
  }

  authorize(unverifiedOrigin: string | undefined): string {
    const policy = this.#options.policy();
    const { allowedOrigins, blockedOrigins } = policy;
    // Asked each time, for the administrator may forbid it while the program runs.
    const developerMode = this.#options.developerMode && allowsDeveloperMode(policy);
    return authorizeOrigin(unverifiedOrigin, { developerMode, allowedOrigins, blockedOrigins });
  }

  async open(asker: Asker, unverifiedRequest: OpenSessionRequest, redirect?: RedirectTarget): Promise<string> {
    const origin = this.authorize(asker.origin);
    try {
      return await this.#judgeAndOpen(asker, unverifiedRequest, redirect);
    } catch (thrown) {
      const { code } = toClientError(thrown);
      // What this PC is at fault for; what the asker does wrong it is told, and could fill the log with.
      if (errorArea(code) === 'INTERNAL') this.#options.log.event('bridge.session.not-opened', { origin, code });
      throw thrown;
    }
  }

  async #judgeAndOpen(asker: Asker, unverifiedRequest: OpenSessionRequest, redirect?: RedirectTarget): Promise<string> {
    const judged = await judgeRequest(this.#judging, asker, { unverifiedRequest, redirect });
    const { confirmed } = judged.requester;
    // Nothing is waited for from here on: what the task takes with it has its session, or was not taken.
    this.#sessions.admit(asker, confirmed);
    const task = operationTask(this.#running, judged);
    // Last, so that whoever was told to wait may come again with the same `state`.
    if (redirect && !this.#usedStates.useOnce(asker.origin, redirect.state)) {
      throw new ClientError('ERR_PROTOCOL_REPLAYED', 'this state was used before');
    }
    return this.#sessions.open({ asker, confirmed, operation: judged.request.operation, ...task });
  }

  async openRedirect(caller: Caller, unverifiedParameters: unknown): Promise<RedirectSession> {
    const { target, request } = readRedirect(unverifiedParameters);
    const origin = this.authorize(new URL(target.redirectUri).origin);
    const sessionId = await this.open({ origin, route: 'redirect', caller }, request, target);
    return { ...target, origin, sessionId };
  }

  report(report: ExtensionReport): Envelope<GovernmentSitesResult> {
    const rules = this.#options.governmentPages?.rules;
    try {
      if (!rules) throw turnedOff();
      const { page } = report;
      if (page && !rules.isGovernmentOrigin(this.authorize(page.origin))) throw notGovernment();
      return { ok: true, result: rules.report(report) };
    } catch (thrown) {
      return failure(thrown);
    }
  }

  openPage(asker: Asker, unverifiedDetail: string): string {
    const origin = this.authorize(asker.origin);
    if (!this.#pages) throw turnedOff();
    return this.#pages.open({ ...asker, origin }, unverifiedDetail);
  }

  async pollPage(origin: string, sessionId: string, options: PollOptions): Promise<Envelope<GovernmentPageResult>> {
    try {
      checkWait(options.waitSeconds);
      return await this.#sessions.pollPage(origin, sessionId, options);
    } catch (thrown) {
      return failure(thrown);
    }
  }

  async poll(origin: string, sessionId: string, options: PollOptions): Promise<Envelope<SessionResult>> {
    try {
      checkWait(options.waitSeconds);
      return await this.#sessions.poll(origin, sessionId, options);
    } catch (thrown) {
      return failure(thrown);
    }
  }

  cancel(origin: string, sessionId: string, kind?: SessionKind): Envelope<CancelResult> {
    try {
      this.#sessions.cancel(origin, sessionId, kind);
      return { ok: true, result: {} };
    } catch (thrown) {
      return failure(thrown);
    }
  }

  async upload(origin: string, content: IncomingUpload): Promise<UploadResult> {
    const isListed = judgeUpload(this.#options, this.authorize(origin));
    return this.#uploads.receive({ origin, isListed }, content);
  }

  async deleteUpload(origin: string, uploadId: string): Promise<DeleteUploadResult> {
    await this.#uploads.delete(origin, uploadId);
    return {};
  }

  async close(): Promise<void> {
    this.#pages?.close();
    await this.#sessions.close();
    await this.#uploads.close();
  }

  /** A site blocked by what anybody can send in its name loses only what comes that way. */
  #endBlocked({ origin, confirmed }: OriginRequester): void {
    this.#sessions.block((waiting) => waiting.asker.origin === origin && (confirmed || !waiting.confirmed));
  }
}

/** Anything thrown, as the answer a page may see. */
export function failure(thrown: unknown): Extract<Envelope<never>, { ok: false }> {
  return { ok: false, error: toPublicError(toClientError(thrown)) };
}

async function answer<Result>(act: () => Promise<Result>): Promise<Envelope<Result>> {
  try {
    return { ok: true, result: await act() };
  } catch (thrown) {
    return failure(thrown);
  }
}

function checkWait(seconds: number): void {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > LIMITS.pollWaitSeconds) {
    throw new ClientError('ERR_PROTOCOL_MALFORMED', `wait is a whole number from 0 to ${LIMITS.pollWaitSeconds}`);
  }
}

/** Strict validation: unknown members are refused. The answer tells where the first fault is, never what was there. */
function validateRequest(unverifiedRequest: unknown): OpenSessionRequest {
  const parsed = openSessionRequestSchema.safeParse(unverifiedRequest);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const details = { path: issue?.path.join('.') ?? '', rule: issue?.code ?? '' };
  throw new ClientError('ERR_PROTOCOL_MALFORMED', 'the request does not follow the contract', { details });
}
