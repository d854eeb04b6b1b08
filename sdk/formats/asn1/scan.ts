/**
 * The gate before anything is read out of ASN.1: one pass over the octets settles that they are well-formed BER or strict
 * DER, of bounded depth and number of elements and of types that the formats consist of.
 */
import { compareBytes } from '../bytes.js';
import { FormatError, type FormatErrorCode } from '../format-error.js';

export interface ScanOptions {
  /** `DER`: X.690 §10 and §11. `BER`: also indefinite lengths, long lengths and constructed OCTET STRINGs. */
  readonly encoding: 'DER' | 'BER';
  readonly maxDepth: number;
  readonly maxElements: number;
  /** Code of the `FormatError`. */
  readonly code: FormatErrorCode;
}

const Tag = { END_OF_CONTENTS: 0x00, BOOLEAN: 0x01, INTEGER: 0x02, OCTET_STRING: 0x04, NULL: 0x05, OID: 0x06 } as const;
const TAG_SEQUENCE = 0x10;
const TAG_SET = 0x11;
const CONSTRUCTED = 0x20;

/** Universal types that no format here has: ObjectDescriptor, REAL, RELATIVE-OID, TIME, strings of old terminals and more. */
const UNUSED_TAGS: ReadonlySet<number> = new Set([0x07, 0x08, 0x09, 0x0b, 0x0d, 0x0e, 0x0f, 0x15, 0x19, 0x1d]);

/** Octets of an OBJECT IDENTIFIER. The longest in use, made from UUIDs, have twenty-some. */
const MAX_OID_BYTES = 64;

interface Header {
  readonly identifier: number;
  readonly contentsStart: number;
  /** Undefined: indefinite. */
  readonly contentsEnd: number | undefined;
}

/**
 * Checks that `bytes` are exactly one element.
 * @throws FormatError with `options.code` and a reason that starts with `asn1-`
 */
export function scanAsn1(bytes: Uint8Array, options: ScanOptions): void {
  const end = new Scanner(bytes, options).element(0, bytes.length, 1);
  if (end !== bytes.length) {
    throw new FormatError(options.code, 'octets follow the ASN.1 value', { reason: 'asn1-trailing-octets' });
  }
}

/**
 * Offset behind the element that starts at `start`, which is checked; what follows it is not.
 * @throws FormatError as `scanAsn1`
 */
export function scanElement(bytes: Uint8Array, start: number, options: ScanOptions): number {
  return new Scanner(bytes, options).element(start, bytes.length, 1);
}

class Scanner {
  readonly #bytes: Uint8Array;
  readonly #options: ScanOptions;
  #elements = 0;

  constructor(bytes: Uint8Array, options: ScanOptions) {
    this.#bytes = bytes;
    this.#options = options;
  }

