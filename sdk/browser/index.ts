/**
 * `madoguchi/browser`: one import, one call. Talks to the Madoguchi client on the visitor's own PC, by the browser extension,
 * by HTTP on the loopback address, or by a redirect.
 *
 * ```js
 * import { authenticate } from 'madoguchi/browser';
 * const { token } = await authenticate({ challengeNonce });
 * ```
 */
import { createClientIn } from './client.js';
import { globalEnvironment } from './environment.js';
import type { ClientOptions, MadoguchiClient } from './options.js';

export type { AnsweringRoute } from './channel.js';
export type { SignContent } from './content.js';
export { MadoguchiError, type ErrorDetails, type Guidance } from './errors.js';
export type { LoopbackOptions } from './loopback.js';
export type {
  AuthenticateOptions,
  AuthenticateResult,
  CallOptions,
  ClientOptions,
  DigestInput,
  EncryptedResult,
  EncryptionOptions,
  InTheClear,
  MadoguchiClient,
  OperationCall,
  OperationOptions,
  ReadAttributesOptions,
  ReadAttributesResult,
  RedirectEvent,
  RedirectOptions,
  Route,
  RouteEvent,
  SignDigestsOptions,
  SignDocumentsOptions,
  SignedRequestOptions,
  SignInput,
  SignOptions,
  SignResult,
  StatusAnswer,
} from './options.js';
export type { UploadProgress } from './uploads.js';
export { redirectForm, redirectUrl, type RedirectForm, type RedirectRequest, type RedirectTarget } from './redirect.js';
export type {
  AttributeAnswer,
  AttributeName,
  AuthenticationToken,
  EncryptTo,
  ErrorCode,
  Gender,
  RawDigestAlgorithm,
  RequestedAttribute,
  SignedItem,
  WireError,
} from '../protocol/index.js';

/** A client with options of its own. Nothing is looked at or sent before its first call. */
export function createClient(options: ClientOptions = {}): MadoguchiClient {
  return createClientIn(globalEnvironment(), options);
}

/** The calls of `MadoguchiClient` with the default options. */
export const { status, authenticate, sign, readAttributes } = createClient();
