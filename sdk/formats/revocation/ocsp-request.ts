import { octetString, oid, sequence, tagged } from '../asn1/write.js';
import { FormatError } from '../format-error.js';
import { OcspOid } from '../oids.js';
import type { Digest, DigestAlgorithm } from '../ports.js';
import { encodeCertificateId, type IssuedCertificate } from './certificate-id.js';

export interface OcspRequestInput extends IssuedCertificate {
  /** Of the CertID. SHA-1, which every responder knows, is right here too: it names, and nothing is signed with it. */
  readonly digestAlgorithm: DigestAlgorithm;
  /** 1–128 random octets (RFC 9654 §2.1), 32 are recommended. Left out: an answer made earlier will do. */
  readonly nonce?: Uint8Array;
  readonly crypto: Digest;
}

/**
 * DER OCSPRequest (RFC 6960 §4.1.1) for one certificate, unsigned.
 * @throws FormatError `ERR_SIGN_FORMAT` (`ocsp-nonce`) for a nonce of another length
 */
export async function encodeOcspRequest(input: OcspRequestInput): Promise<Uint8Array> {
  const { nonce, digestAlgorithm, crypto } = input;
  const request = sequence(await encodeCertificateId(input, digestAlgorithm, crypto));
  const extensions = nonce === undefined ? [] : [tagged(2, sequence(encodeNonce(nonce)))];
  return sequence(sequence(sequence(request), ...extensions));
}

function encodeNonce(nonce: Uint8Array): Uint8Array {
  if (nonce.length < 1 || nonce.length > MAX_NONCE_BYTES) {
    throw new FormatError('ERR_SIGN_FORMAT', 'nonce of a length that is not allowed', { reason: 'ocsp-nonce' });
  }
  return sequence(oid(OcspOid.nonce), octetString(octetString(nonce)));
}

/** RFC 9654 §2.1. */
const MAX_NONCE_BYTES = 128;
