import type { CallResult, WindowKind } from '../../ipc/call.js';
import { WINDOW_CALLS, type CallName } from '../../ipc/calls.js';
import { REQUEST_SCHEMAS } from '../../ipc/all-schemas.js';
import { ClientError, toClientError, toWireError } from '../../core/errors.js';
import { withoutPaths } from './without-paths.js';

/** A handler whose request has been checked against its schema. */
export type AnyHandler = (request: never) => unknown;

/** What answers the calls of one kind of window. */
export type ServeCall = (unverifiedName: unknown, unverifiedRequest: unknown) => Promise<CallResult<unknown>>;

/**
 * Serves the calls that `kind` of window may use. Whatever controls the page inside a window can send anything: names are
 * looked up in the table of that kind, and requests checked against their schemas, before a handler sees them. Errors go
 * out without paths.
 */
export function serveCalls(kind: WindowKind, handlers: Readonly<Partial<Record<CallName, AnyHandler>>>): ServeCall {
  const allowed = new Map<unknown, CallName>(WINDOW_CALLS[kind].map((name) => [name, name]));
  return async (unverifiedName, unverifiedRequest) => {
    try {
      const name = allowed.get(unverifiedName);
      const handler = name && handlers[name];
      if (!handler) throw malformed('no such call');
      const parsed = REQUEST_SCHEMAS[name].safeParse(unverifiedRequest);
      if (!parsed.success) throw malformed(`${name}: ${parsed.error.issues[0]?.path.join('.') ?? ''}`);
      return { ok: true, result: await handler(parsed.data as never) };
    } catch (thrown) {
      const error = toWireError(toClientError(thrown));
      return { ok: false, error: { ...error, details: withoutPaths(error.details) } };
    }
  };
}

function malformed(reason: string): ClientError {
  return new ClientError('ERR_PROTOCOL_MALFORMED', 'a window sent what no window sends', { details: { reason } });
}
