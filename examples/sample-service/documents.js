import {
  formatDistinguishedName,
  jpkiPersonalAttributes,
  VerificationError,
  verifySignature,
} from 'madoguchi/verifier';
import { jsonReply, RequestError, requireText } from './http.js';

/** @import { SignerReport } from 'madoguchi/verifier' */
/** @import { Call } from './server.js' */

/**
 * Checks a signed application: the content as the page showed it, and the detached CMS signature over it, both base64.
 * @param {Call} call
 */
export async function verifyApplication({ service, body }) {
  const cms = Buffer.from(requireText(body, 'signature'), 'base64');
  const content = Buffer.from(requireText(body, 'content'), 'base64');
  const report = await verify(cms, content, service.trustAnchors.signing);
  const [signer] = report.signers;
  if (signer === undefined || report.signers.length > 1) throw new RequestError(422, 'signers');
  return jsonReply({ signer: describeSigner(signer) });
}

/** @param {Uint8Array} cms @param {Uint8Array} content @param {readonly string[]} trustAnchors */
async function verify(cms, content, trustAnchors) {
  try {
    return await verifySignature({ cms, content, trustAnchors });
  } catch (error) {
    throw error instanceof VerificationError ? new RequestError(422, error.code) : error;
  }
}

/** @param {SignerReport} signer */
function describeSigner(signer) {
  if (signer.integrity === 'failed') throw new RequestError(422, signer.code);
  if (signer.path.status !== 'trusted') {
    throw new RequestError(422, signer.path.status === 'untrusted' ? signer.path.code : 'ERR_CERT_UNTRUSTED');
  }
  const { name, address, birthDate, sex } = jpkiPersonalAttributes(signer.certificate);
  return {
    issuer: formatDistinguishedName(signer.certificate.issuer),
    serialNumber: signer.certificate.serialNumber,
    signatureAlgorithm: signer.signatureAlgorithm,
    attributes: { name, address, birthDate, sex },
  };
}
