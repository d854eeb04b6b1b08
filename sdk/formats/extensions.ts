import { Asn1Fields, contextTag, Identifier, objectIdentifier, type Asn1Element } from './asn1/read.js';
import { stringValue } from './distinguished-name.js';
import { FormatError, type FormatErrorCode } from './format-error.js';

/** Bits of KeyUsage (RFC 5280 §4.2.1.3) in their order; newer X.509 calls the second contentCommitment. */
const KEY_USAGE_BITS = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

export type KeyUsage = (typeof KEY_USAGE_BITS)[number];

export interface BasicConstraints {
  readonly cA: boolean;
  readonly pathLenConstraint: number | undefined;
}

/** An `otherName` of SubjectAltName (RFC 5280 §4.2.1.6). */
export interface OtherName {
  readonly typeId: string;
  /** Text of the string inside `[0] EXPLICIT`; undefined where it is no string. */
  readonly value: string | undefined;
}

/** One Extension (RFC 5280 §4.1) as found. */
export interface Extension {
  readonly critical: boolean;
  /** extnValue: DER of what the extension says. */
  readonly value: Uint8Array;
}

/**
 * Extensions by OID, from `[number]` around their SEQUENCE.
 * @throws FormatError with `code`, also for an extension given twice
 */
export function readExplicitExtensions(
  wrapper: Asn1Element,
  number: number,
  code: FormatErrorCode,
): ReadonlyMap<string, Extension> {
  const outer = new Asn1Fields(wrapper, contextTag(number, 'constructed'), code);
  const extensions = readExtensions(outer.next(Identifier.SEQUENCE), code);
  outer.end();
  return extensions;
}

/** Extensions by OID, from their SEQUENCE. @throws FormatError with `code`, also for an extension given twice */
export function readExtensions(sequence: Asn1Element, code: FormatErrorCode): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>();
  for (const element of new Asn1Fields(sequence, Identifier.SEQUENCE, code).rest(Identifier.SEQUENCE)) {
    const fields = new Asn1Fields(element, Identifier.SEQUENCE, code);
    const oid = fields.oid();
    const critical = fields.optional(Identifier.BOOLEAN);
    const value = fields.next(Identifier.OCTET_STRING).contents;
    fields.end();
    // DER omits DEFAULT FALSE (X.690 §11.5).
    if (critical?.contents[0] === 0) throw new FormatError(code, 'critical FALSE is written out');
    if (extensions.has(oid)) throw new FormatError(code, 'an extension is given twice');
    extensions.set(oid, { critical: critical !== undefined, value });
  }
  return extensions;
}

const CODE = 'ERR_CERT_MALFORMED';
const MAX_PATH_LENGTH = 127;

export function readKeyUsage(value: Asn1Element): ReadonlySet<KeyUsage> {
  const [unusedBits = 8, ...octets] = bitString(value);
  const lastOctet = octets.at(-1);
  // DER: no trailing zero bits (X.690 §11.2.2), and a KeyUsage with no bit at all says nothing.
  if (unusedBits > 7 || lastOctet === undefined || ((lastOctet >> unusedBits) & 1) !== 1) refuse('KeyUsage');
  if ((lastOctet & ((1 << unusedBits) - 1)) !== 0) refuse('KeyUsage');
  return new Set(KEY_USAGE_BITS.filter((_, bit) => (((octets[bit >> 3] ?? 0) << (bit & 7)) & 0x80) !== 0));
}

/** Contents of a BIT STRING: the number of unused bits, then the octets. */
function bitString(value: Asn1Element): Uint8Array {
  if (value.identifier !== Identifier.BIT_STRING) refuse('BIT STRING');
  return value.contents;
}

/** Octets of a BIT STRING that holds whole octets. */
export function octetsOfBitString(value: Asn1Element): Uint8Array {
  if (bitString(value)[0] !== 0) refuse('BIT STRING of octets');
  return value.contents.subarray(1);
}

export function readBasicConstraints(value: Asn1Element): BasicConstraints {
  const fields = new Asn1Fields(value, Identifier.SEQUENCE, CODE);
  const cA = fields.optional(Identifier.BOOLEAN);
  const pathLength = fields.optional(Identifier.INTEGER)?.contents;
  fields.end();
  const isCa = cA !== undefined;
  // DER omits DEFAULT FALSE (X.690 §11.5), and a limit makes sense for a CA only.
  if (cA?.contents[0] === 0 || (pathLength !== undefined && !isCa)) refuse('BasicConstraints');
  if (pathLength === undefined) return { cA: isCa, pathLenConstraint: undefined };
  const limit = pathLength.length === 1 ? pathLength[0] : undefined;
  if (limit === undefined || limit > MAX_PATH_LENGTH) return refuse('pathLenConstraint');
  return { cA: isCa, pathLenConstraint: limit };
}

/** Policy OIDs; qualifiers such as the CPS address are not rules and are not read. */
export function readCertificatePolicies(value: Asn1Element): readonly string[] {
  const policies = new Asn1Fields(value, Identifier.SEQUENCE, CODE).rest(Identifier.SEQUENCE);
  if (policies.length === 0) refuse('CertificatePolicies');
  return policies.map((policy) => new Asn1Fields(policy, Identifier.SEQUENCE, CODE).oid());
}

export function readExtKeyUsage(value: Asn1Element): readonly string[] {
  const purposes = new Asn1Fields(value, Identifier.SEQUENCE, CODE).rest(Identifier.OID);
  if (purposes.length === 0) refuse('ExtKeyUsage');
  return purposes.map(objectIdentifier);
}

export function readSubjectKeyIdentifier(value: Asn1Element): Uint8Array {
  if (value.identifier !== Identifier.OCTET_STRING) refuse('SubjectKeyIdentifier');
  return value.contents;
}

/** The keyIdentifier; issuer and serial number of the issuing certificate are hints this product does not use. */
export function readAuthorityKeyIdentifier(value: Asn1Element): Uint8Array | undefined {
  const fields = new Asn1Fields(value, Identifier.SEQUENCE, CODE);
  return fields.optional(contextTag(0, 'primitive'))?.contents;
}

/** The otherNames among the GeneralNames; other kinds are skipped. */
export function readOtherNames(value: Asn1Element): readonly OtherName[] {
  if (value.identifier !== Identifier.SEQUENCE) refuse('SubjectAltName');
  return value.children
    .filter((name) => name.identifier === contextTag(0, 'constructed'))
    .map((name) => {
      const fields = new Asn1Fields(name, contextTag(0, 'constructed'), CODE);
      const typeId = fields.oid();
      const explicit = fields.fields(contextTag(0, 'constructed'));
      fields.end();
      const text = stringValue(explicit.any());
      explicit.end();
      return { typeId, value: text };
    });
}

function refuse(what: string): never {
  throw new FormatError(CODE, `not a ${what}`);
}
