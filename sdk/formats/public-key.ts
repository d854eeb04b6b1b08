import { readAlgorithmIdentifier, type KeyKind } from './algorithms.js';
import { Asn1Fields, Identifier, objectIdentifier, readAsn1, type Asn1Element, type ReadOptions } from './asn1/read.js';
import { octetsOfBitString } from './extensions.js';
import { FormatError } from './format-error.js';
import { PublicKeyOid } from './oids.js';

const LIMITS: ReadOptions = {
  encoding: 'DER',
  code: 'ERR_CERT_MALFORMED',
  maxBytes: 4096,
  maxDepth: 4,
  maxElements: 16,
};

/** The floor of 電子署名法施行規則 article 2; the ceiling keeps a foreign key from costing seconds. */
const MIN_MODULUS_BITS = 2048;
const MAX_MODULUS_BITS = 8192;

/** FIPS 186-5 §5.4 asks for an odd exponent above 2^16; four octets hold every one in use. */
const MIN_EXPONENT = 65_537;
const MAX_EXPONENT_BYTES = 4;

/** RFC 5480 §2.1.1.1. */
const CURVES: ReadonlyMap<string, KeyKind> = new Map([
  ['1.2.840.10045.3.1.7', 'P-256'],
  ['1.3.132.0.34', 'P-384'],
]);

/**
 * What kind of key a SubjectPublicKeyInfo holds, given that it is strong enough to be relied on: RSA of 2048 to 8192
 * bits, P-256 or P-384. Whether an EC point lies on its curve is for the runtime that verifies with it.
 * @throws FormatError `ERR_SIGN_ALGORITHM` for another or a weaker key, `ERR_CERT_MALFORMED`
 */
export function acceptedKeyKind(subjectPublicKeyInfo: Uint8Array): KeyKind {
  const fields = new Asn1Fields(readAsn1(subjectPublicKeyInfo, LIMITS), Identifier.SEQUENCE, LIMITS.code);
  const { oid, parameters } = readAlgorithmIdentifier(fields.fields());
  const key = octetsOfBitString(fields.next(Identifier.BIT_STRING));
  fields.end();
  if (oid === PublicKeyOid.rsaEncryption && parameters?.identifier === Identifier.NULL) return rsaKeyKind(key);
  if (oid === PublicKeyOid.ecPublicKey && parameters?.identifier === Identifier.OID) return ecKeyKind(parameters);
  throw new FormatError('ERR_SIGN_ALGORITHM', 'a kind of key that is not accepted', { reason: 'key-kind' });
}

function ecKeyKind(curve: Asn1Element): KeyKind {
  const kind = CURVES.get(objectIdentifier(curve));
  if (kind === undefined)
    throw new FormatError('ERR_SIGN_ALGORITHM', 'a curve that is not accepted', { reason: 'key-curve' });
  return kind;
}

/** RSAPublicKey, RFC 8017 §A.1.1. */
function rsaKeyKind(key: Uint8Array): KeyKind {
  const fields = new Asn1Fields(readAsn1(key, LIMITS), Identifier.SEQUENCE, LIMITS.code);
  const modulus = positive(fields.next(Identifier.INTEGER));
  const exponent = positive(fields.next(Identifier.INTEGER));
  fields.end();
  const modulusBits = modulus.length * 8 - Math.clz32((modulus[0] ?? 0) << 24);
  if (modulusBits < MIN_MODULUS_BITS || modulusBits > MAX_MODULUS_BITS) {
    throw new FormatError('ERR_SIGN_ALGORITHM', 'RSA modulus of a length that is not accepted', {
      reason: 'key-rsa-modulus',
    });
  }
  const exponentValue = exponent.reduce((value, octet) => value * 256 + octet, 0);
  if (exponent.length > MAX_EXPONENT_BYTES || exponentValue < MIN_EXPONENT || exponentValue % 2 === 0) {
    throw new FormatError('ERR_SIGN_ALGORITHM', 'RSA exponent that is not accepted', { reason: 'key-rsa-exponent' });
  }
  return 'RSA';
}

function positive(integer: Asn1Element): Uint8Array {
  const { contents } = integer;
  if ((contents[0] ?? 0) >= 0x80) throw new FormatError(LIMITS.code, 'negative number in an RSA key');
  return contents[0] === 0 ? contents.subarray(1) : contents;
}
