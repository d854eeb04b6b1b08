import { encodeBase64 } from '../formats/index.js';
import { challengeNonceSchema } from '../protocol/index.js';
import { OneTimeRegister, requireLifetime, requireSession } from './one-time-register.js';
import type { OneTimeStore } from './one-time-store.js';
import { VerificationError } from './verification-error.js';

const NONCE_BYTES = 32;

/**
 * A fresh challenge nonce: 256 random bits in padded base64, 44 characters. Keep it in the visitor's own session, accept
 * it once, and for a few minutes only: it is what stops a token from being used again or in another session.
 * `createNonceIssuer` does that.
 */
export function createChallengeNonce(): string {
  return encodeBase64(globalThis.crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));
}

export interface NonceIssuerOptions {
  readonly store: OneTimeStore;
  /** How long a nonce may be used, 1 to 3600. Default 300, as Web eID has it. */
  readonly lifetimeSeconds?: number;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

/** `session` is what tells one visitor's session from another's: secret, the same in both calls, not a user name. */
export interface NonceIssuer {
  /** A fresh nonce for this session. A session may have several, for several tabs. */
  issue(session: string): Promise<string>;
  /**
   * Uses the nonce up, whatever becomes of the login after that. Another session's attempt leaves it as it was.
   * @param unverifiedNonce as the page sent it back
   * @returns the same nonce, for `validateAuthenticationToken` and `openEncryptedResult`
   * @throws VerificationError `ERR_PROTOCOL_NONCE` where it was not issued to this session, is too old or was used
   */
  consume(unverifiedNonce: unknown, session: string): Promise<string>;
}

/** Issues challenge nonces that serve once, for a few minutes, in the session they were made for. */
export function createNonceIssuer({ store, lifetimeSeconds = 300, now = Date.now }: NonceIssuerOptions): NonceIssuer {
  requireLifetime(lifetimeSeconds);
  const register = new OneTimeRegister({ store, purpose: 'challenge-nonce', lifetime: lifetimeSeconds, now });
  return {
    async issue(session) {
      requireSession(session);
      const nonce = createChallengeNonce();
      await register.enter([nonce, session]);
      return nonce;
    },
    async consume(unverifiedNonce, session) {
      requireSession(session);
      const { success, data: nonce } = challengeNonceSchema.safeParse(unverifiedNonce);
      if (!success || (await register.redeem([nonce, session])) === undefined) {
        throw new VerificationError('ERR_PROTOCOL_NONCE');
      }
      return nonce;
    },
  };
}
