/**
 * A web service with log-in, as the browsers of the matrix meet it: one handler under many names, each name with the
 * headers and the permission of one cell.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import {
  createMemoryStore,
  createRedirectRoute,
  validateAuthenticationToken,
  VerificationError,
  type RedirectResult,
  type RedirectRoute,
} from '../../../sdk/verifier/index.js';
import { redirectListener } from '../../../sdk/verifier-node/index.js';
import { serveBrowserSdk, startHttpsSite, type HttpsSite } from '../../support/browsers/https-site.js';

/** Headers of the pages of a host. */
export type PageHeaders = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface MatrixServiceOptions {
  /** Host names of the pages, with what their answers carry besides. */
  readonly hosts: PageHeaders;
  /** PEM of the authorities for log-in. */
  readonly trustAnchors: readonly string[];
}

/**
 * Runs in the page, and in the page that it frames. What comes of `startLogin` the page tells the service, and the redirect
 * does: `{ route }` once the service has accepted the token, else the `code` and `hint` of the error.
 */
const PAGE_SCRIPT = `
import { createClient } from '/sdk/index.js';

const post = async (path, body) => (await fetch(path, { method: 'POST', body: JSON.stringify(body ?? {}) })).json();

async function login({ ticket, ...input }) {
  await post('/outcome', { ticket, outcome: await outcomeOf(ticket, input) });
}

async function outcomeOf(ticket, { options, mayLeave }) {
  const { challengeNonce, state } = await post('/challenge', { ticket });
  const redirect = mayLeave ? { redirectUri: location.origin + '/callback', state } : undefined;
  const client = createClient(options);
  try {
    const { route, token } = await client.authenticate({ challengeNonce, redirect });
    return { route, ...(await post('/login', { token })) };
  } catch (error) {
    const { code = String(error), details = {} } = error;
    return { code, hint: details.hint };
  }
}

/** Asks until the frame has heard it, which may load later than this page. */
function loginInFrame(input) {
  const { contentWindow } = document.querySelector('iframe');
  const asking = setInterval(() => contentWindow.postMessage(input, '*'), 50);
  addEventListener('message', () => clearInterval(asking), { once: true });
}

/** Returns first: the page may be left for another. */
globalThis.startLogin = (input) => {
  const isHere = document.querySelector('iframe') === null;
  setTimeout(() => (isHere ? login(input) : loginInFrame(input)), 50);
};
globalThis.useServiceWorker = async () => {
  const controlled = new Promise((resolve) => {
    navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
  });
  await navigator.serviceWorker.register('/service-worker.js');
  await controlled;
};
let hasHeard = false;
if (parent !== self) {
  addEventListener('message', ({ data, source }) => {
    source.postMessage('heard', '*');
    if (!hasHeard) login(data);
    hasHeard = true;
  });
}
globalThis.isReady = true;
`;

/** Every request of its pages goes through it. */
const SERVICE_WORKER = `
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));
`;

const COOKIE = '__Host-session';

/** A session of the service, which begins before the log-in. */
interface Visitor {
  readonly id: string;
  /** Under which the outcome is asked for. */
  readonly ticket: string;
  challengeNonce: string;
  isLoggedIn: boolean;
}

export type LoginOutcome = Readonly<Record<'route' | 'code' | 'hint', string | undefined>>;

export interface MatrixService extends HttpsSite {
  /** What became of the log-in that a page began with this ticket; undefined while it goes on. */
  outcomeOf(ticket: string): LoginOutcome | undefined;
}

/** What one request needs to be answered. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly visitor: Visitor | undefined;
}

/**
 * Starts the service. `GET /` is a page, `/frame?allow=…&src=…` one with a frame; `POST /challenge` begins a log-in,
 * `POST /login` and `/callback` end it, `GET /visitor` says whether this session is logged in.
 */
export async function startMatrixService({ hosts, trustAnchors }: MatrixServiceOptions): Promise<MatrixService> {
  const service = new Service(trustAnchors);
  const site = await startHttpsSite(Object.keys(hosts), async (request, response) => {
    if (await serveBrowserSdk(request, response)) return;
    const url = new URL(request.url ?? '', `https://${request.headers.host ?? ''}`);
    const call = { request, response, url, visitor: service.visitorOf(request) };
    const headers = hosts[url.hostname] ?? {};
    switch (`${request.method ?? ''} ${url.pathname}`) {
      case 'GET /': {
        html(response, page(''), { headers });
        return;
      }
      case 'GET /frame': {
        html(response, page(frame(url.searchParams)), { headers });
        return;
      }
      case 'GET /page.js': {
        send(response, PAGE_SCRIPT, { headers: { 'Content-Type': 'text/javascript' } });
        return;
      }
      case 'GET /service-worker.js': {
        send(response, SERVICE_WORKER, { headers: { 'Content-Type': 'text/javascript' } });
        return;
      }
      case 'GET /visitor': {
        json(response, { isLoggedIn: call.visitor?.isLoggedIn ?? false });
        return;
      }
      case 'POST /challenge':
        return service.begin(call);
      case 'POST /login':
        return service.login(call);
      case 'POST /outcome':
        return service.tell(call);
      case 'GET /callback':
      case 'POST /callback':
        return service.callback(call);
      default: {
        send(response, 'not found', { status: 404 });
        return;
      }
    }
  });
  return { ...site, outcomeOf: (ticket) => service.outcomes.get(ticket) };
}

