/** A genuine CRL of as many entries as wanted, made in a second or so: tens of megabytes without a tree. */
import { element, sequence, smallInteger, tagged } from '../../sdk/formats/asn1/write.js';
import { concatBytes, encodeUtf8, parseCertificate } from '../../sdk/formats/index.js';
import { encodeTime } from '../../sdk/formats/time.js';
import { extension, minutesFromNow } from './test-authorities.js';
import { signWith, type TestAuthority } from './test-pki.js';

export interface LargeCrlOptions {
  /** With an RSA key. */
  readonly issuer: TestAuthority;
  readonly entries: number;
  /** Serial number of a further entry at the end, 16 octets, below 0x80 in the first. */
  readonly lastSerial?: Uint8Array;
}

const SERIAL_OCTETS = 16;
const TIME = encodeUtf8('260102030405Z');
/** reasonCode superseded. */
const REASON = Uint8Array.of(0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01, 0x04);
const SHORT_ENTRY = 2 + 2 + SERIAL_OCTETS + 2 + TIME.length;
const LONG_ENTRY = SHORT_ENTRY + REASON.length;

/** DER; every second entry has a reason, serial numbers are scattered and the same each time. */
export function largeCrl({ issuer, entries, lastSerial }: LargeCrlOptions): Uint8Array {
  const total = entries + (lastSerial === undefined ? 0 : 1);
  const list = new Uint8Array(Math.ceil(total / 2) * SHORT_ENTRY + Math.floor(total / 2) * LONG_ENTRY);
  const serial = new Uint8Array(SERIAL_OCTETS);
  const words = new DataView(serial.buffer);
  let offset = 0;
  for (let index = 0; index < total; index += 1) {
    // The odd multipliers make these one-to-one: no serial number comes twice.
    words.setUint32(0, (Math.imul(index, 0x9e3779b1) >>> 1) | 0x40000000);
    words.setUint32(4, Math.imul(index, 0x85ebca6b));
    words.setUint32(8, Math.imul(index, 0xc2b2ae35));
    words.setUint32(12, index);
    const isLast = index === entries && lastSerial !== undefined;
    offset = writeEntry(list, { offset, serial: isLast ? lastSerial : serial, hasReason: index % 2 === 1 });
  }
  return signed(issuer, list.subarray(0, offset));
}

function writeEntry(
  list: Uint8Array,
  { offset, serial, hasReason }: { offset: number; serial: Uint8Array; hasReason: boolean },
): number {
  const end = offset + (hasReason ? LONG_ENTRY : SHORT_ENTRY);
  list.set([0x30, end - offset - 2, 0x02, SERIAL_OCTETS], offset);
  list.set(serial, offset + 4);
  list.set([0x17, TIME.length], offset + 4 + SERIAL_OCTETS);
  list.set(TIME, offset + 6 + SERIAL_OCTETS);
  if (hasReason) list.set(REASON, offset + SHORT_ENTRY);
  return end;
}

function signed(issuer: TestAuthority, entries: Uint8Array): Uint8Array {
  const algorithm = sequence(element(0x06, Buffer.from('2a864886f70d01010b', 'hex')), element(0x05));
  const tbs = sequence(
    smallInteger(1),
    algorithm,
    parseCertificate(issuer.certificate).subject.der,
    encodeTime(minutesFromNow(-10)),
    encodeTime(minutesFromNow(30 * 24 * 60)),
    sequence(entries),
    tagged(0, sequence(extension('2.5.29.20', smallInteger(7)))),
  );
  return concatBytes(sequence(tbs, algorithm, element(0x03, Uint8Array.of(0), signWith(issuer.key, tbs))));
}
