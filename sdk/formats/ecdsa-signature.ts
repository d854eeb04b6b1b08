import type { KeyKind } from './algorithms.js';
import { Asn1Fields, Identifier, readAsn1 } from './asn1/read.js';
import { sequence, unsignedInteger } from './asn1/write.js';
import { FormatError } from './format-error.js';

export type Curve = Exclude<KeyKind, 'RSA'>;

/** Octets of `r` and of `s`. */
const COORDINATE_LENGTHS = { 'P-256': 32, 'P-384': 48 } as const satisfies Record<Curve, number>;

const CODE = 'ERR_SIGN_FORMAT';

/**
 * `Ecdsa-Sig-Value` (RFC 3279 §2.2.3) from `r ‖ s`, the fixed-length form of JOSE, WebCrypto and the Web eID token.
 * @throws FormatError `ERR_SIGN_FORMAT` for another length than the curve's
 */
export function ecdsaSignatureToDer(signature: Uint8Array, curve: Curve): Uint8Array {
  const length = COORDINATE_LENGTHS[curve];
  if (signature.length !== 2 * length) throw new FormatError(CODE, 'not an ECDSA signature of this curve');
  return sequence(unsignedInteger(signature.subarray(0, length)), unsignedInteger(signature.subarray(length)));
}

/**
 * `r ‖ s` from an `Ecdsa-Sig-Value`.
 * @throws FormatError `ERR_SIGN_FORMAT` for anything but DER, and for numbers beyond the curve's length
 */
export function ecdsaSignatureFromDer(der: Uint8Array, curve: Curve): Uint8Array {
  const length = COORDINATE_LENGTHS[curve];
  const root = readAsn1(der, { encoding: 'DER', code: CODE, maxDepth: 2, maxElements: 3, maxBytes: 2 * length + 16 });
  const fields = new Asn1Fields(root, Identifier.SEQUENCE, CODE);
  const result = new Uint8Array(2 * length);
  for (const end of [length, 2 * length]) {
    const { contents } = fields.next(Identifier.INTEGER);
    const magnitude = contents[0] === 0 ? contents.subarray(1) : contents;
    if ((contents[0] ?? 0) >= 0x80 || magnitude.length > length) {
      throw new FormatError(CODE, 'ECDSA signature value is out of range');
    }
    result.set(magnitude, end - magnitude.length);
  }
  fields.end();
  return result;
}
