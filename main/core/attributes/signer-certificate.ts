import { acceptedKeyKind } from '../../../sdk/formats/index.js';
import { element, nullValue, oid, sequence, unsignedInteger } from '../../../sdk/formats/asn1/write.js';
import { Identifier } from '../../../sdk/formats/asn1/read.js';
import { PublicKeyOid } from '../../../sdk/formats/oids.js';
import { findTlv, parseBerTlv } from '../apdu/ber-tlv.js';
import { endOfObject } from './attribute-file.js';

/** EF 0004 of 券面事項入力補助AP: card-verifiable certificate of the key that signed EF 0003. */
export interface SignerCertificate {
  /** Names the root key that signed this certificate; 16 bytes. */
  readonly issuerKeyId: Uint8Array;
  /** DER (RFC 5280 §4.1.2.7); an RSA key strong enough to be relied on. */
  readonly subjectPublicKeyInfo: Uint8Array;
  /**
   * What the issuer may have signed: the value of 5F4E, or the whole object. No public source says which of the two; both
   * hold the same statement.
   */
  readonly signedForms: readonly Uint8Array[];
  /** RSASSA-PKCS1-v1_5 with SHA-256, big-endian. */
  readonly signature: Uint8Array;
}

const KEY_ID_BYTES = 16;

/**
 * @returns undefined for well-formed data of another structure, or a key too weak to be relied on.
 * @throws ClientError ERR_CARD_RESPONSE for malformed BER-TLV.
 */
export function parseSignerCertificate(unverifiedFile: Uint8Array): SignerCertificate | undefined {
  const certificate = findTlv(parseBerTlv(unverifiedFile), 0x7f21)?.value;
  if (!certificate) return undefined;
  const objects = parseBerTlv(certificate);
  const contentAt = objects.findIndex(({ tag }) => tag === 0x5f4e);
  const content = objects[contentAt]?.value;
  const signature = findTlv(objects, 0x5f37)?.value;
  if (!content || !signature || content.length < 2 * KEY_ID_BYTES) return undefined;
  const key = parseBerTlv(content.subarray(2 * KEY_ID_BYTES));
  const exponent = findTlv(key, 0x90)?.value;
  const modulus = findTlv(key, 0x91)?.value;
  const subjectPublicKeyInfo = exponent && modulus && rsaPublicKeyInfo(modulus, exponent);
  if (!subjectPublicKeyInfo) return undefined;
  const whole = certificate.subarray(
    endOfObject(certificate, objects[contentAt - 1]),
    endOfObject(certificate, objects[contentAt]),
  );
  const issuerKeyId = content.subarray(0, KEY_ID_BYTES);
  return { issuerKeyId, subjectPublicKeyInfo, signedForms: [content, whole], signature };
}

/** RFC 8017 §A.1.1 within RFC 5280 §4.1.2.7, of unsigned big-endian numbers. Undefined for keys that are not accepted. */
function rsaPublicKeyInfo(modulus: Uint8Array, exponent: Uint8Array): Uint8Array | undefined {
  const key = sequence(unsignedInteger(modulus), unsignedInteger(exponent));
  const bitString = element(Identifier.BIT_STRING, Uint8Array.of(0), key);
  const info = sequence(sequence(oid(PublicKeyOid.rsaEncryption), nullValue()), bitString);
  try {
    return acceptedKeyKind(info) === 'RSA' ? info : undefined;
  } catch {
    return undefined;
  }
}
