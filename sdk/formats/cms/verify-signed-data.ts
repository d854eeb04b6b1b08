import { digestAlgorithmByOid, requireNoParameters, signerInfoAlgorithm } from '../algorithms.js';
import { equalBytes } from '../bytes.js';
import { parseCertificate, type Certificate } from '../certificate.js';
import { validateCertificationPath, type LeafRequirements } from '../certification-path.js';
import { FormatError, type FormatErrorCode } from '../format-error.js';
import { CmsOid } from '../oids.js';
import type { ByteSource, DigestAlgorithm, FormatCrypto, SignatureAlgorithm } from '../ports.js';
import { acceptedKeyKind } from '../public-key.js';
import { readSignedAttributes, refersTo, type SignedAttributes } from './signed-attributes.js';
import { parseDetachedSignedData, type SignedData, type SignerInfo } from './signed-data.js';

export interface VerifySignedDataOptions {
  /** `ContentInfo`, BER or DER, at most `MAX_SIGNED_DATA_BYTES`. */
  readonly cms: Uint8Array;
  /** What was signed. Read once per digest algorithm among the signers. */
  readonly content: Uint8Array | ByteSource;
  readonly crypto: FormatCrypto;
  /** Left out: no certification path is looked for. */
  readonly trustAnchors?: readonly Certificate[];
  /** The moment for which the path is validated, not a moment the signer claims. */
  readonly at: Date;
  /** What each signer's certificate must be good for, given the certificate. */
  readonly requirements?: (signerCertificate: Certificate) => LeafRequirements;
}

export type PathReport =
  | { readonly status: 'trusted'; /** Signer first, anchor last. */ readonly path: readonly Certificate[] }
  | { readonly status: 'untrusted'; readonly code: FormatErrorCode }
  | { readonly status: 'not-checked' };

/** A signer whose signature is over exactly the content, with the key of exactly this certificate. */
export interface IntactSigner {
  readonly integrity: 'intact';
  readonly certificate: Certificate;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly digestAlgorithm: DigestAlgorithm;
  /** What the signer's clock claimed; proof of nothing. */
  readonly signingTime: Date | undefined;
  /**
   * Whether the signer bound the certificate itself into the signature (ESS, RFC 5035): by SHA-2, by SHA-1, or not. CAdES
   * asks for `v2` or `v1`. Where it is bound it is the right one.
   */
  readonly signingCertificate: 'v2' | 'v1' | 'absent';
  readonly path: PathReport;
  readonly revocation: 'not-checked';
}

/**
 * A signer whose signature is not established. `ERR_SIGN_DIGEST`: the signature holds, but for other content.
 * `ERR_SIGN_INVALID`: it does not hold. `ERR_SIGN_MISMATCH`: made for another certificate. `ERR_SIGN_ALGORITHM`: an
 * algorithm or key that proves nothing any more (SHA-1, short RSA) or is not known. `ERR_SIGN_FORMAT`: attributes that
 * RFC 5652 forbids. `ERR_CERT_MISSING`, `ERR_CERT_MALFORMED`: the certificate is not there to check with.
 */
export interface FailedSigner {
  readonly integrity: 'failed';
  readonly code: FormatErrorCode;
  /** Where it is a known one; `SHA-1` tells a legacy signature. */
  readonly digestAlgorithm: DigestAlgorithm | undefined;
  readonly revocation: 'not-checked';
}

export type SignerReport = IntactSigner | FailedSigner;

export interface SignedDataReport {
  /** Every signer, in the order of encoding; at least one. */
  readonly signers: readonly SignerReport[];
  /** All signers are intact. */
  readonly isIntact: boolean;
  /** All signers are intact and under a trust anchor at the given moment. Says nothing about revocation. */
  readonly isTrusted: boolean;
}

/**
 * Verifies a detached CMS signature (RFC 5652 §5.6) and reports on each signer by itself. Content of any length counts,
 * none included. Attached content is refused for now.
 * @throws FormatError `ERR_SIGN_FORMAT` where there is no well-formed detached SignedData to report on; and whatever
 * reading `content` throws
 */
export async function verifyDetachedSignedData(options: VerifySignedDataOptions): Promise<SignedDataReport> {
  const signedData = parseDetachedSignedData(options.cms);
  if (signedData.eContentType !== CmsOid.data) throw new FormatError('ERR_SIGN_FORMAT', 'content type is not id-data');
  const verification = new Verification(options, signedData);
  const signers: SignerReport[] = [];
  for (const signerInfo of signedData.signerInfos) signers.push(await verification.report(signerInfo));
  return {
    signers,
    isIntact: signers.every((signer) => signer.integrity === 'intact'),
    isTrusted: signers.every((signer) => signer.integrity === 'intact' && signer.path.status === 'trusted'),
  };
}

class Verification {
  readonly #options: VerifySignedDataOptions;
  readonly #certificates: readonly Certificate[];
  readonly #hasMalformedCertificate: boolean;
  readonly #contentDigests = new Map<DigestAlgorithm, Promise<Uint8Array>>();

