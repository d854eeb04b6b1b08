/** DER of what this product writes. Every function returns the octets of one whole element. */
import * as asn1js from 'asn1js';
import { compareBytes, concatBytes } from '../bytes.js';
import { contextTag, Identifier } from './read.js';

/** Identifier octet, minimal length octets (X.690 §10.1), then the parts. */
export function element(identifier: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const contents = concatBytes(...parts);
  return concatBytes(elementHeader(identifier, contents.length), contents);
}

/** Identifier octet and minimal length octets of an element whose contents are elsewhere. @param length up to 2^53 - 1 */
export function elementHeader(identifier: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(identifier, length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Uint8Array.of(identifier, 0x80 | octets.length, ...octets);
}

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return element(Identifier.SEQUENCE, ...parts);
}

/** Elements in the order DER demands (X.690 §11.6), whatever order they are given in. */
export function setOf(...parts: readonly Uint8Array[]): Uint8Array {
  return element(Identifier.SET, ...parts.toSorted(compareBytes));
}

/** `[number]` around whole elements, or in place of a SEQUENCE's or SET's own identifier. */
export function tagged(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return element(contextTag(number, 'constructed'), ...parts);
}

/** @param oid dotted decimal */
export function oid(oid: string): Uint8Array {
  return new Uint8Array(new asn1js.ObjectIdentifier({ value: oid }).toBER());
}

/** @param value 0–127 */
export function smallInteger(value: number): Uint8Array {
  return element(Identifier.INTEGER, Uint8Array.of(value));
}

/** @param magnitude unsigned, big-endian; leading zeros are dropped and a sign octet is added where needed */
export function unsignedInteger(magnitude: Uint8Array): Uint8Array {
  const start = magnitude.findIndex((octet) => octet !== 0);
  const significant = start < 0 ? Uint8Array.of(0) : magnitude.subarray(start);
  const sign = (significant[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : new Uint8Array();
  return element(Identifier.INTEGER, sign, significant);
}

export function octetString(octets: Uint8Array): Uint8Array {
  return element(Identifier.OCTET_STRING, octets);
}

export function nullValue(): Uint8Array {
  return element(Identifier.NULL);
}
