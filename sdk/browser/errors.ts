import type { ErrorCode, WireError } from '../protocol/index.js';

/** Facts that belong to a code. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

/**
 * Every failure of `status`, `authenticate` and `sign` but an abort of the caller's own signal, which rejects with that
 * signal's reason. Decide by `code`; `message` is English text for developers and may change.
 */
export class MadoguchiError extends Error {
  override readonly name = 'MadoguchiError';
  /**
   * `ERR_USER_…`, `ERR_ORIGIN_…`, `ERR_POLICY_…`, `ERR_PROTOCOL_…`, `ERR_CARD_UNAVAILABLE` or `ERR_INTERNAL`. A client
   * newer than this package may send a code that is not in the type.
   */
  readonly code: ErrorCode;
  /** Whether the same call may succeed later unchanged. */
  readonly retriable: boolean;
  readonly details: ErrorDetails;

  constructor({ code, message, retriable, details }: WireError, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retriable = retriable;
    this.details = details;
  }
}

/**
 * Nobody answered: the client is not running or not installed, the browser or the person did not permit the connection to
 * this PC, or this site's origin may not ask. A browser tells a page no more than that.
 */
export function unreachable(cause?: unknown): MadoguchiError {
  const message = 'Madoguchi did not answer on this PC';
  return new MadoguchiError({ code: 'ERR_PROTOCOL_UNREACHABLE', message, retriable: true, details: {} }, { cause });
}

/** The answer does not follow the contract. */
export function malformedAnswer(cause?: unknown): MadoguchiError {
  const message = 'the answer does not follow the contract';
  return new MadoguchiError({ code: 'ERR_PROTOCOL_MALFORMED', message, retriable: false, details: {} }, { cause });
}
