import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import * as asn1js from 'asn1js';

/** What one side of a phone connection proves itself with: recognised by its digest, vouched for by nobody. */
export interface TlsIdentity {
  /** ECDSA P-256; PKCS#8, PEM. */
  readonly privateKey: string;
  /** Self-signed X.509 v3; DER. */
  readonly certificate: Uint8Array;
}

/** The same for every installation: it is seen by whoever connects. */
const COMMON_NAME = 'card-reader';

const OIDS = { commonName: '2.5.4.3', ecdsaWithSha256: '1.2.840.10045.4.3.2' } as const;
const X509_VERSION_3 = 2;
const SERIAL_LENGTH = 8;

/** RFC 5280 §4.1.2.5: a certificate without a well-defined end. What ends trust in it is that it is forgotten. */
const NO_END = '99991231235959Z';

/** Makes a key and its certificate. */
export function createTlsIdentity(now: Date = new Date()): TlsIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const tbsCertificate = new Uint8Array(
    sequence(
      new asn1js.Constructed({
        idBlock: { tagClass: 3, tagNumber: 0 },
        value: [new asn1js.Integer({ value: X509_VERSION_3 })],
      }),
      serialNumber(),
      signatureAlgorithm(),
      distinguishedName(),
      sequence(new asn1js.UTCTime({ valueDate: now }), new asn1js.GeneralizedTime({ value: NO_END })),
      distinguishedName(),
      parsed(publicKey.export({ format: 'der', type: 'spki' })),
    ).toBER(),
  );
  const signature = sign('sha256', tbsCertificate, privateKey);
  const certificate = sequence(
    parsed(tbsCertificate),
    signatureAlgorithm(),
    new asn1js.BitString({ valueHex: Uint8Array.from(signature) }),
  );
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    certificate: new Uint8Array(certificate.toBER()),
  };
}

/** SHA-256 over a certificate's DER: what the other side keeps of it. 32 bytes. */
export function certificateDigest(certificate: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(certificate).digest());
}

/** The certificate as TLS options of Node want it. */
export function pemCertificate({ certificate }: TlsIdentity): string {
  return new X509Certificate(certificate).toString();
}

/** Whether the certificate is of this key. @throws Error where one of them cannot be parsed */
export function belongTogether({ privateKey, certificate }: TlsIdentity): boolean {
  return new X509Certificate(certificate).publicKey.equals(createPublicKey(privateKey));
}

/** Whether the certificate's key is of the only kind this product uses here. */
export function hasP256Key(certificate: X509Certificate): boolean {
  try {
    return certificate.publicKey.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

function sequence(...value: asn1js.BaseBlock[]): asn1js.Sequence {
  return new asn1js.Sequence({ value });
}

function parsed(der: Uint8Array): asn1js.BaseBlock {
  return asn1js.fromBER(Uint8Array.from(der)).result;
}

function signatureAlgorithm(): asn1js.Sequence {
  return sequence(new asn1js.ObjectIdentifier({ value: OIDS.ecdsaWithSha256 }));
}

function distinguishedName(): asn1js.Sequence {
  const attribute = sequence(
    new asn1js.ObjectIdentifier({ value: OIDS.commonName }),
    new asn1js.Utf8String({ value: COMMON_NAME }),
  );
  return sequence(new asn1js.Set({ value: [attribute] }));
}

/** Positive and of fixed length: the first bit is 0, the second 1. */
function serialNumber(): asn1js.Integer {
  const bytes = Uint8Array.from(randomBytes(SERIAL_LENGTH));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return new asn1js.Integer({ valueHex: bytes });
}
