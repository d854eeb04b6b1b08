import type { TLSSocket } from 'node:tls';
import { COMPUTER_LIMITS, FrameChannel } from './frame-channel.js';
import { decodeHello, type Hello } from './hello.js';
import { certificateDigest, hasP256Key } from './identity.js';
import { channelBinding } from './pairing-proof.js';
import type { AdmittedPhone } from './phone-card-readers.js';
import type { PairingWindow } from './pairing-window.js';
import { Refusal } from './phone-reader-error.js';
import type { PairedPhone, PhoneStore } from './phone-store.js';

export interface AdmissionOptions {
  readonly store: PhoneStore;
  /** This computer's certificate; DER. */
  readonly certificate: Uint8Array;
  /** The open pairing window, if there is one. */
  readonly pairing: () => PairingWindow | undefined;
  readonly paired: (phone: PairedPhone) => void;
}

/** What a connection presented so far. */
interface Applicant {
  readonly socket: TLSSocket;
  readonly channel: FrameChannel;
  /** DER. */
  readonly certificate: Uint8Array;
}

/** Finds out which phone is at the other end, by its certificate and its first message. @throws Refusal and others */
export async function admitPhone(socket: TLSSocket, options: AdmissionOptions): Promise<AdmittedPhone> {
  const certificate = socket.getPeerX509Certificate();
  if (socket.isSessionReused()) throw new Refusal('tls');
  if (!certificate) throw new Refusal('no-certificate');
  if (!hasP256Key(certificate)) throw new Refusal('certificate-key');
  const channel = new FrameChannel(socket, COMPUTER_LIMITS);
  const hello = decodeHello(await channel.read());
  if (!hello) throw new Refusal('protocol');
  const applicant = { socket, channel, certificate: new Uint8Array(certificate.raw) };
  const phone = hello.kind === 'paired' ? knownPhone(applicant, options) : pairedPhone(applicant, hello, options);
  return { channel, phone };
}

function knownPhone({ certificate }: Applicant, { store }: AdmissionOptions): PairedPhone {
  const phone = store.find(fingerprintOf(certificate));
  if (!phone) throw new Refusal('unknown-phone');
  return phone;
}

function pairedPhone(
  { socket, channel, certificate }: Applicant,
  { proof, name }: Extract<Hello, { kind: 'pairing' }>,
  { store, certificate: own, pairing, paired }: AdmissionOptions,
): PairedPhone {
  const binding = channelBinding(socket, { computer: own, phone: certificate });
  const answer = pairing()?.answer(proof, binding) ?? 'closed';
  if (answer === 'closed') throw new Refusal('not-pairing');
  if (answer === 'wrong') throw new Refusal('wrong-proof');
  const phone = { fingerprint: fingerprintOf(certificate), name, pairedAt: new Date().toISOString() };
  store.add(phone);
  paired(phone);
  channel.write(answer);
  return phone;
}

function fingerprintOf(certificate: Uint8Array): string {
  return Buffer.from(certificateDigest(certificate)).toString('hex');
}
