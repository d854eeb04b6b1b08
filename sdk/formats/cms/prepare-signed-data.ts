import { digestAlgorithm, encodeDigestAlgorithm, encodeSignatureAlgorithm, signatureAlgorithm } from '../algorithms.js';
import { contextTag } from '../asn1/read.js';
import { octetString, oid, sequence, setOf, smallInteger, tagged } from '../asn1/write.js';
import { compareBytes } from '../bytes.js';
import { parseCertificate, type Certificate } from '../certificate.js';
import { FormatError } from '../format-error.js';
import { CmsOid } from '../oids.js';
import type { Digest, DigestAlgorithm, SignatureAlgorithm } from '../ports.js';
import { encodeSerialNumber, encodeSignedAttributes } from './signed-attributes.js';

export interface DetachedSignedDataInput {
  /** DER. Embedded, and named by digest in the signed attributes. */
  readonly signerCertificate: Uint8Array;
  /** DER of further certificates to embed, such as the issuing CA's. */
  readonly otherCertificates?: readonly Uint8Array[];
  /** Digest of the content by `digestAlgorithm`. */
  readonly contentDigest: Uint8Array;
  /** The digest algorithm of `signatureAlgorithm`; it digests the content and the signed attributes. */
  readonly digestAlgorithm: DigestAlgorithm;
  readonly signatureAlgorithm: SignatureAlgorithm;
  /** The signer's own clock, to the second. Left out: no signing-time attribute. */
  readonly signingTime?: Date;
  readonly crypto: Digest;
}

/** A signature that lacks only the signature value. */
export interface PreparedSignedData {
  /** DER `SET OF` signed attributes. The key signs these octets: their digest, by the same algorithm, goes to the card. */
  readonly toBeSigned: Uint8Array;
  /**
   * The finished DER `ContentInfo`. The value is not verified here.
   * @param signatureValue RSASSA-PKCS1-v1_5: as long as the modulus; ECDSA: DER `Ecdsa-Sig-Value`
   */
  complete(signatureValue: Uint8Array): Uint8Array;
}

/**
 * First half of a detached CMS signature (RFC 5652 §5, CAdES-B: EN 319 122-1 §5.1.1 with signing-certificate-v2): one
 * signer, content left out, signed attributes in DER order.
 * @throws FormatError `ERR_CERT_MALFORMED`; `ERR_SIGN_DIGEST` for a digest of another length; `ERR_SIGN_ALGORITHM` where
 * the two algorithms do not belong together
 */
export async function prepareDetachedSignedData(input: DetachedSignedDataInput): Promise<PreparedSignedData> {
  const certificate = parseCertificate(input.signerCertificate);
  const digestEntry = digestAlgorithm(input.digestAlgorithm);
  if (signatureAlgorithm(input.signatureAlgorithm).digestAlgorithm !== digestEntry.name) {
    throw new FormatError('ERR_SIGN_ALGORITHM', 'digest and signature algorithm do not belong together');
  }
  if (input.contentDigest.length !== digestEntry.length) {
    throw new FormatError('ERR_SIGN_DIGEST', 'digest of another length');
  }
  const certificates = [
    certificate.der,
    ...(input.otherCertificates ?? []).map((certificate) => parseCertificate(certificate).der),
  ];
  const toBeSigned = await encodeSignedAttributes({
    contentDigest: input.contentDigest,
    signingTime: input.signingTime,
    signerCertificate: certificate,
    digest: input.crypto,
  });
  const complete = (signatureValue: Uint8Array): Uint8Array =>
    encodeContentInfo(input, certificates, encodeSignerInfo(input, { certificate, toBeSigned, signatureValue }));
  return { toBeSigned, complete };
}

interface SignerInfoParts {
  readonly certificate: Certificate;
  readonly toBeSigned: Uint8Array;
  readonly signatureValue: Uint8Array;
}

/** Version 1: the certificate is named by issuer and serial number (RFC 5652 §5.3). */
function encodeSignerInfo(input: DetachedSignedDataInput, parts: SignerInfoParts): Uint8Array {
  const signedAttrs = new Uint8Array(parts.toBeSigned);
  signedAttrs[0] = contextTag(0, 'constructed');
  return sequence(
    smallInteger(1),
    sequence(parts.certificate.issuer.der, encodeSerialNumber(parts.certificate)),
    encodeDigestAlgorithm(input.digestAlgorithm),
    signedAttrs,
    encodeSignatureAlgorithm(input.signatureAlgorithm),
    octetString(parts.signatureValue),
  );
}

/** SignedData version 1: content type id-data, X.509 certificates only (RFC 5652 §5.1). */
function encodeContentInfo(
  input: DetachedSignedDataInput,
  certificates: readonly Uint8Array[],
  signerInfo: Uint8Array,
): Uint8Array {
  const signedData = sequence(
    smallInteger(1),
    setOf(encodeDigestAlgorithm(input.digestAlgorithm)),
    sequence(oid(CmsOid.data)),
    tagged(0, ...certificates.toSorted(compareBytes)),
    setOf(signerInfo),
  );
  return sequence(oid(CmsOid.signedData), tagged(0, signedData));
}
