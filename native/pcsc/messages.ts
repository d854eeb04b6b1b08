import type { ConnectOptions, Disposition } from '../../main/core/ports.js';
import type { ScardName } from '../scard-error.js';
import type { ReaderFeatures } from './pin-pad/discovery.js';
import { isScardName } from './scard-codes.js';

/** Short command APDU, ISO/IEC 7816-4: header, Lc, 255 bytes of data, Le. */
export const MIN_COMMAND_BYTES = 4;
export const MAX_COMMAND_BYTES = 261;
/** Short response APDU: 256 bytes of data, SW1 SW2. */
export const MIN_RESPONSE_BYTES = 2;
export const MAX_RESPONSE_BYTES = 258;
/** ISO/IEC 7816-3. */
export const MAX_ATR_BYTES = 33;
/** pcsc-lite has 16 readers with names of at most 128 bytes. */
export const MAX_READERS = 32;
export const MAX_READER_NAME_CHARACTERS = 255;
const MAX_MESSAGE_CHARACTERS = 512;
const USB_ID = /^[0-9a-f]{4}:[0-9a-f]{4}$/;

export type ShareMode = ConnectOptions['shareMode'];

/** What is asked of the card process. */
export type Operation =
  | { readonly op: 'list' }
  /** What the reader itself can do, with a card in it or without. */
  | { readonly op: 'features'; readonly reader: string }
  | { readonly op: 'connect'; readonly reader: string; readonly shareMode: ShareMode }
  /** Body: the command APDU. */
  | { readonly op: 'transmit'; readonly connection: number }
  | { readonly op: 'disconnect'; readonly connection: number; readonly disposition: Disposition };

export type Request = { readonly id: number } & Operation;

export interface ReaderState {
  readonly name: string;
  readonly cardPresent: boolean;
  /** Rises with each insertion into this reader, as far as this card process saw. */
  readonly insertion: number;
}

/** Whether an operation begins something, so that a card process about to end leaves it to the next one. */
export function isBeginning(op: Operation['op']): boolean {
  return op !== 'transmit' && op !== 'disconnect';
}

/** The answer to one request. Which fields a `done` one has, and what its body is, depends on the operation. */
export type Reply =
  | { readonly id: number; readonly outcome: 'done'; readonly readers: readonly ReaderState[] }
  | { readonly id: number; readonly outcome: 'done'; readonly features: ReaderFeatures }
  /** Body: the answer to reset. */
  | { readonly id: number; readonly outcome: 'done'; readonly connection: number }
  /** Body of transmit: the response APDU. */
  | { readonly id: number; readonly outcome: 'done' }
  | { readonly id: number; readonly outcome: 'failed'; readonly scard: ScardName; readonly message: string }
  /** Not begun, because this process is about to end. To be asked of the next one. */
  | { readonly id: number; readonly outcome: 'retired' };

/** What the card process says unasked: it can be used, a reader or card came or went, it takes no new requests. */
export type Notice = { readonly event: 'ready' | 'changed' | 'retiring' };

/** A request from the program, or undefined where it is not one. */
export function parseRequest(unverified: unknown): Request | undefined {
  if (!isRecord(unverified) || !isId(unverified['id'])) return undefined;
  const operation = parseOperation(unverified);
  return operation && { id: unverified['id'], ...operation };
}

function parseOperation(value: Readonly<Record<string, unknown>>): Operation | undefined {
  const { op, reader, shareMode, connection, disposition } = value;
  switch (op) {
    case 'list':
      return hasOnly(value, 2) ? { op } : undefined;
    case 'features':
      return hasOnly(value, 3) && isReaderName(reader) ? { op, reader } : undefined;
    case 'connect':
      if (!hasOnly(value, 4) || !isReaderName(reader)) return undefined;
      return shareMode === 'shared' || shareMode === 'exclusive' ? { op, reader, shareMode } : undefined;
    case 'transmit':
      return hasOnly(value, 3) && isId(connection) ? { op, connection } : undefined;
    case 'disconnect':
      if (!hasOnly(value, 4) || !isId(connection)) return undefined;
      return isDisposition(disposition) ? { op, connection, disposition } : undefined;
    default:
      return undefined;
  }
}

/** A reply or notice from the card process, or undefined where it is neither. */
export function parseReplyOrNotice(unverified: unknown): Reply | Notice | undefined {
  if (!isRecord(unverified)) return undefined;
  const { event, id } = unverified;
  if (event === 'ready' || event === 'changed' || event === 'retiring') {
    return hasOnly(unverified, 1) ? { event } : undefined;
  }
  return isId(id) ? parseReply(id, unverified) : undefined;
}

function parseReply(id: number, value: Readonly<Record<string, unknown>>): Reply | undefined {
  const { outcome, scard, message, readers, connection, features } = value;
  if (outcome === 'retired') return hasOnly(value, 2) ? { id, outcome } : undefined;
  if (outcome === 'failed') {
    if (!hasOnly(value, 4) || !isScardName(scard) || !isText(message, MAX_MESSAGE_CHARACTERS)) return undefined;
    return { id, outcome, scard, message };
  }
  if (outcome !== 'done') return undefined;
  if (hasOnly(value, 2)) return { id, outcome };
  if (!hasOnly(value, 3)) return undefined;
  if (isId(connection)) return { id, outcome, connection };
  if (isReaderFeatures(features)) return { id, outcome, features };
  return isReaderStates(readers) ? { id, outcome, readers } : undefined;
}

function isReaderFeatures(value: unknown): value is ReaderFeatures {
  if (!isRecord(value) || !hasOnly(value, 2) || typeof value['pinPad'] !== 'boolean') return false;
  const { usbId } = value;
  return usbId === null || (typeof usbId === 'string' && USB_ID.test(usbId));
}

function isReaderStates(value: unknown): value is ReaderState[] {
  return Array.isArray(value) && value.length <= MAX_READERS && value.every(isReaderState);
}

function isReaderState(value: unknown): value is ReaderState {
  if (!isRecord(value) || !hasOnly(value, 3)) return false;
  return (
    isReaderName(value['name']) && typeof value['cardPresent'] === 'boolean' && Number.isSafeInteger(value['insertion'])
  );
}

/** Whether a PC/SC reader name can travel between the processes. */
export function isReaderName(value: unknown): value is string {
  return isText(value, MAX_READER_NAME_CHARACTERS) && value.length > 0 && !value.includes('\0');
}

/** Text of a failure, cut to what a reply may carry. */
export function boundedMessage(message: string): string {
  return message.slice(0, MAX_MESSAGE_CHARACTERS);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasOnly(value: Readonly<Record<string, unknown>>, fields: number): boolean {
  return Object.keys(value).length === fields;
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isText(value: unknown, maxCharacters: number): value is string {
  return typeof value === 'string' && value.length <= maxCharacters;
}

function isDisposition(value: unknown): value is Disposition {
  return value === 'leave' || value === 'reset' || value === 'unpower';
}
