/** CertID of RFC 6960 §4.1.1: how a request and a response name a certificate. Its digest identifies, it proves nothing. */
import {
  digestAlgorithmByOid,
  encodeDigestAlgorithm,
  readAlgorithmIdentifier,
  requireNoParameters,
} from '../algorithms.js';
import { Asn1Fields, Identifier, readAsn1 } from '../asn1/read.js';
import { octetString, sequence } from '../asn1/write.js';
import { equalBytes } from '../bytes.js';
import { readSerialNumber, type Certificate } from '../certificate.js';
import { encodeSerialNumber } from '../cms/signed-attributes.js';
import { octetsOfBitString } from '../extensions.js';
import type { Digest, DigestAlgorithm } from '../ports.js';

export interface CertificateId {
  /** Undefined: one that is not known, with which nothing can be compared. */
  readonly digestAlgorithm: DigestAlgorithm | undefined;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** As in `Certificate`. */
  readonly serialNumber: string;
}

export interface IssuedCertificate {
  readonly certificate: Certificate;
  /** Whose key signed it. */
  readonly issuer: Certificate;
}

/** @throws FormatError `ERR_SIGN_FORMAT` */
export function readCertificateId(fields: Asn1Fields): CertificateId {
  const algorithm = readAlgorithmIdentifier(fields.fields());
  requireNoParameters(algorithm, 'ERR_SIGN_FORMAT');
  const issuerNameHash = fields.next(Identifier.OCTET_STRING).contents;
  const issuerKeyHash = fields.next(Identifier.OCTET_STRING).contents;
  const serialNumber = readSerialNumber(fields.next(Identifier.INTEGER), 'ERR_SIGN_FORMAT');
  fields.end();
  return { digestAlgorithm: digestAlgorithmByOid(algorithm.oid)?.name, issuerNameHash, issuerKeyHash, serialNumber };
}

/** DER CertID. */
export async function encodeCertificateId(
  { certificate, issuer }: IssuedCertificate,
  algorithm: DigestAlgorithm,
  digest: Digest,
): Promise<Uint8Array> {
  return sequence(
    encodeDigestAlgorithm(algorithm),
    octetString(await digest.digest(algorithm, issuer.subject.der)),
    octetString(await publicKeyHash(issuer, algorithm, digest)),
    encodeSerialNumber(certificate),
  );
}

/** Whether the CertID names this certificate of this very issuer: same name, same key, same serial number. */
export async function namesCertificate(
  id: CertificateId,
  { certificate, issuer }: IssuedCertificate,
  digest: Digest,
): Promise<boolean> {
  if (id.digestAlgorithm === undefined || id.serialNumber !== certificate.serialNumber) return false;
  const nameHash = await digest.digest(id.digestAlgorithm, certificate.issuer.der);
  const keyHash = await publicKeyHash(issuer, id.digestAlgorithm, digest);
  return equalBytes(nameHash, id.issuerNameHash) && equalBytes(keyHash, id.issuerKeyHash);
}

/** Digest of the subjectPublicKey BIT STRING without tag, length and number of unused bits. */
export function publicKeyHash(
  { subjectPublicKeyInfo }: Certificate,
  algorithm: DigestAlgorithm,
  digest: Digest,
): Promise<Uint8Array> {
  const limits = { encoding: 'DER', code: 'ERR_CERT_MALFORMED', maxBytes: 4096, maxDepth: 4, maxElements: 16 } as const;
  const fields = new Asn1Fields(readAsn1(subjectPublicKeyInfo, limits), Identifier.SEQUENCE, limits.code);
  fields.next(Identifier.SEQUENCE);
  return digest.digest(algorithm, octetsOfBitString(fields.next(Identifier.BIT_STRING)));
}
