import { equalBytes } from '../bytes.js';
import type { RandomAccessSource } from '../ports.js';
import { requireOneName } from './extra-fields.js';
import type { ListedZipEntry, ZipEntry } from './read-zip.js';
import { zipError } from './zip-error.js';
import {
  commentOf,
  FLAG_DATA_DESCRIPTOR,
  FLAG_UTF8,
  FLAGS_ENCRYPTED,
  LOCAL_HEADER_BYTES,
  nameOf,
  u16,
  u32,
  viewOf,
} from './zip-records.js';

const LOCAL_SIGNATURE = 0x04034b50;
const DESCRIPTOR_SIGNATURE = Uint8Array.of(0x50, 0x4b, 0x07, 0x08);
/** Checksum and both sizes, which stand in a row in every record that has them. */
const SIZES_BYTES = 12;

const FLAGS_OF_MEANING = FLAGS_ENCRYPTED | FLAG_UTF8;

/**
 * Reads the header before each entry. Programs that read from the start believe those, and take what follows an entry for
 * the next; so they must say what the directory says, and the archive must hold nothing between them.
 * @returns in the order of `listed`
 * @throws FormatError `ERR_SIGN_FORMAT`: `zip-structure`, `zip-overlap`, `zip-gap`, `zip-local-header`, `zip-name`,
 * `zip-unsupported`
 */
export async function readLocalHeaders(
  source: RandomAccessSource,
  listed: readonly ListedZipEntry[],
  directoryOffset: number,
): Promise<readonly ZipEntry[]> {
  const ordered = [...listed].sort((a, b) => a.headerOffset - b.headerOffset);
  if ((ordered[0]?.headerOffset ?? directoryOffset) !== 0) {
    throw zipError('zip-structure', 'something stands before the archive');
  }
  const dataOffsets = new Map<ListedZipEntry, number>();
  for (const [index, entry] of ordered.entries()) {
    const next = ordered[index + 1]?.headerOffset ?? directoryOffset;
    dataOffsets.set(entry, await readLocalHeader(source, entry, next));
  }
  return listed.map((entry) => ({ ...entry, dataOffset: dataOffsets.get(entry) ?? 0 }));
}

/** @param next octets from the start of the archive to what is behind the entry @returns the same to its data */
async function readLocalHeader(source: RandomAccessSource, entry: ListedZipEntry, next: number): Promise<number> {
  const { headerOffset, compressedSize, record, name } = entry;
  const nameEnd = headerOffset + LOCAL_HEADER_BYTES + nameOf(record).length;
  if (nameEnd + compressedSize > next) throw overlap();
  const header = await source.read(headerOffset, nameEnd - headerOffset);
  requireSame(header, entry);
  const local = viewOf(header);
  const dataOffset = nameEnd + u16(local, 28);
  const dataEnd = dataOffset + compressedSize;
  if (dataEnd > next) throw overlap();
  requireOneName(await source.read(nameEnd, dataOffset - nameEnd), { name, comment: commentOf(record) });
  const rest = next - dataEnd;
  if (isDescribedLater(local)) await requireDescriptor(source, entry, { start: dataEnd, length: rest });
  else if (rest > 0) throw zipError('zip-gap', 'octets that belong to no entry');
  return dataOffset;
}

function requireSame(header: Uint8Array, { record }: ListedZipEntry): void {
  const [local, central] = [viewOf(header), viewOf(record)];
  const name = nameOf(record);
  const isSame =
    header.length === LOCAL_HEADER_BYTES + name.length &&
    u32(local, 0) === LOCAL_SIGNATURE &&
    (u16(local, 6) & FLAGS_OF_MEANING) === (u16(central, 8) & FLAGS_OF_MEANING) &&
    u16(local, 8) === u16(central, 10) &&
    u16(local, 26) === name.length &&
    equalBytes(header.subarray(LOCAL_HEADER_BYTES), name) &&
    // What is told later may be left out here, and not told in two ways.
    [0, 4, 8].every((at) => {
      const value = u32(local, 14 + at);
      return value === u32(central, 16 + at) || (value === 0 && isDescribedLater(local));
    });
  if (!isSame) throw zipError('zip-local-header', 'an entry and the directory differ');
}

function isDescribedLater(local: DataView): boolean {
  return (u16(local, 6) & FLAG_DATA_DESCRIPTOR) !== 0;
}

/** Right behind the data, with or without its signature (§4.3.9.3), and nothing else. */
async function requireDescriptor(
  source: RandomAccessSource,
  { record, method, size }: ListedZipEntry,
  { start, length }: { start: number; length: number },
): Promise<void> {
  if (method === 'stored' && size > 0) {
    throw zipError('zip-unsupported', 'data of which nothing before them says where they end');
  }
  const hasSignature = length === DESCRIPTOR_SIGNATURE.length + SIZES_BYTES;
  if (!hasSignature && length !== SIZES_BYTES) throw zipError('zip-gap', 'octets that belong to no entry');
  const descriptor = await source.read(start, length);
  const sizes = descriptor.subarray(length - SIZES_BYTES);
  const isExact =
    equalBytes(sizes, record.subarray(16, 16 + SIZES_BYTES)) &&
    (!hasSignature || equalBytes(descriptor.subarray(0, DESCRIPTOR_SIGNATURE.length), DESCRIPTOR_SIGNATURE));
  if (!isExact) throw zipError('zip-local-header', 'an entry and the directory differ');
}

function overlap(): Error {
  return zipError('zip-overlap', 'entries overlap');
}
