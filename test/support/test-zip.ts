/** ZIP archives for tests, right and wrong. What they should look like, `zip` and `unzip` say. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface TestZipEntry {
  readonly name: string | Uint8Array;
  readonly data?: Uint8Array | string;
  /** Default: deflated. */
  readonly method?: number;
  /** Default: UTF-8 (bit 11). */
  readonly flags?: number;
  /** Changes to the record of the directory and to the entry's own header, once they are written. */
  readonly tamperRecord?: (record: Buffer) => void;
  readonly tamperLocal?: (local: Buffer) => void;
  /** In place of the compressed data. */
  readonly raw?: Uint8Array;
}

/** @param end changes to the end record */
export function buildZip(entries: readonly TestZipEntry[], end: (record: Buffer) => void = () => undefined): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name as string);
    const data = Buffer.from((entry.data ?? '') as string);
    const method = entry.method ?? 8;
    const compressed = Buffer.from(entry.raw ?? (method === 8 ? deflateRawSync(data) : data));
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(entry.flags ?? 1 << 11, 2);
    shared.writeUInt16LE(method, 4);
    shared.writeUInt32LE(crc32(data), 10);
    shared.writeUInt32LE(compressed.length, 14);
    shared.writeUInt32LE(data.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, name]);
    const record = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), shared, Buffer.alloc(14), name]);
    record.writeUInt32LE(offset, 42);
    entry.tamperLocal?.(local);
    entry.tamperRecord?.(record);
    parts.push(local, compressed);
    directory.push(record);
    offset += local.length + compressed.length;
  }
  const records = Buffer.concat(directory);
  const endRecord = Buffer.alloc(22);
  endRecord.write('PK\x05\x06', 'latin1');
  endRecord.writeUInt16LE(entries.length, 8);
  endRecord.writeUInt16LE(entries.length, 10);
  endRecord.writeUInt32LE(records.length, 12);
  endRecord.writeUInt32LE(offset, 16);
  end(endRecord);
  return Buffer.concat([...parts, records, endRecord]);
}
