/** What a code means and what helps, in English for developers; `docs/errors.md` is generated from it. Not API. */
export interface ErrorExplanation {
  readonly cause: string;
  readonly remedy: string;
}

/**
 * Every failure the product can report, as `ERR_<AREA>_<CONDITION>`. Codes are API: they travel unchanged through the
 * core, the bridge, the SDK and `--json`. Messages are not API. Areas are sorted by who can act on them.
 */
export const ERRORS = {
  // PCSC: the computer's smart-card service or reader. The person at the PC, or an administrator, can act.
  ERR_PCSC_BINDING_MISSING: {
    cause: 'the native PC/SC binding is not installed',
    remedy: 'install it, or use the virtual card',
  },
  ERR_PCSC_UNAVAILABLE: {
    cause: "the system's smart-card service does not answer",
    remedy: 'start it (pcscd, Smart Card)',
  },
  ERR_PCSC_NO_READER: { cause: 'no card reader is connected', remedy: 'connect one' },
  ERR_PCSC_READER_CHOICE: { cause: 'several readers hold a card', remedy: 'name one with --reader' },
  ERR_PCSC_READER_GONE: { cause: 'the reader was disconnected', remedy: 'connect it and try again' },
  ERR_PCSC_SHARING_VIOLATION: { cause: 'another program uses the card', remedy: 'close it and try again' },
  ERR_PCSC_TIMEOUT: { cause: 'reader or service did not answer in time', remedy: 'connect the reader anew' },
  ERR_PCSC_PROCESS: { cause: 'the process that talks to readers ended', remedy: 'try again; a new one is started' },
  ERR_PCSC_FAILURE: { cause: 'any other failure of the smart-card service', remedy: 'see the status in the details' },
  // CARD: the card itself. The person can put it back or use another one.
  ERR_CARD_ABSENT: { cause: 'no card is in the reader', remedy: 'put it in' },
  ERR_CARD_REMOVED: { cause: 'the card was taken out too early', remedy: 'leave it in until the end' },
  ERR_CARD_CHANGED: { cause: 'another card was put in meanwhile', remedy: 'start again with one card' },
  ERR_CARD_UNSUPPORTED: { cause: 'the card has no such application', remedy: 'use a My Number Card' },
  ERR_CARD_RESPONSE: { cause: 'the card answered what no card should', remedy: 'try again; report it if it stays' },
  ERR_CARD_UNAVAILABLE: {
    cause: 'reader, card, PIN or certificate; the client has told the person which',
    remedy: 'offer to start again',
  },
  // PIN: the secret. Only the person can act; a blocked one is unblocked at the municipal office.
  ERR_PIN_INCORRECT: { cause: 'the PIN was wrong', remedy: 'mind the tries left' },
  ERR_PIN_BLOCKED: { cause: 'the PIN is blocked', remedy: 'have it reset at the municipal office' },
  ERR_PIN_FORMAT: { cause: 'the entry cannot be this PIN; the card was not asked', remedy: 'enter it again' },
  ERR_PIN_TRIES_CHANGED: { cause: 'another program used tries meanwhile', remedy: 'look at the tries left' },
  // CERT: a certificate is missing, malformed, out of date, of the wrong kind, or not under a trust anchor.
  ERR_CERT_MISSING: { cause: 'the certificate is not on the card', remedy: 'have it issued at the municipal office' },
  ERR_CERT_MALFORMED: { cause: 'not a certificate of RFC 5280', remedy: 'refuse it' },
  ERR_CERT_EXPIRED: { cause: 'the certificate is no longer in force', remedy: 'have it renewed' },
  ERR_CERT_NOT_YET_VALID: { cause: 'the certificate is not in force yet', remedy: "check the PC's clock" },
  ERR_CERT_USAGE: { cause: 'the certificate is for another use', remedy: 'use the other one of the card' },
  ERR_CERT_UNTRUSTED: { cause: 'no path to a trust anchor', remedy: "check the verifier's anchors" },
  // SIGN: a signature, a signed object or an authentication token does not hold.
  ERR_SIGN_MISMATCH: { cause: 'the signature belongs to another certificate', remedy: 'refuse it' },
  ERR_SIGN_FORMAT: { cause: 'not a well-formed signature or token', remedy: 'refuse it' },
  ERR_SIGN_ALGORITHM: { cause: 'an algorithm or key that is not accepted', remedy: 'refuse it' },
  ERR_SIGN_DIGEST: { cause: 'the content is not what was signed or shown', remedy: 'refuse it' },
  ERR_SIGN_INVALID: { cause: 'the signature does not hold', remedy: 'refuse it; check origin and nonce' },
  ERR_SIGN_TIME_STAMP: {
    cause: 'the time-stamping authority did not answer, or with no time stamp that holds; `details.reason` says which',
    remedy: "check the authority's address, try again, or sign without a time stamp",
  },
  // USER: the person decided, or did not.
  ERR_USER_REFUSED: { cause: 'the person refused', remedy: 'respect it' },
  ERR_USER_CANCELLED: {
    cause: 'the person closed the dialog, or the page went away',
    remedy: 'offer to start again',
  },
  ERR_USER_TIMEOUT: { cause: 'nobody answered in time', remedy: 'offer to start again' },
  ERR_USER_BLOCKED: { cause: 'the person has blocked this site', remedy: 'respect it; the person can undo it' },
  ERR_USER_PERMISSION_DENIED: {
    cause: 'the browser does not let this page reach programs on this PC: the person, or a policy, said no',
    remedy: "explain where the browser's permission is changed, or offer the redirect route",
  },
  ERR_USER_PERMISSION_TIMEOUT: {
    cause: "the browser's question about programs on this PC was not answered in time",
    remedy: 'point to the question and offer to start again',
  },
  // ORIGIN: who asks is not allowed to ask.
  ERR_ORIGIN_MISSING: {
    cause: 'no `Origin`, or `null`',
    remedy: 'call from a normal page, not from a sandboxed frame or a `file:`',
  },
  ERR_ORIGIN_NOT_ALLOWED: { cause: 'not an exact `https:` origin', remedy: 'serve the page over https' },
  ERR_ORIGIN_HOST: { cause: '`Host` is not the loopback address', remedy: 'use the literal address' },
  ERR_ORIGIN_USER: {
    cause: 'the request comes from another user of this PC',
    remedy: "use the client that runs in one's own session; the SDK tries the next port",
  },
  ERR_ORIGIN_REDIRECT_URI: {
    cause: '`redirect_uri` is not an exact https URL without user name and fragment',
    remedy: 'correct it',
  },
  // POLICY: an administrator's, a registry entry's or the product's own rule.
  ERR_POLICY_ORIGIN: { cause: "not on the administrator's list", remedy: 'ask the administrator' },
  ERR_POLICY_TEST_CARD: { cause: 'the test card outside developer mode', remedy: 'use developer mode' },
  ERR_POLICY_OPERATION: {
    cause: 'policy or the registry entry does not let this origin ask for this',
    remedy: 'ask for what is allowed, or have the entry changed',
  },
  ERR_POLICY_REQUEST_UNSIGNED: {
    cause:
      'this request has to be signed by the service: its entry demands it, or it came by redirect and is no log-in',
    remedy: 'sign the request with a key of the registry entry',
  },
  ERR_POLICY_ENCRYPTION_KEY: {
    cause: 'results may be encrypted to verifiers of the registry only',
    remedy: 'name a verifier, or have the policy changed',
  },
  ERR_POLICY_PERMISSIONS_POLICY: {
    cause: 'the page is in a frame without `allow="loopback-network"`, or its `Permissions-Policy` forbids it',
    remedy: 'change the frame or the header',
  },
  // PROTOCOL: the caller's program must be corrected, or must wait.
  ERR_PROTOCOL_VERSION: { cause: 'header missing or another version', remedy: 'update the SDK' },
  ERR_PROTOCOL_CONTENT_TYPE: { cause: 'not the content type of this resource', remedy: 'correct the call' },
  ERR_PROTOCOL_BODY_TOO_LARGE: {
    cause: 'a request of more than 1 MiB, or an upload of more than 64 MiB',
    remedy: 'upload what is large; sign less at a time',
  },
  ERR_PROTOCOL_MALFORMED: { cause: 'not a message of the contract', remedy: 'correct the call' },
  ERR_PROTOCOL_NOT_FOUND: { cause: 'no such resource', remedy: 'correct the call' },
  ERR_PROTOCOL_METHOD: { cause: 'no such method there', remedy: 'correct the call' },
  ERR_PROTOCOL_SESSION_UNKNOWN: { cause: "ended, delivered, or another origin's", remedy: 'start again' },
  ERR_PROTOCOL_UPLOAD_UNKNOWN: {
    cause: "used, deleted, kept too long without being used, or another origin's",
    remedy: 'upload it again',
  },
  ERR_PROTOCOL_UPLOADS_FULL: {
    cause: 'this origin, or all together, have too many or too large uploads that no session uses',
    remedy: 'sign or delete some of them, or wait',
  },
  ERR_PROTOCOL_ROUTE: {
    cause: 'this cannot go by that route: large contents and very many items need HTTP on this PC',
    remedy: 'let the page use the loopback route, or ask for less',
  },
  ERR_PROTOCOL_BUSY: { cause: 'this origin has too many open requests', remedy: 'wait for one of them' },
  ERR_PROTOCOL_QUEUE_FULL: { cause: 'too many requests wait for the person', remedy: 'wait, try again' },
  ERR_PROTOCOL_RATE_LIMITED: {
    cause: 'this origin asked too often, or again too soon after a refusal',
    remedy: 'wait as many seconds as `details.retryAfterSeconds` says',
  },
  ERR_PROTOCOL_REQUEST_SIGNATURE: {
    cause: 'the signed request has another type or algorithm, an unknown key, or a signature that does not hold',
    remedy: 'correct the signing',
  },
  ERR_PROTOCOL_REQUEST_CLAIMS: {
    cause: 'audience, origin or times of the signed request do not fit',
    remedy: 'correct the claims; check the clocks',
  },
  ERR_PROTOCOL_REPLAYED: { cause: '`jti` or `state` was used before', remedy: 'make a new one for each request' },
  ERR_PROTOCOL_VERIFIER_UNKNOWN: { cause: '`encryptTo` names no verifier of the registry', remedy: 'correct the name' },
  ERR_PROTOCOL_UNREACHABLE: {
    cause: 'made by the SDK: no client answered by any route; `details` say what was tried',
    remedy: 'say that Madoguchi must be installed and started',
  },
  ERR_PROTOCOL_RESULT_ENCRYPTION: {
    cause: 'made by the verifier: the encrypted result is not for this key, or is malformed',
    remedy: 'refuse it',
  },
  ERR_PROTOCOL_RESULT_BINDING: {
    cause: 'made by the verifier: the result belongs to another origin, operation or nonce',
    remedy: 'refuse it',
  },
  ERR_PROTOCOL_NONCE: {
    cause: 'made by the verifier: the nonce was not issued to this session, is too old or was used',
    remedy: 'start again with a new one',
  },
  ERR_PROTOCOL_STATE: {
    cause: 'made by the verifier: the result of a redirect belongs to another session, is too old or was used',
    remedy: 'refuse it; start again',
  },
  // INTERNAL: nobody outside can act. Shows no detail to pages.
  ERR_INTERNAL: { cause: 'a defect', remedy: 'report it' },
  ERR_INTERNAL_FILE: { cause: 'a file of this program cannot be read or written', remedy: 'see the details' },
} as const satisfies Record<`ERR_${ErrorArea}_${string}` | 'ERR_INTERNAL', ErrorExplanation>;

export type ErrorCode = keyof typeof ERRORS;

export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

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
