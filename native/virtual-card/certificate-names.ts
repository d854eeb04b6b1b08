import * as asn1js from 'asn1js';
import { RelativeDistinguishedNames } from 'pkijs';

/** Attribute types of X.520, by the letters RFC 4514 §3 gives them. */
const ATTRIBUTE_TYPES = { C: '2.5.4.6', L: '2.5.4.7', O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3' } as const;

/** One attribute of a distinguished name, each a relative distinguished name of its own: `['O', 'JPKI-TEST']`. */
export type NameAttribute = readonly [type: keyof typeof ATTRIBUTE_TYPES, value: string];

/** JPKI's profile: the country is a PrintableString, everything else a UTF8String. */
function attributeSchema([type, value]: NameAttribute): asn1js.Set {
  const string = type === 'C' ? new asn1js.PrintableString({ value }) : new asn1js.Utf8String({ value });
  const typeId = new asn1js.ObjectIdentifier({ value: ATTRIBUTE_TYPES[type] });
  return new asn1js.Set({ value: [new asn1js.Sequence({ value: [typeId, string] })] });
}

/** Name (RFC 5280 §4.1.2.4). */
export function nameSchema(attributes: readonly NameAttribute[]): asn1js.Sequence {
  return new asn1js.Sequence({ value: attributes.map(attributeSchema) });
}

/** pkijs writes all attributes of a name it was not read from into one RDN; hence by way of the encoding. */
export function distinguishedName(attributes: readonly NameAttribute[]): RelativeDistinguishedNames {
  return RelativeDistinguishedNames.fromBER(nameSchema(attributes).toBER());
}

/** GeneralName of choice directoryName (RFC 5280 §4.2.1.6). */
export function directoryName(attributes: readonly NameAttribute[]): asn1js.Constructed {
  return contextTag(4, [nameSchema(attributes)]);
}

/** GeneralName of choice otherName with a UTF8String in it. */
export function otherName(typeId: string, value: string): asn1js.Constructed {
  const content = contextTag(0, [new asn1js.Utf8String({ value })]);
  return contextTag(0, [new asn1js.ObjectIdentifier({ value: typeId }), content]);
}

/** Constructed, context-specific. */
export function contextTag(tagNumber: number, value: asn1js.BaseBlock[]): asn1js.Constructed {
  return new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber }, value });
}
