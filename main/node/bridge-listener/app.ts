import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { LIMITS, PROTOCOL_HEADER, PROTOCOL_VERSION, type Envelope } from '../../../sdk/protocol/index.js';
import { failure, type Bridge } from '../../core/bridge/bridge.js';
import { parseStrictJson } from '../../core/bridge/strict-json.js';
import { ClientError } from '../../core/errors.js';
import type { Log } from '../../core/ports.js';
import { ALLOWED_METHODS, methodNotAllowed, notFound } from './gate.js';
import { httpStatus } from './http-status.js';

const JSON_MEDIA_TYPE = /^application\/json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?$/i;
const WAIT = /^wait=(0|[1-9][0-9]?)$/;

type Handler = (request: FastifyRequest, reply: FastifyReply) => Envelope<unknown> | Promise<Envelope<unknown>>;
type Check = (request: FastifyRequest, reply: FastifyReply, done: (error?: ClientError) => void) => void;

interface Route {
  readonly url: string;
  /** Run in order before the body is read. */
  readonly checks: Check[];
  readonly handlers: Partial<Record<(typeof ALLOWED_METHODS)[number], Handler>>;
}

/**
 * The routes of the bridge contract. Requests have passed the gate when they come here.
 * @param closing aborts when the listener closes: each answer from then on ends its connection.
 */
export async function createApp(bridge: Bridge, log: Log, closing: AbortSignal): Promise<FastifyInstance> {
  const fail = (reply: FastifyReply, thrown: unknown): FastifyReply => {
    const envelope = failure(ownError(thrown));
    log.event('bridge.refused', { code: envelope.error.code });
    // A request that failed before its body was read whole has left the connection in no state to go on.
    return send(reply.header('Connection', 'close'), envelope);
  };
  const app = fastify({
    bodyLimit: LIMITS.bodyBytes,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    frameworkErrors: (error, _request, reply) => void fail(reply, error),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseStrictJson(body as Buffer));
    } catch (thrown) {
      done(thrown as ClientError);
    }
  });
  app.setErrorHandler((thrown, _request, reply) => fail(reply, thrown));
  app.setNotFoundHandler((_request, reply) => fail(reply, notFound()));
  app.addHook('onRequest', (request, _reply, done) => {
    done(request.is404 ? notFound() : undefined);
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing.aborted) reply.header('Connection', 'close');
    done();
  });
  for (const route of routesOf(bridge)) addRoute(app, route);
  await app.ready();
  return app;
}

function routesOf(bridge: Bridge): Route[] {
  const originOf = (request: FastifyRequest): string => bridge.authorize(request.headers.origin);
  return [
    { url: '/v1/status', checks: [checkNoQuery], handlers: { GET: () => bridge.status() } },
    {
      url: '/v1/sessions',
      checks: [checkVersion, checkContentType, checkLength, checkNoQuery],
      handlers: { POST: (request) => bridge.openSession(originOf(request), request.body) },
    },
    {
      url: '/v1/sessions/:id',
      checks: [checkVersion, checkWait],
      handlers: {
        GET: (request, reply) => {
          const options = { waitSeconds: waitOf(request), signal: goneSignal(reply) };
          return bridge.poll(originOf(request), idOf(request), options);
        },
        DELETE: (request) => bridge.cancel(originOf(request), idOf(request)),
      },
    },
  ];
}

function addRoute(app: FastifyInstance, { url, checks, handlers }: Route): void {
  for (const method of ALLOWED_METHODS) {
    const handler = handlers[method];
    if (method === 'OPTIONS') {
      app.route({ method, url, handler: (_request, reply) => reply.code(204).send() });
    } else if (handler === undefined) {
      const refuse: Check = (_request, _reply, done) => done(methodNotAllowed());
      app.route({ method, url, onRequest: refuse, handler: () => Promise.reject(methodNotAllowed()) });
    } else {
      app.route({
        method,
        url,
        onRequest: checks,
        handler: async (request, reply) => send(reply, await handler(request, reply)),
      });
    }
  }
}

/** Aborts when the connection is gone, so that no result is handed to nobody. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}

const checkVersion: Check = ({ headers }, _reply, done) => {
  if (headers[PROTOCOL_HEADER.toLowerCase()] === String(PROTOCOL_VERSION)) done();
  else done(new ClientError('ERR_PROTOCOL_VERSION', `the header ${PROTOCOL_HEADER}: ${PROTOCOL_VERSION} is missing`));
};

const checkContentType: Check = ({ headers }, _reply, done) => {
  done(JSON_MEDIA_TYPE.test(headers['content-type'] ?? '') ? undefined : notJson());
};

/** The declared length; what comes in chunks is counted as it is read. */
const checkLength: Check = ({ headers }, _reply, done) => {
  done(Number(headers['content-length'] ?? 0) > LIMITS.bodyBytes ? bodyTooLarge() : undefined);
};

const checkNoQuery: Check = ({ raw }, _reply, done) => {
  done(raw.url?.includes('?') === true ? malformed('no query here') : undefined);
};

/** The only query there is: `?wait=` of a poll. */
const checkWait: Check = ({ method, raw }, _reply, done) => {
  const query = raw.url?.split('?')[1];
  done(
    query === undefined || (method === 'GET' && WAIT.test(query)) ? undefined : malformed('wait is in whole seconds'),
  );
};

function waitOf({ raw }: FastifyRequest): number {
  return Number(WAIT.exec(raw.url?.split('?')[1] ?? '')?.[1] ?? 0);
}

function idOf({ params }: FastifyRequest): string {
  return (params as { id: string }).id;
}

function send(reply: FastifyReply, envelope: Envelope<unknown>): FastifyReply {
  return reply.code(httpStatus(envelope)).send(envelope);
}

/** The framework's errors by our codes; their texts stay inside. */
function ownError(thrown: unknown): unknown {
  if (thrown instanceof ClientError || !(thrown instanceof Error)) return thrown;
  const { code, statusCode } = thrown as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyTooLarge();
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return notJson();
  return statusCode === 400 ? malformed('the request is malformed') : thrown;
}

function notJson(): ClientError {
  return new ClientError('ERR_PROTOCOL_CONTENT_TYPE', 'the body must be application/json');
}

function bodyTooLarge(): ClientError {
  return new ClientError('ERR_PROTOCOL_BODY_TOO_LARGE', `a body has at most ${LIMITS.bodyBytes} bytes`);
}

function malformed(message: string): ClientError {
  return new ClientError('ERR_PROTOCOL_MALFORMED', message);
}
