import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LIMITS } from '../../../sdk/protocol/index.js';
import { failure, type Bridge } from '../../core/bridge/bridge.js';
import { ClientError } from '../../core/errors.js';
import type { Log } from '../../core/ports.js';
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
import type { ConnectionPeers } from './connection-peers.js';
import { parseFormParameters } from './form-parameters.js';
import { httpStatus, repeatedHeaders } from './http-status.js';
import { OpenRedirects } from './open-redirects.js';
import { AUTHORIZE_PATH } from './redirect-gate.js';
import type { RedirectPages } from './redirect-pages.js';
import { addRoute } from './route.js';

type Failure = ReturnType<typeof failure>;

const FORM = 'application/x-www-form-urlencoded';

/** A signed request of the largest size, and the parameters beside it. */
const FORM_BYTES = LIMITS.bodyBytes + 8 * 1024;

export interface RedirectRouteOptions {
  readonly bridge: Bridge;
  readonly log: Log;
  readonly peers: ConnectionPeers;
  readonly pages: RedirectPages;
}

/**
 * `/v1/authorize`, which answers with pages, and `/v1/authorize/{id}`, by which the client's own page learns the result.
 * Requests have passed their gates.
 */
export function addRedirectRoutes(app: FastifyInstance, options: RedirectRouteOptions): void {
  const redirects = new OpenRedirects();
  addPages(app, options, redirects);
  addPoll(app, options, redirects);
}

function addPages(app: FastifyInstance, options: RedirectRouteOptions, redirects: OpenRedirects): void {
  const { bridge, log, peers, pages } = options;
  const refuse = (request: FastifyRequest, reply: FastifyReply, envelope: Failure): FastifyReply => {
    const { code } = envelope.error;
    log.event('bridge.refused', { code });
    const { html, headers } = pages.refused(code, request.headers['accept-language']);
    return reply
      .code(httpStatus(envelope))
      .headers({ ...headers, ...repeatedHeaders(envelope) })
      .send(html);
  };
  const open = async (request: FastifyRequest, reply: FastifyReply, form: string): Promise<FastifyReply> => {
    const parameters = parseFormParameters(form);
    const opened = await bridge.openRedirect(await peers.callerOf(request.raw.socket), parameters);
    if (!opened.ok) return refuse(request, reply, opened);
    const { sessionId, origin } = opened.result;
    redirects.add(sessionId, origin);
    const { html, headers } = pages.waiting(opened.result, request.headers['accept-language']);
    return reply.headers(headers).send(html);
  };
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: FORM_BYTES }, (_request, body, parsed) =>
      parsed(null, body),
    );
    scope.setErrorHandler((thrown, request, reply) =>
      // As with every refusal: what follows a body that was not read whole is not looked at.
      refuse(request, reply.header('Connection', 'close'), failure(ownError(thrown))),
    );
    // A query may itself contain `?`.
    scope.get(AUTHORIZE_PATH, (request, reply) =>
      open(request, reply, request.raw.url?.replace(/^[^?]*\??/, '') ?? ''),
    );
    scope.post(
      AUTHORIZE_PATH,
      { onRequest: [checkContentType(FORM), checkLength(FORM_BYTES), checkNoQuery], bodyLimit: FORM_BYTES },
      (request, reply) => open(request, reply, request.body as string),
    );
    done();
  });
}

function addPoll(app: FastifyInstance, { bridge }: RedirectRouteOptions, redirects: OpenRedirects): void {
  const originOf = (id: string): string => {
    const origin = redirects.originOf(id);
    if (origin === undefined) throw new ClientError('ERR_PROTOCOL_SESSION_UNKNOWN', 'no such session');
    return origin;
  };
  addRoute(app, {
    url: `${AUTHORIZE_PATH}/:id`,
    crossOrigin: false,
    checks: [checkVersion, checkWait],
    handlers: {
      GET: async (request, reply) => {
        const id = idOf(request);
        const options = { waitSeconds: waitOf(request), signal: goneSignal(reply) };
        const envelope = await bridge.poll(originOf(id), id, options);
        if (envelope.ok && envelope.result.status === 'done') redirects.delete(id);
        return envelope;
      },
      DELETE: (request) => {
        const id = idOf(request);
        const envelope = bridge.cancel(originOf(id), id);
        redirects.delete(id);
        return envelope;
      },
    },
  });
}
