import type { PinFormat } from './card-generation.js';

/** Which rule an entry breaks. Checked here, so that a slip of the keyboard never costs a try. */
export type PinFormatFault = 'empty' | 'too-short' | 'too-long' | 'full-width' | 'characters';

const LOWER_A = 0x61;
const LOWER_Z = 0x7a;

/** Upper-cases ASCII letters in place: the card compares bytes, and the official software upper-cases too. */
export function upperCasePin(pin: Uint8Array): void {
  for (let index = 0; index < pin.length; index += 1) {
    const byte = pin[index] ?? 0;
    if (byte >= LOWER_A && byte <= LOWER_Z) pin[index] = byte - 0x20;
  }
}

/**
 * Makes `pin` ready for VERIFY in place and says which rule it breaks, if any.
 * @param pin UTF-8 as typed; bytes above 7F are letters of a full-width input method.
 */
export function normalizePin(pin: Uint8Array, format: PinFormat): PinFormatFault | undefined {
  if (pin.length === 0) return 'empty';
  if (pin.some((byte) => byte > 0x7f)) return 'full-width';
  if (format.alphabet === 'upper-case-alphanumeric') upperCasePin(pin);
  if (!pin.every((byte) => isAllowed(byte, format))) return 'characters';
  if (pin.length < format.minLength) return 'too-short';
  if (pin.length > format.maxLength) return 'too-long';
  return undefined;
}

function isAllowed(byte: number, format: PinFormat): boolean {
  const digit = byte >= 0x30 && byte <= 0x39;
  return digit || (format.alphabet === 'upper-case-alphanumeric' && byte >= 0x41 && byte <= 0x5a);
}
