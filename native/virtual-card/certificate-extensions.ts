import { createHash } from 'node:crypto';
import * as asn1js from 'asn1js';
import { Extension } from 'pkijs';
import { contextTag, directoryName, otherName, type NameAttribute } from './certificate-names.js';

/** Bits of KeyUsage (RFC 5280 §4.2.1.3), numbered from the most significant one. */
const KEY_USAGE_BITS = { digitalSignature: 0, nonRepudiation: 1, keyCertSign: 5, cRLSign: 6 } as const;
export type KeyUsage = keyof typeof KEY_USAGE_BITS;

const CPS_QUALIFIER = '1.3.6.1.5.5.7.2.1';

function extension(extnID: string, critical: boolean, value: asn1js.BaseBlock): Extension {
  return new Extension({ extnID, critical, extnValue: value.toBER() });
}

export function keyUsage(...usages: readonly KeyUsage[]): Extension {
  const positions: readonly number[] = usages.map((usage) => KEY_USAGE_BITS[usage]);
  const bits = positions.reduce((byte, position) => byte | (0x80 >> position), 0);
  const unusedBits = 7 - Math.max(...positions);
  const value = new asn1js.BitString({ valueHex: Uint8Array.of(bits), unusedBits });
  return extension('2.5.29.15', true, value);
}

/** cA true, no path length. */
export function authorityConstraints(): Extension {
  return extension('2.5.29.19', true, new asn1js.Sequence({ value: [new asn1js.Boolean({ value: true })] }));
}

/** One policy with a CPS pointer; critical, as in JPKI's profile. */
export function certificatePolicies(policy: string, cps: string): Extension {
  const qualifier = new asn1js.Sequence({
    value: [new asn1js.ObjectIdentifier({ value: CPS_QUALIFIER }), new asn1js.IA5String({ value: cps })],
  });
  const information = new asn1js.Sequence({
    value: [new asn1js.ObjectIdentifier({ value: policy }), new asn1js.Sequence({ value: [qualifier] })],
  });
  return extension('2.5.29.32', true, new asn1js.Sequence({ value: [information] }));
}

export function subjectKeyIdentifier(subjectPublicKey: Uint8Array): Extension {
  return extension('2.5.29.14', false, new asn1js.OctetString({ valueHex: keyIdentifier(subjectPublicKey) }));
}

export function authorityKeyIdentifier(issuerPublicKey: Uint8Array): Extension {
  const identifier = new asn1js.Primitive({
    idBlock: { tagClass: 3, tagNumber: 0 },
    valueHex: keyIdentifier(issuerPublicKey),
  });
  return extension('2.5.29.35', false, new asn1js.Sequence({ value: [identifier] }));
}

/** Method 1 of RFC 5280 §4.2.1.2: SHA-1 of the BIT STRING's content. */
function keyIdentifier(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha1').update(publicKey).digest());
}

export function subjectDirectoryName(attributes: readonly NameAttribute[]): Extension {
  return extension('2.5.29.17', false, new asn1js.Sequence({ value: [directoryName(attributes)] }));
}

export function issuerDirectoryName(attributes: readonly NameAttribute[]): Extension {
  return extension('2.5.29.18', false, new asn1js.Sequence({ value: [directoryName(attributes)] }));
}

/** subjectAltName of otherNames, in the order given. */
export function subjectOtherNames(names: readonly (readonly [typeId: string, value: string])[]): Extension {
  const value = names.map(([typeId, text]) => otherName(typeId, text));
  return extension('2.5.29.17', false, new asn1js.Sequence({ value }));
}

/** One distribution point, named in the directory. */
export function crlDistributionPoint(attributes: readonly NameAttribute[]): Extension {
  const fullName = contextTag(0, [directoryName(attributes)]);
  const point = new asn1js.Sequence({ value: [contextTag(0, [fullName])] });
  return extension('2.5.29.31', false, new asn1js.Sequence({ value: [point] }));
}
