import {
  createChallengeNonce,
  formatDistinguishedName,
  validateAuthenticationToken,
  VerificationError,
} from 'madoguchi/verifier';
import { jsonReply, RequestError, sessionCookie } from './http.js';

/** @import { Call } from './server.js' */

/** Step 1: a fresh challenge, bound to the visitor's session. @param {Call} call */
export function issueChallenge({ service, session }) {
  const visitor = session ?? service.sessions.open();
  const challengeNonce = createChallengeNonce();
  service.sessions.setChallenge(visitor, challengeNonce);
  return jsonReply({ challengeNonce }, { headers: { 'Set-Cookie': sessionCookie(visitor.id) } });
}

/** Step 2: the token that the visitor's client made for that challenge. @param {Call} call */
export async function login({ service, session, body }) {
  const challengeNonce = service.sessions.takeChallenge(session);
  if (challengeNonce === undefined) throw new RequestError(401, 'challenge-missing');
  const person = await validate(body['token'], challengeNonce, service);
  // A new session: whoever knew the identifier from before the login must not be logged in with it.
  service.sessions.end(session);
  const visitor = service.sessions.open(person);
  return jsonReply({ person }, { headers: { 'Set-Cookie': sessionCookie(visitor.id) } });
}

/** @param {unknown} unverifiedToken @param {string} challengeNonce @param {Call['service']} service */
async function validate(unverifiedToken, challengeNonce, { origin, trustAnchors }) {
  try {
    const { issuerCertificate, serialNumber, isTestCertificate } = await validateAuthenticationToken(unverifiedToken, {
      origin,
      challengeNonce,
      trustAnchors: trustAnchors.authentication,
    });
    return { issuer: formatDistinguishedName(issuerCertificate.subject), serialNumber, isTestCertificate };
  } catch (error) {
    throw error instanceof VerificationError ? new RequestError(401, error.code) : error;
  }
}

/** @param {Call} call */
export function currentPerson({ session }) {
  return jsonReply({ person: session?.person ?? null });
}

/** @param {Call} call */
export function logout({ service, session }) {
  service.sessions.end(session);
  return jsonReply({ person: null });
}
