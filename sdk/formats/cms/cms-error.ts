import { FormatError } from '../format-error.js';

/** An error about the form of a CMS structure. */
export function malformed(reason: string, message: string, cause?: unknown): FormatError {
  return new FormatError('ERR_SIGN_FORMAT', message, { reason, ...(cause !== undefined && { cause }) });
}
