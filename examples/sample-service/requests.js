import { signOperationRequest } from 'madoguchi/verifier';
import { jsonReply, RequestError, requireText } from './http.js';

/** @import { ServicePrivateJwk } from 'madoguchi/verifier' */
/** @import { Call, Service } from './server.js' */
/** @typedef {Parameters<typeof signOperationRequest>[0]} OperationRequest */

/**
 * @typedef {object} Registration What makes this a registered service: its entry in the service registry, and the private
 * half of a key in that entry.
 * @property {string} serviceId
 * @property {ServicePrivateJwk} key
 */

/** What the attributes are for, as the person is told. */
const PURPOSE = '申込書に氏名と住所を書き込むため';

/** The four attributes: the name is needed, the rest is up to the visitor. */
const ATTRIBUTES = /** @type {const} */ ({
  operation: 'readAttributes',
  required: ['name'],
  optional: ['address', 'birthDate', 'gender', { ageOver: 20 }],
  purpose: PURPOSE,
});

/**
 * The request signed with the service's key, so that the person is told its name; undefined for a service that is not
 * registered.
 * @param {Service} service @param {OperationRequest} request @param {{ redirectUri: string, state: string }} [redirect]
 */
export async function signedRequest({ registration, origin }, request, redirect) {
  if (registration === undefined) return undefined;
  const { key, serviceId } = registration;
  return signOperationRequest(request, { key, service: serviceId, origin, ...(redirect && { redirect }) });
}

/** What the page asks the client to sign. @param {Call} call */
export async function requestSignature({ service, body }) {
  const name = requireText(body, 'name');
  const content = requireText(body, 'content');
  return jsonReply({
    signedRequest: await signedRequest(service, { operation: 'sign', items: [{ name, content }] }).catch(malformed),
  });
}

/** What the page asks the client to read from the card's face. @param {Call} call */
export async function requestAttributes({ service }) {
  const { required, optional, purpose } = ATTRIBUTES;
  const signed = await signedRequest(service, { ...ATTRIBUTES, required: [...required], optional: [...optional] });
  return jsonReply({ signedRequest: signed, required, optional, purpose });
}

/** @param {unknown} error @returns {never} */
function malformed(error) {
  throw error instanceof TypeError ? new RequestError(400, 'malformed') : error;
}
