import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { redirectListener, redirectMiddleware, redirectPlugin } from '../../../sdk/verifier-node/index.js';
import {
  createMemoryStore,
  createRedirectRoute,
  createRedirectState,
  VerificationError,
  type RedirectResult,
  type RedirectRoute,
} from '../../../sdk/verifier/index.js';

const output = { operation: 'authenticate', jwe: 'a.b.c.d.e', reference: 'A'.repeat(22) };
const response = JSON.stringify({ ok: true, result: output });
const FORM = 'application/x-www-form-urlencoded';

interface Service {
  readonly route: RedirectRoute;
  readonly redirectUri: string;
}
type Start = (makeRoute: (origin: string) => RedirectRoute) => Promise<{ origin: string; route: RedirectRoute }>;

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

function sessionOf({ headers }: { headers: IncomingMessage['headers'] }): string | undefined {
  return /(?:^|; )session=(\w+)/.exec(headers.cookie ?? '')?.[1];
}

/** What a server's own error handler does. */
function describeError(error: unknown): { status: number; text: string } {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return { status, text: error instanceof VerificationError ? error.code : 'internal' };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function replyWith(result: RedirectResult, _: IncomingMessage, reply: ServerResponse): void {
  reply.end(JSON.stringify(result));
}

const startHttp: Start = async (makeRoute) => {
  let listener: (request: IncomingMessage, reply: ServerResponse) => Promise<void> = () => Promise.resolve();
  const origin = await listen(createServer((request, reply) => void listener(request, reply)));
  const route = makeRoute(origin);
  listener = redirectListener(route, {
    sessionOf,
    onResult: replyWith,
    onError: (error, _, reply) => {
      const { status, text } = describeError(error);
      reply.writeHead(status).end(text);
    },
  });
  return { origin, route };
};

/** Express' requests and replies are those of node:http with more members; its body parsers set `body`. */
const startLikeExpress =
  (parsesForms: boolean): Start =>
  async (makeRoute) => {
    let middleware: ReturnType<typeof redirectMiddleware> = (_, __, next) => next();
    const server = createServer((request: IncomingMessage & { body?: unknown }, reply) => {
      const next = (error?: unknown): void => {
        const { status, text } = describeError(error);
        reply.writeHead(status).end(text);
      };
      const parsed = parsesForms ? parseAsExpressDoes(request) : Promise.resolve();
      parsed.then(() => middleware(request, reply, next), next);
    });
    const origin = await listen(server);
    const route = makeRoute(origin);
    middleware = redirectMiddleware(route, { sessionOf, onResult: replyWith });
    return { origin, route };
  };

async function parseAsExpressDoes(request: IncomingMessage & { body?: unknown }): Promise<void> {
  if (request.headers['content-type'] !== FORM) return;
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const fields: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(Buffer.concat(chunks).toString())) {
    const known = fields[name];
    fields[name] = known === undefined ? value : [known, value].flat();
  }
  request.body = fields;
}

const startFastify =
  (parsesForms: boolean): Start =>
  async (makeRoute) => {
    const app = fastify();
    const handed: { route?: RedirectRoute } = {};
    const latest = (): RedirectRoute => {
      if (handed.route === undefined) throw new Error('not started');
      return handed.route;
    };
    const route: RedirectRoute = {
      start: (...values) => latest().start(...values),
      handle: (...values) => latest().handle(...values),
      answer: (...values) => latest().answer(...values),
    };
    if (parsesForms) {
      app.addContentTypeParser(FORM, { parseAs: 'string' }, (_, body, done) =>
        done(null, new URLSearchParams(String(body))),
      );
    }
    app.register(redirectPlugin(route, { path: '/login/callback', sessionOf, onResult: (result) => result }));
    app.setErrorHandler((error, _, reply) => {
      const { status, text } = describeError(error);
      return reply.code(status).send(text);
    });
    const origin = await app.listen({ host: '127.0.0.1', port: 0 });
    closers.push(() => app.close());
    handed.route = makeRoute(origin);
    return { origin, route: handed.route };
  };

async function startService(start: Start): Promise<Service> {
  const store = createMemoryStore();
  const makeRoute = (origin: string): RedirectRoute =>
    createRedirectRoute({ redirectUri: `${origin}/login/callback`, store });
  const { origin, route } = await start(makeRoute);
  return { route, redirectUri: `${origin}/login/callback` };
}

const post = (url: string, body: string, type = FORM): Promise<Response> =>
  fetch(url, { method: 'POST', body, headers: { 'Content-Type': type }, redirect: 'manual' });
