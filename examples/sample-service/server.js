/**
 * A web service that logs people in and takes signed applications. Small on purpose: what a service needs beyond its own
 * framework is in `login.js`, `documents.js` and `public/page.js`.
 */
import { createServer } from 'node:http';
import { BRIDGE_PORTS } from 'madoguchi/protocol';
import { createMemoryStore, createRedirectRoute } from 'madoguchi/verifier';
import { loadAssets } from './assets.js';
import { verifyApplication } from './documents.js';
import { jsonReply, readJsonBody, readSessionCookie, RequestError, send } from './http.js';
import { CALLBACK_PATH, callbackUri, currentPerson, issueChallenge, login, loginCallback, logout } from './login.js';
import { contentSecurityPolicy, renderPage } from './page.js';
import { requestAttributes, requestSignature } from './requests.js';
import { Sessions } from './sessions.js';
import { createVerifier } from './verifier.js';

/** @import { IncomingMessage } from 'node:http' */
/** @import { RedirectRoute } from 'madoguchi/verifier' */
/** @import { Reply } from './http.js' */
/** @import { Registration } from './requests.js' */
/** @import { Session } from './sessions.js' */
/** @import { Verifier, VerifierOptions } from './verifier.js' */

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
 * @property {RedirectRoute} redirects
 * @property {Registration} [registration] Absent: requests are not signed, and the person is told no name.
 * @property {Verifier} [verifier] Absent: the service sees serial numbers itself.
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
 * @property {Registration} [registration]
 * @property {Omit<VerifierOptions, 'trustAnchors'>} [verifier]
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
    ['/sign/request', requestSignature],
    ['/sign/verify', verifyApplication],
    ['/attributes/request', requestAttributes],
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
  // The only query is that of a login that failed, and the page reads it.
  const path = (request.url ?? '/').replace(/^\/\?.*$/, '/');
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

/** @param {import('node:http').Server} server @param {number} port @returns {Promise<string>} The service's origin. */
async function listen(server, port) {
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the service has no port');
  return `http://localhost:${address.port}`;
}

/** @param {SampleServiceOptions} options @param {string} origin @returns {Service} */
function createService({ trustAnchors, registration, verifier, now = Date.now }, origin) {
  const redirects = createRedirectRoute({
    redirectUri: callbackUri({ origin }),
    store: createMemoryStore({ now }),
    now,
  });
  return {
    origin,
    trustAnchors,
    sessions: new Sessions(now),
    redirects,
    ...(registration && { registration }),
    ...(verifier && { verifier: createVerifier({ ...verifier, trustAnchors: trustAnchors.authentication }) }),
  };
}

/**
 * Starts the service on this PC, reachable as `http://localhost:<port>` only.
 * @param {SampleServiceOptions} options
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} `url` is the service's origin.
 */
export async function startSampleService(options) {
  const { port = 0, bridgePorts = BRIDGE_PORTS } = options;
  const pages = await loadAssets();
  const headers = { 'Content-Security-Policy': contentSecurityPolicy(bridgePorts) };
  pages.set('/', {
    headers,
    body: renderPage({ bridgePorts, hasVerifier: options.verifier !== undefined }),
    type: 'text/html',
  });

  const server = createServer({ requestTimeout: REQUEST_TIMEOUT });
  const url = await listen(server, port);
  const service = createService(options, url);
  const callback = loginCallback(service, service.redirects);
  server.on('request', (request, response) => {
    const path = request.url?.split('?')[0];
    if (path === CALLBACK_PATH && request.headers.host === new URL(url).host) {
      void callback(request, response);
      return;
    }
    answer(request, service, pages)
      .catch(errorReply)
      .then((reply) => send(response, reply))
      .catch(() => response.destroy());
  });

  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
