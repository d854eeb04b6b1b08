import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallbackMessage, RedirectResult, RedirectRoute, SessionOf } from '../verifier/index.js';

/** What the service does itself. `Request` and `Reply` are the server's own, as those of Express are. */
export interface HttpHandlers<Request extends IncomingMessage, Reply extends ServerResponse> {
  /** The visitor's session, by its cookie. */
  readonly sessionOf: SessionOf<Request>;
  /** Logs in, and answers. */
  readonly onResult: (result: RedirectResult, request: Request, reply: Reply) => void | Promise<void>;
}

export interface ListenerHandlers<Request extends IncomingMessage, Reply extends ServerResponse> extends HttpHandlers<
  Request,
  Reply
> {
  /** Answers where it went wrong: a `VerificationError` (400, start again), or anything else that was thrown (500). */
  readonly onError: (error: unknown, request: Request, reply: Reply) => void | Promise<void>;
}

/**
 * The callback for a server of `node:http`: call it for GET and POST at the path of `redirectUri`. Where `onError` itself
 * throws, the connection is closed.
 */
export function redirectListener<Request extends IncomingMessage, Reply extends ServerResponse>(
  route: RedirectRoute,
  handlers: ListenerHandlers<Request, Reply>,
): (request: Request, reply: Reply) => Promise<void> {
  return async (request, reply) => {
    try {
      await answer(route, handlers, request, reply).catch((error: unknown) => handlers.onError(error, request, reply));
    } catch {
      reply.destroy();
    }
  };
}

/**
 * The callback for Express: `app.all(path, redirectMiddleware(…))`. What goes wrong is passed to the error handler, a
 * `VerificationError` with `statusCode` 400. A form that `express.urlencoded()` has read already is taken as it is.
 */
export function redirectMiddleware<Request extends IncomingMessage, Reply extends ServerResponse>(
  route: RedirectRoute,
  handlers: HttpHandlers<Request, Reply>,
): (request: Request, reply: Reply, next: (error?: unknown) => void) => void {
  return (request, reply, next) => {
    answer(route, handlers, request, reply).catch(next);
  };
}

async function answer<Request extends IncomingMessage, Reply extends ServerResponse>(
  route: RedirectRoute,
  { sessionOf, onResult }: HttpHandlers<Request, Reply>,
  request: Request,
  reply: Reply,
): Promise<void> {
  const outcome = await route.answer(callbackMessage(request), () => sessionOf(request));
  if (outcome.status !== 'respond') return onResult(outcome, request, reply);
  const { response } = outcome;
  // Whatever of the body nobody wanted to read is not waited for.
  if (response.status >= 400) reply.setHeader('Connection', 'close');
  reply.writeHead(response.status, Object.fromEntries(response.headers));
  reply.end(await response.text());
}

function callbackMessage(request: IncomingMessage & { readonly body?: unknown }): CallbackMessage {
  const { method = '', url = '', headers, body } = request;
  const question = url.indexOf('?');
  const message = {
    method,
    query: question < 0 ? '' : url.slice(question),
    contentType: headers['content-type'],
  };
  return body === undefined
    ? { ...message, contentLength: headers['content-length'], body: request }
    : { ...message, contentLength: undefined, body: encodeForm(body) };
}

/** A form that was parsed before, as the octets it stands for. Fields that were given twice are lists, and no form of ours. */
function* encodeForm(parsedBody: unknown): Generator<Uint8Array> {
  const fields = typeof parsedBody === 'object' && parsedBody !== null ? Object.entries(parsedBody) : [];
  if (fields.every((field): field is [string, string] => typeof field[1] === 'string')) {
    yield new TextEncoder().encode(new URLSearchParams(fields).toString());
  }
}
