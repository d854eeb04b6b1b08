import type { Certificate } from '../certificate.js';
import { FormatError } from '../format-error.js';
import { namingReason } from '../named-reason.js';
import type { Revocation } from './certificate-status.js';
import { CrlEntries, earliestRevocation, isAt, serialContents } from './crl-entries.js';
import type { Crl } from './crl.js';

/** For many lookups in one CRL. Keeps the CRL's octets and about 20 octets for each entry; decodes what is asked for. */
export interface CrlIndex {
  readonly crl: Crl;
  /** Entries. */
  readonly size: number;
  /** As `findRevocation`, in logarithmic time. */
  find(certificate: Certificate): Revocation | undefined;
}

/** A key is a hash of the serial number in front of the entry's number, as one integer that a double holds exactly. */
const ORDINALS = 2 ** 24;
const HASHES = 2 ** 29;

/**
 * Walks all entries once and sorts them by a hash of their serial numbers. Serial numbers made to collide cost a lookup
 * of theirs time, at most as much as without index, and nobody else's.
 * @throws FormatError `ERR_SIGN_FORMAT`: `crl-format`, `crl-critical-extension`
 */
export function indexCrl(crl: Crl): CrlIndex {
  return namingReason('crl-format', () => {
    const { keys, starts } = readKeys(crl);
    keys.sort();
    return {
      crl,
      size: keys.length,
      find: (certificate) =>
        namingReason('crl-format', () => earliestRevocation(crl, findStarts({ crl, keys, starts }, certificate))),
    };
  });
}

interface Keys {
  readonly keys: Float64Array;
  /** Where each entry begins, in the order of the CRL. */
  readonly starts: Uint32Array;
}

function readKeys(crl: Crl): Keys {
  let keys = new Float64Array(1024);
  let starts = new Uint32Array(1024);
  let size = 0;
  const entries = new CrlEntries(crl);
  while (entries.next()) {
    if (size === ORDINALS) throw new FormatError('ERR_SIGN_FORMAT', 'too many entries');
    if (size === keys.length) {
      keys = grown(new Float64Array(size * 2), keys);
      starts = grown(new Uint32Array(size * 2), starts);
    }
    keys[size] = hash(crl.der, entries.serialStart, entries.serialEnd) * ORDINALS + size;
    starts[size] = entries.start;
    size += 1;
  }
  return { keys: keys.subarray(0, size), starts: starts.subarray(0, size) };
}

function grown<Numbers extends Float64Array | Uint32Array>(larger: Numbers, numbers: Numbers): Numbers {
  larger.set(numbers);
  return larger;
}

/** FNV-1a, folded to 29 bits. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let index = start; index < end; index += 1) value = Math.imul(value ^ (bytes[index] ?? 0), 0x01000193);
  return (value ^ (value >>> 29)) & (HASHES - 1);
}

function findStarts({ crl, keys, starts }: Keys & { crl: Crl }, certificate: Certificate): readonly number[] {
  const serial = serialContents(certificate);
  const lowest = hash(serial, 0, serial.length) * ORDINALS;
  const found: number[] = [];
  for (let index = lowerBound(keys, lowest); index < keys.length; index += 1) {
    const key = keys[index] ?? Infinity;
    if (key >= lowest + ORDINALS) break;
    const start = starts[key - lowest] ?? 0;
    const entry = new CrlEntries({ der: crl.der, entries: { start, end: crl.entries.end } });
    if (entry.next() && isAt(crl.der, entry, serial)) found.push(start);
  }
  return found;
}

/** Index of the first key that is not below `key`. */
function lowerBound(keys: Float64Array, key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? Infinity) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
