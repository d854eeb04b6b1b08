import { secretBytes } from '../secret-bytes.js';

/**
 * A short command APDU, ISO 7816-4 §5.1. `data` is at most 255 bytes; `le` is the number of bytes expected, 1 to 256.
 * `sensitive` marks commands whose bytes hold a PIN: they are zeroed once sent and never traced.
 */
export interface CommandApdu {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data?: Uint8Array;
  readonly le?: number;
  readonly sensitive?: true;
}

export const MAX_SHORT_LE = 256;
const MAX_SHORT_LC = 255;

/** The command's bytes. Extended length is never used: not every card and reader has it. */
export function encodeCommandApdu(command: CommandApdu): Uint8Array {
  const data = command.data ?? new Uint8Array(0);
  if (data.length > MAX_SHORT_LC) throw new RangeError('command data exceeds a short APDU');
  if (command.le !== undefined && (command.le < 1 || command.le > MAX_SHORT_LE))
    throw new RangeError('Le out of range');
  const hasData = data.length > 0;
  const length = 4 + (hasData ? 1 + data.length : 0) + (command.le === undefined ? 0 : 1);
  const bytes = command.sensitive ? secretBytes(length) : new Uint8Array(length);
  bytes.set([command.cla, command.ins, command.p1, command.p2]);
  if (hasData) {
    bytes[4] = data.length;
    bytes.set(data, 5);
  }
  // Le of 256 is written 00 (§5.1).
  if (command.le !== undefined) bytes[length - 1] = command.le & 0xff;
  return bytes;
}

/** SELECT by DF name, ISO 7816-4 §11.2.2: whole AID, no file control information wanted. */
export function selectByAid(aid: Uint8Array): CommandApdu {
  return { cla: 0x00, ins: 0xa4, p1: 0x04, p2: 0x0c, data: aid };
}

/** SELECT of an EF under the current DF. My Number Cards accept P1 = 02 only. */
export function selectEf(fileId: number): CommandApdu {
  return { cla: 0x00, ins: 0xa4, p1: 0x02, p2: 0x0c, data: Uint8Array.of(fileId >> 8, fileId & 0xff) };
}

/** READ BINARY of the current EF, ISO 7816-4 §11.3.3. `offset` is 15 bits. */
export function readBinary(offset: number, le: number): CommandApdu {
  if (offset < 0 || offset > 0x7fff) throw new RangeError('READ BINARY offset exceeds 15 bits');
  return { cla: 0x00, ins: 0xb0, p1: offset >> 8, p2: offset & 0xff, le };
}

/** READ BINARY from offset 0 of the EF with this short identifier, which becomes the current EF. */
export function readBinaryByShortFileId(shortFileId: number, le: number): CommandApdu {
  return { cla: 0x00, ins: 0xb0, p1: 0x80 | shortFileId, p2: 0x00, le };
}

/** READ RECORD (ISO 7816-4 §11.4.3) of one record of the EF with this short identifier; 0 is the current EF. */
export function readRecord(shortFileId: number, record: number): CommandApdu {
  return { cla: 0x00, ins: 0xb2, p1: record, p2: (shortFileId << 3) | 0x04, le: MAX_SHORT_LE };
}

/** VERIFY without data: asks for the retry counter and costs no try, ISO 7816-4 §11.6.6. */
export function queryRetryCounter(pinReference: number): CommandApdu {
  return { cla: 0x00, ins: 0x20, p1: 0x00, p2: pinReference };
}

/**
 * VERIFY. `pin` is copied into the command; both owners zero their own bytes.
 * @throws RangeError for an empty PIN: the card would take it for a query, and answer 9000 to one verified before.
 */
export function verify(pinReference: number, pin: Uint8Array): CommandApdu {
  if (pin.length === 0) throw new RangeError('empty PIN');
  return { cla: 0x00, ins: 0x20, p1: 0x00, p2: pinReference, data: pin, sensitive: true };
}

/**
 * CHANGE REFERENCE DATA, ISO 7816-4 §11.6.7, with P1 = 01: the new PIN alone, the old one having been verified. `pin` is
 * copied into the command; both owners zero their own bytes.
 */
export function changeReferenceData(pinReference: number, pin: Uint8Array): CommandApdu {
  if (pin.length === 0) throw new RangeError('empty PIN');
  return { cla: 0x00, ins: 0x24, p1: 0x01, p2: pinReference, data: pin, sensitive: true };
}

/** PSO: COMPUTE DIGITAL SIGNATURE in the card's own class, over a DER DigestInfo. */
export function computeDigitalSignature(keyReference: number, input: Uint8Array): CommandApdu {
  return { cla: 0x80, ins: 0x2a, p1: 0x00, p2: keyReference, data: input, le: MAX_SHORT_LE };
}

/** GET RESPONSE, ISO 7816-4 §11.8.1. */
export function getResponse(le: number): CommandApdu {
  return { cla: 0x00, ins: 0xc0, p1: 0x00, p2: 0x00, le };
}
