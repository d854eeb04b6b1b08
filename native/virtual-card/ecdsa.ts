import { createECDH, randomBytes, type KeyObject } from 'node:crypto';
import { EC_CURVE } from './card-material.js';
import { concatBytes } from './tlv.js';

/** Order of P-384's base point (SEC 2 §2.5.1). */
const ORDER = 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n;

/** Bytes of a coordinate, of a scalar, and of the one digest that is signed, SHA-384. */
export const P384_LENGTH = 48;

/** Eight bytes more than the order has, so that the remainder is as good as uniform (FIPS 186-5 A.3.1). */
const NONCE_SEED_LENGTH = P384_LENGTH + 8;

/**
 * ECDSA on P-384 over a digest as it is (FIPS 186-5 §6.4.1), which `node:crypto` cannot do: it insists on hashing. In
 * time that depends on the key: for test keys only.
 * @param digest 48 bytes
 * @returns r, then s, 48 bytes each, big-endian
 */
export function signP384Digest(key: KeyObject, digest: Uint8Array): Uint8Array {
  if (digest.length !== P384_LENGTH) throw new RangeError('not a SHA-384 digest');
  const { d = '' } = key.export({ format: 'jwk' });
  const privateScalar = toInteger(Buffer.from(d, 'base64url'));
  for (;;) {
    const nonce = (toInteger(randomBytes(NONCE_SEED_LENGTH)) % (ORDER - 1n)) + 1n;
    const r = toInteger(multiplyBasePoint(nonce)) % ORDER;
    const s = (inverse(nonce) * ((toInteger(digest) + r * privateScalar) % ORDER)) % ORDER;
    if (r !== 0n && s !== 0n) return concatBytes(toBytes(r), toBytes(s));
  }
}

/** @returns the x coordinate of `scalar` times the base point. */
function multiplyBasePoint(scalar: bigint): Uint8Array {
  const ecdh = createECDH(EC_CURVE);
  ecdh.setPrivateKey(toBytes(scalar));
  return ecdh.getPublicKey().subarray(1, 1 + P384_LENGTH);
}

/** Modulo the order, by Euclid's extended algorithm. */
function inverse(value: bigint): bigint {
  let [remainder, next] = [ORDER, value];
  let [coefficient, nextCoefficient] = [0n, 1n];
  while (next !== 0n) {
    const quotient = remainder / next;
    [remainder, next] = [next, remainder - quotient * next];
    [coefficient, nextCoefficient] = [nextCoefficient, coefficient - quotient * nextCoefficient];
  }
  return coefficient < 0n ? coefficient + ORDER : coefficient;
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function toBytes(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(2 * P384_LENGTH, '0'), 'hex');
}
