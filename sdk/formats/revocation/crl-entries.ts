/** The entries of a CRL (RFC 5280 §5.3), which may be millions: walked, and decoded only where one is asked for. */
import { Asn1Fields, Identifier, readAsn1, type ReadOptions } from '../asn1/read.js';
import { DerCursor } from '../asn1/cursor.js';
import { encodeSerialNumber } from '../cms/signed-attributes.js';
import type { Certificate } from '../certificate.js';
import { readExtensions, type Extension } from '../extensions.js';
import { FormatError } from '../format-error.js';
import { namingReason } from '../named-reason.js';
import { CrlExtensionOid } from '../oids.js';
import { readTime } from '../time.js';
import { crlReason, revokedFrom, type CrlReason, type Revocation } from './certificate-status.js';
import type { Crl } from './crl.js';

const CODE = 'ERR_SIGN_FORMAT';
const ENTRY_LIMITS: ReadOptions = { encoding: 'DER', code: CODE, maxBytes: 4096, maxDepth: 12, maxElements: 128 };

/**
 * Steps from entry to entry. Each one is checked as far as its serial number, its times and whether it has critical
 * extensions: RFC 5280 §5.3 forbids the whole CRL where one of them is not known.
 */
export class CrlEntries {
  readonly #cursor: DerCursor;
  /** Where the entry begins. */
  start = 0;
  /** Contents of its serial number. */
  serialStart = 0;
  serialEnd = 0;

  constructor({ der, entries }: Pick<Crl, 'der' | 'entries'>) {
    this.#cursor = new DerCursor(der, CODE, entries);
  }

  /** Goes to the next entry. @returns false at the end @throws FormatError `ERR_SIGN_FORMAT` */
  next(): boolean {
    const cursor = this.#cursor;
    if (cursor.isAtEnd) return false;
    this.start = cursor.position;
    // Inside of the entry with the same cursor: a million of them would each cost an object.
    cursor.skip(Identifier.SEQUENCE);
    const end = cursor.position;
    cursor.position = cursor.contentsStart;
    this.serialStart = cursor.skip(Identifier.INTEGER);
    this.serialEnd = cursor.position;
    this.#checkSerialNumber();
    cursor.skip(cursor.peek() === Identifier.UTC_TIME ? Identifier.UTC_TIME : Identifier.GENERALIZED_TIME);
    if (cursor.position < end) this.#checkExtensions(end);
    if (cursor.position !== end) cursor.refuse('an entry does not end where it should');
    return true;
  }

  /** Another encoding of the same number would hide the entry from whoever looks for its octets. */
  #checkSerialNumber(): void {
    const { bytes } = this.#cursor;
    const first = bytes[this.serialStart] ?? 0;
    const second = bytes[this.serialStart + 1] ?? 0;
    const length = this.serialEnd - this.serialStart;
    const isPadded = length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
    if (length === 0 || isPadded) this.#cursor.refuse('INTEGER is not minimal');
  }

  #checkExtensions(end: number): void {
    const cursor = this.#cursor;
    cursor.skip(Identifier.SEQUENCE);
    if (cursor.position !== end) cursor.refuse('an entry does not end where it should');
    cursor.position = cursor.contentsStart;
    while (cursor.position < end) {
      cursor.skip(Identifier.SEQUENCE);
      const extensionEnd = cursor.position;
      cursor.position = cursor.contentsStart;
      const oidStart = cursor.skip(Identifier.OID);
      const oidEnd = cursor.position;
      if (cursor.peek() === Identifier.BOOLEAN) {
        cursor.skip(Identifier.BOOLEAN);
        if (!isProcessed(cursor.bytes, oidStart, oidEnd)) {
          throw new FormatError(CODE, 'a critical entry extension', { reason: 'crl-critical-extension' });
        }
      }
      cursor.skip(Identifier.OCTET_STRING);
      if (cursor.position !== extensionEnd) cursor.refuse('an extension does not end where it should');
    }
  }
}

