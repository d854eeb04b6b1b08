import { concatBytes } from '../bytes.js';
import { FormatError, type FormatErrorCode } from '../format-error.js';
import { scanAsn1, type ScanOptions } from './scan.js';

/** Identifier octets (X.690 §8.1.2) of what the formats consist of. */
export const Identifier = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OID: 0x06,
  ENUMERATED: 0x0a,
  UTF8_STRING: 0x0c,
  PRINTABLE_STRING: 0x13,
  TELETEX_STRING: 0x14,
  IA5_STRING: 0x16,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  BMP_STRING: 0x1e,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

/** Identifier octet of `[number]`, number 0–30. */
export function contextTag(number: number, form: 'primitive' | 'constructed'): number {
  return (form === 'constructed' ? 0xa0 : 0x80) | number;
}

/** One parsed element. The octets are views of a private copy of the input. */
export interface Asn1Element {
  readonly identifier: number;
  /** Exactly as in the input, identifier and length octets included. */
  readonly encoded: Uint8Array;
  /** Octets of a primitive; for a constructed element the encoded children. */
  readonly contents: Uint8Array;
  /** Empty for a primitive. */
  readonly children: readonly Asn1Element[];
}

export interface ReadOptions extends ScanOptions {
  readonly maxBytes: number;
}

/**
 * Parses bytes that are exactly one element.
 * @throws FormatError with `options.code`
 */
export function readAsn1(bytes: Uint8Array, options: ReadOptions): Asn1Element {
  if (bytes.length > options.maxBytes) {
    throw new FormatError(options.code, 'ASN.1: too long', { reason: 'asn1-too-long' });
  }
  scanAsn1(bytes, options);
  // A plain copy: a `Buffer`'s own `slice` would share its memory with the caller.
  return new ScannedElement(new Uint8Array(bytes), 0);
}

/** An element of octets that `scanAsn1` has passed. Its children are looked for when they are asked for. */
class ScannedElement implements Asn1Element {
  readonly identifier: number;
  readonly encoded: Uint8Array;
  readonly contents: Uint8Array;

  constructor(scanned: Uint8Array, start: number) {
    const { contentsStart, contentsEnd, end } = elementAt(scanned, start);
    this.identifier = scanned[start] ?? 0;
    this.encoded = scanned.subarray(start, end);
    this.contents = scanned.subarray(contentsStart, contentsEnd);
  }

  get children(): readonly Asn1Element[] {
    const children: ScannedElement[] = [];
    if ((this.identifier & CONSTRUCTED) === 0) return children;
    for (let offset = 0; offset < this.contents.length;) {
      const child = new ScannedElement(this.contents, offset);
      children.push(child);
      offset += child.encoded.length;
    }
    return children;
  }
}

const CONSTRUCTED = 0x20;

/** Where the element at `start` of scanned octets has its contents, and where it ends: end-of-contents octets included. */
function elementAt(scanned: Uint8Array, start: number): { contentsStart: number; contentsEnd: number; end: number } {
  const first = scanned[start + 1] ?? 0;
  if (first === 0x80) return indefiniteAt(scanned, start + 2);
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  const contentsStart = start + 2 + lengthOctets;
  let length = first < 0x80 ? first : 0;
  for (let offset = start + 2; offset < contentsStart; offset += 1) length = length * 256 + (scanned[offset] ?? 0);
  const end = contentsStart + length;
  return { contentsStart, contentsEnd: end, end };
}

function indefiniteAt(
  scanned: Uint8Array,
  contentsStart: number,
): { contentsStart: number; contentsEnd: number; end: number } {
  let offset = contentsStart;
  // No element begins with a zero octet: the scan refuses end-of-contents anywhere else.
  while ((scanned[offset] ?? 0) !== 0) ({ end: offset } = elementAt(scanned, offset));
  return { contentsStart, contentsEnd: offset, end: offset + 2 };
}

/** Octets of an OCTET STRING, joined where BER split it (X.690 §8.7.3). */
export function octetString(element: Asn1Element): Uint8Array {
  return element.children.length === 0 ? element.contents : concatBytes(...element.children.map(octetString));
}

/** Dotted decimal (X.690 §8.19). Empty, which equals no known identifier, for another type. */
export function objectIdentifier({ identifier, contents }: Asn1Element): string {
  if (identifier !== Identifier.OID) return '';
  const arcs: bigint[] = [];
  // Exact: arcs made from UUIDs are longer than a double holds.
  let arc = 0n;
  for (const octet of contents) {
    arc = arc * 128n + BigInt(octet & 0x7f);
    if (octet >= 0x80) continue;
    arcs.push(...(arcs.length === 0 ? firstArcs(arc) : [arc]));
    arc = 0n;
  }
  return arcs.join('.');
}

/** The first two share a number, in which the second has 40 values below 0 and 1, and any below 2. */
function firstArcs(number: bigint): readonly [bigint, bigint] {
  const first = number < 80n ? number / 40n : 2n;
  return [first, number - first * 40n];
}

/** Walks the elements of one SEQUENCE, SET or constructed tag in order and refuses what it does not expect. */
export class Asn1Fields {
  readonly #elements: readonly Asn1Element[];
  readonly #code: FormatErrorCode;
  #position = 0;

  /** @throws FormatError with `code` when `element` is not an `identifier`; so do all methods */
  constructor(element: Asn1Element, identifier: number, code: FormatErrorCode) {
    if (element.identifier !== identifier) {
      throw new FormatError(code, 'ASN.1: unexpected type', { reason: 'asn1-unexpected-type' });
    }
    this.#elements = element.children;
    this.#code = code;
  }

  /** The next element, which must be an `identifier`. */
  next(identifier: number): Asn1Element {
    return this.optional(identifier) ?? this.#refuse('asn1-missing-field', 'a field is missing or of another type');
  }

  /** The next element if it is an `identifier`. */
  optional(identifier: number): Asn1Element | undefined {
    const element = this.#elements[this.#position];
    if (element?.identifier !== identifier) return undefined;
    this.#position += 1;
    return element;
  }

  /** The next element of whatever type. */
  any(): Asn1Element {
    const element = this.#elements[this.#position] ?? this.#refuse('asn1-missing-field', 'a field is missing');
    this.#position += 1;
    return element;
  }

  oid(): string {
    return objectIdentifier(this.next(Identifier.OID));
  }

  /** The fields of the next element, a SEQUENCE unless said otherwise. */
  fields(identifier: number = Identifier.SEQUENCE): Asn1Fields {
    return new Asn1Fields(this.next(identifier), identifier, this.#code);
  }

  /** All that is left, each of which must be an `identifier`. */
  rest(identifier: number): readonly Asn1Element[] {
    const rest = this.#elements.slice(this.#position);
    this.#position = this.#elements.length;
    if (rest.some((element) => element.identifier !== identifier))
      this.#refuse('asn1-unexpected-type', 'an element of another type');
    return rest;
  }

  get isEmpty(): boolean {
    return this.#position === this.#elements.length;
  }

  /** Refuses anything left over. */
  end(): void {
    if (!this.isEmpty) this.#refuse('asn1-unexpected-field', 'an unexpected field');
  }

  #refuse(reason: string, message: string): never {
    throw new FormatError(this.#code, `ASN.1: ${message}`, { reason });
  }
}