  constructor(options: VerifySignedDataOptions, signedData: SignedData) {
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
      const digestAlgorithm = digestAlgorithmByOid(signerInfo.digestAlgorithm.oid)?.name;
      return { integrity: 'failed', code: error.code, digestAlgorithm, revocation: 'not-checked' };
    }
  }

  async #intact(signerInfo: SignerInfo): Promise<IntactSigner> {
    const { digestAlgorithm: digest, signatureAlgorithm: signature } = signerInfo;
    requireNoParameters(digest, 'ERR_SIGN_ALGORITHM');
    requireNoParameters(signature, 'ERR_SIGN_ALGORITHM');
    const algorithm = signerInfoAlgorithm(signature.oid, digest.oid);
    if (algorithm === undefined) throw new FormatError('ERR_SIGN_ALGORITHM', 'algorithms that are not accepted');
    const attributes = readSignedAttributes(signerInfo.signedAttrs);
    if (attributes.contentType !== CmsOid.data) throw new FormatError('ERR_SIGN_FORMAT', 'content types differ');
    const certificate = await this.#signerCertificate(signerInfo, attributes);
    if (acceptedKeyKind(certificate.subjectPublicKeyInfo) !== algorithm.keyKind) {
      throw new FormatError('ERR_SIGN_ALGORITHM', 'the key is of another kind than the algorithm');
    }
    await this.#requireSignature(algorithm.name, certificate, { attributes, signerInfo });
    // Last, so that its failure means what it says: a genuine signature over other content.
    await this.#requireContent(algorithm.digestAlgorithm, attributes);
    return {
      integrity: 'intact',
      certificate,
      signatureAlgorithm: algorithm.name,
      digestAlgorithm: algorithm.digestAlgorithm,
      signingTime: attributes.signingTime,
      signingCertificate: attributes.signingCertificate?.version ?? 'absent',
      path: await this.#path(certificate),
      revocation: 'not-checked',
    };
  }

  /** The certificate that the SignerInfo names and the ESS attribute, if there is one, confirms. */
  async #signerCertificate(signerInfo: SignerInfo, attributes: SignedAttributes): Promise<Certificate> {
    const named = this.#certificates.filter((certificate) => isNamedBy(certificate, signerInfo));
    const first = named[0];
    if (first === undefined) {
      const code = this.#hasMalformedCertificate ? 'ERR_CERT_MALFORMED' : 'ERR_CERT_MISSING';
      throw new FormatError(code, 'the signer’s certificate is not in the signature');
    }
    const reference = attributes.signingCertificate;
    if (reference === undefined) {
      if (named.every(({ der }) => equalBytes(der, first.der))) return first;
      throw new FormatError('ERR_SIGN_FORMAT', 'several certificates answer to the signer’s name');
    }
    for (const certificate of named) {
      if (await refersTo(reference, certificate, this.#options.crypto)) return certificate;
    }
    throw new FormatError('ERR_SIGN_MISMATCH', 'made for another certificate');
  }

  async #requireSignature(
    algorithm: SignatureAlgorithm,
    certificate: Certificate,
    { attributes, signerInfo }: { attributes: SignedAttributes; signerInfo: SignerInfo },
  ): Promise<void> {
    const holds = await this.#options.crypto.verifySignature(
      algorithm,
      certificate.subjectPublicKeyInfo,
      attributes.toBeSigned,
      signerInfo.signature,
    );
    if (!holds) throw new FormatError('ERR_SIGN_INVALID', 'the signature does not hold');
  }

  async #requireContent(algorithm: DigestAlgorithm, attributes: SignedAttributes): Promise<void> {
    const digest = this.#contentDigests.get(algorithm) ?? this.#options.crypto.digest(algorithm, this.#options.content);
    this.#contentDigests.set(algorithm, digest);
    if (!equalBytes(await digest, attributes.messageDigest)) {
      throw new FormatError('ERR_SIGN_DIGEST', 'the content is not what was signed');
    }
  }

  async #path(certificate: Certificate): Promise<PathReport> {
    const { trustAnchors, at, crypto, requirements } = this.#options;
    if (trustAnchors === undefined) return { status: 'not-checked' };
    try {
      const path = await validateCertificationPath(certificate, {
        ...requirements?.(certificate),
        trustAnchors,
        intermediates: this.#certificates,
        at,
        crypto,
      });
      return { status: 'trusted', path };
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return { status: 'untrusted', code: error.code };
    }
  }
}

function parsedOrUndefined(der: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch {
    return undefined;
  }
}

function isNamedBy(certificate: Certificate, { sid }: SignerInfo): boolean {
  if ('subjectKeyIdentifier' in sid) {
    const { subjectKeyIdentifier } = certificate.extensions;
    return subjectKeyIdentifier !== undefined && equalBytes(subjectKeyIdentifier, sid.subjectKeyIdentifier);
  }
  return certificate.serialNumber === sid.serialNumber && equalBytes(certificate.issuer.der, sid.issuer);
}
