/**
 * One BER-TLV object (ISO/IEC 7816-4 §5.2.2).
 *
 * @param tag one or two bytes, as a number: 0x6f, 0xff10
 * @param lengthForm `shortest`, or `two-bytes`: 82 hh ll whatever the length is, as My Number Cards write it in places
 */
export function encodeTlv(
  tag: number,
  value: Uint8Array,
  lengthForm: 'shortest' | 'two-bytes' = 'shortest',
): Uint8Array {
  const tagBytes = tag > 0xff ? [tag >> 8, tag & 0xff] : [tag];
  return Uint8Array.from([...tagBytes, ...encodeLength(value.length, lengthForm), ...value]);
}

function encodeLength(length: number, form: 'shortest' | 'two-bytes'): readonly number[] {
  if (form === 'two-bytes' || length > 0xff) return [0x82, length >> 8, length & 0xff];
  return length > 0x7f ? [0x81, length] : [length];
}

/** The parts one after another. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
