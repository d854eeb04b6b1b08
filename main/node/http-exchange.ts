import { lookup } from 'node:dns';
import { request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest, type RequestOptions as TlsOptions } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { plainProxy, policyProxy, routeTo, tunnel, type Route } from './proxy.js';
import { bareHost, isPublicAddress, isPublicHost } from './public-address.js';

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
  /** A value of the policy `proxy`. Left out: what the administrator of this PC says at this moment. */
  readonly proxy?: string;
}

/** Why there is no answer. Its message is its reason. */
export class HttpExchangeError extends Error {
  override readonly name = 'HttpExchangeError';
  readonly reason:
    'address' | 'private-address' | 'offline' | 'unreachable' | 'timeout' | 'status' | 'content-type' | 'too-long';

  constructor(reason: HttpExchangeError['reason'], cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}

/**
 * Exchanges one request with nothing carried over: a connection of its own, no cookies, no redirects, no compression, an
 * answer of bounded length in bounded time, by the way to the network that the administrator decides. `node:http` and not
 * `fetch`, which follows redirects, decompresses and shares its connections unless each is turned off.
 * @returns the body of an answer with status 200
 * @throws HttpExchangeError
 */
export async function exchange(options: HttpExchange): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  await exchangeInParts(options, (chunk) => {
    chunks.push(chunk);
  });
  return new Uint8Array(Buffer.concat(chunks));
}

/** As `exchange`, for an answer that is too long to be held. What `take` throws or rejects with ends it as `unreachable`. */
export async function exchangeInParts(
  options: HttpExchange,
  take: (chunk: Uint8Array) => void | Promise<void>,
): Promise<void> {
  const url = checkedUrl(options.url);
  if (options.isPublicOnly === true && !isPublicHost(url)) throw new HttpExchangeError('private-address');
  const route = routeTo(url, options.proxy ?? policyProxy());
  if (route.kind === 'offline') throw new HttpExchangeError('offline');
  const limit = AbortSignal.timeout(options.timeoutMilliseconds);
  const signal = options.signal ? AbortSignal.any([limit, options.signal]) : limit;
  try {
    await readBody(await send(url, options, route, signal), options, take);
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

/**
 * One of the addresses behind a name, if all of them are of the internet. Through a proxy it is the address that is asked for,
 * not the name: what the name leads to where the proxy stands, nobody here could look at.
 */
function publicAddressOf(hostname: string): Promise<string> {
  return new Promise((resolve, reject) => {
    publicLookup(hostname, { all: false }, (error, address) => {
      if (error !== null) reject(error);
      else resolve(typeof address === 'string' ? address : (address[0]?.address ?? ''));
    });
  });
}

async function send(
  url: URL,
  { body, acceptedTypes, isPublicOnly = false }: HttpExchange,
  route: Exclude<Route, { kind: 'offline' }>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { headers, ...way } = await connection(url, route, isPublicOnly, signal);
  const options: RequestOptions = {
    method: body === undefined ? 'GET' : 'POST',
    signal,
    ...way,
    headers: {
      ...headers,
      Host: url.host,
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

type Connection = Omit<RequestOptions, 'headers'> &
  Pick<TlsOptions, 'servername' | 'checkServerIdentity'> & {
    readonly headers?: Readonly<Record<string, string>>;
  };

/** A connection for this one request: none that others use, and none that stays open. */
async function connection(
  url: URL,
  route: Exclude<Route, { kind: 'offline' }>,
  isPublicOnly: boolean,
  signal: AbortSignal,
): Promise<Connection> {
  if (route.kind === 'direct') return { agent: false, ...(isPublicOnly && { lookup: publicLookup }) };
  const isPlain = url.protocol === 'http:' && route.proxy.protocol === 'http:';
  if (isPlain && !isPublicOnly) return plainProxy(url, route.proxy);
  const agent = tunnel(route.proxy, signal);
  const asked = bareHost(url);
  // The server is told, and proves, the name that was asked for. Inside a tunnel to an address, Node would take the proxy's.
  const identity: Connection = {
    checkServerIdentity: (_host, certificate) => checkServerIdentity(asked, certificate),
    ...(isIP(asked) === 0 && { servername: asked }),
  };
  if (!isPublicOnly) return { agent, ...identity };
  const host = await untilAborted(publicAddressOf(asked), signal);
  return { agent, host, hostname: host, ...identity };
}

/** The system's look-up of a name cannot be ended. */
function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const give = (): void => reject(new Error('ended before there was an answer'));
    if (signal.aborted) give();
    signal.addEventListener('abort', give, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', give));
  });
}

async function readBody(
  response: IncomingMessage,
  { acceptedTypes, maxBytes }: HttpExchange,
  take: (chunk: Uint8Array) => void | Promise<void>,
): Promise<void> {
  try {
    if (response.statusCode !== 200) throw new HttpExchangeError('status');
    const [type = ''] = (response.headers['content-type'] ?? '').split(';');
    const isEncoded = (response.headers['content-encoding'] ?? 'identity') !== 'identity';
    const isAccepted = acceptedTypes === undefined || acceptedTypes.includes(type.trim().toLowerCase());
    if (isEncoded || !isAccepted) throw new HttpExchangeError('content-type');
    if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw new HttpExchangeError('too-long');
    let length = 0;
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > maxBytes) throw new HttpExchangeError('too-long');
      await take(chunk);
    }
    // An answer of no stated length that was cut off ends like a whole one.
    if (!response.complete) throw new Error('the answer was cut off');
  } finally {
    response.destroy();
  }
}
