import { sequence, tagged } from '../asn1/write.js';
import type { Certificate } from '../certificate.js';
import { encodeSerialNumber } from '../cms/signed-attributes.js';

/** DER IssuerSerial (RFC 5035 §5) of a certificate, as `IssuerSerialV2` carries it (EN 319 132-1 §5.2.2). */
export function encodeIssuerSerial(certificate: Certificate): Uint8Array {
  return sequence(sequence(tagged(4, certificate.issuer.der)), encodeSerialNumber(certificate));
}
