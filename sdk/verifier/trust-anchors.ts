import {
  decodePemCertificates,
  jpkiCaRole,
  parseCertificate,
  type Certificate,
  type JpkiRole,
} from '../formats/index.js';

/** A CA certificate in DER, or a PEM text (RFC 7468) with one or more. */
export type TrustAnchor = Uint8Array | string;

/**
 * Parses the anchors for one of the card's two certificates. JPKI's CA for the other one is refused here, because the
 * two hierarchies must not be mixed: a token made with the signing key would otherwise get one step further.
 * @throws TypeError where there is none, one is not a certificate, or one is the CA for the other role
 */
export function readTrustAnchors(trustAnchors: readonly TrustAnchor[], role: JpkiRole): readonly Certificate[] {
  const certificates = trustAnchors.flatMap(readTrustAnchor);
  if (certificates.length === 0) throw new TypeError('trustAnchors is empty');
  for (const certificate of certificates) {
    const caRole = jpkiCaRole(certificate);
    if (caRole !== undefined && caRole !== role) {
      throw new TypeError(`trustAnchors holds JPKI's ${caRole} CA where its ${role} CA belongs`);
    }
  }
  return certificates;
}

function readTrustAnchor(trustAnchor: TrustAnchor): Certificate[] {
  try {
    const ders = typeof trustAnchor === 'string' ? decodePemCertificates(trustAnchor) : [trustAnchor];
    return ders.map(parseCertificate);
  } catch (cause) {
    throw new TypeError('trustAnchors holds something that is not a certificate', { cause });
  }
}
