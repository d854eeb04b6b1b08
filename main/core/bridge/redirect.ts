import { authorizeParametersSchema, type OpenSessionRequest } from '../../../sdk/protocol/index.js';
import { ClientError } from '../errors.js';
import type { RedirectTarget } from './signed-request.js';

/** A session whose answer the browser carries to `redirectUri` as a form. */
export interface RedirectSession extends RedirectTarget {
  readonly sessionId: string;
  /** Of `redirectUri`: the asker. */
  readonly origin: string;
}

/**
 * What a navigation to the client asks for.
 * @throws ClientError `ERR_PROTOCOL_MALFORMED`, `ERR_ORIGIN_REDIRECT_URI`
 */
export function readRedirect(unverifiedParameters: unknown): { target: RedirectTarget; request: OpenSessionRequest } {
  const parsed = authorizeParametersSchema.safeParse(unverifiedParameters);
  if (!parsed.success) throw new ClientError('ERR_PROTOCOL_MALFORMED', 'the parameters do not follow the contract');
  const { data: parameters } = parsed;
  const target = { redirectUri: redirectUri(parameters.redirect_uri), state: parameters.state };
  if ('request' in parameters) return { target, request: { signedRequest: parameters.request } };
  return { target, request: { operation: 'authenticate', challengeNonce: parameters.challenge_nonce } };
}

/** An absolute http or https URL that is its own serialisation, without user name, password and fragment. */
function redirectUri(unverifiedUri: string): string {
  const uri = URL.canParse(unverifiedUri) ? new URL(unverifiedUri) : undefined;
  // A user name or password would stand between the scheme and the host, so that the URL would not begin with its origin.
  const isPlain =
    uri?.href === unverifiedUri && unverifiedUri.startsWith(`${uri.origin}/`) && !unverifiedUri.includes('#');
  if (!isPlain || !/^https?:$/.test(uri.protocol)) {
    throw new ClientError('ERR_ORIGIN_REDIRECT_URI', 'redirect_uri is not acceptable');
  }
  return unverifiedUri;
}
