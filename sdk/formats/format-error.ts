/** What the format code can report: the part of the product's error codes that concerns certificates and signatures. */
export const FORMAT_ERROR_CODES = [
  'ERR_CERT_MISSING',
  'ERR_CERT_MALFORMED',
  'ERR_CERT_EXPIRED',
  'ERR_CERT_NOT_YET_VALID',
  'ERR_CERT_USAGE',
  'ERR_CERT_UNTRUSTED',
  'ERR_SIGN_MISMATCH',
  'ERR_SIGN_FORMAT',
  'ERR_SIGN_ALGORITHM',
  'ERR_SIGN_DIGEST',
  'ERR_SIGN_INVALID',
] as const;

export type FormatErrorCode = (typeof FORMAT_ERROR_CODES)[number];

/**
 * The only error `sdk/formats` throws for expected failure. The code is API and travels on unchanged; the message is for
 * developers and never contains a serial number, a name or content.
 */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  readonly code: FormatErrorCode;
  /**
   * What exactly is wrong, where one code stands for many things: a short lower-case name such as `xml-duplicate-id`, told to
   * whoever has to look into it. Stable like the code.
   */
  readonly reason: string | undefined;

  constructor(code: FormatErrorCode, message: string, options: { cause?: unknown; reason?: string } = {}) {
    super(message, options);
    this.code = code;
    this.reason = options.reason;
  }
}
