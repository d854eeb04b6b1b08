/** Why a phone reader cannot be opened or its files cannot be used. */
export type PhoneReaderProblem =
  /** The address is not one of this computer's, or is none at all. */
  | 'address'
  /** The port is taken, or may not be taken by this user. */
  | 'port'
  /** A file in the state directory cannot be read, written or trusted. */
  | 'state';

export class PhoneReaderError extends Error {
  override readonly name = 'PhoneReaderError';
  readonly problem: PhoneReaderProblem;

  constructor(problem: PhoneReaderProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

/** Why somebody who connected was not let in. The other side is told nothing of it. */
export type RefusalReason =
  /** From outside the network of the chosen address. */
  | 'network'
  /** From a program of another person on this computer. */
  | 'other-user'
  /** A phone is connected already, or too many are at the door. */
  | 'busy'
  /** Was not admitted in time. */
  | 'deadline'
  /** Speaks no TLS 1.3, or left in the middle of the handshake. */
  | 'tls'
  | 'no-certificate'
  /** The certificate's key is no ECDSA P-256 key. */
  | 'certificate-key'
  /** What came first is not what a phone says first, or nothing came. */
  | 'protocol'
  /** The phone is not paired, or was forgotten. */
  | 'unknown-phone'
  /** Nobody has opened pairing, or it has ended. */
  | 'not-pairing'
  | 'wrong-proof'
  /** The paired phones cannot be read or written. */
  | 'state'
  /** A defect on this side. */
  | 'failure';

/** Internal: ends the admission of one connection. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}
