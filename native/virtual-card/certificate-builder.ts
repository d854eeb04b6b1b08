import { createPrivateKey, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import * as asn1js from 'asn1js';
import { AlgorithmIdentifier, Certificate, PublicKeyInfo, Time, TimeType, type Extension } from 'pkijs';
import { distinguishedName, type NameAttribute } from './certificate-names.js';

const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';
const ECDSA_WITH_SHA384 = '1.2.840.10045.4.3.3';
const X509_VERSION_3 = 2;

/** Random bytes of a serial number. */
const SERIAL_LENGTH = 8;

/** RFC 5280 §4.1.2.5: dates from this year on are GeneralizedTime. */
const FIRST_GENERALIZED_YEAR = 2050;

export interface CertificateDescription {
  readonly subject: readonly NameAttribute[];
  /** PKCS#8, PEM. */
  readonly subjectKey: string;
  readonly issuer: readonly NameAttribute[];
  readonly issuerKey: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly Extension[];
}

/** Signs a version 3 certificate: with sha256WithRSAEncryption, or ecdsa-with-SHA384 by an EC key. @returns DER */
export function buildCertificate(description: CertificateDescription): Uint8Array {
  const issuerKey = createPrivateKey(description.issuerKey);
  const { digest, identifier } = signatureAlgorithm(issuerKey);
  const certificate = new Certificate({
    version: X509_VERSION_3,
    serialNumber: randomSerialNumber(),
    signature: identifier(),
    issuer: distinguishedName(description.issuer),
    notBefore: time(description.notBefore),
    notAfter: time(description.notAfter),
    subject: distinguishedName(description.subject),
    subjectPublicKeyInfo: PublicKeyInfo.fromBER(subjectPublicKeyInfo(description.subjectKey)),
    extensions: [...description.extensions],
    signatureAlgorithm: identifier(),
  });
  const tbsCertificate = new Uint8Array(certificate.encodeTBS().toBER());
  const signature = sign(digest, tbsCertificate, issuerKey);
  certificate.signatureValue = new asn1js.BitString({ valueHex: Uint8Array.from(signature) });
  return new Uint8Array(certificate.toSchema(true).toBER());
}

/** Content of the BIT STRING subjectPublicKey (RFC 5280 §4.1.2.7), of which key identifiers are digests. */
export function subjectPublicKeyBits(privateKey: string): Uint8Array {
  const { subjectPublicKey } = PublicKeyInfo.fromBER(subjectPublicKeyInfo(privateKey));
  return subjectPublicKey.valueBlock.valueHexView;
}

function subjectPublicKeyInfo(privateKey: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }));
}

interface SignatureAlgorithm {
  readonly digest: string;
  readonly identifier: () => AlgorithmIdentifier;
}

/** RSA wants NULL parameters (RFC 4055 §5), ECDSA none (RFC 5758 §3.2). */
function signatureAlgorithm({ asymmetricKeyType }: KeyObject): SignatureAlgorithm {
  if (asymmetricKeyType === 'ec') {
    return { digest: 'sha384', identifier: () => new AlgorithmIdentifier({ algorithmId: ECDSA_WITH_SHA384 }) };
  }
  const identifier = () =>
    new AlgorithmIdentifier({ algorithmId: SHA256_WITH_RSA, algorithmParams: new asn1js.Null() });
  return { digest: 'sha256', identifier };
}

/** Positive and of fixed length: the first bit is 0, the second 1. */
function randomSerialNumber(): asn1js.Integer {
  const bytes = Uint8Array.from(randomBytes(SERIAL_LENGTH));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return new asn1js.Integer({ valueHex: bytes });
}

function time(value: Date): Time {
  const type = value.getUTCFullYear() < FIRST_GENERALIZED_YEAR ? TimeType.UTCTime : TimeType.GeneralizedTime;
  return new Time({ type, value });
}
