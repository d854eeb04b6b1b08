import type { AttributeName, Gender } from '../../../sdk/protocol/index.js';
import { findTlv, parseBerTlv, type Tlv } from '../apdu/ber-tlv.js';
import { displayText } from '../consent/display-text.js';
import { ClientError } from '../errors.js';
import { parseCalendarDate } from '../inspection/birth-date.js';

/** The attributes that were asked for, as the card's face has them. */
export interface CardAttributes {
  /** 氏名, made safe to display; family and given name are separated by U+3000. */
  readonly name?: string;
  /** 住所, made safe to display. */
  readonly address?: string;
  /** 生年月日, `YYYYMMDD`, Gregorian. Month or day is `00` where the register does not know it. */
  readonly birthDate?: string;
  /** 性別. */
  readonly gender?: Gender;
}

const FILE_TAG = 0xff20;
/** Offsets of the four objects from the start of the file. They are found by their tags instead. */
const OFFSETS_TAG = 0xdf21;
const TAGS = { name: 0xdf22, address: 0xdf23, birthDate: 0xdf24, gender: 0xdf25 } as const satisfies Record<
  AttributeName,
  number
>;

/** EF 0002 of 券面事項入力補助AP, taken apart and not yet decoded. Views into the file. */
export interface AttributeFile {
  readonly objects: readonly Tlv[];
  /** What DF32 of EF 0003 is the digest of: the value of FF20 without the table of offsets, in one or two pieces. */
  readonly digested: readonly Uint8Array[];
}

/** @throws ClientError ERR_CARD_RESPONSE where this is no such file. */
export function parseAttributeFile(unverifiedFile: Uint8Array): AttributeFile {
  const file = findTlv(parseBerTlv(unverifiedFile), FILE_TAG)?.value;
  if (!file) throw malformed('no attributes in the file');
  const objects = parseBerTlv(file);
  if (new Set(objects.map(({ tag }) => tag)).size < objects.length) throw malformed('an object is there twice');
  const table = objects.findIndex(({ tag }) => tag === OFFSETS_TAG);
  if (table === -1) return { objects, digested: [file] };
  const before = file.subarray(0, endOfObject(file, objects[table - 1]));
  const after = file.subarray(endOfObject(file, objects[table]));
  return { objects, digested: table === 0 ? [after] : [before, after] };
}

/** Offset in `parent`, which `object` was parsed from, of the first byte behind it; 0 without an object. */
export function endOfObject(parent: Uint8Array, object: Tlv | undefined): number {
  return object ? object.value.byteOffset - parent.byteOffset + object.value.length : 0;
}

/**
 * The attributes in `names`; nothing of the others is decoded.
 * @throws ClientError ERR_CARD_RESPONSE where one is missing or has another form than it can have.
 */
export function decodeAttributes({ objects }: AttributeFile, names: readonly AttributeName[]): CardAttributes {
  const decoded = names.map((name) => {
    const value = findTlv(objects, TAGS[name])?.value;
    if (!value || value.length === 0) throw malformed('an attribute is missing');
    return [name, DECODERS[name](value)] as const;
  });
  return Object.fromEntries(decoded);
}

const DECODERS: { readonly [Name in AttributeName]: (value: Uint8Array) => NonNullable<CardAttributes[Name]> } = {
  name: decodeText,
  address: decodeText,
  birthDate: decodeDate,
  gender: decodeGender,
};

function decodeText(value: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
    // Made safe, never cut: writing a character out takes at most nine.
    return displayText(text, 9 * value.length);
  } catch {
    throw malformed('an attribute is not UTF-8');
  }
}

/** Day, or month and day, of somebody whose birth date the register does not know whole. */
const PARTLY_KNOWN_DATE = /^\d{4}(?:0[1-9]|1[0-2]|00)00$/;

function decodeDate(value: Uint8Array): string {
  const text = String.fromCharCode(...value.subarray(0, 9));
  if (parseCalendarDate(text) || PARTLY_KNOWN_DATE.test(text)) return text;
  throw malformed('the birth date is not a date');
}

function decodeGender(value: Uint8Array): Gender {
  const gender = value.length === 1 ? GENDERS.get(String.fromCharCode(...value)) : undefined;
  if (!gender) throw malformed('the gender is none of the known codes');
  return gender;
}

/** ASCII digits of DF25. */
const GENDERS: ReadonlyMap<string, Gender> = new Map([
  ['1', 'male'],
  ['2', 'female'],
  ['9', 'not-applicable'],
  ['0', 'unknown'],
  ['3', 'unknown'],
]);

/** Says what is wrong and never with which value. */
function malformed(message: string): ClientError {
  return new ClientError('ERR_CARD_RESPONSE', message, { retriable: true });
}
