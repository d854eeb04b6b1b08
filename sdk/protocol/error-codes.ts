/**
 * Every failure the product can report, as `ERR_<AREA>_<CONDITION>`. Codes are API: they travel unchanged through the
 * core, the bridge, the SDK and `--json`. Messages are not API. Areas are sorted by who can act on them.
 */
export const ERROR_CODES = [
  // PCSC: the computer's smart-card service or reader. The person at the PC, or an administrator, can act.
  'ERR_PCSC_BINDING_MISSING',
  'ERR_PCSC_UNAVAILABLE',
  'ERR_PCSC_NO_READER',
  'ERR_PCSC_READER_CHOICE',
  'ERR_PCSC_READER_GONE',
  'ERR_PCSC_SHARING_VIOLATION',
  'ERR_PCSC_TIMEOUT',
  'ERR_PCSC_PROCESS',
  'ERR_PCSC_FAILURE',
  // CARD: the card itself. The person can put it back or use another one.
  'ERR_CARD_ABSENT',
  'ERR_CARD_REMOVED',
  'ERR_CARD_CHANGED',
  'ERR_CARD_UNSUPPORTED',
  'ERR_CARD_RESPONSE',
  'ERR_CARD_UNAVAILABLE',
  // PIN: the secret. Only the person can act; a blocked one is unblocked at the municipal office.
  'ERR_PIN_INCORRECT',
  'ERR_PIN_BLOCKED',
  'ERR_PIN_FORMAT',
  'ERR_PIN_TRIES_CHANGED',
  // CERT: a certificate is missing, malformed, out of date, of the wrong kind, or not under a trust anchor.
  'ERR_CERT_MISSING',
  'ERR_CERT_MALFORMED',
  'ERR_CERT_EXPIRED',
  'ERR_CERT_NOT_YET_VALID',
  'ERR_CERT_USAGE',
  'ERR_CERT_UNTRUSTED',
  // SIGN: a signature, a signed object or an authentication token does not hold.
  'ERR_SIGN_MISMATCH',
  'ERR_SIGN_FORMAT',
  'ERR_SIGN_ALGORITHM',
  'ERR_SIGN_DIGEST',
  'ERR_SIGN_INVALID',
  // USER: the person decided, or did not.
  'ERR_USER_REFUSED',
  'ERR_USER_CANCELLED',
  'ERR_USER_TIMEOUT',
  // ORIGIN: who asks is not allowed to ask.
  'ERR_ORIGIN_MISSING',
  'ERR_ORIGIN_NOT_ALLOWED',
  'ERR_ORIGIN_HOST',
  // POLICY: an administrator's or the product's own rule.
  'ERR_POLICY_ORIGIN',
  'ERR_POLICY_TEST_CARD',
  // PROTOCOL: the caller's program must be corrected, or must wait.
  'ERR_PROTOCOL_VERSION',
  'ERR_PROTOCOL_CONTENT_TYPE',
  'ERR_PROTOCOL_BODY_TOO_LARGE',
  'ERR_PROTOCOL_MALFORMED',
  'ERR_PROTOCOL_NOT_FOUND',
  'ERR_PROTOCOL_METHOD',
  'ERR_PROTOCOL_SESSION_UNKNOWN',
  'ERR_PROTOCOL_BUSY',
  'ERR_PROTOCOL_UNREACHABLE',
  // INTERNAL: nobody outside can act. Shows no detail to pages.
  'ERR_INTERNAL',
  'ERR_INTERNAL_FILE',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** The second word of a code. */
export type ErrorArea =
  'PCSC' | 'CARD' | 'PIN' | 'CERT' | 'SIGN' | 'USER' | 'ORIGIN' | 'POLICY' | 'PROTOCOL' | 'INTERNAL';

/** Area of a code: `ERR_PIN_BLOCKED` → `PIN`. */
export function errorArea(code: ErrorCode): ErrorArea {
  return code.split('_')[1] as ErrorArea;
}

/**
 * The code a web page may see in place of `code`. Causes in the PC's hardware, in the card, its PIN or its certificates
 * collapse into one code, so that a page can neither fingerprint readers nor learn how many PIN tries are left.
 */
export function publicErrorCode(code: ErrorCode): ErrorCode {
  switch (errorArea(code)) {
    case 'USER':
    case 'ORIGIN':
    case 'POLICY':
    case 'PROTOCOL':
      return code;
    case 'INTERNAL':
      return 'ERR_INTERNAL';
    case 'PCSC':
    case 'CARD':
    case 'PIN':
    case 'CERT':
    case 'SIGN':
      return 'ERR_CARD_UNAVAILABLE';
  }
}
