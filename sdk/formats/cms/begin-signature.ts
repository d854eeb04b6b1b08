/** The part of CMS signing that has nothing to do with where the content is: one SignerInfo over a content digest. */
import { digestAlgorithm, encodeDigestAlgorithm, encodeSignatureAlgorithm, signatureAlgorithm } from '../algorithms.js';
import { contextTag } from '../asn1/read.js';
import { element, octetString, oid, sequence, setOf, smallInteger } from '../asn1/write.js';
import { concatBytes, equalBytes } from '../bytes.js';
import { parseCertificate, type Certificate } from '../certificate.js';
import type { SigningContext, TimeStamper } from '../document.js';
import { FormatError } from '../format-error.js';
import { CmsOid } from '../oids.js';
import type { Digest, DigestAlgorithm, SignatureAlgorithm } from '../ports.js';
import { acceptedKeyKind } from '../public-key.js';
import { encodeSignedData } from './encode-signed-data.js';
import { encodeSerialNumber, encodeSignedAttributes } from './signed-attributes.js';

export interface SignerInput {
  readonly context: SigningContext;
  /** Digest of the content, by the digest algorithm of `context.signatureAlgorithm`. */
  readonly contentDigest: Uint8Array;
  /** Default: true. PAdES forbids the attribute and has the time in the PDF (EN 319 142-1 §5.3). */
  readonly withSigningTime?: boolean;
  readonly crypto: Digest;
}

/** A SignerInfo that lacks only the signature value. */
export interface SignerInfoInProgress {
  /** DER `SET OF` signed attributes: what the key signs, by the algorithm's own digest. */
  readonly toBeSigned: Uint8Array;
  readonly digestAlgorithm: DigestAlgorithm;
  /** DER of the signer's certificate and the further ones, each once. */
  readonly certificates: readonly Uint8Array[];
  /** DER SignerInfo. With a time stamper it asks that one for a time stamp over `signatureValue` first. */
  complete(signatureValue: Uint8Array): Promise<Uint8Array>;
}

/**
 * Begins a SignerInfo of CAdES level B-B (EN 319 122-1 §6.3): content-type, message-digest, signing-time and
 * signing-certificate-v2, in DER order. With `context.timeStamper` it becomes B-T.
 * @throws FormatError `ERR_CERT_MALFORMED`; `ERR_SIGN_DIGEST` for a digest of another length; `ERR_SIGN_ALGORITHM` where
 * the certificate's key is of another kind than the algorithm
 */
export async function beginSignerInfo(input: SignerInput): Promise<SignerInfoInProgress> {
  const { context, contentDigest, crypto, withSigningTime = true } = input;
  const certificate = parseCertificate(context.certificate);
  const algorithm = signatureAlgorithm(context.signatureAlgorithm);
  requireMatch(certificate, algorithm.name);
  if (contentDigest.length !== digestAlgorithm(algorithm.digestAlgorithm).length) {
    throw new FormatError('ERR_SIGN_DIGEST', 'digest of another length', { reason: 'cms-digest-length' });
  }
  const toBeSigned = await encodeSignedAttributes({
    contentDigest,
    signingTime: withSigningTime ? context.signingTime : undefined,
    signerCertificate: certificate,
    digest: crypto,
  });
  return {
    toBeSigned,
    digestAlgorithm: algorithm.digestAlgorithm,
    certificates: distinct([certificate.der, ...otherCertificates(context)]),
    async complete(signatureValue) {
      const { timeStamper } = context;
      const unsignedAttrs =
        timeStamper === undefined ? new Uint8Array() : await timeStampAttributes(signatureValue, timeStamper, crypto);
      return encodeSignerInfo({ certificate, algorithm: algorithm.name, toBeSigned, signatureValue, unsignedAttrs });
    },
  };
}

/** A detached SignedData that lacks only the signature value. */
export interface DetachedCmsInProgress {
  /** As `SignerInfoInProgress.toBeSigned`. */
  readonly toBeSigned: Uint8Array;
  /** DER ContentInfo. */
  complete(signatureValue: Uint8Array): Promise<Uint8Array>;
}

/**
 * Begins a detached signature over content that somebody else has digested, as a PDF's byte range.
 * @throws FormatError as `beginSignerInfo`
 */
export async function beginDetachedCms(input: SignerInput): Promise<DetachedCmsInProgress> {
  const signer = await beginSignerInfo(input);
  return {
    toBeSigned: signer.toBeSigned,
    async complete(signatureValue) {
      const output = encodeSignedData({
        version: 1,
        digestAlgorithms: [encodeDigestAlgorithm(signer.digestAlgorithm)],
        encapContentInfo: [sequence(oid(CmsOid.data))],
        certificates: signer.certificates,
        crls: [],
        signerInfos: [await signer.complete(signatureValue)],
      });
      return concatBytes(...output.filter((piece) => piece instanceof Uint8Array));
    },
  };
}

function requireMatch({ subjectPublicKeyInfo }: Certificate, name: SignatureAlgorithm): void {
  if (acceptedKeyKind(subjectPublicKeyInfo) === signatureAlgorithm(name).keyKind) return;
  const reason = 'cms-key-kind';
  throw new FormatError('ERR_SIGN_ALGORITHM', 'the key is of another kind than the algorithm', { reason });
}

function otherCertificates(context: SigningContext): readonly Uint8Array[] {
  return (context.otherCertificates ?? []).map((certificate) => parseCertificate(certificate).der);
}

function distinct(certificates: readonly Uint8Array[]): readonly Uint8Array[] {
  return certificates.filter(
    (certificate, index) => certificates.findIndex((other) => equalBytes(other, certificate)) === index,
  );
}

/** The `[1]` element with a signature-time-stamp (RFC 3161 appendix A; EN 319 122-1 §5.3). */
async function timeStampAttributes(
  signatureValue: Uint8Array,
  timeStamper: TimeStamper,
  crypto: Digest,
): Promise<Uint8Array> {
  const digest = await crypto.digest('SHA-256', signatureValue);
  const token = await timeStamper({ digestAlgorithm: 'SHA-256', digest });
  return element(contextTag(1, 'constructed'), sequence(oid(CmsOid.signatureTimeStamp), setOf(token)));
}

interface SignerInfoParts {
  readonly certificate: Certificate;
  readonly algorithm: SignatureAlgorithm;
  readonly toBeSigned: Uint8Array;
  readonly signatureValue: Uint8Array;
  readonly unsignedAttrs: Uint8Array;
}

/** Version 1: the certificate is named by issuer and serial number (RFC 5652 §5.3). */
function encodeSignerInfo(parts: SignerInfoParts): Uint8Array {
  const signedAttrs = new Uint8Array(parts.toBeSigned);
  signedAttrs[0] = contextTag(0, 'constructed');
  return sequence(
    smallInteger(1),
    sequence(parts.certificate.issuer.der, encodeSerialNumber(parts.certificate)),
    encodeDigestAlgorithm(signatureAlgorithm(parts.algorithm).digestAlgorithm),
    signedAttrs,
    encodeSignatureAlgorithm(parts.algorithm),
    octetString(parts.signatureValue),
    parts.unsignedAttrs,
  );
}
