import type { Envelope, ErrorCode } from '../../../sdk/protocol/index.js';

/**
 * HTTP status of each failure of the endpoint itself. What is not listed is the outcome of a session that went as the
 * person, the card or the reader decided: the request for it succeeded, so its status is 200.
 */
const STATUS_OF_CODE: Partial<Record<ErrorCode, number>> = {
  ERR_ORIGIN_MISSING: 403,
  ERR_ORIGIN_NOT_ALLOWED: 403,
  ERR_ORIGIN_HOST: 403,
  ERR_ORIGIN_USER: 403,
  ERR_ORIGIN_REDIRECT_URI: 403,
  ERR_POLICY_ORIGIN: 403,
  ERR_POLICY_OPERATION: 403,
  ERR_POLICY_REQUEST_UNSIGNED: 403,
  ERR_POLICY_ENCRYPTION_KEY: 403,
  ERR_USER_BLOCKED: 403,
  ERR_PROTOCOL_VERSION: 400,
  ERR_PROTOCOL_MALFORMED: 400,
  ERR_PROTOCOL_REQUEST_SIGNATURE: 400,
  ERR_PROTOCOL_REQUEST_CLAIMS: 400,
  ERR_PROTOCOL_REPLAYED: 400,
  ERR_PROTOCOL_VERIFIER_UNKNOWN: 400,
  ERR_PROTOCOL_ROUTE: 400,
  ERR_PROTOCOL_NOT_FOUND: 404,
  ERR_PROTOCOL_SESSION_UNKNOWN: 404,
  ERR_PROTOCOL_UPLOAD_UNKNOWN: 404,
  ERR_PROTOCOL_METHOD: 405,
  ERR_PROTOCOL_BODY_TOO_LARGE: 413,
  ERR_PROTOCOL_CONTENT_TYPE: 415,
  ERR_PROTOCOL_BUSY: 429,
  ERR_PROTOCOL_QUEUE_FULL: 429,
  ERR_PROTOCOL_UPLOADS_FULL: 429,
  ERR_PROTOCOL_RATE_LIMITED: 429,
  ERR_INTERNAL: 500,
};

/** The status line's number for an answer of the bridge. */
export function httpStatus(envelope: Envelope<unknown>): number {
  return envelope.ok ? 200 : (STATUS_OF_CODE[envelope.error.code] ?? 200);
}

/** Header fields that repeat what an answer says, for programs that read nothing else: `Retry-After` in seconds. */
export function repeatedHeaders(envelope: Envelope<unknown>): Record<string, string> {
  const seconds = envelope.ok ? undefined : envelope.error.details['retryAfterSeconds'];
  return typeof seconds === 'number' ? { 'Retry-After': String(seconds) } : {};
}
