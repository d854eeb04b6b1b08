import { BRIDGE_PORTS, LIMITS } from '../protocol/index.js';

/** Parameters of the callback's own, which `redirect_uri` must not have. */
export const CALLBACK_PARAMETERS = { state: 'state', code: 'code' } as const;

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * What the client accepts as `redirect_uri` (docs/protocol.md, Redirect), and nothing that the callback could not answer.
 * @throws TypeError
 */
export function requireRedirectUri(redirectUri: string): void {
  const isText = typeof redirectUri === 'string' && redirectUri.length <= LIMITS.redirectUriLength;
  const uri = isText && URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
  const isPlain = uri?.href === redirectUri && redirectUri.startsWith(`${uri.origin}/`) && !redirectUri.includes('#');
  const isSecure = uri?.protocol === 'https:' || (uri?.protocol === 'http:' && LOOPBACK.test(uri.hostname));
  if (!isPlain || !isSecure) {
    throw new TypeError('redirectUri is no https URL in its serialised form without user name and fragment');
  }
  if (Object.values(CALLBACK_PARAMETERS).some((name) => uri.searchParams.has(name))) {
    throw new TypeError('redirectUri has a parameter of the callback already');
  }
}

/** `redirectUri` with the parameters by which the callback finds an answer again. Both are base64url. */
export function continuation(
  redirectUri: string,
  { state, code }: Record<keyof typeof CALLBACK_PARAMETERS, string>,
): string {
  const separator = redirectUri.includes('?') ? '&' : '?';
  return `${redirectUri}${separator}${CALLBACK_PARAMETERS.state}=${state}&${CALLBACK_PARAMETERS.code}=${code}`;
}

export type AuthorizeQuery = { readonly redirect_uri: string; readonly state: string } & (
  { readonly challenge_nonce: string } | { readonly request: string }
);

/**
 * Where the browser goes: the client on the visitor's own PC.
 * @throws TypeError where `clientPort` is none of `BRIDGE_PORTS`
 */
export function authorizeUrl(query: AuthorizeQuery, clientPort: number = BRIDGE_PORTS[0]): string {
  if (!BRIDGE_PORTS.some((port) => port === clientPort)) throw new TypeError('clientPort is none of the client');
  return `http://127.0.0.1:${clientPort}/v1/authorize?${new URLSearchParams(query)}`;
}
