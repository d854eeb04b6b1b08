import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LIMITS, type Envelope } from '../../../sdk/protocol/index.js';
import type { Bridge } from '../../core/bridge/bridge.js';
import { ClientError } from '../../core/errors.js';
import { checkContentType, checkLength, checkNoQuery, checkVersion, idOf } from './checks.js';
import { addRoute } from './route.js';

const OCTETS = 'application/octet-stream';

/** `/v1/uploads`, whose body goes on as it comes, and `/v1/uploads/{id}`. Requests have passed the gate. */
export function addUploadRoutes(app: FastifyInstance, bridge: Bridge): void {
  const originOf = (request: FastifyRequest): string => bridge.authorize(request.headers.origin);
  addRoute(app, {
    url: '/v1/uploads/:id',
    crossOrigin: true,
    checks: [checkVersion, checkNoQuery],
    handlers: { DELETE: (request) => bridge.deleteUpload(originOf(request), idOf(request)) },
  });
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    // The body is left where it is until somebody wants it.
    scope.addContentTypeParser(OCTETS, (_request, _payload, parsed) => parsed(null));
    addRoute(scope, {
      url: '/v1/uploads',
      crossOrigin: true,
      checks: [checkVersion, checkContentType(OCTETS), checkLength(LIMITS.uploadBytes), checkNoQuery],
      handlers: {
        async POST(request, reply): Promise<Envelope<unknown>> {
          const { raw, headers } = request;
          const declaredSize = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
          const envelope = await bridge.upload(originOf(request), { octets: octetsOf(raw), declaredSize });
          // As with every refusal: what follows a body that was not read whole is not looked at.
          if (!envelope.ok) reply.header('Connection', 'close');
          return envelope;
        },
      },
    });
    done();
  });
}

async function* octetsOf(body: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    // Who stops early still has an answer to send on this connection.
    for await (const chunk of body.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } catch (cause) {
    throw new ClientError('ERR_USER_CANCELLED', 'the page went away before all of it was there', { cause });
  }
}
