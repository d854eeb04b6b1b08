import { FormatError } from '../../sdk/formats/format-error.js';
import { publicErrorCode, type ErrorCode } from '../../sdk/protocol/error-codes.js';
import type { WireError } from '../../sdk/protocol/index.js';

/** Facts a person or program can act on, such as `triesLeft`. Never a PIN, an attribute or a serial number. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

export interface ClientErrorOptions {
  /** Whether the same request may succeed later unchanged. */
  retriable?: boolean;
  details?: ErrorDetails;
  cause?: unknown;
}

/** The only error class the core throws for expected failure. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ErrorCode;
  readonly retriable: boolean;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: ClientErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retriable = options.retriable ?? false;
    this.details = options.details ?? {};
  }
}

/** Anything thrown, as a `ClientError`. Errors of the format code keep their code; anything else is a defect of ours. */
export function toClientError(thrown: unknown): ClientError {
  if (thrown instanceof ClientError) return thrown;
  if (thrown instanceof FormatError) {
    const details = thrown.reason === undefined ? {} : { reason: thrown.reason };
    return new ClientError(thrown.code, thrown.message, { details, cause: thrown });
  }
  return new ClientError('ERR_INTERNAL', 'internal error', { cause: thrown });
}

/** The error as programs on this PC see it (`--json`). */
export function toWireError(error: ClientError): WireError {
  return { code: error.code, message: error.message, retriable: error.retriable, details: { ...error.details } };
}

/** What pages are told in place of the real message, which may say at which step a dialog was closed. */
const PUBLIC_MESSAGES: Partial<Record<ErrorCode, string>> = {
  ERR_CARD_UNAVAILABLE: 'the card could not be used',
  ERR_INTERNAL: 'internal error',
  ERR_USER_REFUSED: 'the person refused',
  ERR_USER_CANCELLED: 'the request was cancelled',
  ERR_USER_TIMEOUT: 'the person did not answer in time',
};

/** The error as a web page sees it: hardware, card and PIN causes collapse into one code without details. */
export function toPublicError(error: ClientError): WireError {
  const code = publicErrorCode(error.code);
  const message = PUBLIC_MESSAGES[code];
  if (message === undefined) return toWireError(error);
  return { code, message, retriable: code !== 'ERR_INTERNAL', details: {} };
}
