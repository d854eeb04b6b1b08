import { createHash, randomBytes } from 'node:crypto';
import { KEY_BYTES, SEALED_KEY_BYTES, newKey, seal, unseal, type MasterKeys } from './history-keys.js';

/**
 * A day's file: lines of ASCII. The first has the day's key, sealed under the master key; each other is an entry or says that
 * an earlier one was erased. Every line is marked under the master key together with the mark of the one before it.
 *
 *     madoguchi-history 1 <key identifier> <sealed day key>
 *     E <number> <sealed entry key> <sealed entry> <mark before> <mark>
 *     X <number> <number of the erased entry> <mark before> <mark>
 *
 * The sealed entry key is the one thing in a line that changes: zeroes take its place when the entry is erased.
 */
const SEALED_KEY_HEX = SEALED_KEY_BYTES * 2;
const HEADER = new RegExp(`^madoguchi-history 1 ([0-9a-f]{16}) ([0-9a-f]{${String(SEALED_KEY_HEX)}})$`);
const ENTRY = new RegExp(
  `^E ([1-9]\\d{0,6}) ([0-9a-f]{${String(SEALED_KEY_HEX)}}) ([A-Za-z0-9_-]{40,}) ([0-9a-f]{64}) ([0-9a-f]{64})$`,
);
const ERASURE = /^X ([1-9]\d{0,6}) ([1-9]\d{0,6}) ([0-9a-f]{64}) ([0-9a-f]{64})$/;

/** Zeroes in the place of a destroyed key. */
const DESTROYED = '0'.repeat(SEALED_KEY_HEX);
/** The mark before the first. */
export const NO_MARK = '0'.repeat(64);

/** Plaintexts are filled up to a multiple of this, so that a length tells little. */
const PADDING_BYTES = 512;

const NAME = /^(\d{4}-\d{2}-\d{2})\.[0-9a-f]{32}\.day$/;

/** A name for a new file of `day`, used once. */
export function newDayFileName(day: string): string {
  return `${day}.${randomBytes(16).toString('hex')}.day`;
}

/** The day of a day's file; undefined for any other name. */
export function dayOfFile(name: string): string | undefined {
  return NAME.exec(name)?.[1];
}

/** How much of a day's file is its key and what stands before it, in bytes. */
export const HEADER_BYTES = `madoguchi-history 1 ${'0'.repeat(16)} ${DESTROYED}\n`.length;

export interface DayHeader {
  readonly keyId: string;
  readonly sealedDayKey: Uint8Array;
}

export function parseHeader(line: string): DayHeader | undefined {
  const [, keyId, key] = HEADER.exec(line) ?? [];
  if (keyId === undefined || key === undefined) return undefined;
  return { keyId, sealedDayKey: Buffer.from(key, 'hex') };
}

/** The first line of a new file, with a new key. */
export function newHeaderLine(keys: MasterKeys, name: string): string {
  const dayKey = newKey();
  try {
    return `madoguchi-history 1 ${keys.keyId} ${keys.sealDayKey(dayKey, name).toString('hex')}\n`;
  } finally {
    dayKey.fill(0);
  }
}

/** Where a new line stands. */
export interface LinePlace {
  readonly name: string;
  readonly number: number;
  readonly markBefore: string;
}

export interface EntryRecord {
  readonly kind: 'entry';
  readonly number: number;
  /** Undefined once it is destroyed. */
  readonly sealedKey: Uint8Array | undefined;
  readonly sealedEntry: Uint8Array;
  readonly markBefore: string;
  readonly mark: string;
  /** Where the sealed key begins in the file. */
  readonly keyOffset: number;
}

export interface ErasureRecord {
  readonly kind: 'erasure';
  readonly number: number;
  readonly erasedNumber: number;
  readonly markBefore: string;
  readonly mark: string;
}

export type DayRecord = EntryRecord | ErasureRecord;

/** A line with its mark, which the line after it has to repeat. */
export interface NewLine {
  readonly text: string;
  readonly mark: string;
}

