/** @import { IncomingMessage, ServerResponse } from 'node:http' */

const COOKIE = 'sample-session';

/** A request that is answered with an error code instead of a result. */
export class RequestError extends Error {
  /** @param {number} status @param {string} code */
  constructor(status, code) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/**
 * The body of a JSON request, an object.
 * @param {IncomingMessage} request @param {number} maxBytes
 * @returns {Promise<Record<string, unknown>>}
 */
export async function readJsonBody(request, maxBytes) {
  // A page of another origin cannot send this type without being asked whether it may.
  if (request.headers['content-type'] !== 'application/json') throw new RequestError(415, 'content-type');
  if (Number(request.headers['content-length']) > maxBytes) throw new RequestError(413, 'body-too-large');
  /** @type {Buffer[]} */
  const chunks = [];
  let size = 0;
  for await (const chunk of /** @type {AsyncIterable<Buffer>} */ (request)) {
    size += chunk.length;
    if (size > maxBytes) throw new RequestError(413, 'body-too-large');
    chunks.push(chunk);
  }
  return parseObject(Buffer.concat(chunks).toString('utf8'));
}

/** @param {string} text @returns {Record<string, unknown>} */
function parseObject(text) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RequestError(400, 'malformed');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RequestError(400, 'malformed');
  return /** @type {Record<string, unknown>} */ (value);
}

/** @param {Record<string, unknown>} body @param {string} name @returns {string} */
export function requireText(body, name) {
  const value = body[name];
  if (typeof value !== 'string') throw new RequestError(400, 'malformed');
  return value;
}

/** @param {IncomingMessage} request @returns {string | undefined} */
export function readSessionCookie(request) {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}

/** On https add `Secure` and the prefix `__Host-`. @param {string} id */
export const sessionCookie = (id) => `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax`;

/** @typedef {{ status?: number, headers?: Record<string, string>, body: string | Uint8Array, type: string }} Reply */

const SECURITY_HEADERS = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** @param {unknown} value @param {{ status?: number, headers?: Record<string, string> }} [options] @returns {Reply} */
export function jsonReply(value, options = {}) {
  return { ...options, body: JSON.stringify(value), type: 'application/json' };
}

/** @param {ServerResponse} response @param {Reply} reply */
export function send(response, { status = 200, headers = {}, body, type }) {
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(body),
    ...SECURITY_HEADERS,
    ...headers,
  });
  response.end(body);
}