  /** Offset behind the element that starts at `start` and must end by `limit`. */
  element(start: number, limit: number, depth: number): number {
    this.#elements += 1;
    if (this.#elements > this.#options.maxElements) this.#refuse('asn1-too-many-elements', 'too many elements');
    if (depth > this.#options.maxDepth) this.#refuse('asn1-too-deep', 'nested too deep');
    const header = this.#header(start, limit);
    if (header.identifier === Tag.END_OF_CONTENTS) this.#refuse('asn1-end-of-contents', 'misplaced end-of-contents');
    this.#checkForm(header.identifier);
    if ((header.identifier & CONSTRUCTED) !== 0) return this.#constructed(header, limit, depth);
    if (header.contentsEnd === undefined)
      return this.#refuse('asn1-indefinite-primitive', 'indefinite length of a primitive');
    this.#checkPrimitive(header.identifier, this.#bytes.subarray(header.contentsStart, header.contentsEnd));
    return header.contentsEnd;
  }

  #header(start: number, limit: number): Header {
    const identifier = this.#octet(start, limit);
    if ((identifier & 0x1f) === 0x1f) this.#refuse('asn1-tag-number', 'tag number above 30');
    const first = this.#octet(start + 1, limit);
    if (first === 0x80) {
      if (this.#options.encoding === 'DER') this.#refuse('asn1-indefinite-length', 'indefinite length');
      return { identifier, contentsStart: start + 2, contentsEnd: undefined };
    }
    const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
    // Four length octets are 4 GiB: no input comes near it, and the shift below stays exact.
    if (lengthOctets > 4) this.#refuse('asn1-length-too-long', 'length of more than four octets');
    let length = first < 0x80 ? first : 0;
    for (let index = 0; index < lengthOctets; index += 1) {
      length = length * 256 + this.#octet(start + 2 + index, limit);
    }
    if (this.#options.encoding === 'DER' && lengthOctets > 0 && length < Math.max(0x80, 256 ** (lengthOctets - 1))) {
      this.#refuse('asn1-length-not-minimal', 'length is not minimal');
    }
    const contentsStart = start + 2 + lengthOctets;
    if (length > limit - contentsStart) this.#refuse('asn1-truncated', 'length goes beyond the end');
    return { identifier, contentsStart, contentsEnd: contentsStart + length };
  }

  #constructed(header: Header, limit: number, depth: number): number {
    const end = header.contentsEnd ?? limit;
    let offset = header.contentsStart;
    let previous: Uint8Array | undefined;
    while (header.contentsEnd === undefined || offset < end) {
      if (header.contentsEnd === undefined && this.#isEndOfContents(offset, limit)) return offset + 2;
      const next = this.element(offset, end, depth + 1);
      const encoded = this.#bytes.subarray(offset, next);
      if (this.#options.encoding === 'DER' && header.identifier === (TAG_SET | CONSTRUCTED)) {
        if (previous !== undefined && compareBytes(previous, encoded) > 0)
          this.#refuse('asn1-set-not-sorted', 'SET is not sorted');
        previous = encoded;
      }
      if (header.identifier === (Tag.OCTET_STRING | CONSTRUCTED) && (encoded[0] ?? 0) % CONSTRUCTED !== 0x04) {
        this.#refuse('asn1-octet-string', 'OCTET STRING made of something else');
      }
      offset = next;
    }
    return offset;
  }

  #isEndOfContents(offset: number, limit: number): boolean {
    return this.#octet(offset, limit) === 0 && this.#octet(offset + 1, limit) === 0;
  }

  /** Universal types that have one form only (X.690 §8); strings are primitive in DER (§10.2). */
  #checkForm(identifier: number): void {
    if (identifier >= 0x40) return;
    const tag = identifier & 0x1f;
    if (UNUSED_TAGS.has(tag)) this.#refuse('asn1-unused-type', 'a type that no format has');
    const mustBeConstructed = tag === TAG_SEQUENCE || tag === TAG_SET;
    const mayBeConstructed = tag === Tag.OCTET_STRING && this.#options.encoding === 'BER';
    const isConstructed = (identifier & CONSTRUCTED) !== 0;
    if (isConstructed !== mustBeConstructed && !(isConstructed && mayBeConstructed))
      this.#refuse('asn1-wrong-form', 'wrong form of a type');
  }

  #checkPrimitive(identifier: number, contents: Uint8Array): void {
    const first = contents[0];
    if (identifier === Tag.BOOLEAN) {
      if (contents.length !== 1) this.#refuse('asn1-boolean', 'BOOLEAN is not one octet');
      if (this.#options.encoding === 'DER' && first !== 0x00 && first !== 0xff)
        this.#refuse('asn1-boolean', 'BOOLEAN is not DER');
    } else if (identifier === Tag.INTEGER) {
      const second = contents[1];
      if (first === undefined) this.#refuse('asn1-integer', 'INTEGER without octets');
      if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
        this.#refuse('asn1-integer', 'INTEGER is not minimal');
      }
    } else if (identifier === Tag.NULL) {
      if (contents.length !== 0) this.#refuse('asn1-null', 'NULL with contents');
    } else if (identifier === Tag.OID) {
      this.#checkObjectIdentifier(contents);
    }
  }

  #checkObjectIdentifier(contents: Uint8Array): void {
    if (contents.length === 0 || (contents.at(-1) ?? 0x80) >= 0x80)
      this.#refuse('asn1-object-identifier', 'unfinished OBJECT IDENTIFIER');
    if (contents.length > MAX_OID_BYTES) this.#refuse('asn1-object-identifier', 'OBJECT IDENTIFIER is too long');
    let atStart = true;
    for (const octet of contents) {
      if (atStart && octet === 0x80) this.#refuse('asn1-object-identifier', 'OBJECT IDENTIFIER is not minimal');
      atStart = octet < 0x80;
    }
  }

  #octet(offset: number, limit: number): number {
    const octet = offset < limit ? this.#bytes[offset] : undefined;
    return octet ?? this.#refuse('asn1-truncated', 'truncated');
  }

  #refuse(reason: string, message: string): never {
    throw new FormatError(this.#options.code, `ASN.1: ${message}`, { reason });
  }
}
