import type { RedirectResult, RedirectRoute, SessionOf } from '../verifier/index.js';

/** As much of Fastify's types as is used, so that this package does not depend on it. */
export interface FastifyRequestLike {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}
export interface FastifyReplyLike {
  code(status: number): unknown;
  headers(values: Record<string, string>): unknown;
  send(payload?: unknown): unknown;
}
export interface FastifyInstanceLike<Request, Reply> {
  removeContentTypeParser(type: string): unknown;
  addContentTypeParser(
    type: string,
    options: { parseAs: 'buffer'; bodyLimit: number },
    parser: (request: Request, body: Uint8Array, done: (error: null, body: Uint8Array) => void) => void,
  ): unknown;
  route(route: {
    method: string[];
    url: string;
    handler: (request: Request, reply: Reply) => Promise<unknown>;
  }): unknown;
}

export interface FastifyHandlers<Request, Reply> {
  /** Path of `redirectUri`, below the plugin's prefix if it has one. */
  readonly path: string;
  /** The visitor's session, by its cookie. */
  readonly sessionOf: SessionOf<Request>;
  /** Logs in; what it returns is sent, as from any handler. */
  readonly onResult: (result: RedirectResult, request: Request, reply: Reply) => unknown;
}

const FORM = 'application/x-www-form-urlencoded';
const BODY_LIMIT = 1024 * 1024;

/**
 * The callback as a Fastify plugin: `app.register(redirectPlugin(route, { … }))`. Forms are parsed for this path alone. What
 * goes wrong is thrown to the error handler, a `VerificationError` with `statusCode` 400.
 */
export function redirectPlugin<Request extends FastifyRequestLike, Reply extends FastifyReplyLike>(
  route: RedirectRoute,
  { path, sessionOf, onResult }: FastifyHandlers<Request, Reply>,
): (instance: FastifyInstanceLike<Request, Reply>) => Promise<void> {
  const handler = async (request: Request, reply: Reply): Promise<unknown> => {
    const question = request.url.indexOf('?');
    const outcome = await route.answer(
      {
        method: request.method,
        query: question < 0 ? '' : request.url.slice(question),
        contentType: headerText(request.headers['content-type']),
        contentLength: undefined,
        body: request.body instanceof Uint8Array ? [request.body] : [],
      },
      () => sessionOf(request),
    );
    if (outcome.status !== 'respond') return onResult(outcome, request, reply);
    const { response } = outcome;
    reply.code(response.status);
    reply.headers(Object.fromEntries(response.headers));
    return reply.send(await response.text());
  };
  return (instance) => {
    // An application that parses forms elsewhere has handed its parser down to here.
    instance.removeContentTypeParser(FORM);
    instance.addContentTypeParser(FORM, { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, done) =>
      done(null, body),
    );
    instance.route({ method: ['GET', 'POST'], url: path, handler });
    return Promise.resolve();
  };
}

function headerText(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
