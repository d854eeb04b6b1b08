/** The signature on a CRL or an OCSP response. */
import {
  readAlgorithmIdentifier,
  requireNoParameters,
  signatureAlgorithm,
  signatureAlgorithmByOid,
} from '../algorithms.js';
import { Asn1Fields, Identifier, type Asn1Element } from '../asn1/read.js';
import { FormatError } from '../format-error.js';
import { namingReason } from '../named-reason.js';
import type { SignatureAlgorithm, VerifySignature } from '../ports.js';
import { acceptedKeyKind } from '../public-key.js';
import type { RevocationSource } from './certificate-status.js';

export interface SignedStatement {
  /** Exactly the octets that were signed. */
  readonly toBeSigned: Uint8Array;
  /** Undefined: none that this product accepts, SHA-1 among them. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  /** ECDSA: DER `Ecdsa-Sig-Value`. */
  readonly signature: Uint8Array;
}

/** @throws FormatError `ERR_SIGN_FORMAT` */
export function readSignatureAlgorithm(element: Asn1Element): SignatureAlgorithm | undefined {
  const identifier = readAlgorithmIdentifier(new Asn1Fields(element, Identifier.SEQUENCE, 'ERR_SIGN_FORMAT'));
  const entry = signatureAlgorithmByOid(identifier.oid);
  if (entry !== undefined) requireNoParameters(identifier, 'ERR_SIGN_FORMAT');
  return entry?.name;
}

/**
 * @param source begins the reasons: `-algorithm` and `-signature`
 * @throws FormatError `ERR_SIGN_ALGORITHM`, `ERR_SIGN_INVALID`
 */
export async function requireSignature(
  { toBeSigned, signatureAlgorithm: name, signature }: SignedStatement,
  subjectPublicKeyInfo: Uint8Array,
  { crypto, source }: { readonly crypto: VerifySignature; readonly source: RevocationSource },
): Promise<void> {
  const keyKind = namingReason(`${source}-algorithm`, () => acceptedKeyKind(subjectPublicKeyInfo));
  if (name === undefined || keyKind !== signatureAlgorithm(name).keyKind) {
    throw new FormatError('ERR_SIGN_ALGORITHM', 'signed with an algorithm that is not accepted', {
      reason: `${source}-algorithm`,
    });
  }
  if (!(await crypto.verifySignature(name, subjectPublicKeyInfo, toBeSigned, signature))) {
    throw new FormatError('ERR_SIGN_INVALID', 'the signature does not hold', { reason: `${source}-signature` });
  }
}
