import type { Socket } from 'node:net';
import type { CardConnection, CardReaders, ConnectOptions, ReaderInfo } from '../../main/core/ports.js';
import { ScardError } from '../scard-error.js';
import type { FrameChannel } from './frame-channel.js';
import { Gate } from './gate.js';
import type { PairingEnd } from './pairing-window.js';
import { PhoneLink, type LinkDeadlines } from './phone-link.js';
import { Refusal, type RefusalReason } from './phone-reader-error.js';
import { PhoneSlot } from './phone-slot.js';
import type { PairedPhone } from './phone-store.js';

/** What happens at the reader, for whoever shows or logs it. Names are the phones' own and prove nothing. */
export type PhoneReaderEvent =
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly remoteAddress: string }
  | { readonly kind: 'paired'; readonly phone: PairedPhone }
  | { readonly kind: 'pairing-ended'; readonly end: PairingEnd }
  /** `phone` is undefined over USB, where phones say nothing of themselves. */
  | { readonly kind: 'connected'; readonly phone: PairedPhone | undefined }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'card'; readonly present: boolean };

export interface PhoneReaderLimits {
  /** From the connection to the end of admission, in milliseconds. */
  readonly admissionMilliseconds: number;
  /** How many may be at the door at once. */
  readonly mostPending: number;
  readonly pairingMilliseconds: number;
  /** Wrong proofs that end pairing. */
  readonly pairingAttempts: number;
  /** How often an idle phone is asked for its card, in milliseconds. */
  readonly pollMilliseconds: number;
  readonly deadlines: LinkDeadlines;
}

export const DEFAULT_LIMITS: PhoneReaderLimits = {
  admissionMilliseconds: 10_000,
  mostPending: 4,
  pairingMilliseconds: 120_000,
  pairingAttempts: 3,
  pollMilliseconds: 400,
  deadlines: { atr: 5000, transmit: 10_000 },
};

/** A phone that may come in, and how one speaks to it. */
export interface AdmittedPhone {
  readonly channel: FrameChannel;
  /** Undefined where phones say nothing of themselves. */
  readonly phone: PairedPhone | undefined;
}

export interface PhoneCardReadersOptions {
  /** One IP address of this computer. */
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
  readonly readerName: string;
  /** Whether this address may knock at all. */
  readonly isNear: (remoteAddress: string) => boolean;
  /** Finds out who is at the other end; what it throws refuses them. */
  readonly admit: (socket: Socket) => Promise<AdmittedPhone>;
  readonly report: (event: PhoneReaderEvent) => void;
  readonly limits: PhoneReaderLimits;
}

/** One reader that is somebody's phone. Off until `open`, off again after `close`. Fails with `ScardError`. */
export class PhoneCardReaders implements CardReaders {
  readonly #options: PhoneCardReadersOptions;
  readonly #slot: PhoneSlot;
  #gate: Gate | undefined;
  #phone: PairedPhone | undefined;

  constructor(options: PhoneCardReadersOptions) {
    this.#options = options;
    this.#slot = new PhoneSlot({
      pollMilliseconds: options.limits.pollMilliseconds,
      cardPresenceChanged: (present) => {
        options.report({ kind: 'card', present });
      },
    });
  }

  /** Begins to listen. @throws PhoneReaderError */
  async open(): Promise<void> {
    const { address, port, isNear, report, limits } = this.#options;
    this.#gate = await Gate.open({
      ...{ address, port, isNear },
      isOccupied: () => this.#slot.occupied,
      admissionMilliseconds: limits.admissionMilliseconds,
      mostPending: limits.mostPending,
      admit: (socket) => this.#admit(socket),
      refused: (reason, remoteAddress) => {
        report({ kind: 'refused', reason, remoteAddress });
      },
    });
  }

  /** 0 while off. */
  get port(): number {
    return this.#gate?.port ?? 0;
  }

  list(): Promise<readonly ReaderInfo[]> {
    return promised(() => {
      this.#slot.requireOpen();
      this.#slot.changes.markSeen();
      const { cardPresent, insertion } = this.#slot;
      return [{ name: this.#options.readerName, cardPresent, virtual: false, insertion }];
    });
  }

  async changed(signal: AbortSignal): Promise<void> {
    this.#slot.requireOpen();
    await this.#slot.changes.wait(signal);
  }

  async connect(readerName: string, { shareMode, signal }: ConnectOptions): Promise<CardConnection> {
    this.#slot.requireOpen();
    if (signal?.aborted) throw new ScardError('SCARD_E_CANCELLED');
    if (readerName !== this.#options.readerName) throw new ScardError('SCARD_E_UNKNOWN_READER');
    return this.#slot.connect(shareMode, signal);
  }

  /** Sends the phone away if it is this one. */
  dismiss(fingerprint: string): void {
    if (this.#phone?.fingerprint === fingerprint) this.#slot.dismiss();
  }

  close(): Promise<void> {
    return promised(() => {
      this.#gate?.close();
      this.#slot.close();
    });
  }

  async #admit(socket: Socket): Promise<void> {
    const { admit, report, limits } = this.#options;
    const { channel, phone } = await admit(socket);
    const link = new PhoneLink(channel, limits.deadlines);
    if (!this.#slot.attach(link)) throw new Refusal(link.ended.aborted ? 'protocol' : 'busy');
    this.#phone = phone;
    report({ kind: 'connected', phone });
    link.ended.addEventListener('abort', () => {
      this.#phone = undefined;
      report({ kind: 'disconnected' });
    });
  }
}

/** What `compute` returns or throws, as the port wants it. */
function promised<Result>(compute: () => Result): Promise<Result> {
  return new Promise((resolve) => {
    resolve(compute());
  });
}
