import { Asn1Fields, Identifier, readAsn1 } from './asn1/read.js';
import { sequence, unsignedInteger } from './asn1/write.js';
import { FormatError } from './format-error.js';

/** Octets of a P-521 coordinate, the largest curve of JOSE. */
const MAX_COORDINATE = 66;

/**
 * `Ecdsa-Sig-Value` (RFC 3279 §2.2.3) from `r ‖ s`, the fixed-length form of JOSE, WebCrypto and the Web eID token.
 * @throws FormatError `ERR_SIGN_FORMAT`
 */
export function ecdsaSignatureToDer(signature: Uint8Array): Uint8Array {
  const length = signature.length / 2;
  if (signature.length === 0 || !Number.isInteger(length) || length > MAX_COORDINATE) {
    throw new FormatError('ERR_SIGN_FORMAT', 'not an ECDSA signature');
  }
  return sequence(unsignedInteger(signature.subarray(0, length)), unsignedInteger(signature.subarray(length)));
}

/**
 * `r ‖ s` from an `Ecdsa-Sig-Value`.
 * @param coordinateLength octets of `r` and of `s`: 32 for P-256, 48 for P-384
 * @throws FormatError `ERR_SIGN_FORMAT`
 */
export function ecdsaSignatureFromDer(der: Uint8Array, coordinateLength: number): Uint8Array {
  const code = 'ERR_SIGN_FORMAT';
  const root = readAsn1(der, { encoding: 'DER', code, maxDepth: 2, maxElements: 3, maxBytes: 2 * MAX_COORDINATE + 10 });
  const fields = new Asn1Fields(root, Identifier.SEQUENCE, code);
  const result = new Uint8Array(2 * coordinateLength);
  for (const end of [coordinateLength, 2 * coordinateLength]) {
    const { contents } = fields.next(Identifier.INTEGER);
    const magnitude = contents[0] === 0 ? contents.subarray(1) : contents;
    if ((contents[0] ?? 0) >= 0x80 || magnitude.length > coordinateLength) {
      throw new FormatError(code, 'ECDSA signature value is out of range');
    }
    result.set(magnitude, end - magnitude.length);
  }
  fields.end();
  return result;
}
