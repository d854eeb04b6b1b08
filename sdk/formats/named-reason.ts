import { FormatError } from './format-error.js';

/**
 * Runs a reader whose refusals all mean the same to a caller: not a well-formed structure of that name. Refusals that
 * already say their reason (other than what of ASN.1 was wrong), and algorithms that are not accepted, stay what they are.
 * @throws FormatError `ERR_SIGN_FORMAT` with `reason`
 */
export function namingReason<Result>(reason: string, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    if (cause.reason !== undefined && !cause.reason.startsWith('asn1-')) throw cause;
    const code = cause.code === 'ERR_SIGN_ALGORITHM' ? cause.code : 'ERR_SIGN_FORMAT';
    throw new FormatError(code, cause.message, { cause, reason });
  }
}
