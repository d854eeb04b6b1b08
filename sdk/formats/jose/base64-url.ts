import { decodeBase64, encodeBase64 } from '../bytes.js';
import { FormatError } from '../format-error.js';

/** Octets encoded at a time: a multiple of three, so that no padding falls between two pieces. */
const OCTETS_PER_PIECE = 3 * 65_536;

/** Base64url without padding (RFC 7515 §2). */
export function encodeBase64Url(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += OCTETS_PER_PIECE) {
    pieces.push(toUrlAlphabet(encodeBase64(bytes.subarray(offset, offset + OCTETS_PER_PIECE))));
  }
  return pieces.join('');
}

function toUrlAlphabet(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/**
 * Octets of base64url without padding. Other alphabets, padding, white space and set bits after the last octet are refused,
 * so that each octet string has exactly one text.
 * @throws FormatError `ERR_SIGN_FORMAT`, `jws-base64url`
 */
export function decodeBase64Url(text: string): Uint8Array {
  if (!/^[\w-]*$/.test(text)) throw malformed();
  try {
    const padded = text.padEnd(Math.ceil(text.length / 4) * 4, '=');
    return decodeBase64(padded.replaceAll('-', '+').replaceAll('_', '/'));
  } catch (cause) {
    throw malformed(cause);
  }
}

function malformed(cause?: unknown): FormatError {
  return new FormatError('ERR_SIGN_FORMAT', 'not base64url', { cause, reason: 'jws-base64url' });
}
