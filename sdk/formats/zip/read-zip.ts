import { comparablePath } from '../file-name.js';
import type { RandomAccessSource } from '../ports.js';
import { crc32 } from './crc32.js';
import { requireOneName } from './extra-fields.js';
import { readLocalHeaders } from './local-headers.js';
import { zipError } from './zip-error.js';
import { decodeZipName } from './zip-name.js';
import {
  commentOf,
  DIRECTORY_RECORD_BYTES,
  extraOf,
  FLAG_UTF8,
  FLAGS_ENCRYPTED,
  nameOf,
  u16,
  u32,
  viewOf,
} from './zip-records.js';

/**
 * Undoes Deflate (RFC 1951). Rejects where the compressed data end before `deflated` does: a program that reads from the
 * start takes what is left for the next entry.
 * @param maxLength octets; rejects where the result would be longer, before it takes the memory
 */
export type InflateRaw = (deflated: Uint8Array, maxLength: number) => Promise<Uint8Array>;

/** One file or folder of an archive, as the central directory tells it (APPNOTE.TXT 6.3.10 §4.3.12). */
export interface ListedZipEntry {
  /** Relative, with `/`; a folder's ends with one. */
  readonly name: string;
  readonly isFolder: boolean;
  readonly method: 'stored' | 'deflated';
  /** Octets. */
  readonly compressedSize: number;
  readonly size: number;
  readonly crc32: number;
  /** Octets from the start of the archive to the entry's own header. */
  readonly headerOffset: number;
  /** The record of the central directory. */
  readonly record: Uint8Array;
}

/** The same with what its own header says. */
export interface ZipEntry extends ListedZipEntry {
  /** Octets from the start of the archive to its compressed data. */
  readonly dataOffset: number;
}

export interface ZipDirectory {
  readonly source: RandomAccessSource;
  /** In the order of the directory. */
  readonly entries: readonly ZipEntry[];
  /** Octets from the start of the archive. */
  readonly directoryOffset: number;
  /** The end record, its comment included. */
  readonly endRecord: Uint8Array;
}

export interface ZipLimits {
  readonly maxEntries: number;
  /** Octets of everything once it is decompressed. */
  readonly maxTotalSize: number;
}

const END_RECORD_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
/** Octets; 1,000 entries with long names and extra fields stay below. */
const MAX_DIRECTORY_BYTES = 4 * 1024 * 1024;

const END_SIGNATURE = 0x06054b50;
const DIRECTORY_SIGNATURE = 0x02014b50;

/**
 * Reads what an archive holds. The directory alone says what is in it; it must be at the very end, name no file twice, and
 * with the entries it names account for every octet, so that every program finds the same.
 * @throws FormatError `ERR_SIGN_FORMAT` with a `ZipReason`
 */
export async function readZip(source: RandomAccessSource, limits: ZipLimits): Promise<ZipDirectory> {
  const endRecord = await readEndRecord(source);
  const view = viewOf(endRecord);
  const [count, directorySize, directoryOffset] = [u16(view, 10), u32(view, 12), u32(view, 16)];
  if (u16(view, 4) !== 0 || u16(view, 6) !== 0 || u16(view, 8) !== count) {
    throw zipError('zip-unsupported', 'an archive of several disks');
  }
  if (count === 0xffff || directorySize === 0xffffffff || directoryOffset === 0xffffffff) {
    throw zipError('zip-unsupported', 'ZIP64');
  }
  if (directoryOffset + directorySize + endRecord.length !== source.size) {
    throw zipError('zip-structure', 'the directory does not end where the archive does');
  }
  if (count > limits.maxEntries || directorySize > MAX_DIRECTORY_BYTES)
    throw zipError('zip-too-large', 'too many entries');
  const listed = readEntries(await source.read(directoryOffset, directorySize), count);
  if (listed.reduce((sum, { size }) => sum + size, 0) > limits.maxTotalSize) {
    throw zipError('zip-too-large', 'too many octets once decompressed');
  }
  requireDistinctNames(listed);
  const entries = await readLocalHeaders(source, listed, directoryOffset);
  return { source, entries, directoryOffset, endRecord };
}

