import type {
  AuthenticationToken,
  ErrorCode,
  SessionOutput,
  SessionResult,
  SignedItem,
  StatusResult,
  WireError,
} from '../protocol/index.js';
import { malformedAnswer, MadoguchiError } from './errors.js';

type Json = Readonly<Record<string, unknown>>;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const SESSION_ID = /^[A-Za-z0-9_-]{43}$/;
const ERROR_CODE = /^ERR_[A-Z]+_[A-Z_]+$/;

/**
 * The result in an envelope that came from the bridge. Members this release does not know are ignored.
 * @throws MadoguchiError the envelope's own error, or `ERR_PROTOCOL_MALFORMED`
 */
export function readEnvelope(unverifiedAnswer: unknown): unknown {
  const { ok, result, error } = object(unverifiedAnswer);
  if (ok === true) return result;
  check(ok === false);
  throw new MadoguchiError(readError(error));
}

/** Result of `GET /v1/status`. */
export function readStatus(unverifiedResult: unknown): StatusResult {
  const { protocolVersions } = object(unverifiedResult);
  check(Array.isArray(protocolVersions) && protocolVersions.every((version) => Number.isInteger(version)));
  return { protocolVersions: protocolVersions as number[] };
}

/** Result of `POST /v1/sessions`: the session's id. */
export function readSessionId(unverifiedResult: unknown): string {
  const { sessionId } = object(unverifiedResult);
  check(typeof sessionId === 'string' && SESSION_ID.test(sessionId));
  return sessionId;
}

/** Result of `GET /v1/sessions/{id}`. */
export function readSessionResult(unverifiedResult: unknown): SessionResult {
  const { status, output } = object(unverifiedResult);
  if (status === 'pending') return { status };
  check(status === 'done');
  return { status, output: readOutput(output) };
}

function readOutput(unverifiedOutput: unknown): SessionOutput {
  const { operation, token, items } = object(unverifiedOutput);
  if (operation === 'authenticate') return { operation, token: readToken(token) };
  check(operation === 'sign' && Array.isArray(items));
  return { operation, items: items.map(readSignedItem) };
}

function readToken(unverifiedToken: unknown): AuthenticationToken {
  const { unverifiedCertificate, algorithm, signature, format } = object(unverifiedToken);
  check(algorithm === 'RS256' || algorithm === 'ES384');
  check(format === 'web-eid:1.0');
  return { unverifiedCertificate: base64(unverifiedCertificate), algorithm, signature: base64(signature), format };
}

function readSignedItem(unverifiedItem: unknown): SignedItem {
  const { status, name, signature, error } = object(unverifiedItem);
  check(typeof name === 'string');
  if (status === 'signed') return { status, name, signature: base64(signature) };
  check(status === 'failed');
  return { status, name, error: readError(error) };
}

function readError(unverifiedError: unknown): WireError {
  const { code, message, retriable, details = {} } = object(unverifiedError);
  check(typeof message === 'string' && typeof retriable === 'boolean' && isErrorCode(code));
  return { code, message, retriable, details: readDetails(details) };
}

function readDetails(unverifiedDetails: unknown): WireError['details'] {
  const details = object(unverifiedDetails);
  check(Object.values(details).every((value) => ['string', 'number', 'boolean'].includes(typeof value)));
  return details as WireError['details'];
}

function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && ERROR_CODE.test(value);
}

function base64(value: unknown): string {
  check(typeof value === 'string' && BASE64.test(value) && value.length % 4 === 0);
  return value;
}

function object(value: unknown): Json {
  check(typeof value === 'object' && value !== null && !Array.isArray(value));
  return value as Json;
}

function check(condition: boolean): asserts condition {
  if (!condition) throw malformedAnswer();
}
