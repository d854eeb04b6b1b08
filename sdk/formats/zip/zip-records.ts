/** The fixed parts of a ZIP archive's records (APPNOTE.TXT 6.3.10 §4.3). ZIP is little-endian throughout. */

export const DIRECTORY_RECORD_BYTES = 46;
export const LOCAL_HEADER_BYTES = 30;

export const FLAG_UTF8 = 1 << 11;
export const FLAG_DATA_DESCRIPTOR = 1 << 3;
/** Encryption, strong encryption, masked headers. */
export const FLAGS_ENCRYPTED = (1 << 0) | (1 << 6) | (1 << 13);

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function u16(view: DataView, offset: number): number {
  return view.getUint16(offset, true);
}

export function u32(view: DataView, offset: number): number {
  return view.getUint32(offset, true);
}

/** Of a record of the directory. */
export function nameOf(record: Uint8Array): Uint8Array {
  return record.subarray(DIRECTORY_RECORD_BYTES, DIRECTORY_RECORD_BYTES + u16(viewOf(record), 28));
}

/** Of a record of the directory. */
export function extraOf(record: Uint8Array): Uint8Array {
  const view = viewOf(record);
  const start = DIRECTORY_RECORD_BYTES + u16(view, 28);
  return record.subarray(start, start + u16(view, 30));
}

/** Of a record of the directory. */
export function commentOf(record: Uint8Array): Uint8Array {
  const view = viewOf(record);
  return record.subarray(DIRECTORY_RECORD_BYTES + u16(view, 28) + u16(view, 30));
}