/** The end record whose comment reaches to the last octet; there is one at most, seen from the end. */
async function readEndRecord(source: RandomAccessSource): Promise<Uint8Array> {
  const length = Math.min(source.size, END_RECORD_BYTES + MAX_COMMENT_BYTES);
  const tail = await source.read(source.size - length, length);
  const view = viewOf(tail);
  for (let at = tail.length - END_RECORD_BYTES; at >= 0; at -= 1) {
    if (u32(view, at) !== END_SIGNATURE) continue;
    if (at + END_RECORD_BYTES + u16(view, at + 20) !== tail.length) break;
    return tail.slice(at);
  }
  throw zipError('zip-structure', 'no end record at the end');
}

function readEntries(directory: Uint8Array, count: number): readonly ListedZipEntry[] {
  const entries: ListedZipEntry[] = [];
  let offset = 0;
  for (let index = 0; index < count; index += 1) {
    const view = viewOf(directory.subarray(offset));
    if (view.byteLength < DIRECTORY_RECORD_BYTES || u32(view, 0) !== DIRECTORY_SIGNATURE) {
      throw zipError('zip-structure', 'the directory is cut');
    }
    const length = DIRECTORY_RECORD_BYTES + u16(view, 28) + u16(view, 30) + u16(view, 32);
    if (length > view.byteLength) throw zipError('zip-structure', 'the directory is cut');
    entries.push(readEntry(directory.slice(offset, offset + length)));
    offset += length;
  }
  if (offset !== directory.length) throw zipError('zip-structure', 'the directory holds more than it says');
  return entries;
}

function readEntry(record: Uint8Array): ListedZipEntry {
  const view = viewOf(record);
  const flags = u16(view, 8);
  if ((flags & FLAGS_ENCRYPTED) !== 0) throw zipError('zip-encrypted', 'an entry is encrypted');
  const [compressedSize, size, headerOffset] = [u32(view, 20), u32(view, 24), u32(view, 42)];
  if ([compressedSize, size, headerOffset].includes(0xffffffff)) throw zipError('zip-unsupported', 'ZIP64');
  if (u16(view, 34) !== 0) throw zipError('zip-unsupported', 'an archive of several disks');
  const name = decodeZipName(nameOf(record), (flags & FLAG_UTF8) !== 0);
  requireOneName(extraOf(record), { name, comment: commentOf(record) });
  return {
    name,
    isFolder: name.endsWith('/'),
    method: methodOf(u16(view, 10), compressedSize === size),
    compressedSize,
    size,
    crc32: u32(view, 16),
    headerOffset,
    record,
  };
}

function methodOf(method: number, isSameSize: boolean): ZipEntry['method'] {
  if (method === 8) return 'deflated';
  if (method !== 0) throw zipError('zip-method', 'a compression that is not known here');
  if (!isSameSize) throw zipError('zip-structure', 'a stored entry of two sizes');
  return 'stored';
}

function requireDistinctNames(entries: readonly ListedZipEntry[]): void {
  const names = new Set<string>();
  for (const { name } of entries) {
    const comparable = comparablePath(name.replace(/\/$/, ''));
    if (names.has(comparable)) throw zipError('zip-duplicate-name', 'two entries of one name');
    names.add(comparable);
  }
}

/**
 * The octets of one entry, decompressed and checked.
 * @throws FormatError `ERR_SIGN_FORMAT`, `zip-data`
 */
export async function readZipEntry(
  { source }: ZipDirectory,
  entry: ZipEntry,
  inflateRaw: InflateRaw,
): Promise<Uint8Array> {
  const compressed = await source.read(entry.dataOffset, entry.compressedSize);
  const data = entry.method === 'stored' ? compressed : await inflated(compressed, entry, inflateRaw);
  if (data.length !== entry.size || crc32(data) !== entry.crc32) {
    throw zipError('zip-data', 'an entry is not what its checksum says');
  }
  return data;
}

async function inflated(compressed: Uint8Array, { size }: ZipEntry, inflateRaw: InflateRaw): Promise<Uint8Array> {
  try {
    return await inflateRaw(compressed, size);
  } catch (cause) {
    throw zipError('zip-data', 'an entry cannot be decompressed', cause);
  }
}
