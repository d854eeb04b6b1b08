/**
 * The part of a 署名検証者 (verifier). It alone opens results and sees serial numbers, and tells the service a number that
 * means something to this service only. In real life it is another organisation behind an interface of its own; here it
 * runs in the same program, and nothing but `identify` crosses the line.
 */
import { pairwiseSubject, validateEncryptedAuthentication } from 'madoguchi/verifier';

/** @import { VerifierPrivateJwk } from 'madoguchi/verifier' */

/**
 * @typedef {object} VerifierOptions
 * @property {string} id Its identifier in the service registry.
 * @property {readonly VerifierPrivateJwk[]} keys
 * @property {Uint8Array} subjectKey 256 random bits. Kept for good: with another one, everybody has a new subject.
 * @property {readonly string[]} trustAnchors PEM texts, the CAs of 利用者証明用電子証明書.
 */

/** @typedef {ReturnType<typeof createVerifier>} Verifier */

/** @param {VerifierOptions} options */
export function createVerifier({ id, keys, subjectKey, trustAnchors }) {
  return {
    id,
    /**
     * Who logged in, as the service may know it.
     * @param {{ jwe: unknown, reference: string }} result As it came from the client.
     * @param {{ origin: string, challengeNonce: string, serviceId: string }} asked What the service asked for.
     */
    async identify({ jwe, reference }, { origin, challengeNonce, serviceId }) {
      const certificate = await validateEncryptedAuthentication(jwe, {
        keys,
        reference,
        origin,
        challengeNonce,
        trustAnchors,
      });
      const subject = await pairwiseSubject({ key: subjectKey, sector: serviceId, certificate });
      return { subject, isTestCertificate: certificate.isTestCertificate };
    },
  };
}
