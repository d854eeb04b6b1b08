import type { ErrorCode, WireError } from '../protocol/index.js';

/** Facts that belong to a code. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

/** What the page says to a person who has no client yet. Comes back unchanged as `MadoguchiError.guidance`. */
export interface Guidance {
  /** Where the client is to be had. */
  readonly downloadUrl?: string;
  readonly [member: string]: unknown;
}

interface ErrorExtras extends ErrorOptions {
  readonly guidance?: Guidance | undefined;
}

/**
 * Every failure of a call but an abort of the caller's own signal, which rejects with that signal's reason, and whatever a
 * hook of the page throws. Decide by `code`; `message` is English text for developers and may change.
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
  /**
   * Where no client was reached: `extension` (`absent`, `client-not-running`, `host-missing`, …), `permission` (the state of
   * the browser's permission for this PC), `hint` (see `docs/browser-sdk.md`) and `woken`.
   */
  readonly details: ErrorDetails;
  /** With `ERR_PROTOCOL_UNREACHABLE` where no route led to a client: the `guidance` of the options. */
  readonly guidance: Guidance | undefined;

  constructor({ code, message, retriable, details }: WireError, { guidance, ...options }: ErrorExtras = {}) {
    super(message, options);
    this.code = code;
    this.retriable = retriable;
    this.details = details;
    this.guidance = guidance;
  }
}

/** A failure that this package itself finds. */
export function failure(
  code: ErrorCode,
  message: string,
  {
    details = {},
    retriable = false,
    cause,
  }: { details?: WireError['details']; retriable?: boolean; cause?: unknown } = {},
): MadoguchiError {
  return new MadoguchiError({ code, message, retriable, details }, cause === undefined ? {} : { cause });
}

/**
 * Nobody answered: the client is not running or not installed, or this site's origin may not ask. A browser tells a page no
 * more than that.
 */
export function unreachable(cause?: unknown, details: WireError['details'] = {}): MadoguchiError {
  const message = 'Madoguchi did not answer on this PC';
  return failure('ERR_PROTOCOL_UNREACHABLE', message, { details, retriable: true, cause });
}

/** The answer does not follow the contract. */
export function malformedAnswer(cause?: unknown): MadoguchiError {
  return failure('ERR_PROTOCOL_MALFORMED', 'the answer does not follow the contract', { cause });
}

/** The same failure with more facts. Facts that it already has stay. */
export function withFacts(
  error: MadoguchiError,
  details: WireError['details'],
  guidance: Guidance | undefined,
): MadoguchiError {
  const { code, message, retriable } = error;
  const known = { ...details, ...error.details };
  return new MadoguchiError({ code, message, retriable, details: known }, { cause: error.cause, guidance });
}
