/** What the SignerInfos of a SignedData are worth (RFC 5652 §§5.4 and 5.6), wherever the content is. */
import {
  digestAlgorithmByOid,
  requireNoParameters,
  signatureAlgorithmByOid,
  signerInfoAlgorithm,
  type SignatureAlgorithmEntry,
} from '../algorithms.js';
import { equalBytes } from '../bytes.js';
import { parseCertificate, type Certificate } from '../certificate.js';
import { FormatError, type FormatErrorCode } from '../format-error.js';
import { LEGACY_SIGNATURE_OIDS, PublicKeyOid } from '../oids.js';
import type { DigestAlgorithm, FormatCrypto } from '../ports.js';
import { acceptedKeyKind } from '../public-key.js';
import { reportTrust } from '../report-trust.js';
import { failedSigner, type IntactSigner, type SignerReport, type TrustOptions } from '../signature-report.js';
import { malformed } from './cms-error.js';
import { reportSignatureTimeStamp, type VerifyTimeStampToken } from './signature-time-stamp.js';
import { readSignedAttributes, refersTo, type SignedAttributes } from './signed-attributes.js';
import type { SignedData, SignerInfo } from './signed-data.js';

export interface ReportSignersOptions extends TrustOptions {
  /** What `eContentType` has to be: id-data for documents. */
  readonly contentType: string;
  /**
   * Digest of the content; asked for once per algorithm, and only when a signature holds.
   * @throws FormatError for an algorithm that it cannot or will not serve; anything else goes through to the caller
   */
  readonly contentDigest: (algorithm: DigestAlgorithm) => Promise<Uint8Array>;
  readonly crypto: FormatCrypto;
  /** Left out: a time stamp is reported as failed with `time-stamp-not-checked`. */
  readonly verifyTimeStamp?: VerifyTimeStampToken;
}

/**
 * Checks every signer by itself: form of the signed attributes, algorithms, the one certificate that `sid` names and ESS
 * confirms, signature, content digest; then time stamp, path and revocation.
 * @returns in the order of encoding, at least one
 * @throws FormatError `ERR_SIGN_FORMAT` (`cms-content-type`) for content of another type
 */
export async function reportSigners(
  signedData: SignedData,
  options: ReportSignersOptions,
): Promise<readonly SignerReport[]> {
  if (signedData.eContentType !== options.contentType) {
    throw malformed('cms-content-type', 'content of another type');
  }
  const verification = new Verification(options, signedData);
  const signers: SignerReport[] = [];
  for (const signerInfo of signedData.signerInfos) signers.push(await verification.report(signerInfo));
  return signers;
}

class Verification {
  readonly #options: ReportSignersOptions;
  readonly #certificates: readonly Certificate[];
  readonly #hasMalformedCertificate: boolean;
  readonly #contentDigests = new Map<DigestAlgorithm, Promise<Uint8Array>>();

  constructor(options: ReportSignersOptions, signedData: SignedData) {
    const certificates = signedData.unverifiedCertificates.map(parsedOrUndefined);
    this.#options = options;
    this.#certificates = certificates.filter((certificate) => certificate !== undefined);
    this.#hasMalformedCertificate = this.#certificates.length < certificates.length;
  }

  async report(signerInfo: SignerInfo): Promise<SignerReport> {
    try {
      return await this.#intact(signerInfo);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return failedSigner(error, digestAlgorithmByOid(signerInfo.digestAlgorithm.oid)?.name);
    }
  }

