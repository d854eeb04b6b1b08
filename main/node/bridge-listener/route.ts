import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Envelope } from '../../../sdk/protocol/index.js';
import type { Check } from './checks.js';
import { ALLOWED_METHODS, methodNotAllowed } from './gate.js';
import { httpStatus, repeatedHeaders } from './http-status.js';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Envelope<unknown> | Promise<Envelope<unknown>>;

/** A resource whose answers are envelopes. */
export interface Route {
  readonly url: string;
  /** Whether pages of other origins may ask, and so whether preflights are answered. */
  readonly crossOrigin: boolean;
  /** Run in order before the body is read. */
  readonly checks: Check[];
  readonly handlers: Partial<Record<(typeof ALLOWED_METHODS)[number], Handler>>;
}

/** Adds a route with an answer to every method, so that none falls through to the framework. */
export function addRoute(app: FastifyInstance, { url, crossOrigin, checks, handlers }: Route): void {
  for (const method of ALLOWED_METHODS) {
    const handler = handlers[method];
    if (method === 'OPTIONS' && crossOrigin) {
      app.route({ method, url, handler: (_request, reply) => reply.code(204).send() });
    } else if (handler === undefined) {
      const refuse: Check = (_request, _reply, done) => done(methodNotAllowed());
      app.route({ method, url, onRequest: refuse, handler: () => Promise.reject(methodNotAllowed()) });
    } else {
      app.route({
        method,
        url,
        onRequest: checks,
        handler: async (request, reply) => sendEnvelope(reply, await handler(request, reply)),
      });
    }
  }
}

/** Answers with an envelope, and in the head with what it says. */
export function sendEnvelope(reply: FastifyReply, envelope: Envelope<unknown>): FastifyReply {
  return reply.code(httpStatus(envelope)).headers(repeatedHeaders(envelope)).send(envelope);
}
