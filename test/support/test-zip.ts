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
  /** Extra fields of the record of the directory and of the entry's own header. */
  readonly extra?: Uint8Array;
  readonly localExtra?: Uint8Array;
  /** Behind the data, such as a data descriptor. */
  readonly behind?: Uint8Array;
  /** The directory does not name it. */
  readonly isHidden?: boolean;
}

/** What stands behind data whose sizes are told there. */
export function dataDescriptor(data: Uint8Array | string): Buffer {
  const bytes = Buffer.from(data as string);
  const descriptor = Buffer.from('PK\x07\x08'.padEnd(16, '\0'), 'latin1');
  descriptor.writeUInt32LE(crc32(bytes), 4);
  descriptor.writeUInt32LE(deflateRawSync(bytes).length, 8);
  descriptor.writeUInt32LE(bytes.length, 12);
  return descriptor;
}

/** Info-ZIP's Unicode Path (0x7075) or Unicode Comment (0x6375), which holds for `shown` in the header. */
export function unicodeField(id: number, shown: string, text: string): Buffer {
  const field = Buffer.concat([Buffer.alloc(9), Buffer.from(text)]);
  field.writeUInt16LE(id, 0);
  field.writeUInt16LE(field.length - 4, 2);
  field.writeUInt8(1, 4);
  field.writeUInt32LE(crc32(Buffer.from(shown)), 5);
  return field;
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
    const { extra = Buffer.alloc(0), localExtra = Buffer.alloc(0), behind = Buffer.alloc(0) } = entry;
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, name, localExtra]);
    const record = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), shared, Buffer.alloc(14), name, extra]);
    local.writeUInt16LE(localExtra.length, 28);
    record.writeUInt16LE(extra.length, 30);
    record.writeUInt32LE(offset, 42);
    entry.tamperLocal?.(local);
    entry.tamperRecord?.(record);
    parts.push(Buffer.concat([local, compressed, behind]));
    if (entry.isHidden !== true) directory.push(record);
    offset += local.length + compressed.length + behind.length;
  }
  const records = Buffer.concat(directory);
  const endRecord = Buffer.alloc(22);
  endRecord.write('PK\x05\x06', 'latin1');
  endRecord.writeUInt16LE(directory.length, 8);
  endRecord.writeUInt16LE(directory.length, 10);
  endRecord.writeUInt32LE(records.length, 12);
  endRecord.writeUInt32LE(offset, 16);
  end(endRecord);
  return Buffer.concat([...parts, records, endRecord]);
}
