import type { Socket } from 'node:net';
import type { CardReaders } from '../../main/core/ports.js';
import { COMPUTER_LIMITS, FrameChannel } from './frame-channel.js';
import { isOwnLoopbackPeer } from './loopback-peer.js';
import {
  DEFAULT_LIMITS,
  PhoneCardReaders,
  type AdmittedPhone,
  type PhoneReaderEvent,
  type PhoneReaderLimits,
} from './phone-card-readers.js';
import { Refusal } from './phone-reader-error.js';

/** Where existing Android programs that speak vpcd connect to by default. */
export const USB_PHONE_READER_PORT = 35963;

/** Not an option: nothing here is encrypted, and nobody proves who they are. */
const ADDRESS = '127.0.0.1';

export interface UsbPhoneReaderOptions {
  /** 0: any free one. */
  readonly port?: number;
  readonly onEvent?: (event: PhoneReaderEvent) => void;
  readonly limits?: Partial<PhoneReaderLimits>;
}

/** A card reader that is a phone on a USB cable, on until `readers.close()`. */
export interface UsbPhoneReader {
  /** Fails with `ScardError`. */
  readonly readers: CardReaders;
  readonly address: string;
  readonly port: number;
}

/**
 * Opens the reader for programs that speak vpcd without encryption: on 127.0.0.1 only, where `adb reverse` brings them
 * through the cable. @throws PhoneReaderError
 */
export async function openUsbPhoneReader(options: UsbPhoneReaderOptions = {}): Promise<UsbPhoneReader> {
  const readers = new PhoneCardReaders({
    address: ADDRESS,
    port: options.port ?? USB_PHONE_READER_PORT,
    readerName: 'Phone (USB)',
    isNear: (remoteAddress) => remoteAddress.startsWith('127.'),
    admit: (socket) => Promise.resolve().then(() => admit(socket)),
    report: options.onEvent ?? (() => undefined),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  });
  await readers.open();
  return { readers, address: ADDRESS, port: readers.port };
}

function admit(socket: Socket): AdmittedPhone {
  if (!isOwnLoopbackPeer(socket)) throw new Refusal('other-user');
  return { channel: new FrameChannel(socket, COMPUTER_LIMITS), phone: undefined };
}
