import { lookup } from 'node:dns';
import { request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isPublicAddress, isPublicHost } from './public-address.js';

/** One request to an address outside, and what its answer may be. */
export interface HttpExchange {
  /** `http:` or `https:`, without user name and password. */
  readonly url: string;
  /** Refuses hosts of this computer and of private networks, by address, by name and by what a name leads to. */
  readonly isPublicOnly?: boolean;
  /** Left out: GET. */
  readonly body?: { readonly contentType: string; readonly bytes: Uint8Array };
  /** Media types that the answer may have; left out: any. */
  readonly acceptedTypes?: readonly string[];
  /** Octets of the answer. */
  readonly maxBytes: number;
  /** For the whole exchange, from the name's look-up to the last octet. */
  readonly timeoutMilliseconds: number;
  /** Ends it at once, as `unreachable`. */
  readonly signal?: AbortSignal;
}

/** Why there is no answer. Its message is its reason. */
export class HttpExchangeError extends Error {
  override readonly name = 'HttpExchangeError';
  readonly reason: 'address' | 'private-address' | 'unreachable' | 'timeout' | 'status' | 'content-type' | 'too-long';

  constructor(reason: HttpExchangeError['reason'], cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}

/**
 * Exchanges one request with nothing carried over: a connection of its own, no cookies, no redirects, no proxy from the
 * environment, no compression, an answer of bounded length in bounded time. `node:http` and not `fetch`, which follows
 * redirects, decompresses and shares its connections unless each is turned off.
 * @returns the body of an answer with status 200
 * @throws HttpExchangeError
 */
export async function exchange(options: HttpExchange): Promise<Uint8Array> {
  const url = checkedUrl(options.url);
  if (options.isPublicOnly === true && !isPublicHost(url)) throw new HttpExchangeError('private-address');
  const limit = AbortSignal.timeout(options.timeoutMilliseconds);
  const signal = options.signal ? AbortSignal.any([limit, options.signal]) : limit;
  try {
    return await readBody(await send(url, options, signal), options);
  } catch (cause) {
    if (cause instanceof HttpExchangeError) throw cause;
    throw new HttpExchangeError(limit.aborted ? 'timeout' : 'unreachable', cause);
  }
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url === undefined || !isHttp || url.username !== '' || url.password !== '')
    throw new HttpExchangeError('address');
  return url;
}

/** One address of a private network among those of a name is enough to refuse it: nobody could say which is taken. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, '', 0);
      return;
    }
    const [first] = addresses;
    const isPublic = addresses.every(({ address }) => isPublicAddress(address));
    if (!isPublic || first === undefined) callback(new HttpExchangeError('private-address'), '', 0);
    else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

function send(
  url: URL,
  { body, acceptedTypes, isPublicOnly }: HttpExchange,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const options: RequestOptions = {
    method: body === undefined ? 'GET' : 'POST',
    // A new agent for this one request: no connection that others use, and none that stays open.
    agent: false,
    ...(isPublicOnly === true && { lookup: publicLookup }),
    signal,
    headers: {
      'Accept-Encoding': 'identity',
      ...(acceptedTypes !== undefined && { Accept: acceptedTypes.join(', ') }),
      ...(body !== undefined && { 'Content-Type': body.contentType, 'Content-Length': body.bytes.length }),
    },
  };
  return new Promise((resolve, reject) => {
    const request: ClientRequest = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, resolve);
    request.on('error', reject);
    request.end(body?.bytes);
  });
}

async function readBody(response: IncomingMessage, { acceptedTypes, maxBytes }: HttpExchange): Promise<Uint8Array> {
  try {
    if (response.statusCode !== 200) throw new HttpExchangeError('status');
    const [type = ''] = (response.headers['content-type'] ?? '').split(';');
    const isEncoded = (response.headers['content-encoding'] ?? 'identity') !== 'identity';
    const isAccepted = acceptedTypes === undefined || acceptedTypes.includes(type.trim().toLowerCase());
    if (isEncoded || !isAccepted) throw new HttpExchangeError('content-type');
    if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw new HttpExchangeError('too-long');
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > maxBytes) throw new HttpExchangeError('too-long');
      chunks.push(chunk);
    }
    // An answer of no stated length that was cut off ends like a whole one.
    if (!response.complete) throw new Error('the answer was cut off');
    return new Uint8Array(Buffer.concat(chunks));
  } finally {
    response.destroy();
  }
}
