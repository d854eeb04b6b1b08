import { createHash } from 'node:crypto';

/** Bytes of a pairing secret: 128 bits, so that what is seen on the wire cannot be searched for it. */
export const PAIRING_SECRET_BYTES = 16;

/** Crockford's base 32: digits and capitals without I, L, O and U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BITS_PER_SYMBOL = 5n;
/** 128 bits of secret and 12 bits that tell a slip of the finger; 28 symbols. */
const CHECK_BITS = 12n;
const SYMBOLS = 28;
const GROUP = 4;

/** The secret as a person types it: seven groups of four symbols. */
export function encodePairingCode(secret: Uint8Array): string {
  if (secret.length !== PAIRING_SECRET_BYTES) throw new RangeError('a pairing secret has 16 bytes');
  let bits = (toBigInt(secret) << CHECK_BITS) | checkBits(secret);
  let symbols = '';
  for (let index = 0; index < SYMBOLS; index += 1) {
    symbols = ALPHABET.charAt(Number(bits & 31n)) + symbols;
    bits >>= BITS_PER_SYMBOL;
  }
  return (symbols.match(new RegExp(`.{${GROUP}}`, 'g')) ?? []).join('-');
}

/**
 * The secret in a typed code; case, spaces and hyphens do not matter, and O, I and L are read as 0, 1 and 1.
 * @returns undefined where it is not a code, or a symbol of it is wrong (missed once in 4096 times)
 */
export function decodePairingCode(text: string): Uint8Array | undefined {
  if (text.length > 4 * SYMBOLS) return undefined;
  const symbols = text.replace(/[\s-]/g, '').toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1');
  if (symbols.length !== SYMBOLS) return undefined;
  let bits = 0n;
  for (const symbol of symbols) {
    const value = ALPHABET.indexOf(symbol);
    if (value < 0) return undefined;
    bits = (bits << BITS_PER_SYMBOL) | BigInt(value);
  }
  const hex = (bits >> CHECK_BITS).toString(16).padStart(2 * PAIRING_SECRET_BYTES, '0');
  const secret = Uint8Array.from(Buffer.from(hex, 'hex'));
  return checkBits(secret) === (bits & ((1n << CHECK_BITS) - 1n)) ? secret : undefined;
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** The first bits of the secret's SHA-256. Whoever sees them sees the secret beside them. */
function checkBits(secret: Uint8Array): bigint {
  const digest = createHash('sha256').update(secret).digest();
  return toBigInt(digest.subarray(0, 2)) >> (16n - CHECK_BITS);
}
