import { digestAlgorithm, encodeDigestAlgorithm } from '../algorithms.js';
import { Identifier } from '../asn1/read.js';
import { element, octetString, oid, sequence, smallInteger, unsignedInteger } from '../asn1/write.js';
import { FormatError } from '../format-error.js';
import type { MessageImprint } from './tst-info.js';

export interface TimeStampRequest extends MessageImprint {
  /** Random, unsigned, big-endian: 1–32 octets. */
  readonly nonce: Uint8Array;
  /** OID that the authority is to work under. Left out: the authority chooses. */
  readonly policy?: string;
  /** Whether the token is to contain the authority's certificate, without which nobody can check it. */
  readonly certReq: true;
}

/**
 * DER TimeStampReq (RFC 3161 §2.4.1).
 * @throws FormatError `ERR_SIGN_ALGORITHM` for SHA-1, `ERR_SIGN_DIGEST` for a digest of another length, `ERR_SIGN_FORMAT`
 * (`time-stamp-nonce`) for a nonce of another length
 */
export function encodeTimeStampRequest(request: TimeStampRequest): Uint8Array {
  const { nonce, policy, digest } = request;
  const entry = digestAlgorithm(request.digestAlgorithm);
  if (entry.legacy) throw new FormatError('ERR_SIGN_ALGORITHM', `${entry.name} is not time-stamped`);
  if (digest.length !== entry.length) throw new FormatError('ERR_SIGN_DIGEST', `not a ${entry.name} digest`);
  if (nonce.length < 1 || nonce.length > MAX_NONCE_BYTES) {
    throw new FormatError('ERR_SIGN_FORMAT', 'nonce of another length', { reason: 'time-stamp-nonce' });
  }
  return sequence(
    smallInteger(1),
    sequence(encodeDigestAlgorithm(entry.name), octetString(digest)),
    ...(policy === undefined ? [] : [oid(policy)]),
    unsignedInteger(nonce),
    element(Identifier.BOOLEAN, Uint8Array.of(0xff)),
  );
}

const MAX_NONCE_BYTES = 32;
