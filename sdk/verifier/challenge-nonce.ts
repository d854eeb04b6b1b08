import { encodeBase64 } from '../formats/index.js';

const NONCE_BYTES = 32;

/**
 * A fresh challenge nonce: 256 random bits in padded base64, 44 characters. Keep it in the visitor's own session, accept
 * it once, and for a few minutes only: it is what stops a token from being used again or in another session.
 */
export function createChallengeNonce(): string {
  return encodeBase64(globalThis.crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));
}