  async #intact(signerInfo: SignerInfo): Promise<IntactSigner> {
    const algorithm = acceptedAlgorithm(signerInfo);
    // Without signed attributes the signature is over the content itself, and then a signature over attributes can be
    // passed off as one over a document that consists of their octets.
    if (signerInfo.signedAttrs === undefined) throw malformed('cms-no-signed-attributes', 'no signed attributes');
    const attributes = readSignedAttributes(signerInfo.signedAttrs);
    if (attributes.contentType !== this.#options.contentType) {
      throw malformed('cms-content-type-mismatch', 'the content-type attribute says another type');
    }
    const certificate = await this.#signerCertificate(signerInfo, attributes);
    if (acceptedKeyKind(certificate.subjectPublicKeyInfo) !== algorithm.keyKind) {
      throw refused('ERR_SIGN_ALGORITHM', 'cms-key-kind', 'the key is of another kind than the algorithm');
    }
    await this.#requireSignature(signerInfo, { algorithm, attributes, certificate });
    // Last, so that its failure means what it says: a genuine signature over other content.
    await this.#requireContent(algorithm.digestAlgorithm, attributes);
    const { crypto, verifyTimeStamp } = this.#options;
    const timeStamp = await reportSignatureTimeStamp(signerInfo, { trust: this.#options, crypto, verifyTimeStamp });
    return {
      integrity: 'intact',
      certificate,
      signatureAlgorithm: algorithm.name,
      digestAlgorithm: algorithm.digestAlgorithm,
      signingTime: attributes.signingTime,
      signingCertificate: attributes.signingCertificates[0]?.version ?? 'absent',
      timeStamp,
      ...(await reportTrust(certificate, {
        trust: this.#options,
        unverifiedCertificates: this.#certificates,
        timeStamp,
        crypto,
      })),
    };
  }

  /** The certificate that the SignerInfo names and the ESS attribute, if there is one, confirms. */
  async #signerCertificate(signerInfo: SignerInfo, attributes: SignedAttributes): Promise<Certificate> {
    const named = this.#certificates.filter((certificate) => isNamedBy(certificate, signerInfo));
    const [first] = named;
    if (first === undefined) {
      throw this.#hasMalformedCertificate
        ? refused('ERR_CERT_MALFORMED', 'cms-certificate-malformed', 'the signer’s certificate cannot be read')
        : refused('ERR_CERT_MISSING', 'cms-certificate-missing', 'the signer’s certificate is not in the signature');
    }
    if (attributes.signingCertificates.length === 0) {
      if (named.every(({ der }) => equalBytes(der, first.der))) return first;
      throw malformed('cms-certificate-ambiguous', 'several certificates answer to the signer’s name');
    }
    for (const certificate of named) {
      if (await this.#isConfirmed(certificate, attributes)) return certificate;
    }
    throw refused('ERR_SIGN_MISMATCH', 'cms-ess-mismatch', 'made for another certificate');
  }

  async #isConfirmed(certificate: Certificate, { signingCertificates }: SignedAttributes): Promise<boolean> {
    for (const reference of signingCertificates) {
      if (!(await refersTo(reference, certificate, this.#options.crypto))) return false;
    }
    return true;
  }

  async #requireSignature(
    { signature }: SignerInfo,
    parts: { algorithm: SignatureAlgorithmEntry; attributes: SignedAttributes; certificate: Certificate },
  ): Promise<void> {
    const { algorithm, attributes, certificate } = parts;
    const key = certificate.subjectPublicKeyInfo;
    const holds = await this.#options.crypto.verifySignature(algorithm.name, key, attributes.toBeSigned, signature);
    if (!holds) throw refused('ERR_SIGN_INVALID', 'cms-signature-invalid', 'the signature does not hold');
  }

  async #requireContent(algorithm: DigestAlgorithm, { messageDigest }: SignedAttributes): Promise<void> {
    const digest = this.#contentDigests.get(algorithm) ?? this.#options.contentDigest(algorithm);
    this.#contentDigests.set(algorithm, digest);
    if (!equalBytes(await digest, messageDigest)) {
      throw refused('ERR_SIGN_DIGEST', 'cms-message-digest-mismatch', 'the content is not what was signed');
    }
  }
}

function refused(code: FormatErrorCode, reason: string, message: string): FormatError {
  return new FormatError(code, message, { reason });
}

/** The algorithm of the table that digest and signature algorithm name together. @throws FormatError */
function acceptedAlgorithm({ digestAlgorithm, signatureAlgorithm }: SignerInfo): SignatureAlgorithmEntry {
  const code = 'ERR_SIGN_ALGORITHM';
  const digest = digestAlgorithmByOid(digestAlgorithm.oid);
  if (digest?.legacy || LEGACY_SIGNATURE_OIDS.has(signatureAlgorithm.oid)) {
    throw refused(code, 'cms-sha1-legacy', 'a signature of the time of SHA-1');
  }
  if (signatureAlgorithm.oid === PublicKeyOid.rsassaPss) {
    throw refused(code, 'cms-rsa-pss', 'RSASSA-PSS is not accepted');
  }
  requireNoParameters(digestAlgorithm, code);
  requireNoParameters(signatureAlgorithm, code);
  const algorithm = signerInfoAlgorithm(signatureAlgorithm.oid, digestAlgorithm.oid);
  if (algorithm !== undefined) return algorithm;
  throw digest === undefined || !isKnownSignature(signatureAlgorithm.oid)
    ? refused(code, 'cms-algorithm-unknown', 'an algorithm that is not accepted')
    : refused(code, 'cms-algorithm-mismatch', 'digest and signature algorithm do not belong together');
}

function isKnownSignature(oid: string): boolean {
  return oid === PublicKeyOid.rsaEncryption || signatureAlgorithmByOid(oid) !== undefined;
}

function parsedOrUndefined(der: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch {
    return undefined;
  }
}

/** Whether `sid` names this certificate (RFC 5652 §5.3). */
export function isNamedBy(certificate: Certificate, { sid }: SignerInfo): boolean {
  if ('subjectKeyIdentifier' in sid) {
    const { subjectKeyIdentifier } = certificate.extensions;
    return subjectKeyIdentifier !== undefined && equalBytes(subjectKeyIdentifier, sid.subjectKeyIdentifier);
  }
  return certificate.serialNumber === sid.serialNumber && equalBytes(certificate.issuer.der, sid.issuer);
}
