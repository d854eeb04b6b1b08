/**
 * The phone's side, as an executable specification for authors of phone programs and as the other side in tests:
 * pairing, connecting when paired, and serving a card. `docs/phone-reader.md` has the same in words.
 */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { timingSafeEqual } from 'node:crypto';
import { ChannelEndedError, FrameChannel, PHONE_LIMITS } from './frame-channel.js';
import { encodeHello } from './hello.js';
import { certificateDigest, pemCertificate, type TlsIdentity } from './identity.js';
import { decodePairingCode } from './pairing-code.js';
import { channelBinding, isSameProof, pairingProof } from './pairing-proof.js';
import { ORDERS } from './phone-link.js';

const CONNECT_MILLISECONDS = 10_000;
const NO_CARD = new Uint8Array(0);

/** A card that a phone can hold in its field; a virtual card is one. */
export interface PhoneCard {
  /** Answer to reset, ISO 7816-3: 2 to 33 bytes. */
  readonly atr: Uint8Array;
  /** Nothing is selected and no PIN verified afterwards; the same goes for the next two. */
  powerOn(): void;
  powerOff(): void;
  reset(): void;
  /** Answers one command APDU. What it throws means that the card is gone. */
  transmit(command: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** How long to wait before the next command; test cards ask for it. */
  readonly nextDelayMilliseconds?: number;
}

/** Why a phone does not trust a computer. */
export type DistrustReason =
  /** Its certificate is not the one that was scanned or kept. */
  | 'certificate'
  /** It does not know the pairing secret on this connection. */
  | 'proof';

export class ComputerNotTrustedError extends Error {
  override readonly name = 'ComputerNotTrustedError';
  readonly reason: DistrustReason;

  constructor(reason: DistrustReason) {
    super(`the computer is not trusted: ${reason}`);
    this.reason = reason;
  }
}

export interface PairOptions {
  readonly address: string;
  readonly port: number;
  /** As scanned or typed. */
  readonly code: string;
  /** As scanned, 32 bytes. Absent where the code was typed: then the proof alone tells the computer. */
  readonly certificateDigest?: Uint8Array;
  readonly identity: TlsIdentity;
  /** Shown to the person at the computer. */
  readonly name: string;
}

export interface ConnectPairedOptions {
  readonly address: string;
  readonly port: number;
  /** What `pair` returned. */
  readonly certificateDigest: Uint8Array;
  readonly identity: TlsIdentity;
}

/** A phone that is connected and serves what lies in its field. */
export interface PhoneConnection {
  /** SHA-256 of the computer's certificate, to be kept; empty over USB. */
  readonly certificateDigest: Uint8Array;
  /** Resolves when the connection has ended, however it did. */
  readonly closed: Promise<void>;
  /** Brings a card into the field. */
  insertCard(card: PhoneCard): void;
  removeCard(): void;
  close(): Promise<void>;
}

/**
 * Pairs with a computer and serves it. Nothing but the proof is sent before the computer has proved itself.
 * @throws ComputerNotTrustedError; ChannelEndedError where the computer refuses; RangeError for a mistyped code
 */
export async function pairPhone(options: PairOptions): Promise<PhoneConnection> {
  const secret = decodePairingCode(options.code);
  if (!secret) throw new RangeError('not a pairing code');
  const { socket, certificate } = await openTls(options);
  const binding = channelBinding(socket, { computer: certificate, phone: options.identity.certificate });
  const channel = new FrameChannel(socket, PHONE_LIMITS);
  channel.write(encodeHello({ kind: 'pairing', proof: pairingProof('phone', secret, binding), name: options.name }));
  const answer = await channel.read();
  const isKnowing = isSameProof(answer, pairingProof('computer', secret, binding));
  secret.fill(0);
  if (isKnowing) return serve(channel, certificateDigest(certificate));
  channel.destroy('closed');
  throw new ComputerNotTrustedError('proof');
}

/** Connects a paired phone and serves. @throws ComputerNotTrustedError */
export async function connectPairedPhone(options: ConnectPairedOptions): Promise<PhoneConnection> {
  const { socket, certificate } = await openTls(options);
  const channel = new FrameChannel(socket, PHONE_LIMITS);
  channel.write(encodeHello({ kind: 'paired' }));
  return serve(channel, certificateDigest(certificate));
}

/** Connects without encryption, as existing programs do; through the cable only. */
export async function connectPhoneOverUsb(port: number): Promise<PhoneConnection> {
  const socket = connectTcp({ host: '127.0.0.1', port, noDelay: true });
  await opened(socket, 'connect');
  return serve(new FrameChannel(socket, PHONE_LIMITS), new Uint8Array(0));
}

interface OpenTlsOptions {
  readonly address: string;
  readonly port: number;
  readonly certificateDigest?: Uint8Array;
  readonly identity: TlsIdentity;
}

/** @throws ComputerNotTrustedError before anything was sent but the phone's own certificate */
async function openTls(options: OpenTlsOptions): Promise<{ socket: TLSSocket; certificate: Uint8Array }> {
  const { address, port, identity } = options;
  const socket = connectTls({
    ...{ host: address, port, minVersion: 'TLSv1.3' },
    key: identity.privateKey,
    cert: pemCertificate(identity),
    // Nobody vouches for the certificate: it is compared with the digest, or bound into the proofs.
    rejectUnauthorized: false,
  });
  socket.setNoDelay(true);
  await opened(socket, 'secureConnect');
  const certificate = new Uint8Array(socket.getPeerX509Certificate()?.raw ?? []);
  const expected = options.certificateDigest;
  if (!expected || timingSafeEqual(certificateDigest(certificate), expected)) return { socket, certificate };
  socket.destroy();
  throw new ComputerNotTrustedError('certificate');
}

async function opened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  try {
    await once(socket, event, { signal: AbortSignal.timeout(CONNECT_MILLISECONDS) });
    socket.on('error', () => undefined);
  } catch (thrown) {
    socket.destroy();
    throw thrown;
  }
}

