import { Asn1Fields, Identifier, type Asn1Element } from './asn1/read.js';
import { decodeUtf8, encodeHex } from './bytes.js';
import { FormatError } from './format-error.js';

/** One AttributeTypeAndValue (RFC 5280 §4.1.2.4). */
export interface NameAttribute {
  readonly oid: string;
  /** `CN`, `O` and the like (RFC 4519), or the dotted OID where there is no such name. */
  readonly shortName: string;
  /** Text as encoded; `#` and hexadecimal DER where the value is not a string (RFC 4514 §2.4). */
  readonly value: string;
}

/** A Name. Names are compared by `der`, never by text. */
export interface DistinguishedName {
  readonly der: Uint8Array;
  /** All attributes in the order of encoding, whatever relative distinguished names they share. */
  readonly attributes: readonly NameAttribute[];
}

const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.4', 'SN'],
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'street'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.12', 'title'],
  ['2.5.4.42', 'givenName'],
  ['2.5.4.97', 'organizationIdentifier'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['1.2.840.113549.1.9.1', 'emailAddress'],
]);

const CODE = 'ERR_CERT_MALFORMED';

/** @throws FormatError `ERR_CERT_MALFORMED` */
export function readDistinguishedName(name: Asn1Element): DistinguishedName {
  const relativeNames = new Asn1Fields(name, Identifier.SEQUENCE, CODE).rest(Identifier.SET);
  return { der: name.encoded, attributes: relativeNames.flatMap(readRelativeName) };
}

function readRelativeName(relativeName: Asn1Element): NameAttribute[] {
  const attributes = new Asn1Fields(relativeName, Identifier.SET, CODE).rest(Identifier.SEQUENCE);
  if (attributes.length === 0) throw new FormatError(CODE, 'empty relative distinguished name');
  return attributes.map((attribute) => {
    const fields = new Asn1Fields(attribute, Identifier.SEQUENCE, CODE);
    const oid = fields.oid();
    const value = fields.any();
    fields.end();
    return { oid, shortName: SHORT_NAMES.get(oid) ?? oid, value: attributeValue(value) };
  });
}

function attributeValue(value: Asn1Element): string {
  const text = stringValue(value);
  return text ?? `#${encodeHex(value.encoded)}`;
}

/** Text of one of the string types of RFC 5280; undefined for another type or for octets that are not such a string. */
export function stringValue(value: Asn1Element): string | undefined {
  const { contents } = value;
  switch (value.identifier) {
    case Identifier.UTF8_STRING:
      return decodeUtf8(contents);
    case Identifier.PRINTABLE_STRING:
    case Identifier.IA5_STRING:
      return contents.every((octet) => octet < 0x80) ? decodeUtf8(contents) : undefined;
    case Identifier.TELETEX_STRING:
      return Array.from(contents, (octet) => String.fromCharCode(octet)).join('');
    case Identifier.BMP_STRING:
      return bmpString(contents);
    default:
      return undefined;
  }
}

function bmpString(contents: Uint8Array): string | undefined {
  if (contents.length % 2 !== 0) return undefined;
  let text = '';
  for (let index = 0; index < contents.length; index += 2) {
    text += String.fromCharCode((contents[index] ?? 0) * 256 + (contents[index + 1] ?? 0));
  }
  return text;
}

/** Values of one attribute type, in order. */
export function nameValues(name: DistinguishedName, shortName: string): readonly string[] {
  return name.attributes.filter((attribute) => attribute.shortName === shortName).map((attribute) => attribute.value);
}

/** `C=JP, O=JPKI, …` in the order of encoding; separators, quotes and control characters escaped (RFC 4514 §2.4). */
export function formatDistinguishedName(name: DistinguishedName): string {
  return name.attributes.map(({ shortName, value }) => `${shortName}=${escapeValue(value)}`).join(', ');
}

function escapeValue(value: string): string {
  return value
    .replace(/[\\,+"<>;=]/g, '\\$&')
    .replace(/\p{Cc}/gu, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