const get = (url: string, session?: string, method = 'GET'): Promise<Response> =>
  fetch(url, { method, headers: session === undefined ? {} : { Cookie: `session=${session}` }, redirect: 'manual' });
const formOf = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();

describe.each<[string, Start]>([
  ['node:http', startHttp],
  ['an Express-like server', startLikeExpress(false)],
  ['an Express-like server that parses forms itself', startLikeExpress(true)],
  ['Fastify', startFastify(false)],
  ['Fastify that parses forms itself', startFastify(true)],
])('the callback on %s', (_, start) => {
  it('takes the form and delivers it to its session, once', async () => {
    const { route, redirectUri } = await startService(start);
    const { state, challengeNonce } = await route.start('alice');
    const posted = await post(redirectUri, formOf({ state, response }));
    expect(posted.status).toBe(303);
    expect(posted.headers.get('cache-control')).toBe('no-store');
    expect(posted.headers.get('referrer-policy')).toBe('no-referrer');
    const location = posted.headers.get('location') ?? '';
    expect(location.startsWith(`${redirectUri}?state=${state}&code=`)).toBe(true);

    const fetched = await get(location, 'alice');
    expect(fetched.status).toBe(200);
    expect(await fetched.json()).toEqual({ status: 'completed', session: 'alice', challengeNonce, output });
    const again = await get(location, 'alice');
    expect([again.status, await again.text()]).toEqual([400, 'ERR_PROTOCOL_STATE']);
  });

  it.each([
    ['nobody', undefined],
    ['somebody else', 'mallory'],
  ])('delivers nothing to %s', async (__, session) => {
    const { route, redirectUri } = await startService(start);
    const { state } = await route.start('alice');
    const posted = await post(redirectUri, formOf({ state, response }));
    const fetched = await get(posted.headers.get('location') ?? '', session);
    expect([fetched.status, await fetched.text()]).toEqual([400, 'ERR_PROTOCOL_STATE']);
  });

  it('refuses what is not the form', async () => {
    const { redirectUri } = await startService(start);
    const state = createRedirectState();
    expect((await post(redirectUri, formOf({ state }))).status).toBe(400);
    expect((await post(redirectUri, `${formOf({ state, response })}&state=${state}`)).status).toBe(400);
    expect((await post(redirectUri, '{}', 'application/json')).status).toBe(415);
    expect((await post(redirectUri, formOf({ state, response }), 'text/plain')).status).toBe(415);
  });

  it('does not read what is too long', async () => {
    const { redirectUri } = await startService(start);
    const reply = await post(redirectUri, formOf({ state: createRedirectState(), response: 'x'.repeat(1024 * 1024) }));
    expect(reply.status).toBe(413);
  });

  it('uses nothing up for HEAD', async () => {
    const { route, redirectUri } = await startService(start);
    const { state } = await route.start('alice');
    const location = (await post(redirectUri, formOf({ state, response }))).headers.get('location') ?? '';
    expect((await get(location, 'alice', 'HEAD')).status).toBe(405);
    expect((await get(location, 'alice')).status).toBe(200);
  });
});

describe('the callback on node:http', () => {
  it('cuts off a form without an end', async () => {
    const { redirectUri } = await startService(startHttp);
    const { hostname, port, pathname } = new URL(redirectUri);
    const sent = httpRequest({ hostname, port, path: pathname, method: 'POST', headers: { 'Content-Type': FORM } });
    let octets = 0;
    await new Promise<void>((resolve) => {
      const send = (): void => {
        if (sent.destroyed || octets > 64 * 1024 * 1024) {
          resolve();
          return;
        }
        octets += 64 * 1024;
        sent.write('x'.repeat(64 * 1024), send);
      };
      sent.on('error', () => resolve());
      sent.on('response', (reply) => {
        expect(reply.statusCode).toBe(413);
        resolve();
      });
      send();
    });
    sent.destroy();
    expect(octets).toBeLessThan(64 * 1024 * 1024);
  });

  it('closes the connection where the service fails twice', async () => {
    const makeRoute = (): RedirectRoute =>
      createRedirectRoute({
        redirectUri: 'http://127.0.0.1:1/x',
        store: { put: () => Promise.resolve(true), take: () => Promise.reject(new Error('the database is gone')) },
      });
    const listener = redirectListener(makeRoute(), {
      sessionOf,
      onResult: () => undefined,
      onError: (error) => {
        throw error;
      },
    });
    const origin = await listen(createServer((request, reply) => void listener(request, reply)));
    await expect(post(`${origin}/x`, formOf({ state: createRedirectState(), response }))).rejects.toThrow();
  });
});
