import { element, nullValue, oid, sequence } from './asn1/write.js';
import { Identifier, type Asn1Element, type Asn1Fields } from './asn1/read.js';
import { FormatError, type FormatErrorCode } from './format-error.js';
import { PublicKeyOid } from './oids.js';
import type { DigestAlgorithm, SignatureAlgorithm } from './ports.js';

/** Kinds of keys the signature algorithms take. */
export type KeyKind = 'RSA' | 'P-256' | 'P-384';

export interface DigestAlgorithmEntry {
  readonly name: DigestAlgorithm;
  readonly oid: string;
  /** Octets of a digest. */
  readonly length: number;
  /** Read, so that an old signature can be named for what it is; never written and never taken as proof. */
  readonly legacy: boolean;
}

export interface SignatureAlgorithmEntry {
  /** JOSE name, RFC 7518 §3.1. */
  readonly name: SignatureAlgorithm;
  /** RFC 5754 §3: `sha256WithRSAEncryption`, `ecdsa-with-SHA256` and so on. */
  readonly oid: string;
  readonly digestAlgorithm: DigestAlgorithm;
  readonly keyKind: KeyKind;
}

const DIGEST_ALGORITHMS: readonly DigestAlgorithmEntry[] = [
  { name: 'SHA-1', oid: '1.3.14.3.2.26', length: 20, legacy: true },
  { name: 'SHA-256', oid: '2.16.840.1.101.3.4.2.1', length: 32, legacy: false },
  { name: 'SHA-384', oid: '2.16.840.1.101.3.4.2.2', length: 48, legacy: false },
  { name: 'SHA-512', oid: '2.16.840.1.101.3.4.2.3', length: 64, legacy: false },
];

/** The one list of accepted signature algorithms. What is not here is refused wherever it appears. */
const SIGNATURE_ALGORITHMS: readonly SignatureAlgorithmEntry[] = [
  { name: 'RS256', oid: '1.2.840.113549.1.1.11', digestAlgorithm: 'SHA-256', keyKind: 'RSA' },
  { name: 'RS384', oid: '1.2.840.113549.1.1.12', digestAlgorithm: 'SHA-384', keyKind: 'RSA' },
  { name: 'RS512', oid: '1.2.840.113549.1.1.13', digestAlgorithm: 'SHA-512', keyKind: 'RSA' },
  { name: 'ES256', oid: '1.2.840.10045.4.3.2', digestAlgorithm: 'SHA-256', keyKind: 'P-256' },
  { name: 'ES384', oid: '1.2.840.10045.4.3.3', digestAlgorithm: 'SHA-384', keyKind: 'P-384' },
];

export function digestAlgorithm(name: DigestAlgorithm): DigestAlgorithmEntry {
  return found(DIGEST_ALGORITHMS.find((entry) => entry.name === name));
}

export function signatureAlgorithm(name: SignatureAlgorithm): SignatureAlgorithmEntry {
  return found(SIGNATURE_ALGORITHMS.find((entry) => entry.name === name));
}

/** For callers without types: a name that is not in the table must not become an undefined algorithm. */
function found<Entry>(entry: Entry | undefined): Entry {
  if (entry === undefined) throw new FormatError('ERR_SIGN_ALGORITHM', 'unknown algorithm');
  return entry;
}

export function digestAlgorithmByOid(oid: string): DigestAlgorithmEntry | undefined {
  return DIGEST_ALGORITHMS.find((entry) => entry.oid === oid);
}

export function signatureAlgorithmByOid(oid: string): SignatureAlgorithmEntry | undefined {
  return SIGNATURE_ALGORITHMS.find((entry) => entry.oid === oid);
}

/**
 * The algorithm of a SignerInfo (RFC 5652 §5.3). `rsaEncryption` names none by itself: there the digest algorithm
 * decides (RFC 3370 §3.2). Undefined where the two disagree or are not in the table.
 */
export function signerInfoAlgorithm(signatureOid: string, digestOid: string): SignatureAlgorithmEntry | undefined {
  const digestName = digestAlgorithmByOid(digestOid)?.name;
  return SIGNATURE_ALGORITHMS.find(
    (entry) =>
      entry.digestAlgorithm === digestName &&
      (entry.oid === signatureOid || (entry.keyKind === 'RSA' && signatureOid === PublicKeyOid.rsaEncryption)),
  );
}

/** An AlgorithmIdentifier (RFC 5280 §4.1.1.2) as found. */
export interface AlgorithmIdentifier {
  readonly oid: string;
  /** Undefined: absent. */
  readonly parameters: Asn1Element | undefined;
}

/** Takes the fields of one AlgorithmIdentifier. @throws FormatError with the fields' own code */
export function readAlgorithmIdentifier(fields: Asn1Fields): AlgorithmIdentifier {
  const oid = fields.oid();
  const parameters = fields.isEmpty ? undefined : fields.any();
  fields.end();
  return { oid, parameters };
}

/**
 * Digest and signature algorithms of the table take no parameters: absent, or NULL, which RSA demands and digests may
 * have (RFC 5754 §§2 and 3.2). Anything else is not the algorithm it claims to be.
 * @throws FormatError
 */
export function requireNoParameters(identifier: AlgorithmIdentifier, code: FormatErrorCode): void {
  if (identifier.parameters !== undefined && identifier.parameters.identifier !== Identifier.NULL) {
    throw new FormatError(code, 'algorithm with unexpected parameters', { reason: 'algorithm-parameters' });
  }
}

/** DER, parameters absent (RFC 5754 §2). */
export function encodeDigestAlgorithm(name: DigestAlgorithm): Uint8Array {
  return sequence(oid(digestAlgorithm(name).oid));
}

/** DER; parameters are NULL for RSA and absent for ECDSA (RFC 5754 §§3.2 and 3.3). */
export function encodeSignatureAlgorithm(name: SignatureAlgorithm): Uint8Array {
  const entry = signatureAlgorithm(name);
  return sequence(oid(entry.oid), ...(entry.keyKind === 'RSA' ? [nullValue()] : []));
}

/**
 * DER DigestInfo (RFC 8017 §9.2), parameters NULL: what a card pads and signs for RSASSA-PKCS1-v1_5.
 * @throws FormatError `ERR_SIGN_ALGORITHM` for SHA-1, `ERR_SIGN_DIGEST` for a digest of another length
 */
export function encodeDigestInfo(name: DigestAlgorithm, digest: Uint8Array): Uint8Array {
  const entry = digestAlgorithm(name);
  if (entry.legacy) throw new FormatError('ERR_SIGN_ALGORITHM', `${name} is not signed`);
  if (digest.length !== entry.length) throw new FormatError('ERR_SIGN_DIGEST', `not a ${name} digest`);
  return sequence(sequence(oid(entry.oid), nullValue()), element(Identifier.OCTET_STRING, digest));
}
