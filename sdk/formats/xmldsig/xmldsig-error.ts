import { FormatError, type FormatErrorCode } from '../format-error.js';

/**
 * An error of XML signatures.
 * @param reason such as `xml-reference-uri`
 */
export function xmlSignatureError(
  reason: string,
  message: string,
  options: { code?: FormatErrorCode; cause?: unknown } = {},
): FormatError {
  const { code = 'ERR_SIGN_FORMAT', ...rest } = options;
  return new FormatError(code, message, { ...rest, reason });
}
