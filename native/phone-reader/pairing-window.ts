import { randomBytes } from 'node:crypto';
import { encodePairingCode, PAIRING_SECRET_BYTES } from './pairing-code.js';
import { isSameProof, pairingProof } from './pairing-proof.js';

/** Why pairing is closed again: a phone was paired, time ran out, too many wrong proofs came, or the person ended it. */
export type PairingEnd = 'paired' | 'expired' | 'attempts' | 'stopped';

export interface PairingWindowOptions {
  readonly milliseconds: number;
  /** Wrong proofs that close the window. */
  readonly attempts: number;
  readonly ended: (end: PairingEnd) => void;
}

/** The time in which one phone can be paired, by one secret made for it. */
export class PairingWindow {
  readonly #secret = new Uint8Array(randomBytes(PAIRING_SECRET_BYTES));
  readonly #options: PairingWindowOptions;
  readonly #deadline: number;
  readonly #timer: NodeJS.Timeout;
  #attemptsLeft: number;
  #open = true;
  /** The secret, to be typed. */
  readonly code: string;

  constructor(options: PairingWindowOptions) {
    this.#options = options;
    this.#attemptsLeft = options.attempts;
    this.#deadline = performance.now() + options.milliseconds;
    this.#timer = setTimeout(() => {
      this.end('expired');
    }, options.milliseconds);
    this.#timer.unref();
    this.code = encodePairingCode(this.#secret);
  }

  /**
   * Checks the phone's proof. A right one ends the window, whatever becomes of that phone.
   * @returns the computer's proof; `wrong` counts against the attempts; `closed` says nothing about the proof
   */
  answer(proof: Uint8Array, binding: Uint8Array): Uint8Array | 'wrong' | 'closed' {
    // A timer may be late; the clock is not.
    if (performance.now() >= this.#deadline) this.end('expired');
    if (!this.#open) return 'closed';
    if (!isSameProof(proof, pairingProof('phone', this.#secret, binding))) {
      this.#attemptsLeft -= 1;
      if (this.#attemptsLeft <= 0) this.end('attempts');
      return 'wrong';
    }
    const answer = pairingProof('computer', this.#secret, binding);
    this.end('paired');
    return answer;
  }

  /** Closes the window and zeroes the secret. A second call does nothing. */
  end(end: PairingEnd): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#timer);
    this.#secret.fill(0);
    this.#options.ended(end);
  }
}
