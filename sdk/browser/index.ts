/**
 * `madoguchi/browser`: one import, one call. Talks to the Madoguchi client on the visitor's own PC.
 *
 * ```js
 * import { authenticate } from 'madoguchi/browser';
 * const token = await authenticate({ challengeNonce });
 * ```
 */
import { createClient } from './client.js';

export {
  createClient,
  type AuthenticateOptions,
  type CallOptions,
  type ClientOptions,
  type MadoguchiClient,
  type SignInput,
  type SignOptions,
} from './client.js';
export type { SignContent } from './content.js';
export { MadoguchiError, type ErrorDetails } from './errors.js';
export type { AuthenticationToken, ErrorCode, SignedItem, StatusResult, WireError } from '../protocol/index.js';

/** The calls of `MadoguchiClient` with the default ports and time-out. */
export const { status, authenticate, sign } = createClient();
