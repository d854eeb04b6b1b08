import { formatDistinguishedName, validateAuthenticationToken, VerificationError } from 'madoguchi/verifier';
import { redirectListener } from 'madoguchi/verifier/node';
import { jsonReply, readSessionCookie, RequestError, requireText, sessionCookie } from './http.js';
import { signedRequest } from './requests.js';

/** @import { IncomingMessage, ServerResponse } from 'node:http' */
/** @import { RedirectRoute } from 'madoguchi/verifier' */
/** @import { OperationRequest } from './requests.js' */
/** @import { Call, Service } from './server.js' */
/** @import { Person } from './sessions.js' */

/**
 * Step 1: a fresh challenge, bound to the visitor's session, and everything the page needs to ask the client: signed where
 * the service is registered, for the verifier's eyes only where the page wants that, and for either way the browser may take.
 * @param {Call} call
 */
export async function issueChallenge({ service, session, body }) {
  const visitor = session ?? service.sessions.open();
  const encrypt = body['encrypt'] === true;
  if (encrypt && service.verifier === undefined) throw new RequestError(400, 'no-verifier');
  const started = await startRedirect(service, visitor.id, encrypt);
  const { redirectUri, state, challengeNonce } = started;
  service.sessions.setChallenge(visitor, challengeNonce);
  return jsonReply(
    {
      challengeNonce,
      signedRequest: await signedRequest(service, loginRequest(service, challengeNonce, encrypt)),
      redirect: { redirectUri, state, signedRequest: started.redirectRequest },
    },
    { headers: { 'Set-Cookie': sessionCookie(visitor.id) } },
  );
}

/** @param {Service} service @param {string} challengeNonce @param {boolean} encrypt @returns {OperationRequest} */
function loginRequest({ verifier }, challengeNonce, encrypt) {
  const request = { operation: /** @type {const} */ ('authenticate'), challengeNonce };
  return encrypt && verifier !== undefined ? { ...request, encryptTo: { verifier: verifier.id } } : request;
}

/**
 * The way for browsers that do not let a page reach the client: prepared at each login, taken where it is needed.
 * @param {Service} service @param {string} sessionId @param {boolean} encrypt
 * @returns {Promise<{ redirectUri: string, state: string, challengeNonce: string, redirectRequest?: string }>}
 */
async function startRedirect(service, sessionId, encrypt) {
  const { redirects, registration } = service;
  const redirectUri = callbackUri(service);
  if (registration === undefined) return { ...(await redirects.start(sessionId)), redirectUri };
  let redirectRequest = '';
  const started = await redirects.start(sessionId, {
    signRequest: async ({ state, challengeNonce }) => {
      const request = loginRequest(service, challengeNonce, encrypt);
      redirectRequest = (await signedRequest(service, request, { redirectUri, state })) ?? '';
      return redirectRequest;
    },
  });
  return { ...started, redirectUri, redirectRequest };
}

/** Where the client sends the answer on that way. @param {Pick<Service, 'origin'>} service */
export const callbackUri = ({ origin }) => `${origin}${CALLBACK_PATH}`;
export const CALLBACK_PATH = '/login/callback';

/** Step 2: what the visitor's client made for that challenge. @param {Call} call */
export async function login({ service, session, body }) {
  const challengeNonce = service.sessions.takeChallenge(session);
  if (challengeNonce === undefined) throw new RequestError(401, 'challenge-missing');
  const person = await identify(body, challengeNonce, service);
  return jsonReply({ person }, { headers: { 'Set-Cookie': renewSession(service, session?.id, person) } });
}

/**
 * Step 2 on the redirect's way: the client's answer arrives as a form, the result is taken by the visitor's own session.
 * @param {Service} service @param {RedirectRoute} redirects
 * @returns {(request: IncomingMessage, response: ServerResponse) => Promise<void>}
 */
export function loginCallback(service, redirects) {
  return redirectListener(redirects, {
    sessionOf: (request) => service.sessions.find(readSessionCookie(request))?.id,
    async onResult(result, _request, response) {
      if (result.status === 'failed') {
        seeOther(response, `/?failed=${result.error.code}`);
        return;
      }
      const person = await identify(result.output, result.challengeNonce, service);
      response.setHeader('Set-Cookie', renewSession(service, result.session, person));
      seeOther(response, '/');
    },
    onError(error, _request, response) {
      const code = error instanceof VerificationError || error instanceof RequestError ? error.code : 'internal';
      seeOther(response, `/?failed=${code}`);
    },
  });
}

/** @param {ServerResponse} response @param {string} location */
function seeOther(response, location) {
  response.writeHead(303, { Location: location, 'Cache-Control': 'no-store' }).end();
}

/**
 * A new session: whoever knew the identifier from before the login must not be logged in with it.
 * @param {Service} service @param {string | undefined} oldId @param {Person} person
 */
function renewSession({ sessions }, oldId, person) {
  sessions.end(sessions.find(oldId));
  return sessionCookie(sessions.open(person).id);
}

/**
 * Who logged in: by the verifier's word, or by the token itself.
 * @param {object} unverifiedResult @param {string} challengeNonce @param {Service} service
 * @returns {Promise<Person>}
 */
async function identify(unverifiedResult, challengeNonce, service) {
  const { origin, verifier, registration, trustAnchors } = service;
  try {
    if ('jwe' in unverifiedResult) {
      if (verifier === undefined || registration === undefined) throw new RequestError(400, 'no-verifier');
      const { jwe } = unverifiedResult;
      const reference = requireText({ ...unverifiedResult }, 'reference');
      const asked = { origin, challengeNonce, serviceId: registration.serviceId };
      return await verifier.identify({ jwe, reference }, asked);
    }
    const token = 'token' in unverifiedResult ? unverifiedResult.token : undefined;
    const options = { origin, challengeNonce, trustAnchors: trustAnchors.authentication };
    const { issuerCertificate, serialNumber, isTestCertificate } = await validateAuthenticationToken(token, options);
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
