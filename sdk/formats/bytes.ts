import { FormatError } from './format-error.js';

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The parts one after another, in a new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

/** Whether both hold the same octets. Not constant-time: for public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}

/** Order of DER SET OF elements (X.690 §11.6): unsigned octets, a prefix before what it is a prefix of. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Lower-case hexadecimal, two digits per octet. */
export function encodeHex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join('');
}

/** Octets of an even number of hexadecimal digits. @throws FormatError `ERR_SIGN_FORMAT` */
export function decodeHex(text: string): Uint8Array {
  if (!/^(?:[0-9A-Fa-f]{2})*$/.test(text)) throw new FormatError('ERR_SIGN_FORMAT', 'not hexadecimal');
  return Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}

export function encodeUtf8(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** Undefined where the octets are not well-formed UTF-8. A byte order mark is kept. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** `String.fromCharCode` takes its input as arguments, whose number engines limit. */
const CHARACTERS_PER_CALL = 8192;

/** Padded base64 of RFC 4648 §4. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let offset = 0; offset < bytes.length; offset += CHARACTERS_PER_CALL) {
    binary += String.fromCharCode(...bytes.subarray(offset, offset + CHARACTERS_PER_CALL));
  }
  return btoa(binary);
}

/**
 * Octets of padded base64 (RFC 4648 §4). White space, missing padding, the URL alphabet and set bits after the last
 * octet are refused, so that each octet string has exactly one text.
 * @throws FormatError `ERR_SIGN_FORMAT`
 */
export function decodeBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new FormatError('ERR_SIGN_FORMAT', 'not padded base64');
  }
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  const lastQuantum = bytes.subarray(bytes.length - (bytes.length % 3 || 3));
  if (text !== '' && !text.endsWith(encodeBase64(lastQuantum))) {
    throw new FormatError('ERR_SIGN_FORMAT', 'base64 is not canonical');
  }
  return bytes;
}
