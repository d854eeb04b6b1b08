import { ClientError } from '../errors.js';

/** One BER-TLV data object, ISO 7816-4 §5.2.2. `value` is a view into the parsed bytes. */
export interface Tlv {
  /** Tag bytes as one big-endian number: `FF20`, `DF22`, `30`. */
  readonly tag: number;
  readonly value: Uint8Array;
}

const MAX_TAG_BYTES = 3;
const MAX_LENGTH_BYTES = 4;

/**
 * The data objects in `bytes`, in order. Tolerant where cards are loose: lengths may be longer than they need be (`82
 * 009F`), and filler `00` or `FF FF…` to the end of the file is skipped. Indefinite length is refused.
 * @throws ClientError ERR_CARD_RESPONSE where a tag or length is cut off or leads outside `bytes`.
 */
export function parseBerTlv(bytes: Uint8Array): Tlv[] {
  const objects: Tlv[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (bytes[offset] === 0x00) {
      offset += 1;
      continue;
    }
    if (isFiller(bytes, offset)) break;
    const [tag, afterTag] = readTag(bytes, offset);
    const [length, start] = readLength(bytes, afterTag);
    if (start + length > bytes.length) throw malformed();
    objects.push({ tag, value: bytes.subarray(start, start + length) });
    offset = start + length;
  }
  return objects;
}

/**
 * Bytes of the object that `bytes` begin with, tag and length included. The object itself may be cut off.
 * @throws ClientError ERR_CARD_RESPONSE where its tag or length is.
 */
export function berTlvLength(bytes: Uint8Array): number {
  const [, afterTag] = readTag(bytes, 0);
  const [length, start] = readLength(bytes, afterTag);
  return start + length;
}

/** The first object with this tag among `objects`, or undefined. */
export function findTlv(objects: readonly Tlv[], tag: number): Tlv | undefined {
  return objects.find((object) => object.tag === tag);
}

/** `FF` opens a private tag; only a run of them to the end is filler. */
function isFiller(bytes: Uint8Array, offset: number): boolean {
  for (let index = offset; index < bytes.length; index += 1) if (bytes[index] !== 0xff) return false;
  return true;
}

function readTag(bytes: Uint8Array, offset: number): [tag: number, next: number] {
  const first = byteAt(bytes, offset);
  let tag = first;
  let next = offset + 1;
  if ((first & 0x1f) !== 0x1f) return [tag, next];
  for (let count = 1; count < MAX_TAG_BYTES; count += 1) {
    const byte = byteAt(bytes, next);
    tag = tag * 256 + byte;
    next += 1;
    if ((byte & 0x80) === 0) return [tag, next];
  }
  throw malformed();
}

function readLength(bytes: Uint8Array, offset: number): [length: number, next: number] {
  const first = byteAt(bytes, offset);
  if (first < 0x80) return [first, offset + 1];
  const count = first & 0x7f;
  if (count === 0 || count > MAX_LENGTH_BYTES) throw malformed();
  let length = 0;
  for (let index = 1; index <= count; index += 1) length = length * 256 + byteAt(bytes, offset + index);
  return [length, offset + 1 + count];
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw malformed();
  return byte;
}

function malformed(): ClientError {
  return new ClientError('ERR_CARD_RESPONSE', 'malformed BER-TLV in a card file', { retriable: true });
}
