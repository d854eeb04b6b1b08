import { concatBytes } from './tlv.js';

/** Bytes of EF 0006 of the JPKI application; the layout is that of PKCS#11 `CK_TOKEN_INFO`. */
const LENGTH = 160;

const FLAGS = 0x0000040d;
const MAX_PIN_LENGTH = 16;
const MIN_PIN_LENGTH = 6;
const NOT_KNOWN = 0xffffffff;

/** Token information with `label`, which tells the media apart; the rest names the virtual card. */
export function encodeTokenInfo(label: string): Uint8Array {
  const encoded = concatBytes(
    padded(label, 32),
    padded('Madoguchi', 32),
    padded('VIRTUAL', 16),
    padded('0', 16),
    words([FLAGS, 0, 0, 0, 0, MAX_PIN_LENGTH, MIN_PIN_LENGTH, NOT_KNOWN, NOT_KNOWN, NOT_KNOWN, NOT_KNOWN]),
    padded('03', 2),
    padded('01', 2),
    padded('9'.repeat(16), 16),
  );
  if (encoded.length !== LENGTH) throw new RangeError('token information has the wrong length');
  return encoded;
}

function padded(text: string, length: number): Uint8Array {
  return Buffer.from(text.padEnd(length, ' '), 'ascii');
}

function words(values: readonly number[]): Uint8Array {
  const encoded = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => encoded.writeUInt32BE(value, 4 * index));
  return encoded;
}
