/**
 * The part of npm's `pcsclite` 1.0.1 that is used here. Declared here and not taken from the package, because it is
 * optional and its own types leave out what enumeration needs.
 */
import { createRequire } from 'node:module';
import { ScardError } from '../scard-error.js';

export type NodeCallback<T extends unknown[]> = (error: unknown, ...values: T) => void;

/** `SCARD_*` constants, which pcsclite puts on every reader. */
export interface PcscConstants {
  readonly SCARD_SHARE_SHARED: number;
  readonly SCARD_SHARE_EXCLUSIVE: number;
  readonly SCARD_SHARE_DIRECT: number;
  readonly SCARD_PROTOCOL_T0: number;
  readonly SCARD_PROTOCOL_T1: number;
  readonly SCARD_STATE_PRESENT: number;
  readonly SCARD_LEAVE_CARD: number;
  readonly SCARD_RESET_CARD: number;
  readonly SCARD_UNPOWER_CARD: number;
}

export interface ReaderStatus {
  /** `dwEventState`: flags in the low 16 bits; above them how often a card came or went, where the service counts. */
  readonly state: number;
  readonly atr?: Uint8Array;
}

/** One `CardReader`: a reader's name, a PC/SC context of its own, and at most one connection. */
export interface PcscReader extends PcscConstants {
  readonly name: string;
  on(event: 'status', listener: (status: ReaderStatus) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  connect(options: { share_mode: number; protocol: number }, done: NodeCallback<[protocol: number]>): void;
  transmit(command: Buffer, maxResponse: number, protocol: number, done: NodeCallback<[response: Buffer]>): void;
  /** `transmit` without the look at `connected`; copies `command` before it returns. */
  _transmit(command: Buffer, maxResponse: number, protocol: number, done: NodeCallback<[response: Buffer]>): void;
  disconnect(disposition: number, done: NodeCallback<[]>): void;
  /** Keeps a bare pointer to `input`: whoever calls keeps it from the garbage collector until `done`. */
  control(input: Buffer, controlCode: number, maxOutput: number, done: NodeCallback<[output: Buffer]>): void;
  /** Control code of a function, as this platform numbers it. */
  SCARD_CTL_CODE(functionCode: number): number;
}

/** Names of the readers as `SCardListReaders` gives them: each ended by a zero byte, one more at the end. */
export type ReaderNames = Uint8Array;

/** What the service object watches: its thread calls `listener` at once, and again whenever readers come or go. */
export type StartWatching = (listener: NodeCallback<[readers: ReaderNames]>) => void;

/** One `PCSCLite`: a PC/SC context that lists readers and waits for changes. */
export interface PcscService {
  on(event: 'reader', listener: (reader: PcscReader) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  /** Called by pcsclite itself in the tick after creation. */
  start: StartWatching;
  close(): void;
}

/** The module itself. Throws where the service does not answer; blocks while it does not. */
export type PcscBinding = () => PcscService;

/** @throws ScardError `MADOGUCHI_BINDING_MISSING` where pcsclite is not installed or was built for another Node */
export function loadPcscBinding(): PcscBinding {
  try {
    return createRequire(import.meta.url)('pcsclite') as PcscBinding;
  } catch (cause) {
    throw new ScardError('MADOGUCHI_BINDING_MISSING', 'the package pcsclite cannot be loaded', { cause });
  }
}
