import { MATERIAL_KINDS } from './card-material.js';
import type { CardProfile } from './card-profile.js';
import { PIN_NAMES, type PinName } from './pins.js';

/** A profile that is not one; the message names the field and says what it has to be. */
export class CardProfileError extends Error {
  override readonly name = 'CardProfileError';
}

/** Fields as a file writes them: bytes, status words and the filler byte in hexadecimal, everything else as it is. */
export type ProfileFields = Readonly<Partial<Record<keyof CardProfile, unknown>>>;

/** How one field is read. `read` gives undefined for what the field cannot be. */
interface Field<Value> {
  readonly expected: string;
  readonly read: (value: unknown) => Value | undefined;
}

const BOOLEAN: Field<boolean> = {
  expected: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
};

const STATUS_WORD: Field<number> = {
  expected: 'a status word, four hexadecimal digits',
  read: (value) => {
    const isStatusWord = typeof value === 'string' && /^[69][0-9a-f]{3}$/i.test(value);
    return isStatusWord ? Number.parseInt(value, 16) : undefined;
  },
};

const FIELDS: { readonly [Name in keyof CardProfile]: Field<CardProfile[Name]> } = {
  atr: {
    expected: 'an answer to reset, 2–33 bytes in hexadecimal that begin with 3B or 3F',
    read: (value) => {
      const atr = readBytes(value, 2, 33);
      return atr?.[0] === 0x3b || atr?.[0] === 0x3f ? atr : undefined;
    },
  },
  tokenLabel: {
    expected: '1–32 printable ASCII characters',
    read: (value) => (typeof value === 'string' && /^[\x20-\x7e]{1,32}$/.test(value) ? value : undefined),
  },
  applicationIdentifier: { expected: '5–16 bytes in hexadecimal', read: (value) => readBytes(value, 5, 16) },
  shortFileIdentifiers: BOOLEAN,
  extendedLength: BOOLEAN,
  fillerByte: { expected: 'two hexadecimal digits', read: (value) => readBytes(value, 1, 1)?.[0] },
  fillerLength: {
    expected: 'a number of bytes, 0–4096',
    read: (value) =>
      Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 4096 ? Number(value) : undefined,
  },
  blockedQuery: STATUS_WORD,
  blockedVerify: STATUS_WORD,
  verifiedQuery: oneOf('success', 'tries-left'),
  alwaysBlocked: { expected: `a list of ${PIN_NAMES.join(', ')}`, read: readPinNames },
  firstCommandFails: BOOLEAN,
  verifiedSurvivesReset: BOOLEAN,
  textApplication: BOOLEAN,
  authenticationCertificate: oneOf('free', 'after-pin'),
  signingFiles: oneOf('present', 'empty', 'absent'),
  mergedPins: BOOLEAN,
  material: oneOf(...MATERIAL_KINDS),
};

/**
 * `base` with what `fields` say otherwise.
 * @throws CardProfileError at the first field that is not known or cannot be what it is given as.
 */
export function decodeProfileFields(fields: ProfileFields, base: CardProfile): CardProfile {
  const changed = Object.entries(fields).map(([name, value]) => [name, decodeField(name, value)] as const);
  return { ...base, ...Object.fromEntries(changed) };
}

function decodeField(name: string, value: unknown): unknown {
  if (!isFieldName(name)) throw new CardProfileError(`${JSON.stringify(name.slice(0, 40))} is no field of a profile`);
  const { expected, read } = FIELDS[name];
  const decoded = read(value);
  if (decoded === undefined) throw new CardProfileError(`${name} is not ${expected}`);
  return decoded;
}

function isFieldName(name: string): name is keyof CardProfile {
  return Object.hasOwn(FIELDS, name);
}

function oneOf<Value extends string>(...values: readonly Value[]): Field<Value> {
  return { expected: values.join(' or '), read: (value) => values.find((known) => known === value) };
}

/** Blanks between bytes are allowed. */
function readBytes(value: unknown, shortest: number, longest: number): Uint8Array | undefined {
  const digits = typeof value === 'string' ? value.replaceAll(' ', '') : '';
  if (!/^([0-9a-f]{2})+$/i.test(digits)) return undefined;
  const decoded = Uint8Array.from(Buffer.from(digits, 'hex'));
  return decoded.length >= shortest && decoded.length <= longest ? decoded : undefined;
}

function readPinNames(value: unknown): readonly PinName[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const names = PIN_NAMES.filter((name) => value.includes(name));
  return names.length === value.length ? names : undefined;
}
