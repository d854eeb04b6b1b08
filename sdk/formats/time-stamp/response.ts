import { Asn1Fields, Identifier, readAsn1, type Asn1Element, type ReadOptions } from '../asn1/read.js';
import { unsignedInteger } from '../asn1/write.js';
import { equalBytes } from '../bytes.js';
import { FormatError, type FormatErrorCode } from '../format-error.js';
import { namingReason } from '../named-reason.js';
import type { TimeStampRequest } from './request.js';
import { readTokenContent } from './token-content.js';

/** Octets of a response: room for a token with the authority's certificates. */
export const MAX_TIME_STAMP_RESPONSE_BYTES = 64 * 1024;

const CODE = 'ERR_SIGN_FORMAT';
/** The status is DER; a token may be BER like any CMS. */
const LIMITS: ReadOptions = {
  encoding: 'BER',
  code: CODE,
  maxBytes: MAX_TIME_STAMP_RESPONSE_BYTES,
  maxDepth: 32,
  maxElements: 8192,
};

/** PKIStatus (RFC 3161 §2.4.2): the first two come with a token. */
const STATUS_NAMES = [
  'granted',
  'granted-with-mods',
  'rejected',
  'waiting',
  'revocation-warning',
  'revocation-notification',
] as const;

/** Bits of PKIFailureInfo (RFC 3161 §2.4.2). */
const FAILURES: ReadonlyMap<number, string> = new Map([
  [0, 'bad-alg'],
  [2, 'bad-request'],
  [5, 'bad-data-format'],
  [14, 'time-not-available'],
  [15, 'unaccepted-policy'],
  [16, 'unaccepted-extension'],
  [17, 'add-info-not-available'],
  [25, 'system-failure'],
]);

/**
 * Takes the token out of a TimeStampResp (RFC 3161 §2.4.2) and compares it with what was asked for. The token's signature is
 * for `verifyTimeStampToken` to check.
 * @returns the TimeStampToken exactly as sent
 * @throws FormatError `ERR_SIGN_FORMAT`: `time-stamp-` and the status where there is no token, followed by the failure
 * where one is told, such as `time-stamp-rejected-unaccepted-policy`; `time-stamp-format`, `time-stamp-imprint` (with
 * `ERR_SIGN_DIGEST`), `time-stamp-nonce`, `time-stamp-policy`
 */
export function readTimeStampResponse(bytes: Uint8Array, request: TimeStampRequest): Uint8Array {
  const token = namingReason('time-stamp-format', () => {
    const fields = new Asn1Fields(readAsn1(bytes, LIMITS), Identifier.SEQUENCE, CODE);
    requireGranted(fields.fields());
    const { encoded } = fields.next(Identifier.SEQUENCE);
    fields.end();
    return encoded;
  });
  const { messageImprint, nonce, policy } = readTokenContent(token).tstInfo;
  const isSameImprint =
    messageImprint.digestAlgorithm === request.digestAlgorithm && equalBytes(messageImprint.digest, request.digest);
  if (!isSameImprint) refuse('time-stamp-imprint', 'ERR_SIGN_DIGEST');
  const sent = unsignedInteger(request.nonce).subarray(2);
  if (nonce === undefined || !equalBytes(nonce, sent)) refuse('time-stamp-nonce');
  if (request.policy !== undefined && policy !== request.policy) refuse('time-stamp-policy');
  return token;
}

function requireGranted(status: Asn1Fields): void {
  const { contents } = status.next(Identifier.INTEGER);
  // What the authority says in words is for nobody's eyes that has not checked who it is.
  status.optional(Identifier.SEQUENCE);
  const failInfo = status.optional(Identifier.BIT_STRING);
  status.end();
  const [value = -1] = contents;
  const name = contents.length === 1 ? STATUS_NAMES[value] : undefined;
  if (name === undefined) throw new FormatError(CODE, 'unknown status');
  if (value > 1) refuse(['time-stamp', name, ...failureNames(failInfo)].join('-'));
}

function failureNames(failInfo: Asn1Element | undefined): readonly string[] {
  const octets = failInfo?.contents.subarray(1) ?? new Uint8Array();
  const names = [...FAILURES].filter(([bit]) => (((octets[bit >> 3] ?? 0) << (bit & 7)) & 0x80) !== 0);
  return names.slice(0, 1).map(([, name]) => name);
}

function refuse(reason: string, code: FormatErrorCode = CODE): never {
  throw new FormatError(code, 'no time stamp of what was asked for', { reason });
}
