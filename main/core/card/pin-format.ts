import type { ErrorDetails } from '../errors.js';
import type { PinEntry, PinFormat } from './card-generation.js';

/** Which rule an entry breaks. Checked here, so that a slip of the keyboard never costs a try. */
export type PinFormatFault = 'empty' | 'too-short' | 'too-long' | 'full-width' | 'characters';

/**
 * Which rule a new PIN breaks: those of every entry; letters and digits both, where the form has both (`one-kind`). Entries
 * of a PIN that exists are not held to the last one: what the card holds is not known here.
 */
export type NewPinFault = PinFormatFault | 'one-kind';

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

/** Makes `pin` ready for CHANGE REFERENCE DATA in place and says which rule it breaks, if any. */
export function normalizeNewPin(pin: Uint8Array, format: PinFormat): NewPinFault | undefined {
  const fault = normalizePin(pin, format);
  if (fault !== undefined || format.alphabet === 'digits') return fault;
  return pin.some(isDigit) && !pin.every(isDigit) ? undefined : 'one-kind';
}

/**
 * Whether anybody would try this PIN early: one character or sequence all through (`0000`, `4321`, `7890`), the same two
 * characters again and again (`1212`), or, with letters, two such runs (`ABC123`, `AAA111`).
 * @param pin ASCII, normalised.
 */
export function isTrivialPin(pin: Uint8Array, format: PinFormat): boolean {
  const mostRuns = format.alphabet === 'digits' ? 1 : 2;
  return countRuns(pin) <= mostRuns || pin.every((byte, index) => index < 2 || byte === pin[index - 2]);
}

/** What an `ERR_PIN_FORMAT` says: the rule that was broken and the bounds, never the entry. */
export function pinRuleDetails(rule: string, { role, pinFormat }: PinEntry): ErrorDetails {
  const { minLength, maxLength } = pinFormat;
  return { rule, role, minLength, maxLength };
}

/** How many runs of equal, rising or falling characters `pin` falls into, taken as long as possible from its start. */
function countRuns(pin: Uint8Array): number {
  let runs = 1;
  let step: number | undefined;
  for (let index = 1; index < pin.length; index += 1) {
    const next = stepBetween(pin[index - 1] ?? 0, pin[index] ?? 0);
    if (next !== undefined && (step === undefined || step === next)) {
      step = next;
    } else {
      runs += 1;
      step = undefined;
    }
  }
  return runs;
}

/** 0, 1 or −1, a 0 after a 9 counting as the next digit; undefined for characters that are no neighbours. */
function stepBetween(before: number, after: number): number | undefined {
  const isPair = isDigit(before) === isDigit(after);
  const difference = after - before;
  if (!isPair) return undefined;
  if (isDigit(before) && Math.abs(difference) === 9) return -Math.sign(difference);
  return Math.abs(difference) <= 1 ? difference : undefined;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isAllowed(byte: number, format: PinFormat): boolean {
  return isDigit(byte) || (format.alphabet === 'upper-case-alphanumeric' && byte >= 0x41 && byte <= 0x5a);
}