function serve(channel: FrameChannel, computer: Uint8Array): PhoneConnection {
  const field = new CardField();
  const closed = obey(channel, field).finally(() => {
    field.remove();
  });
  return {
    certificateDigest: computer,
    closed,
    insertCard: (card) => {
      field.insert(card);
    },
    removeCard: () => {
      field.remove();
    },
    close: async () => {
      channel.close();
      await closed;
    },
  };
}

async function obey(channel: FrameChannel, field: CardField): Promise<void> {
  try {
    for (;;) {
      const payload = await channel.read();
      const answer = payload.length === 1 ? field.obey(payload[0]) : await field.transmit(payload);
      payload.fill(0);
      if (answer) channel.write(answer);
    }
  } catch (thrown) {
    if (!(thrown instanceof ChannelEndedError)) throw thrown;
  }
}

/**
 * Where the card lies. A card that left is told once, by an empty answer, also when another one has come meanwhile: the
 * computer never takes the second for the first.
 */
class CardField {
  #card: PhoneCard | undefined;
  #leftUntold = false;
  #presence = new AbortController();

  insert(card: PhoneCard): void {
    this.remove();
    this.#card = card;
    this.#presence = new AbortController();
  }

  remove(): void {
    if (!this.#card) return;
    this.#card.powerOff();
    this.#card = undefined;
    this.#leftUntold = true;
    this.#presence.abort();
  }

  /** @returns the answer to the only order that has one */
  obey(order: number | undefined): Uint8Array | undefined {
    if (order === ORDERS.getAtr) return this.#tellIfLeft() ?? this.#card?.atr ?? NO_CARD;
    if (this.#leftUntold) return undefined;
    if (order === ORDERS.powerOff) this.#card?.powerOff();
    if (order === ORDERS.powerOn) this.#card?.powerOn();
    if (order === ORDERS.reset) this.#card?.reset();
    return undefined;
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    const card = this.#card;
    if (!card || this.#leftUntold) return this.#tellIfLeft() ?? NO_CARD;
    try {
      const delay = card.nextDelayMilliseconds ?? 0;
      if (delay > 0) await sleep(delay, undefined, { signal: this.#presence.signal });
      const response = await card.transmit(command);
      return this.#card === card ? response : this.#tell();
    } catch {
      if (this.#card === card) this.remove();
      return this.#tell();
    }
  }

  #tellIfLeft(): Uint8Array | undefined {
    return this.#leftUntold ? this.#tell() : undefined;
  }

  #tell(): Uint8Array {
    this.#leftUntold = false;
    return NO_CARD;
  }
}
