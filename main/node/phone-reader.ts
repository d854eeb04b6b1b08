/** A phone as card reader, as the shells use it. Off unless one of these functions was called; on until closed. */
import { renderUnicodeCompact } from 'uqr';
import {
  networkAddresses,
  openPhoneReader as openNetworkPhoneReader,
  openUsbPhoneReader as openNativeUsbPhoneReader,
  phoneReaderDirectory,
  PhoneReaderError,
  PhoneStore,
  type NetworkAddress,
  type PairedPhone,
  type PairingInvitation,
  type PhoneReader,
  type PhoneReaderEvent,
  type UsbPhoneReader,
} from '../../native/phone-reader/index.js';
import { ClientError } from '../core/errors.js';
import { translatedCardReaders } from './card-readers.js';

export { networkAddresses };
export type { NetworkAddress, PairedPhone, PairingInvitation, PhoneReader, PhoneReaderEvent, UsbPhoneReader };

export interface OpenPhoneReaderOptions {
  /** Of the whole program; the phone reader keeps its files in a directory of its own within. */
  readonly stateDirectory: string;
  /** One of `networkAddresses()`, chosen by the person. */
  readonly address: string;
  /** Absent: 41735. 0: any free one. */
  readonly port?: number;
  readonly onEvent?: (event: PhoneReaderEvent) => void;
}

/**
 * Opens the reader for phones on one network, with TLS. `readers` fail with `ClientError`s.
 * @throws ClientError ERR_PCSC_UNAVAILABLE for an address or port that cannot be used, ERR_INTERNAL_FILE
 */
export async function openPhoneReader({ stateDirectory, ...options }: OpenPhoneReaderOptions): Promise<PhoneReader> {
  const directory = phoneReaderDirectory(stateDirectory);
  const phoneReader = await translated(() => openNetworkPhoneReader({ ...options, directory }));
  return {
    ...phoneReader,
    readers: translatedCardReaders(phoneReader.readers),
    pairedPhones: () => translatedNow(() => phoneReader.pairedPhones()),
    forgetPhone: (fingerprint) => translatedNow(() => phoneReader.forgetPhone(fingerprint)),
  };
}

export interface OpenUsbPhoneReaderOptions {
  /** Absent: 35963, which existing programs use. 0: any free one. */
  readonly port?: number;
  readonly onEvent?: (event: PhoneReaderEvent) => void;
}

/** Opens the reader for a phone on a cable, on loopback. `readers` fail with `ClientError`s. @throws as `openPhoneReader` */
export async function openUsbPhoneReader(options: OpenUsbPhoneReaderOptions = {}): Promise<UsbPhoneReader> {
  const phoneReader = await translated(() => openNativeUsbPhoneReader(options));
  return { ...phoneReader, readers: translatedCardReaders(phoneReader.readers) };
}

/** Phones this computer is paired with, oldest first; the reader need not be on. @throws ClientError ERR_INTERNAL_FILE */
export function pairedPhones(stateDirectory: string): readonly PairedPhone[] {
  return translatedNow(() => new PhoneStore(phoneReaderDirectory(stateDirectory)).list());
}

/**
 * Ends trust in a phone; the reader need not be on. A connection that another process holds lasts until it ends.
 * @returns whether it was paired
 * @throws ClientError ERR_INTERNAL_FILE
 */
export function forgetPhone(stateDirectory: string, fingerprint: string): boolean {
  return translatedNow(() => new PhoneStore(phoneReaderDirectory(stateDirectory)).forget(fingerprint));
}

/** Modules around the code that stay light; ISO/IEC 18004 asks for four. */
const QUIET_ZONE = 4;

/**
 * A QR code as lines of block characters, two modules high each, for a terminal with light text on dark ground: dark
 * modules are blank.
 */
export function qrCodeText(content: string): string {
  return renderUnicodeCompact(content, { border: QUIET_ZONE });
}

async function translated<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (thrown) {
    throw translatePhoneReaderError(thrown);
  }
}

function translatedNow<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (thrown) {
    throw translatePhoneReaderError(thrown);
  }
}

function translatePhoneReaderError(thrown: unknown): unknown {
  if (!(thrown instanceof PhoneReaderError)) return thrown;
  const { problem, message } = thrown;
  if (problem === 'state') return new ClientError('ERR_INTERNAL_FILE', message, { cause: thrown });
  return new ClientError('ERR_PCSC_UNAVAILABLE', message, {
    retriable: true,
    details: { application: 'phone', reason: problem },
    cause: thrown,
  });
}
