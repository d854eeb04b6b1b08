/**
 * A web service that logs people in and takes signed applications. Small on purpose: what a service needs beyond its own
 * framework is in `login.js`, `documents.js` and `public/page.js`.
 */
import { createServer } from 'node:http';
import { BRIDGE_PORTS } from 'madoguchi/protocol';
import { loadAssets } from './assets.js';
import { verifyApplication } from './documents.js';
import { jsonReply, readJsonBody, readSessionCookie, RequestError, send } from './http.js';
import { currentPerson, issueChallenge, login, logout } from './login.js';
import { contentSecurityPolicy, renderPage } from './page.js';
import { Sessions } from './sessions.js';

/** @import { IncomingMessage } from 'node:http' */
/** @import { Reply } from './http.js' */
/** @import { Session } from './sessions.js' */

/**
 * @typedef {object} TrustAnchors PEM texts with one or more certificates each.
 * @property {readonly string[]} authentication The CAs of 利用者証明用電子証明書.
 * @property {readonly string[]} signing The CAs of 署名用電子証明書.
 */

/**
 * @typedef {object} Service
 * @property {string} origin Its own, from its configuration: tokens for any other are refused.
 * @property {TrustAnchors} trustAnchors
 * @property {Sessions} sessions
 */

/**
 * @typedef {object} Call A request of the service's own page.
 * @property {Service} service
 * @property {Session | undefined} session
 * @property {Record<string, unknown>} body
 */

/**
 * @typedef {object} SampleServiceOptions
 * @property {TrustAnchors} trustAnchors
 * @property {number} [port] 0, the default, takes a free one.
 * @property {readonly number[]} [bridgePorts] Where the page looks for the client.
 * @property {() => number} [now] Milliseconds, as `Date.now` counts them.
 */

/** Bytes of a request body: an application with its signature, in base64. */
const MAX_BODY_BYTES = 256 * 1024;
/** Milliseconds a visitor may take to send a request. */
const REQUEST_TIMEOUT = 15_000;

/** @typedef {(call: Call) => Reply | Promise<Reply>} Handler */

/** @type {ReadonlyMap<string, Handler>} */
const CALLS = new Map(
  /** @type {[string, Handler][]} */ ([
    ['/challenge', issueChallenge],
    ['/login', login],
    ['/logout', logout],
    ['/person', currentPerson],
    ['/sign/verify', verifyApplication],
  ]),
);

/**
 * Answers a call of the page. Another site's page can make the visitor's browser send one, but not under our origin.
 * @param {IncomingMessage} request @param {Service} service @param {Handler} handle
 */
async function answerCall(request, service, handle) {
  if (request.headers.origin !== service.origin) throw new RequestError(403, 'origin');
  const body = await readJsonBody(request, MAX_BODY_BYTES);
  return handle({ service, session: service.sessions.find(readSessionCookie(request)), body });
}

/**
 * @param {IncomingMessage} request @param {Service} service @param {ReadonlyMap<string, Reply>} pages
 * @returns {Promise<Reply>}
 */
async function answer(request, service, pages) {
  // A foreign name that leads to this PC (DNS rebinding) is not this service.
  if (request.headers.host !== new URL(service.origin).host) throw new RequestError(421, 'host');
  const path = request.url ?? '/';
  const handle = CALLS.get(path);
  if (request.method === 'POST' && handle !== undefined) return answerCall(request, service, handle);
  const page = pages.get(path);
  if (page === undefined || request.method !== 'GET') throw new RequestError(404, 'not-found');
  return page;
}

/** @param {unknown} error @returns {Reply} */
function errorReply(error) {
  if (error instanceof RequestError) return jsonReply({ error: { code: error.code } }, { status: error.status });
  process.stderr.write(`sample service: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return jsonReply({ error: { code: 'internal' } }, { status: 500 });
}

/**
 * Starts the service on this PC, reachable as `http://localhost:<port>` only.
 * @param {SampleServiceOptions} options
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} `url` is the service's origin.
 */
export async function startSampleService({ trustAnchors, port = 0, bridgePorts = BRIDGE_PORTS, now = Date.now }) {
  const pages = await loadAssets();
  const headers = { 'Content-Security-Policy': contentSecurityPolicy(bridgePorts) };
  pages.set('/', { headers, body: renderPage(bridgePorts), type: 'text/html' });

  const service = { origin: '', trustAnchors, sessions: new Sessions(now) };
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT }, (request, response) => {
    answer(request, service, pages)
      .catch(errorReply)
      .then((reply) => send(response, reply))
      .catch(() => response.destroy());
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the service has no port');
  service.origin = `http://localhost:${address.port}`;

  return {
    url: service.origin,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
