import { join } from 'node:path';
import type { Socket } from 'node:net';
import type { CardReaders } from '../../main/core/ports.js';
import { admitPhone } from './admission.js';
import { certificateDigest } from './identity.js';
import { networkAddresses, networkOf } from './network-addresses.js';
import { formatReaderUri } from './pairing-uri.js';
import { PairingWindow } from './pairing-window.js';
import {
  DEFAULT_LIMITS,
  PhoneCardReaders,
  type AdmittedPhone,
  type PhoneReaderEvent,
  type PhoneReaderLimits,
} from './phone-card-readers.js';
import { PhoneReaderError } from './phone-reader-error.js';
import { PhoneStore, type PairedPhone } from './phone-store.js';
import { TlsUpgrade } from './tls-upgrade.js';

/** Where phones on the network connect to unless another port is chosen. */
export const PHONE_READER_PORT = 41735;

export interface PhoneReaderOptions {
  /** Where this computer's key and the paired phones are kept: `phoneReaderDirectory`. */
  readonly directory: string;
  /** One of `networkAddresses()`, chosen by the person. */
  readonly address: string;
  /** 0: any free one. */
  readonly port?: number;
  readonly onEvent?: (event: PhoneReaderEvent) => void;
  readonly limits?: Partial<PhoneReaderLimits>;
}

/** What a person shows or types to the phone that is to be paired. Secret until used, and worthless afterwards. */
export interface PairingInvitation {
  /** Content of the QR code. */
  readonly uri: string;
  /** To be typed together with address and port. */
  readonly code: string;
  readonly address: string;
  readonly port: number;
  readonly expiresAt: Date;
}

/** A card reader that is a phone on the network, on until `readers.close()`. */
export interface PhoneReader {
  /** Fails with `ScardError`. */
  readonly readers: CardReaders;
  readonly address: string;
  readonly port: number;
  /** For phones that are paired already: where this computer is, and its certificate's digest. No secret. */
  readonly uri: string;
  /** Lets one phone be paired, for a short time. What was open before ends. */
  startPairing(): PairingInvitation;
  stopPairing(): void;
  pairedPhones(): readonly PairedPhone[];
  /** Ends trust in a phone, and its connection. @returns whether it was paired */
  forgetPhone(fingerprint: string): boolean;
}

/** Directory of `openPhoneReader` within a program's state directory. */
export function phoneReaderDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'phone-reader');
}

/** Opens the reader for phones on the network: TLS 1.3 with certificates of both sides. @throws PhoneReaderError */
export async function openPhoneReader(options: PhoneReaderOptions): Promise<PhoneReader> {
  const { address, port = PHONE_READER_PORT, directory } = options;
  const network = networkAddresses().find((known) => known.address === address);
  if (!network) throw new PhoneReaderError('address', `${address} is not an address of this computer`);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const report = options.onEvent ?? (() => undefined);
  const store = new PhoneStore(directory);
  const door = new NetworkDoor({ store, limits, report });
  const readers = new PhoneCardReaders({
    ...{ address, port, limits, report },
    readerName: `Phone (${address})`,
    isNear: networkOf(network),
    admit: (socket) => door.admit(socket),
  });
  await readers.open();
  return phoneReader({ address, readers, door, store });
}

interface PhoneReaderParts {
  readonly address: string;
  readonly readers: PhoneCardReaders;
  readonly door: NetworkDoor;
  readonly store: PhoneStore;
}

function phoneReader({ address, readers, door, store }: PhoneReaderParts): PhoneReader {
  const { port } = readers;
  const location = { address, port, certificateDigest: door.certificateDigest };
  const openReaders: CardReaders = {
    list: () => readers.list(),
    changed: (signal) => readers.changed(signal),
    connect: (readerName, options) => readers.connect(readerName, options),
    close: () => {
      door.stopPairing();
      return readers.close();
    },
  };
  return {
    ...{ readers: openReaders, address, port },
    uri: formatReaderUri(location),
    startPairing() {
      const { code, expiresAt } = door.startPairing();
      return { uri: formatReaderUri({ ...location, code }), code, address, port, expiresAt };
    },
    stopPairing: () => {
      door.stopPairing();
    },
    pairedPhones: () => store.list(),
    forgetPhone(fingerprint) {
      const wasPaired = store.forget(fingerprint);
      readers.dismiss(fingerprint);
      return wasPaired;
    },
  };
}

interface NetworkDoorOptions {
  readonly store: PhoneStore;
  readonly limits: PhoneReaderLimits;
  readonly report: (event: PhoneReaderEvent) => void;
}

/** Lets in paired phones, and while it is open for pairing, one that proves to know the secret. */
class NetworkDoor {
  readonly #options: NetworkDoorOptions;
  readonly #certificate: Uint8Array;
  readonly #tls: TlsUpgrade;
  #pairing: PairingWindow | undefined;

  constructor(options: NetworkDoorOptions) {
    this.#options = options;
    const identity = options.store.identity();
    this.#certificate = identity.certificate;
    this.#tls = new TlsUpgrade(identity);
  }

  get certificateDigest(): Uint8Array {
    return certificateDigest(this.#certificate);
  }

  async admit(socket: Socket): Promise<AdmittedPhone> {
    const { store, report } = this.#options;
    return admitPhone(await this.#tls.upgrade(socket), {
      store,
      certificate: this.#certificate,
      pairing: () => this.#pairing,
      paired: (phone) => {
        report({ kind: 'paired', phone });
      },
    });
  }

  startPairing(): { code: string; expiresAt: Date } {
    this.stopPairing();
    const { limits, report } = this.#options;
    this.#pairing = new PairingWindow({
      milliseconds: limits.pairingMilliseconds,
      attempts: limits.pairingAttempts,
      ended: (end) => {
        report({ kind: 'pairing-ended', end });
      },
    });
    return { code: this.#pairing.code, expiresAt: new Date(Date.now() + limits.pairingMilliseconds) };
  }

  stopPairing(): void {
    this.#pairing?.end('stopped');
    this.#pairing = undefined;
  }
}
