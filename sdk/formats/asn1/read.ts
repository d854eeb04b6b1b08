import * as asn1js from 'asn1js';
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
  return new Asn1jsElement(parse(new Uint8Array(bytes), options));
}

/** asn1js reports most defects by its result and throws others, such as a time it cannot read. */
function parse(bytes: Uint8Array, { code, maxDepth, maxElements, maxBytes }: ReadOptions): asn1js.BaseBlock {
  try {
    const { offset, result } = asn1js.fromBER(bytes, {
      maxDepth: maxDepth + 1,
      maxNodes: 2 * maxElements,
      maxContentLength: maxBytes,
      parseEmbedded: false,
      copyInput: false,
    });
    if (offset === bytes.length) return result;
  } catch (cause) {
    throw new FormatError(code, 'ASN.1: not parsed', { cause, reason: 'asn1-not-parsed' });
  }
  throw new FormatError(code, 'ASN.1: not parsed', { reason: 'asn1-not-parsed' });
}

function isBlock(value: unknown): value is asn1js.BaseBlock {
  return value instanceof asn1js.BaseBlock;
}

class Asn1jsElement implements Asn1Element {
  readonly identifier: number;
  readonly encoded: Uint8Array;
  readonly contents: Uint8Array;
  readonly #block: asn1js.BaseBlock;

  constructor(block: asn1js.BaseBlock) {
    this.#block = block;
    this.encoded = block.valueBeforeDecodeView;
    this.identifier = this.encoded[0] ?? 0;
    const end = this.encoded.length - (block.lenBlock.isIndefiniteForm ? 2 : 0);
    this.contents = this.encoded.subarray(block.idBlock.blockLength + block.lenBlock.blockLength, end);
  }

  get children(): readonly Asn1Element[] {
    const { value } = this.#block.valueBlock as { value?: unknown };
    if (!this.#block.idBlock.isConstructed || !Array.isArray(value)) return [];
    return value.filter(isBlock).map((child) => new Asn1jsElement(child));
  }
}

/** Octets of an OCTET STRING, joined where BER split it (X.690 §8.7.3). */
export function octetString(element: Asn1Element): Uint8Array {
  return element.children.length === 0 ? element.contents : concatBytes(...element.children.map(octetString));
}

/** Dotted decimal. Arcs beyond what asn1js decodes come out as text that equals no known identifier. */
export function objectIdentifier(element: Asn1Element): string {
  const { result } = asn1js.fromBER(new Uint8Array(element.encoded));
  return result instanceof asn1js.ObjectIdentifier ? result.getValue() : '';
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