/** reasonCode and invalidityDate: 55 1D 15 and 55 1D 18. */
function isProcessed(bytes: Uint8Array, start: number, end: number): boolean {
  const last = bytes[start + 2];
  return end - start === 3 && bytes[start] === 0x55 && bytes[start + 1] === 0x1d && (last === 0x15 || last === 0x18);
}

/**
 * Looks a certificate up by its serial number, in one pass over all entries.
 * @returns undefined where the CRL does not list it
 * @throws FormatError `ERR_SIGN_FORMAT`: `crl-format`, `crl-critical-extension`, `crl-remove-from-crl`
 */
export function findRevocation(crl: Crl, certificate: Certificate): Revocation | undefined {
  return namingReason('crl-format', () => {
    const serial = serialContents(certificate);
    const entries = new CrlEntries(crl);
    const starts: number[] = [];
    while (entries.next()) {
      if (isAt(crl.der, entries, serial) && starts.length < MAX_ENTRIES_PER_CERTIFICATE) starts.push(entries.start);
    }
    return earliestRevocation(crl, starts);
  });
}

/** Entries of one serial number that are decoded; more than one is already odd. */
const MAX_ENTRIES_PER_CERTIFICATE = 16;

/** Contents octets of the INTEGER. */
export function serialContents(certificate: Certificate): Uint8Array {
  // At most 21 octets: the header is two.
  return encodeSerialNumber(certificate).subarray(2);
}

/** Whether the entry's serial number has these contents. */
export function isAt(
  der: Uint8Array,
  entry: { readonly serialStart: number; readonly serialEnd: number },
  serial: Uint8Array,
): boolean {
  const { serialStart, serialEnd } = entry;
  if (serialEnd - serialStart !== serial.length) return false;
  // From the end, where serial numbers of one issuer differ.
  for (let index = serial.length - 1; index >= 0; index -= 1) {
    if (der[serialStart + index] !== serial[index]) return false;
  }
  return true;
}

/** @param starts offsets of entries of one serial number @throws FormatError `ERR_SIGN_FORMAT` */
export function earliestRevocation({ der, entries }: Crl, starts: readonly number[]): Revocation | undefined {
  const revocations = starts.map((start) => {
    const cursor = new DerCursor(der, CODE, { start, end: entries.end });
    return readEntry(cursor.take(Identifier.SEQUENCE));
  });
  return revocations.reduce<Revocation | undefined>(
    (earliest, revocation) =>
      earliest === undefined || revokedFrom(revocation) < revokedFrom(earliest) ? revocation : earliest,
    undefined,
  );
}

function readEntry(encoded: Uint8Array): Revocation {
  const fields = new Asn1Fields(readAsn1(encoded, ENTRY_LIMITS), Identifier.SEQUENCE, CODE);
  fields.next(Identifier.INTEGER);
  const revocationDate = readTime(fields.any(), CODE);
  const list = fields.optional(Identifier.SEQUENCE);
  fields.end();
  const extensions = list === undefined ? new Map<string, Extension>() : readExtensions(list, CODE);
  const invalidityDate = extensions.get(CrlExtensionOid.invalidityDate);
  return {
    revocationDate,
    reason: readReasonCode(extensions.get(CrlExtensionOid.reasonCode)),
    invalidityDate:
      invalidityDate === undefined ? undefined : readTime(readAsn1(invalidityDate.value, ENTRY_LIMITS), CODE),
  };
}

/** removeFromCRL belongs into delta CRLs only (RFC 5280 §5.3.1): here nobody could say what it means. */
function readReasonCode(extension: Extension | undefined): CrlReason | undefined {
  if (extension === undefined) return undefined;
  const { identifier, contents } = readAsn1(extension.value, ENTRY_LIMITS);
  const reason = contents.length === 1 ? crlReason(contents[0]) : undefined;
  if (identifier !== Identifier.ENUMERATED || reason === undefined) throw new FormatError(CODE, 'not a CRLReason');
  if (reason === 'removeFromCRL') {
    throw new FormatError(CODE, 'an entry that is none', { reason: 'crl-remove-from-crl' });
  }
  return reason;
}
