import { SCARD_CODES, ScardError, type ScardName } from '../scard-error.js';

const NAME_OF_VALUE: ReadonlyMap<number, ScardName> = new Map(
  Object.entries(SCARD_CODES).map(([name, value]) => [value, name as keyof typeof SCARD_CODES]),
);

/** Return values that ask for the same action as one that has a name here. */
const EQUIVALENTS: ReadonlyMap<number, ScardName> = new Map([
  // SCARD_F_COMM_ERROR: pcsc-lite returns it when the connection to pcscd breaks.
  [0x80100013, 'SCARD_E_NO_SERVICE'],
  // SCARD_E_UNSUPPORTED_FEATURE of pcsc-lite; SCARD_E_UNEXPECTED elsewhere.
  [0x8010001f, 'SCARD_E_UNSUPPORTED_FEATURE'],
  // SCARD_E_NOT_READY
  [0x80100010, 'SCARD_E_READER_UNAVAILABLE'],
]);

const SCARD_NAMES: ReadonlySet<string> = new Set<ScardName>([
  ...NAME_OF_VALUE.values(),
  'MADOGUCHI_BINDING_MISSING',
  'MADOGUCHI_CARD_PROCESS_LOST',
]);

/** pcsclite gives the return value nowhere but at the end of the message: `SCardConnect error: ...(0x8010000b)`. */
const VALUE_IN_MESSAGE = /^(\w+) error: [^]*\(0x([0-9a-f]{1,16})\)$/i;

/** Whether a word read from another process is one of the names of `ScardError`. */
export function isScardName(word: unknown): word is ScardName {
  return typeof word === 'string' && SCARD_NAMES.has(word);
}

/**
 * What pcsclite threw or passed to a callback, as `ScardError`. A return value without a name of its own becomes
 * `SCARD_F_INTERNAL_ERROR` with function and value in the message.
 */
export function parseScardError(thrown: unknown): ScardError {
  if (thrown instanceof ScardError) return thrown;
  const [, call, hexadecimal] = VALUE_IN_MESSAGE.exec(thrown instanceof Error ? thrown.message : '') ?? [];
  if (call === undefined || hexadecimal === undefined) {
    return new ScardError('SCARD_F_INTERNAL_ERROR', 'the PC/SC binding failed', { cause: thrown });
  }
  // LONG is 64 bits wide on Linux, where a negative value would be written with eight more digits.
  const value = Number.parseInt(hexadecimal.slice(-8), 16);
  const name = NAME_OF_VALUE.get(value) ?? EQUIVALENTS.get(value) ?? 'SCARD_F_INTERNAL_ERROR';
  return new ScardError(name, `${call}: 0x${value.toString(16).padStart(8, '0')}`, { cause: thrown });
}
