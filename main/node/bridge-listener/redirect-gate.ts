import type { IncomingMessage } from 'node:http';
import { ClientError } from '../../core/errors.js';
import { checkForm, checkHost, checkTarget, methodNotAllowed, singleHeader } from './gate.js';

/** Where a navigation asks for a consent. */
export const AUTHORIZE_PATH = '/v1/authorize';

/** The query's form is judged where it is parsed; here, that nothing stands in it that a URL cannot hold. */
const AUTHORIZE_TARGET = /^\/v1\/authorize(?:\?[!-~]*)?$/;

/** Headers by which browsers say that nobody has gone to the address yet; the last two are older. */
const SPECULATION_HEADERS = ['sec-purpose', 'purpose', 'x-moz'] as const;

/**
 * For `/v1/authorize`: only the person's own window going there may ask; no frame, no script, no fetch ahead of time. The
 * asker is the origin of `redirect_uri`, so `Origin` decides nothing here: a navigation by GET has none, one by POST
 * mostly `null`, and the page that sends it can have it left out. A GET with a real one is no navigation.
 * @throws ClientError `ERR_ORIGIN_HOST`, `ERR_ORIGIN_NOT_ALLOWED`, `ERR_PROTOCOL_MALFORMED`, `ERR_PROTOCOL_METHOD`,
 * `ERR_PROTOCOL_NOT_FOUND`
 */
export function passNavigationGate(request: IncomingMessage): void {
  checkHost(request);
  const mode = singleHeader(request, 'sec-fetch-mode', 'ERR_ORIGIN_NOT_ALLOWED') ?? 'navigate';
  const destination = singleHeader(request, 'sec-fetch-dest', 'ERR_ORIGIN_NOT_ALLOWED') ?? 'document';
  const origin = singleHeader(request, 'origin', 'ERR_ORIGIN_NOT_ALLOWED') ?? 'null';
  const isSpeculation = SPECULATION_HEADERS.some((name) => request.headers[name] !== undefined);
  const isNavigation = mode === 'navigate' && destination === 'document' && !isSpeculation;
  if (!isNavigation || (request.method !== 'POST' && origin !== 'null')) {
    throw new ClientError('ERR_ORIGIN_NOT_ALLOWED', 'only a top-level navigation may ask here');
  }
  checkForm(request);
  if (request.method !== 'GET' && request.method !== 'POST') throw methodNotAllowed();
  checkTarget(request, { pattern: AUTHORIZE_TARGET });
}

/**
 * For `/v1/authorize/{id}`: only the client's own page may ask. No CORS header is ever set, and preflights are refused, so
 * that no other page reads anything.
 * @throws ClientError as `passNavigationGate`
 */
export function passOwnPageGate(request: IncomingMessage): void {
  const ownOrigin = `http://${checkHost(request)}`;
  const site = singleHeader(request, 'sec-fetch-site', 'ERR_ORIGIN_NOT_ALLOWED') ?? 'same-origin';
  const origin = singleHeader(request, 'origin', 'ERR_ORIGIN_NOT_ALLOWED') ?? ownOrigin;
  const mode = singleHeader(request, 'sec-fetch-mode', 'ERR_ORIGIN_NOT_ALLOWED') ?? 'same-origin';
  if (site !== 'same-origin' || origin !== ownOrigin || !['same-origin', 'cors'].includes(mode)) {
    throw new ClientError('ERR_ORIGIN_NOT_ALLOWED', "only the client's own page may ask here");
  }
  checkForm(request);
  checkTarget(request);
}
