import { STATUS_WORDS } from './status-words.js';

/** A command APDU taken apart (ISO/IEC 7816-4 §5.2). */
export interface CommandApdu {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** Command data field; a view of the bytes received, valid only while the command is handled. */
  readonly data: Uint8Array;
  /** Ne, the most response bytes wanted: 256 or 65536 where Le is all zeros. Undefined: no Le field. */
  readonly le: number | undefined;
}

export interface CardResponse {
  readonly statusWord: number;
  readonly data?: Uint8Array;
}

/** Le fields of zeros: as many bytes as there are, up to this. */
const LARGEST_SHORT_LE = 256;
const LARGEST_EXTENDED_LE = 65536;

const HEADER_LENGTH = 4;
const NO_DATA = new Uint8Array(0);

/** Whether Le asks for "all there is" and not for an exact number of bytes. */
export function leIsOpen(le: number): boolean {
  return le === LARGEST_SHORT_LE || le === LARGEST_EXTENDED_LE;
}

/** @returns undefined where the length fields do not fit the bytes, or are extended and `extendedLength` is false. */
export function parseCommandApdu(bytes: Uint8Array, extendedLength: boolean): CommandApdu | undefined {
  const [cla, ins, p1, p2, first] = bytes;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) return undefined;
  const header = { cla, ins, p1, p2 };
  if (first === undefined) return { ...header, data: NO_DATA, le: undefined };
  const body = bytes.subarray(HEADER_LENGTH);
  if (body.length === 1) return { ...header, data: NO_DATA, le: first === 0 ? LARGEST_SHORT_LE : first };
  const lengths = first !== 0 ? shortBody(body) : extendedLength ? extendedBody(body) : undefined;
  return lengths && { ...header, ...lengths };
}

type Body = Pick<CommandApdu, 'data' | 'le'>;

function shortBody(body: Uint8Array): Body | undefined {
  const [lc = 0] = body;
  const data = body.subarray(1, 1 + lc);
  if (data.length !== lc) return undefined;
  const [le, extra] = body.subarray(1 + lc);
  if (extra !== undefined) return undefined;
  return { data, le: le === 0 ? LARGEST_SHORT_LE : le };
}

function extendedBody(body: Uint8Array): Body | undefined {
  const [, high, low] = body;
  if (high === undefined || low === undefined) return undefined;
  const number = (high << 8) | low;
  if (body.length === 3) return { data: NO_DATA, le: number === 0 ? LARGEST_EXTENDED_LE : number };
  const data = body.subarray(3, 3 + number);
  if (number === 0 || data.length !== number) return undefined;
  const rest = body.subarray(3 + number);
  if (rest.length === 0) return { data, le: undefined };
  const [leHigh, leLow] = rest;
  if (leHigh === undefined || leLow === undefined || rest.length !== 2) return undefined;
  const le = (leHigh << 8) | leLow;
  return { data, le: le === 0 ? LARGEST_EXTENDED_LE : le };
}

/** Response data followed by SW1 SW2. */
export function encodeResponse(response: CardResponse): Uint8Array {
  const data = response.data ?? NO_DATA;
  const encoded = new Uint8Array(data.length + 2);
  encoded.set(data);
  encoded[data.length] = response.statusWord >> 8;
  encoded[data.length + 1] = response.statusWord & 0xff;
  return encoded;
}

export const SUCCESS: CardResponse = { statusWord: STATUS_WORDS.SUCCESS };
