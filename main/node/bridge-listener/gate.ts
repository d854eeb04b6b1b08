import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Bridge } from '../../core/bridge/bridge.js';
import { ClientError } from '../../core/errors.js';
import { PROTOCOL_HEADER } from '../../../sdk/protocol/index.js';

/** On every answer. The resource policy is about embedding without CORS, which is never wanted here. */
export const COMMON_HEADERS = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Resource-Policy': 'same-origin',
  Vary: 'Origin',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** Every other method is refused before its target is looked at. */
export const ALLOWED_METHODS = ['GET', 'POST', 'DELETE', 'OPTIONS'] as const;

/** Seconds for which a browser may reuse a preflight's answer. Each request is authorised again all the same. */
const PREFLIGHT_SECONDS = '300';

/** Headers that decide who asks or where a message ends; two of one kind would let two readers disagree. */
const SINGLE_HEADERS = [
  'host',
  'origin',
  'content-type',
  'content-length',
  'transfer-encoding',
  'sec-fetch-mode',
  'sec-fetch-dest',
  PROTOCOL_HEADER.toLowerCase(),
] as const;

/**
 * A request target in origin form (RFC 9112 §3.2.1) without percent-encoding, empty or dot segments: every router reads
 * it the same way. The longest real one has 64 characters.
 */
const PLAIN_TARGET = /^(?:\/[A-Za-z0-9_-]+)+(?:\?[A-Za-z0-9=&_-]*)?$/;
const TARGET_LENGTH = 128;

/**
 * Decides from the head alone whether a request may be looked at: `Host`, then `Origin`, then the form of the message.
 * Runs before any framework, router or body parser. Sets the CORS headers on `response` once the origin is allowed, so
 * that a refused origin can read nothing, and an allowed one its error.
 * @throws ClientError `ERR_ORIGIN_HOST`, `ERR_ORIGIN_MISSING`, `ERR_ORIGIN_NOT_ALLOWED`, `ERR_POLICY_ORIGIN`,
 * `ERR_PROTOCOL_MALFORMED`, `ERR_PROTOCOL_METHOD`, `ERR_PROTOCOL_NOT_FOUND`
 */
export function passGate(request: IncomingMessage, response: ServerResponse, bridge: Bridge): void {
  checkHost(request);
  const origin = bridge.authorize(singleHeader(request, 'origin', 'ERR_ORIGIN_NOT_ALLOWED'));
  checkFetchMetadata(request);
  response.setHeader('Access-Control-Allow-Origin', origin);
  if (request.method === 'OPTIONS') allowPreflight(response);
  checkForm(request);
  checkTarget(request);
}

/** Before anything else, so that refusals have them too. */
export function setCommonHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value);
}

/**
 * DNS rebinding: a name of the attacker's that resolves to this PC still arrives as that name in `Host`.
 * @returns the host, one of this listener's own
 * @throws ClientError `ERR_ORIGIN_HOST`
 */
export function checkHost(request: IncomingMessage): string {
  const host = singleHeader(request, 'host', 'ERR_ORIGIN_HOST');
  const port = request.socket.localPort;
  if (host !== `127.0.0.1:${port}` && host !== `[::1]:${port}` && host !== `localhost:${port}`) {
    throw new ClientError('ERR_ORIGIN_HOST', 'the request is for another host');
  }
  return host;
}

/**
 * Fetch Metadata: only script's `fetch` with CORS may ask; no navigation, form, embedding or WebSocket. A caller that
 * sends none, as over plain http from some pages, has passed `Origin` all the same.
 */
function checkFetchMetadata({ headers }: IncomingMessage): void {
  const mode = headers['sec-fetch-mode'] ?? 'cors';
  const destination = headers['sec-fetch-dest'] ?? 'empty';
  if (mode !== 'cors' || destination !== 'empty') {
    throw new ClientError('ERR_ORIGIN_NOT_ALLOWED', 'only fetch with CORS may ask');
  }
}

/** @throws ClientError `ERR_PROTOCOL_MALFORMED`, `ERR_PROTOCOL_METHOD` */
export function checkForm(request: IncomingMessage): void {
  const { headers, httpVersion, method } = request;
  for (const name of SINGLE_HEADERS) singleHeader(request, name, 'ERR_PROTOCOL_MALFORMED');
  if (httpVersion !== '1.1') throw malformed('HTTP/1.1 only');
  if (headers.upgrade !== undefined) throw malformed('no upgrade to another protocol');
  if (headers.expect !== undefined) throw malformed('no expectations');
  if ((headers['transfer-encoding'] ?? 'chunked') !== 'chunked') throw malformed('unknown transfer coding');
  if (!ALLOWED_METHODS.some((allowed) => allowed === method)) throw methodNotAllowed();
  if (method !== 'POST' && hasBody(request)) throw malformed(`no body with ${method}`);
}

/**
 * @param options.pattern of a target that is bounded by the size of the head alone
 * @throws ClientError `ERR_PROTOCOL_NOT_FOUND`
 */
export function checkTarget({ url = '' }: IncomingMessage, { pattern }: { pattern?: RegExp } = {}): void {
  const fits = pattern ? pattern.test(url) : url.length <= TARGET_LENGTH && PLAIN_TARGET.test(url);
  if (!fits) throw notFound();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function allowPreflight(response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Methods', 'GET, POST, DELETE');
  response.setHeader('Access-Control-Allow-Headers', `content-type, ${PROTOCOL_HEADER.toLowerCase()}`);
  response.setHeader('Access-Control-Max-Age', PREFLIGHT_SECONDS);
}

type RefusalCode = 'ERR_ORIGIN_HOST' | 'ERR_ORIGIN_NOT_ALLOWED' | 'ERR_PROTOCOL_MALFORMED';

/** The header's value, or undefined where it is absent. `IncomingMessage.headers` would drop or join repeated ones. */
export function singleHeader(request: IncomingMessage, name: string, code: RefusalCode): string | undefined {
  const values = request.headersDistinct[name];
  if (values !== undefined && values.length > 1) throw new ClientError(code, `more than one ${name} header`);
  return values?.[0];
}

function malformed(message: string): ClientError {
  return new ClientError('ERR_PROTOCOL_MALFORMED', message);
}

/** `ERR_PROTOCOL_METHOD` */
export function methodNotAllowed(): ClientError {
  return new ClientError('ERR_PROTOCOL_METHOD', 'no such method here');
}

/** `ERR_PROTOCOL_NOT_FOUND` */
export function notFound(): ClientError {
  return new ClientError('ERR_PROTOCOL_NOT_FOUND', 'nothing here');
}
