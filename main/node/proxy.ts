import type { Agent } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { inspectPolicy } from './policy/index.js';
import { bareHost } from './public-address.js';

/** How one address is reached. */
export type Route =
  { readonly kind: 'offline' } | { readonly kind: 'direct' } | { readonly kind: 'proxy'; readonly proxy: URL };

/** Where the administrator says nothing: as the other programs of the PC. */
const DEFAULT_PROXY = 'system';

/**
 * The policy `proxy` of this PC as it is now. While it cannot be known, nothing goes out: a way round the administrator's proxy
 * would be one that nobody allowed.
 */
export function policyProxy(): string {
  const { policy, problems } = inspectPolicy();
  return problems.some(({ stops }) => stops) ? 'offline' : (policy.proxy ?? DEFAULT_PROXY);
}

/**
 * How to reach an address under a value of the policy. `system` is what the environment says (`HTTPS_PROXY`, `HTTP_PROXY`,
 * `ALL_PROXY`, `NO_PROXY`, in capitals or not); a proxy there that is none of `http:` or `https:` is no way at all.
 */
export function routeTo(url: URL, policy: string): Route {
  if (policy === 'offline') return { kind: 'offline' };
  if (policy === 'direct') return { kind: 'direct' };
  const address = policy === 'system' ? getProxyForUrl(url.href) : policy;
  if (address === '') return { kind: 'direct' };
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy?.protocol !== 'http:' && proxy?.protocol !== 'https:') return { kind: 'offline' };
  return { kind: 'proxy', proxy };
}

/**
 * Connects through a proxy by `CONNECT` (RFC 9110 §9.3.6): the proxy then passes on what it cannot read, to the very host and
 * port that were named. The proxy itself may be in a private network.
 * @param signal Ends a connection to a proxy that does not answer
 */
export function tunnel(proxy: URL, signal: AbortSignal): Agent {
  return new HttpsProxyAgent(proxy, { keepAlive: false, signal });
}

/** Hands a plain request to the proxy with its whole address (RFC 9112 §3.2.2): many let no tunnel lead to other ports than 443. */
export function plainProxy(url: URL, proxy: URL) {
  const words = [proxy.username, proxy.password].map(decodeURIComponent).join(':');
  const authorization = `Basic ${Buffer.from(words).toString('base64')}`;
  return {
    agent: false,
    hostname: bareHost(proxy),
    port: proxy.port === '' ? 80 : Number(proxy.port),
    path: url.href.slice(0, url.href.length - url.hash.length),
    headers: words === ':' ? {} : { 'Proxy-Authorization': authorization },
  } as const;
}
