import { isJpkiCertificate, jpkiRequirements, type Certificate } from '../../sdk/formats/index.js';
import type { LeafRequirements } from '../../sdk/formats/certification-path.js';

/** Purposes under which documents are signed; a certificate that names its purposes has to name one of them. */
const SIGNING_PURPOSES = [
  // id-kp-documentSigning, RFC 9336 §3.1
  '1.3.6.1.5.5.7.3.36',
  // id-kp-emailProtection, RFC 5280 §4.2.1.12: what document signers had before that
  '1.3.6.1.5.5.7.3.4',
  // Adobe's and Microsoft's own
  '1.2.840.113583.1.1.5',
  '1.3.6.1.4.1.311.10.3.12',
  // id-kp-clientAuth: what certificates of persons often have alone
  '1.3.6.1.5.5.7.3.2',
  // anyExtendedKeyUsage
  '2.5.29.37.0',
] as const;

/** What the certificate of who signed a document must be good for: JPKI's has to be the signing one. */
export function signerRequirements(certificate: Certificate): LeafRequirements {
  if (isJpkiCertificate(certificate)) return jpkiRequirements(certificate, 'signing');
  const { keyUsage, extKeyUsage } = certificate.extensions;
  const usage = keyUsage?.has('nonRepudiation') === true ? 'nonRepudiation' : 'digitalSignature';
  const purpose = SIGNING_PURPOSES.find((allowed) => extKeyUsage?.includes(allowed)) ?? SIGNING_PURPOSES[0];
  return {
    ...(keyUsage && { keyUsage: { required: [usage], forbidden: [] } }),
    ...(extKeyUsage && { extKeyUsage: purpose }),
  };
}