export function newEntryLine(keys: MasterKeys, dayKey: Uint8Array, place: LinePlace, plaintext: string): NewLine {
  const { name, number, markBefore } = place;
  const context = `${name} ${String(number)}`;
  const entryKey = newKey();
  const padded = Buffer.from(plaintext.padEnd(paddedLength(plaintext)));
  try {
    const sealedKey = seal(dayKey, entryKey, context).toString('hex');
    const sealedEntry = seal(entryKey, padded, context);
    const mark = keys.mark(entryMarked(place, sealedEntry));
    const text = `E ${String(number)} ${sealedKey} ${sealedEntry.toString('base64url')} ${markBefore} ${mark}\n`;
    return { text, mark };
  } finally {
    entryKey.fill(0);
    padded.fill(0);
  }
}

export function newErasureLine(keys: MasterKeys, place: LinePlace, erasedNumber: number): NewLine {
  const { number, markBefore } = place;
  const mark = keys.mark(erasureMarked(place, erasedNumber));
  return { text: `X ${String(number)} ${String(erasedNumber)} ${markBefore} ${mark}\n`, mark };
}

/** What takes the place of a sealed key. */
export function destroyedKey(): Uint8Array {
  return Buffer.from(DESTROYED);
}

/** A line that holds by its mark; undefined for any other. `offset`: where it begins in the file. */
export function parseRecord(keys: MasterKeys, name: string, line: string, offset: number): DayRecord | undefined {
  return parseEntry(keys, name, line, offset) ?? parseErasure(keys, name, line);
}

function parseEntry(keys: MasterKeys, name: string, line: string, offset: number): EntryRecord | undefined {
  const [, digits, key, entry, markBefore, mark] = ENTRY.exec(line) ?? [];
  if (!digits || !key || !entry || !markBefore || !mark) return undefined;
  const number = Number(digits);
  const sealedEntry = Buffer.from(entry, 'base64url');
  // One spelling only, or two lines could be the same entry.
  if (sealedEntry.toString('base64url') !== entry) return undefined;
  if (!keys.hasMark(entryMarked({ name, number, markBefore }, sealedEntry), mark)) return undefined;
  const sealedKey = key === DESTROYED ? undefined : Buffer.from(key, 'hex');
  const keyOffset = offset + `E ${digits} `.length;
  return { kind: 'entry', number, sealedKey, sealedEntry, markBefore, mark, keyOffset };
}

function parseErasure(keys: MasterKeys, name: string, line: string): ErasureRecord | undefined {
  const [, digits, erased, markBefore, mark] = ERASURE.exec(line) ?? [];
  if (!digits || !erased || !markBefore || !mark) return undefined;
  const [number, erasedNumber] = [Number(digits), Number(erased)];
  if (!keys.hasMark(erasureMarked({ name, number, markBefore }, erasedNumber), mark)) return undefined;
  return { kind: 'erasure', number, erasedNumber, markBefore, mark };
}

/** The plaintext; undefined where the key is destroyed or not this entry's. */
export function openEntry(dayKey: Uint8Array, name: string, record: EntryRecord): string | undefined {
  const { number, sealedKey, sealedEntry } = record;
  const context = `${name} ${String(number)}`;
  const entryKey = sealedKey && unseal(dayKey, sealedKey, context);
  if (entryKey?.length !== KEY_BYTES) return undefined;
  try {
    return unseal(entryKey, sealedEntry, context)?.toString('utf8');
  } finally {
    entryKey.fill(0);
  }
}

function entryMarked({ name, number, markBefore }: LinePlace, sealedEntry: Uint8Array): string {
  const digest = createHash('sha256').update(sealedEntry).digest('hex');
  return `${name} E ${String(number)} ${digest} ${markBefore}`;
}

function erasureMarked({ name, number, markBefore }: LinePlace, erasedNumber: number): string {
  return `${name} X ${String(number)} ${String(erasedNumber)} ${markBefore}`;
}

/** In UTF-16 units for `padEnd`, counted so that the octets come out even. */
function paddedLength(text: string): number {
  const octets = Buffer.byteLength(text);
  return text.length + ((PADDING_BYTES - (octets % PADDING_BYTES)) % PADDING_BYTES);
}
