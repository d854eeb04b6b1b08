import { signatureAlgorithm } from './algorithms.js';
import { concatBytes, encodeUtf8 } from './bytes.js';
import type { Digest, SignatureAlgorithm } from './ports.js';

/** What an authentication token is bound to. Neither is in the token: the verifier supplies its own. */
export interface AuthenticationBinding {
  /** Serialised origin of who asked: scheme, host and port where it is not the default; no trailing slash. */
  readonly origin: string;
  /** The nonce's text, not the octets it decodes to. */
  readonly challengeNonce: string;
}

/**
 * `H(origin) ‖ H(challengeNonce)` of the Web eID token format `web-eid:1.0`, H the digest algorithm of `algorithm`, both
 * in UTF-8. These octets are then signed, hence digested once more. Digesting each part first fixes where the origin
 * ends: no other pair of origin and nonce yields the same octets.
 */
export async function authenticationTokenToBeSigned(
  binding: AuthenticationBinding,
  algorithm: SignatureAlgorithm,
  digest: Digest,
): Promise<Uint8Array> {
  const { digestAlgorithm } = signatureAlgorithm(algorithm);
  const originDigest = await digest.digest(digestAlgorithm, encodeUtf8(binding.origin));
  const nonceDigest = await digest.digest(digestAlgorithm, encodeUtf8(binding.challengeNonce));
  return concatBytes(originDigest, nonceDigest);
}
