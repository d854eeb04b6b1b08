import { concatBytes, equalBytes } from '../../../sdk/formats/bytes.js';
import type { DigestAlgorithm } from '../../../sdk/formats/ports.js';

/** What a card pads and signs, and what it says. */
export interface DigestInfo {
  readonly algorithm: DigestAlgorithm;
  readonly digest: Uint8Array;
  /** DER `DigestInfo` (RFC 8017 §9.2). */
  readonly der: Uint8Array;
}

/** All that comes before the digest, parameters NULL (RFC 8017 §9.2, note 1), and how long the digest is. */
const FORMS: Readonly<Record<DigestAlgorithm, { readonly prefix: readonly number[]; readonly length: number }>> = {
  'SHA-1': {
    prefix: [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14],
    length: 20,
  },
  'SHA-256': { prefix: sha2Prefix(0x01, 32), length: 32 },
  'SHA-384': { prefix: sha2Prefix(0x02, 48), length: 48 },
  'SHA-512': { prefix: sha2Prefix(0x03, 64), length: 64 },
};
const ALGORITHMS = Object.keys(FORMS) as readonly DigestAlgorithm[];

/** With OBJECT IDENTIFIER 2.16.840.1.101.3.4.2.`arc`. */
function sha2Prefix(arc: number, length: number): readonly number[] {
  const algorithm = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, arc, 0x05, 0x00];
  const digest = [0x04, length];
  return [0x30, 2 + algorithm.length + digest.length + length, 0x30, algorithm.length, ...algorithm, ...digest];
}

/**
 * A `DigestInfo` of one of four algorithms, compared octet by octet with the one DER form it has: no other length octets, no
 * missing NULL, nothing behind it. The card would sign any bytes. Undefined for everything else.
 */
export function readDigestInfo(unverifiedDer: Uint8Array): DigestInfo | undefined {
  for (const algorithm of ALGORITHMS) {
    const { prefix, length } = FORMS[algorithm];
    const digest = unverifiedDer.slice(-length);
    const der = concatBytes(Uint8Array.from(prefix), digest);
    if (digest.length === length && equalBytes(der, unverifiedDer)) return { algorithm, digest, der };
  }
  return undefined;
}
