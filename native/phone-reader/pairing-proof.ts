import { createHmac, timingSafeEqual } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { certificateDigest } from './identity.js';

/** Bytes of a proof. */
export const PROOF_BYTES = 32;

/** RFC 5705 §4; the form is that of the registry of exporter labels. */
const EXPORTER_LABEL = 'EXPORTER-madoguchi-phone-reader-1';
const EXPORTED_BYTES = 32;

/** Who proves. Each has a label of its own, so that neither can send the other's proof back. */
export type Prover = 'phone' | 'computer';
const PROOF_LABELS: Readonly<Record<Prover, string>> = {
  phone: 'madoguchi-phone-reader-1 phone',
  computer: 'madoguchi-phone-reader-1 computer',
};

export interface TlsCertificates {
  /** DER. */
  readonly computer: Uint8Array;
  /** DER. */
  readonly phone: Uint8Array;
}

/**
 * What only the two ends of this one TLS 1.3 connection can compute (RFC 8446 §7.5), with both certificates as context:
 * the transcript behind the exporter ends before the client's certificate.
 */
export function channelBinding(socket: TLSSocket, { computer, phone }: TlsCertificates): Uint8Array {
  const context = Buffer.concat([certificateDigest(computer), certificateDigest(phone)]);
  return new Uint8Array(socket.exportKeyingMaterial(EXPORTED_BYTES, EXPORTER_LABEL, context));
}

/** HMAC-SHA-256 with the pairing secret over the prover's label, a zero byte and the channel binding. */
export function pairingProof(prover: Prover, secret: Uint8Array, binding: Uint8Array): Uint8Array {
  const mac = createHmac('sha256', secret);
  return new Uint8Array(mac.update(PROOF_LABELS[prover]).update(Uint8Array.of(0)).update(binding).digest());
}

/** Compares in a time that does not depend on where the two differ. */
export function isSameProof(received: Uint8Array, expected: Uint8Array): boolean {
  return received.length === expected.length && timingSafeEqual(received, expected);
}
