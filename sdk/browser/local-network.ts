import { isFramed, isInForeignFrame, isWebKit, isWorker, listen, type Environment } from './environment.js';
import { failure, unreachable, type MadoguchiError } from './errors.js';
import { bounded, sleep } from './waiting.js';

/**
 * What the browser says about requests of this page to this PC (Local Network Access). `unknown`: it knows no such
 * permission, or does not answer.
 */
export type PermissionState = 'granted' | 'denied' | 'prompt' | 'unknown';

/** Names of the permission and of the policy feature: the one for this PC, and the one before Chrome 145. */
const NAMES = ['loopback-network', 'local-network-access'];
const STATES: readonly string[] = ['granted', 'denied', 'prompt'] satisfies PermissionState[];
/** Milliseconds for a permission query. */
const QUERY_TIMEOUT = 500;
/** Milliseconds after which a report about the Content Security Policy no longer comes; it follows the failed fetch. */
const REPORT_DELAY = 50;
/** Nobody closes a prompt sooner than so many milliseconds after it appeared. */
const FASTEST_PERSON = 1_000;

/** @throws the reason of `signal` when it aborts */
export async function permissionState(environment: Environment, signal?: AbortSignal): Promise<PermissionState> {
  const { permissions } = environment.navigator ?? {};
  if (permissions === undefined) return 'unknown';
  for (const name of NAMES) {
    try {
      const { state } = await bounded(QUERY_TIMEOUT, signal, async () => permissions.query({ name }));
      if (STATES.includes(state)) return state as PermissionState;
    } catch {
      // A name this browser does not know rejects.
      signal?.throwIfAborted();
    }
  }
  return 'unknown';
}

/** Whether a fetch in state `prompt` makes the browser ask: a page of this PC itself needs no permission. */
export function asksPerson(state: PermissionState, { location }: Environment): boolean {
  return state === 'prompt' && !['localhost', '127.0.0.1', '[::1]'].includes(location?.hostname ?? '');
}

/** Why this page has no origin the client could answer; looked at before anything is sent. */
export function refusedOrigin({ origin, isSecureContext }: Environment): MadoguchiError | undefined {
  if (origin === 'null') return failure('ERR_ORIGIN_MISSING', 'this page has no origin: it is sandboxed, or a file');
  if (isSecureContext !== false) return undefined;
  const details = { hint: 'insecure-context' };
  return failure('ERR_ORIGIN_NOT_ALLOWED', 'only pages over https reach programs on this PC', { details });
}

/** Hears of requests to this PC that the page's Content Security Policy stopped, until `stop` is called. */
export function watchContentSecurityPolicy(environment: Environment): {
  readonly stopped: () => boolean;
  readonly stop: () => void;
} {
  let stopped = false;
  const stop = listen(environment, 'securitypolicyviolation', (event) => {
    const { effectiveDirective, disposition, blockedURI } = event as SecurityPolicyViolationEvent;
    const isOurs = effectiveDirective === 'connect-src' && blockedURI.startsWith('http://127.0.0.1');
    stopped ||= isOurs && disposition === 'enforce';
  });
  return { stopped: () => stopped, stop };
}

/** What was seen of an attempt that found nobody. */
export interface FailedAttempt {
  readonly timedOut: boolean;
  /** Milliseconds until the last request failed. */
  readonly elapsed: number;
  readonly stoppedByPolicy: () => boolean;
  readonly cause: unknown;
  readonly signal: AbortSignal | undefined;
}

/**
 * Why a page found nobody on this PC, as far as a browser lets it know. A failed fetch says nothing; what tells are the
 * permission afterwards, the policies, and where the page runs.
 */
export async function explainFailure(environment: Environment, attempt: FailedAttempt): Promise<MadoguchiError> {
  await sleep(REPORT_DELAY, attempt.signal);
  const permission = await permissionState(environment, attempt.signal);
  const { cause, timedOut } = attempt;
  if (attempt.stoppedByPolicy()) return blocked('content-security-policy', { permission, cause });
  if (forbiddenByPolicy(environment, permission)) return permissionsPolicy(environment, cause);
  if (permission === 'denied') {
    const message = 'the browser does not let this page reach programs on this PC';
    return failure('ERR_USER_PERMISSION_DENIED', message, { details: { permission }, cause });
  }
  const hint = hintFor(environment, permission, attempt);
  const details = { permission, ...(hint === undefined ? {} : { hint }) };
  if (permission === 'prompt' && timedOut && asksPerson(permission, environment)) {
    const message = "nobody answered the browser's question about programs on this PC";
    return failure('ERR_USER_PERMISSION_TIMEOUT', message, { details, retriable: true, cause });
  }
  return hint === undefined ? unreachable(cause, details) : blocked(hint, { permission, cause });
}

/** Whether Permissions Policy keeps this page from asking at all. */
function forbiddenByPolicy(environment: Environment, permission: PermissionState): boolean {
  const policy = environment.document?.permissionsPolicy ?? environment.document?.featurePolicy;
  const feature = NAMES.find((name) => policy?.features().includes(name));
  if (policy !== undefined && feature !== undefined) return !policy.allowsFeature(feature);
  // Without that interface: in a frame of another origin nobody can have answered, unless it was let ask.
  return permission === 'denied' && isInForeignFrame(environment);
}

function permissionsPolicy(environment: Environment, cause: unknown): MadoguchiError {
  const framed = isFramed(environment);
  const message = framed
    ? 'the frame lacks allow="loopback-network", or a Permissions-Policy forbids loopback-network'
    : 'the Permissions-Policy of this page forbids loopback-network';
  const details = { framed, hint: framed ? 'iframe-allow' : 'permissions-policy' };
  return failure('ERR_POLICY_PERMISSIONS_POLICY', message, { details, cause });
}

/** What kept the request from the client, or may have. */
type Hint = 'content-security-policy' | 'mixed-content' | 'service-worker' | 'permission-dismissed';

const HINTS: Readonly<Record<Hint, string>> = {
  'content-security-policy': 'the Content-Security-Policy of this page lacks http://127.0.0.1:* in connect-src',
  'mixed-content': 'this browser lets no https page fetch from http://127.0.0.1; permit the redirect route',
  'service-worker':
    'nobody answered; through a service worker or in a worker the browser does not ask for its permission: let the service worker pass over http://127.0.0.1, and call from a page',
  'permission-dismissed': "nobody answered; the browser's question about programs on this PC may have been closed",
};

function blocked(
  hint: Hint,
  { permission, cause }: { readonly permission: PermissionState; readonly cause: unknown },
): MadoguchiError {
  const details = { permission, hint };
  return failure('ERR_PROTOCOL_UNREACHABLE', HINTS[hint], { details, retriable: true, cause });
}

function hintFor(environment: Environment, permission: PermissionState, attempt: FailedAttempt): Hint | undefined {
  const { navigator, location } = environment;
  // WebKit fails the request at once and reports nothing; it knows no permission that would lift this.
  if (isWebKit(environment) && permission === 'unknown' && location?.protocol === 'https:' && !attempt.timedOut)
    return 'mixed-content';
  if (permission !== 'prompt') return undefined;
  const hasServiceWorker = (navigator?.serviceWorker?.controller ?? null) !== null;
  if (hasServiceWorker || isWorker(environment)) return 'service-worker';
  const mayBeDismissed = attempt.elapsed >= FASTEST_PERSON && asksPerson(permission, environment);
  return mayBeDismissed && !attempt.timedOut ? 'permission-dismissed' : undefined;
}
