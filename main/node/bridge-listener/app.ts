import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { LIMITS } from '../../../sdk/protocol/index.js';
import { failure } from '../../core/bridge/bridge.js';
import { parseStrictJson } from '../../core/bridge/strict-json.js';
import type { ClientError } from '../../core/errors.js';
import {
  checkContentType,
  checkLength,
  checkNoQuery,
  checkVersion,
  checkWait,
  goneSignal,
  idOf,
  ownError,
  waitOf,
} from './checks.js';
import { notFound } from './gate.js';
import { addRedirectRoutes, type RedirectRouteOptions } from './redirect-routes.js';
import { addRoute, sendEnvelope, type Route } from './route.js';
import { addUploadRoutes } from './upload-routes.js';

export interface AppOptions extends RedirectRouteOptions {
  /** Aborts when the listener closes: each answer from then on ends its connection. */
  readonly closing: AbortSignal;
}

/** The routes of the bridge contract. Requests have passed the gate when they come here. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { log, closing } = options;
  const fail = (reply: FastifyReply, thrown: unknown): FastifyReply => {
    const envelope = failure(ownError(thrown));
    log.event('bridge.refused', { code: envelope.error.code });
    // A request that failed before its body was read whole has left the connection in no state to go on.
    return sendEnvelope(reply.header('Connection', 'close'), envelope);
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
  for (const route of routesOf(options)) addRoute(app, route);
  addUploadRoutes(app, options.bridge);
  addRedirectRoutes(app, options);
  await app.ready();
  return app;
}

function routesOf({ bridge, peers }: AppOptions): Route[] {
  const originOf = (request: FastifyRequest): string => bridge.authorize(request.headers.origin);
  return [
    {
      url: '/v1/status',
      crossOrigin: true,
      checks: [checkNoQuery],
      handlers: { GET: () => bridge.status() },
    },
    {
      url: '/v1/sessions',
      crossOrigin: true,
      checks: [checkVersion, checkContentType('application/json'), checkLength(LIMITS.bodyBytes), checkNoQuery],
      handlers: {
        POST: async (request) => {
          const caller = await peers.callerOf(request.raw.socket);
          return bridge.openSession({ origin: originOf(request), route: 'loopback', caller }, request.body);
        },
      },
    },
    {
      url: '/v1/sessions/:id',
      crossOrigin: true,
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