class Service {
  readonly outcomes = new Map<string, LoginOutcome>();
  readonly #trustAnchors: readonly string[];
  readonly #store = createMemoryStore();
  readonly #visitors = new Map<string, Visitor>();

  constructor(trustAnchors: readonly string[]) {
    this.#trustAnchors = trustAnchors;
  }

  visitorOf({ headers }: IncomingMessage): Visitor | undefined {
    const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
    const id = pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? '';
    return this.#visitors.get(id);
  }

  async begin({ request, response, url }: Call): Promise<void> {
    const { ticket = '' } = JSON.parse((await readBody(request)) || '{}') as { ticket?: string };
    const id = randomBytes(32).toString('base64url');
    const { challengeNonce, state } = await this.#route(url).start(id);
    this.#visitors.set(id, { id, ticket, challengeNonce, isLoggedIn: false });
    const cookie = `${COOKIE}=${id}; Path=/; Secure; HttpOnly; SameSite=Lax`;
    json(response, { challengeNonce, state }, { headers: { 'Set-Cookie': cookie } });
  }

  async tell({ request, response }: Call): Promise<void> {
    const { ticket, outcome } = JSON.parse(await readBody(request)) as { ticket: string; outcome: LoginOutcome };
    this.outcomes.set(ticket, outcome);
    json(response, {});
  }

  async login({ request, response, url, visitor }: Call): Promise<void> {
    const { token } = JSON.parse(await readBody(request)) as { token: unknown };
    json(response, await this.#validate(token, url, visitor));
  }

  /** The end of the redirect route. The outcome stands in the page as JSON. */
  callback({ request, response, url, visitor }: Call): Promise<void> {
    const show = (outcome: Partial<LoginOutcome>, status: number): void => {
      this.outcomes.set(visitor?.ticket ?? '', { route: undefined, code: undefined, hint: undefined, ...outcome });
      html(response, `<pre id="result">${JSON.stringify(outcome)}</pre>`, { status });
    };
    const listener = redirectListener(this.#route(url), {
      sessionOf: (message) => this.visitorOf(message)?.id,
      onResult: async (result) => show({ route: 'redirect', ...(await this.#finish(result, url)) }, 200),
      onError: (error) => {
        if (!(error instanceof VerificationError)) throw error;
        show({ code: error.code }, 400);
      },
    });
    return listener(request, response);
  }

  #route({ origin }: URL): RedirectRoute {
    return createRedirectRoute({ redirectUri: `${origin}/callback`, store: this.#store });
  }

  async #finish(result: RedirectResult, url: URL): Promise<{ readonly code?: string }> {
    if (result.status === 'failed') return { code: result.error.code };
    const { output, session } = result;
    if (output.operation !== 'authenticate' || !('token' in output)) return { code: 'ERR_PROTOCOL_MALFORMED' };
    return this.#validate(output.token, url, this.#visitors.get(session));
  }

  /** Logs in where the token holds; else gives the code. */
  async #validate(
    unverifiedToken: unknown,
    { origin }: URL,
    visitor: Visitor | undefined,
  ): Promise<{ readonly code?: string }> {
    const challengeNonce = visitor?.challengeNonce ?? '';
    const options = { origin, challengeNonce, trustAnchors: this.#trustAnchors };
    try {
      await validateAuthenticationToken(unverifiedToken, options);
    } catch (thrown) {
      if (thrown instanceof VerificationError) return { code: thrown.code };
      throw thrown;
    }
    if (visitor !== undefined) visitor.isLoggedIn = true;
    return {};
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function page(body: string): string {
  return `<!doctype html><meta charset="utf-8"><title>service</title><script type="module" src="/page.js"></script>${body}`;
}

function frame(parameters: URLSearchParams): string {
  return `<iframe src="${parameters.get('src') ?? ''}" allow="${parameters.get('allow') ?? ''}"></iframe>`;
}

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

function html(response: ServerResponse, text: string, { status = 200, headers = {} }: Reply): void {
  send(response, text, { status, headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers } });
}

function json(response: ServerResponse, value: unknown, { status = 200, headers = {} }: Reply = {}): void {
  send(response, JSON.stringify(value), { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

function send(response: ServerResponse, text: string, { status = 200, headers = {} }: Reply): void {
  response.writeHead(status, { 'Cache-Control': 'no-store', ...headers }).end(text);
}
