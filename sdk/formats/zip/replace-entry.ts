import { concatBytes } from '../bytes.js';
import type { SignedOutput, SourceSlice } from '../document.js';
import { crc32 } from './crc32.js';
import type { ZipDirectory, ZipEntry } from './read-zip.js';
import { DIRECTORY_RECORD_BYTES, FLAG_UTF8, LOCAL_HEADER_BYTES, nameOf, viewOf } from './zip-records.js';

/** Version 2.0: folders and Deflate; this is below. */
const VERSION_NEEDED = 20;

/**
 * The archive with other content for one entry, which is stored uncompressed in its old place. Every other entry is as it
 * was, octet for octet; only the directory behind them tells the new places.
 */
export function replaceZipEntry(zip: ZipDirectory, replaced: ZipEntry, content: Uint8Array): SignedOutput {
  const output: (Uint8Array | SourceSlice)[] = [];
  const records = new Map<ZipEntry, Uint8Array>();
  const ordered = [...zip.entries].sort((a, b) => a.headerOffset - b.headerOffset);
  let shift = 0;
  let position = 0;
  ordered.forEach((entry, index) => {
    // An entry ends where the next one begins: its data descriptor, if it has one, goes with it.
    const end = ordered[index + 1]?.headerOffset ?? zip.directoryOffset;
    if (entry !== replaced) {
      records.set(entry, recordAt(entry.record, entry.headerOffset + shift));
      return;
    }
    if (entry.headerOffset > position) output.push({ source: zip.source, start: position, end: entry.headerOffset });
    const { local, central } = storedHeaders(entry, content);
    output.push(local, content);
    records.set(entry, recordAt(central, entry.headerOffset));
    position = end;
    shift = local.length + content.length - (end - entry.headerOffset);
  });
  output.push({ source: zip.source, start: position, end: zip.directoryOffset });
  const directory = concatBytes(...zip.entries.map((entry) => records.get(entry) ?? entry.record));
  output.push(directory, endRecordFor(zip, { size: directory.length, offset: zip.directoryOffset + shift }));
  return output;
}

/** Both headers of a stored entry, of its old name and time and without extra fields. */
function storedHeaders({ record }: ZipEntry, content: Uint8Array): { local: Uint8Array; central: Uint8Array } {
  const name = nameOf(record);
  const central = concatBytes(record.subarray(0, DIRECTORY_RECORD_BYTES), name);
  const view = viewOf(central);
  view.setUint16(6, VERSION_NEEDED, true);
  view.setUint16(8, view.getUint16(8, true) & FLAG_UTF8, true);
  view.setUint16(10, 0, true);
  view.setUint32(16, crc32(content), true);
  view.setUint32(20, content.length, true);
  view.setUint32(24, content.length, true);
  view.setUint16(30, 0, true);
  view.setUint16(32, 0, true);
  const local = new Uint8Array(LOCAL_HEADER_BYTES + name.length);
  local.set([0x50, 0x4b, 0x03, 0x04]);
  // From `version needed` to `extra field length` the two have the same fields in the same order.
  local.set(central.subarray(6, 32), 4);
  local.set(name, LOCAL_HEADER_BYTES);
  return { local, central };
}

function recordAt(record: Uint8Array, headerOffset: number): Uint8Array {
  const moved = new Uint8Array(record);
  viewOf(moved).setUint32(42, headerOffset, true);
  return moved;
}

function endRecordFor({ endRecord }: ZipDirectory, directory: { size: number; offset: number }): Uint8Array {
  const end = new Uint8Array(endRecord);
  viewOf(end).setUint32(12, directory.size, true);
  viewOf(end).setUint32(16, directory.offset, true);
  return end;
}
