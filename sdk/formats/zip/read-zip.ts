import { equalBytes } from '../bytes.js';
import type { RandomAccessSource } from '../ports.js';
import { crc32 } from './crc32.js';
import { zipError } from './zip-error.js';
import { comparableName, decodeZipName } from './zip-name.js';

/**
 * Undoes Deflate (RFC 1951).
 * @param maxLength octets; rejects where the result would be longer, before it takes the memory
 */
export type InflateRaw = (deflated: Uint8Array, maxLength: number) => Promise<Uint8Array>;

/** One file or folder of an archive, as the central directory tells it (APPNOTE.TXT 6.3.10 §4.3.12). */
export interface ZipEntry {
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

export const DIRECTORY_RECORD_BYTES = 46;
export const LOCAL_HEADER_BYTES = 30;
const END_RECORD_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
/** Octets; 1,000 entries with long names and extra fields stay below. */
const MAX_DIRECTORY_BYTES = 4 * 1024 * 1024;

const END_SIGNATURE = 0x06054b50;
const DIRECTORY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;

export const FLAG_UTF8 = 1 << 11;
const FLAG_DATA_DESCRIPTOR = 1 << 3;
/** Encryption, strong encryption, masked headers. */
const FLAGS_ENCRYPTED = (1 << 0) | (1 << 6) | (1 << 13);
const FLAGS_OF_MEANING = FLAGS_ENCRYPTED | FLAG_UTF8;

/**
 * Reads what an archive holds. The directory alone says what is in it; it must be at the very end, fit the octets exactly,
 * and name no file twice, so that every program finds the same.
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
  const entries = readEntries(await source.read(directoryOffset, directorySize), count);
  if (entries.reduce((sum, { size }) => sum + size, 0) > limits.maxTotalSize) {
    throw zipError('zip-too-large', 'too many octets once decompressed');
  }
  requireDistinctNames(entries);
  requireNoOverlap(entries, directoryOffset);
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

function readEntries(directory: Uint8Array, count: number): readonly ZipEntry[] {
  const entries: ZipEntry[] = [];
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

function readEntry(record: Uint8Array): ZipEntry {
  const view = viewOf(record);
  const flags = u16(view, 8);
  if ((flags & FLAGS_ENCRYPTED) !== 0) throw zipError('zip-encrypted', 'an entry is encrypted');
  const [compressedSize, size, headerOffset] = [u32(view, 20), u32(view, 24), u32(view, 42)];
  if ([compressedSize, size, headerOffset].includes(0xffffffff)) throw zipError('zip-unsupported', 'ZIP64');
  if (u16(view, 34) !== 0) throw zipError('zip-unsupported', 'an archive of several disks');
  const name = decodeZipName(nameOf(record), (flags & FLAG_UTF8) !== 0);
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

/** Of a record of the directory. */
export function nameOf(record: Uint8Array): Uint8Array {
  return record.subarray(DIRECTORY_RECORD_BYTES, DIRECTORY_RECORD_BYTES + u16(viewOf(record), 28));
}

function methodOf(method: number, isSameSize: boolean): ZipEntry['method'] {
  if (method === 8) return 'deflated';
  if (method !== 0) throw zipError('zip-method', 'a compression that is not known here');
  if (!isSameSize) throw zipError('zip-structure', 'a stored entry of two sizes');
  return 'stored';
}

function requireDistinctNames(entries: readonly ZipEntry[]): void {
  const names = new Set<string>();
  for (const { name } of entries) {
    const comparable = comparableName(name.replace(/\/$/, ''));
    if (names.has(comparable)) throw zipError('zip-duplicate-name', 'two entries of one name');
    names.add(comparable);
  }
}

/** Entries that share octets are how a small archive becomes an endless one. */
function requireNoOverlap(entries: readonly ZipEntry[], directoryOffset: number): void {
  const ordered = [...entries].sort((a, b) => a.headerOffset - b.headerOffset);
  if ((ordered[0]?.headerOffset ?? 0) !== 0) throw zipError('zip-structure', 'something stands before the archive');
  ordered.forEach(({ headerOffset, record, compressedSize }, index) => {
    const end = headerOffset + LOCAL_HEADER_BYTES + nameOf(record).length + compressedSize;
    if (end > (ordered[index + 1]?.headerOffset ?? directoryOffset)) throw zipError('zip-overlap', 'entries overlap');
  });
}

/**
 * The octets of one entry, decompressed and checked.
 * @throws FormatError `ERR_SIGN_FORMAT`: `zip-local-header`, `zip-data`, `zip-overlap`
 */
export async function readZipEntry(
  { source, directoryOffset }: ZipDirectory,
  entry: ZipEntry,
  inflateRaw: InflateRaw,
): Promise<Uint8Array> {
  const start = await dataOffset(source, entry);
  if (start + entry.compressedSize > directoryOffset) throw zipError('zip-overlap', 'an entry reaches too far');
  const compressed = await source.read(start, entry.compressedSize);
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

/** Programs that read entry by entry believe the header before each; it must not tell them something else. */
async function dataOffset(source: RandomAccessSource, entry: ZipEntry): Promise<number> {
  const name = nameOf(entry.record);
  const header = await source.read(entry.headerOffset, LOCAL_HEADER_BYTES + name.length);
  if (header.length < LOCAL_HEADER_BYTES + name.length) throw zipError('zip-local-header', 'an entry is cut');
  const [local, central] = [viewOf(header), viewOf(entry.record)];
  const isDescribedLater = (u16(local, 6) & FLAG_DATA_DESCRIPTOR) !== 0;
  const isSame =
    u32(local, 0) === LOCAL_SIGNATURE &&
    (u16(local, 6) & FLAGS_OF_MEANING) === (u16(central, 8) & FLAGS_OF_MEANING) &&
    u16(local, 8) === u16(central, 10) &&
    u16(local, 26) === name.length &&
    equalBytes(header.subarray(LOCAL_HEADER_BYTES), name) &&
    (isDescribedLater || equalBytes(header.subarray(14, 26), entry.record.subarray(16, 28)));
  if (!isSame) throw zipError('zip-local-header', 'an entry and the directory differ');
  return entry.headerOffset + LOCAL_HEADER_BYTES + name.length + u16(local, 28);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** ZIP is little-endian throughout. */
function u16(view: DataView, offset: number): number {
  return view.getUint16(offset, true);
}

function u32(view: DataView, offset: number): number {
  return view.getUint32(offset, true);
}
