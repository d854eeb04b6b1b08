import { decodeBase64 } from '../../../sdk/formats/bytes.js';
import {
  CURRENT_STATUS,
  LIMITS,
  openSessionRequestSchema,
  type Envelope,
  type OpenSessionRequest,
  type OpenSessionResult,
  type SessionOutput,
  type SessionResult,
  type SignedItem,
  type SignItem,
  type StatusResult,
} from '../../../sdk/protocol/index.js';
import type { Requester } from '../consent/consent-model.js';
import { ClientError, toClientError, toPublicError } from '../errors.js';
import type { CardOperations } from '../signing/operations.js';
import { authorizeOrigin, unicodeOrigin, type OriginSettings } from './origin.js';
import { SessionTable, type PollOptions, type SessionPorts } from './sessions.js';

/**
 * The bridge contract without a transport. `origin` is always what the transport established, never what a request says.
 * Nothing here throws but `authorize`; failures are envelopes with the codes a page may see.
 */
export interface Bridge {
  /** The origin a request may act for, from its `Origin`. Throws as `authorizeOrigin`. */
  authorize(unverifiedOrigin: string | undefined): string;
  status(): Envelope<StatusResult>;
  /** Opens a session for a request that `parseStrictJson` produced. `ERR_PROTOCOL_MALFORMED`, `ERR_PROTOCOL_BUSY`. */
  openSession(origin: string, unverifiedRequest: unknown): Envelope<OpenSessionResult>;
  /** Waits for a session's result and delivers it once. `ERR_PROTOCOL_SESSION_UNKNOWN`, `ERR_PROTOCOL_MALFORMED`. */
  poll(origin: string, sessionId: string, options: PollOptions): Promise<Envelope<SessionResult>>;
  /** Ends a session at once. `ERR_PROTOCOL_SESSION_UNKNOWN`. */
  cancel(origin: string, sessionId: string): Envelope<CancelResult>;
  /** Ends all sessions; what waits for them is answered. Resolves when no operation runs any more. */
  close(): Promise<void>;
}

/** Result of `DELETE /v1/sessions/{id}`. */
export type CancelResult = Record<string, never>;

export interface BridgeOptions extends SessionPorts {
  readonly operations: CardOperations;
  /** Read at every request, so a change takes effect at once. */
  readonly settings: OriginSettings;
}

/** The bridge over the product's use cases. */
export function createBridge(options: BridgeOptions): Bridge {
  const { operations, settings } = options;
  const sessions = new SessionTable(options);
  return {
    authorize: (unverifiedOrigin) => authorizeOrigin(unverifiedOrigin, settings),
    status: () => ({ ok: true, result: CURRENT_STATUS }),
    openSession: (origin, unverifiedRequest) =>
      answer(() => {
        authorizeOrigin(origin, settings);
        const request = validateRequest(unverifiedRequest);
        const run = taskOf(operations, origin, request);
        return { sessionId: sessions.open({ origin, operation: request.operation, run }) };
      }),
    async poll(origin, sessionId, pollOptions) {
      try {
        checkWait(pollOptions.waitSeconds);
        return await sessions.poll(origin, sessionId, pollOptions);
      } catch (thrown) {
        return failure(thrown);
      }
    },
    cancel: (origin, sessionId) =>
      answer(() => {
        sessions.cancel(origin, sessionId);
        return {};
      }),
    close: () => sessions.close(),
  };
}

/** Anything thrown, as the answer a page may see. */
export function failure(thrown: unknown): Extract<Envelope<never>, { ok: false }> {
  return { ok: false, error: toPublicError(toClientError(thrown)) };
}

function answer<Result>(act: () => Result): Envelope<Result> {
  try {
    return { ok: true, result: act() };
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

function taskOf(
  operations: CardOperations,
  origin: string,
  request: OpenSessionRequest,
): (signal: AbortSignal) => Promise<SessionOutput> {
  const requester = requesterOf(origin);
  switch (request.operation) {
    case 'authenticate': {
      const { operation, challengeNonce } = request;
      return async (signal) => ({
        operation,
        token: await operations.authenticate({ operation, requester, origin, challengeNonce }, signal),
      });
    }
    case 'sign': {
      const { operation, format } = request;
      const items = decodeItems(request.items);
      return async (signal) => {
        const signed = await operations.sign({ operation, requester, format, items }, signal);
        return { operation, items: signed.map(publicItem) };
      };
    }
  }
}

function requesterOf(origin: string): Requester {
  const unicode = unicodeOrigin(origin);
  return { kind: 'origin', origin, ...(unicode === undefined ? {} : { unicodeOrigin: unicode }) };
}

function decodeItems(items: readonly SignItem[]): { unverifiedName: string; content: Uint8Array }[] {
  const characters = items.reduce((sum, item) => sum + item.content.length, 0);
  if (characters > LIMITS.bodyBytes) {
    throw new ClientError('ERR_PROTOCOL_BODY_TOO_LARGE', 'the items are larger than a request may be');
  }
  return items.map(({ name, content }, index) => ({ unverifiedName: name, content: decodeContent(content, index) }));
}

function decodeContent(content: string, index: number): Uint8Array {
  try {
    return decodeBase64(content);
  } catch (cause) {
    const details = { path: `items.${index}.content`, rule: 'canonical_base64' };
    throw new ClientError('ERR_PROTOCOL_MALFORMED', 'the request does not follow the contract', { details, cause });
  }
}

function publicItem(item: SignedItem): SignedItem {
  if (item.status === 'signed') return item;
  const { code, message, retriable, details } = item.error;
  return { ...item, error: toPublicError(new ClientError(code, message, { retriable, details })) };
}
