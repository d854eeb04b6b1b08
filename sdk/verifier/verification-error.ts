import { FormatError, type FormatErrorCode } from '../formats/index.js';
import type { ErrorCode } from '../protocol/index.js';

/** What binds a result to a verifier, a service and a session; certificates and signatures have codes of their own. */
type BindingErrorCode = Extract<
  ErrorCode,
  'ERR_PROTOCOL_RESULT_ENCRYPTION' | 'ERR_PROTOCOL_RESULT_BINDING' | 'ERR_PROTOCOL_NONCE' | 'ERR_PROTOCOL_STATE'
>;

/** A subset of the product's codes. */
export type VerificationErrorCode = FormatErrorCode | BindingErrorCode;

/** One message per code: what exactly failed stays in `cause`, for the verifier's own log. */
const MESSAGES = {
  ERR_CERT_MISSING: 'a certificate is missing',
  ERR_CERT_MALFORMED: 'the certificate is malformed',
  ERR_CERT_EXPIRED: 'the certificate is no longer in force',
  ERR_CERT_NOT_YET_VALID: 'the certificate is not in force yet',
  ERR_CERT_USAGE: 'the certificate is not for this use',
  ERR_CERT_UNTRUSTED: 'the certificate does not lead to a trust anchor',
  ERR_SIGN_MISMATCH: 'the signature was made for another certificate',
  ERR_SIGN_FORMAT: 'the signed object is malformed',
  ERR_SIGN_ALGORITHM: 'the algorithm or key is not accepted',
  ERR_SIGN_DIGEST: 'the content is not what was signed',
  ERR_SIGN_INVALID: 'the signature does not hold',
  ERR_PROTOCOL_RESULT_ENCRYPTION: 'the encrypted result is not for this key, or is malformed',
  ERR_PROTOCOL_RESULT_BINDING: 'the result belongs to another origin, operation or nonce',
  ERR_PROTOCOL_NONCE: 'the nonce was not issued to this session, is too old or was used',
  ERR_PROTOCOL_STATE: 'the result of the redirect belongs to another session, is too old or was used',
} as const satisfies Record<VerificationErrorCode, string>;

/** What the caller was given does not verify. Misuse of the library itself is a `TypeError` instead. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError';
  readonly code: VerificationErrorCode;
  /** What Express and Fastify answer with where nobody else does. */
  readonly statusCode = 400;

  constructor(code: VerificationErrorCode, options?: { cause?: unknown }) {
    super(MESSAGES[code], options);
    this.code = code;
  }
}

/** Runs `verify` and turns the format code's errors into this library's. */
export async function withVerificationErrors<Result>(verify: () => Promise<Result>): Promise<Result> {
  try {
    return await verify();
  } catch (error) {
    throw error instanceof FormatError ? new VerificationError(error.code, { cause: error }) : error;
  }
}
