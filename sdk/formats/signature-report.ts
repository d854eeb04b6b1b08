/** What checking a signature found, in one shape for all formats. */
import type { Certificate } from './certificate.js';
import type { LeafRequirements } from './certification-path.js';
import type { FormatError, FormatErrorCode } from './format-error.js';
import type { DigestAlgorithm, DocumentCrypto, RandomAccessSource, SignatureAlgorithm } from './ports.js';
import type { CrlReason } from './revocation/certificate-status.js';

export type PathReport =
  | { readonly status: 'trusted'; /** Signer first, anchor last. */ readonly path: readonly Certificate[] }
  | { readonly status: 'untrusted'; readonly code: FormatErrorCode }
  | { readonly status: 'not-checked' };

/** `not-checked` is never good news: JPKI answers accredited verifiers only, and then nobody knows. */
export type RevocationReport =
  | { readonly status: 'not-checked'; /** Short lower-case name of why. */ readonly reason: string }
  | {
      readonly status: 'good';
      readonly source: 'ocsp' | 'crl';
      /** The moment for which the source speaks: `thisUpdate`. */
      readonly thisUpdate: Date;
      /** Good at the moment asked about, and revoked since: from when on. */
      readonly revokedLater?: Date;
      /** Why it was revoked since, where the source says. */
      readonly revocationReason?: CrlReason;
    }
  | {
      readonly status: 'revoked';
      readonly source: 'ocsp' | 'crl';
      readonly thisUpdate: Date;
      readonly revokedAt: Date;
      /** Where the source says. */
      readonly revocationReason?: CrlReason;
    };

export type TimeStampReport =
  | { readonly status: 'absent' }
  /** It holds for this signature value; whether its authority is trusted is in `path`. */
  | {
      readonly status: 'intact';
      /** `genTime`, UTC. */
      readonly time: Date;
      /** At `time` and at `TrustOptions.at`: after its end an authority's key may be in anybody's hands. */
      readonly path: PathReport;
      /** There was a path at `time` and there is none at `TrustOptions.at`: nothing but the token itself tells its time. */
      readonly isPathOver: boolean;
      /** Of the authority's path, at `time`. */
      readonly revocation: RevocationReport;
    }
  | { readonly status: 'failed'; readonly code: FormatErrorCode; readonly reason: string };

/** A signer whose signature is over exactly the content, with the key of exactly this certificate. */
export interface IntactSigner {
  readonly integrity: 'intact';
  readonly certificate: Certificate;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly digestAlgorithm: DigestAlgorithm;
  /** What the signer's clock claimed; proof of nothing. */
  readonly signingTime: Date | undefined;
  /**
   * Whether the signer bound the certificate itself into the signature (ESS, RFC 5035; XAdES SigningCertificate; JAdES
   * `x5t#S256`): by SHA-2, by SHA-1, or not. Where it is bound it is the right one.
   */
  readonly signingCertificate: 'v2' | 'v1' | 'absent';
  readonly timeStamp: TimeStampReport;
  readonly path: PathReport;
  /** The moment the path was validated for: that of a trusted time stamp, otherwise `TrustOptions.at`. */
  readonly validatedAt: Date;
  readonly revocation: RevocationReport;
}

/**
 * A signer whose signature is not established. `ERR_SIGN_DIGEST`: the signature holds, but for other content.
 * `ERR_SIGN_INVALID`: it does not hold. `ERR_SIGN_MISMATCH`: made for another certificate. `ERR_SIGN_ALGORITHM`: an
 * algorithm or key that proves nothing any more (SHA-1, short RSA) or is not known. `ERR_SIGN_FORMAT`: a form that the
 * standard forbids. `ERR_CERT_MISSING`, `ERR_CERT_MALFORMED`: the certificate is not there to check with.
 */
export interface FailedSigner {
  readonly integrity: 'failed';
  readonly code: FormatErrorCode;
  /** `failureReason` of the error. */
  readonly reason: string;
  /** Where it is a known one; `SHA-1` tells a legacy signature. */
  readonly digestAlgorithm: DigestAlgorithm | undefined;
}

export type SignerReport = IntactSigner | FailedSigner;

/** The report on a signer whose check ended with `error`. */
export function failedSigner(error: FormatError, digestAlgorithm?: DigestAlgorithm): FailedSigner {
  return { integrity: 'failed', code: error.code, reason: failureReason(error), digestAlgorithm };
}

/** The error's own reason; where it has none, its code as one: `err-sign-invalid`. */
export function failureReason({ code, reason }: FormatError): string {
  return reason ?? code.toLowerCase().replaceAll('_', '-');
}

/** Something about a signature or a document that whoever relies on it has to know. */
export interface Finding {
  /** Short lower-case name, such as `pdf-later-changes`; stable. */
  readonly code: string;
  /** `failure`: the document must not be taken for what was signed. */
  readonly severity: 'failure' | 'warning' | 'information';
  /** What it is about: unverified text of the document. */
  readonly unverifiedDetail?: string;
}

/** What of a document one signature speaks for. */
export type Coverage =
  | { readonly kind: 'whole' }
  | {
      readonly kind: 'part';
      /** Unverified names of what is covered: references, file names, revisions. */
      readonly covered: readonly string[];
      /** The same of what is not. */
      readonly uncovered: readonly string[];
    };

export interface DocumentSignature {
  readonly signer: SignerReport;
  readonly coverage: Coverage;
  readonly findings: readonly Finding[];
}

export type DocumentFormat = 'cms' | 'xml' | 'pdf' | 'jws';

export interface DocumentReport {
  readonly format: DocumentFormat;
  /** Every signature, in the order of the document; at least one. */
  readonly signatures: readonly DocumentSignature[];
  /** About the document as a whole. */
  readonly findings: readonly Finding[];
}

/** EN 319 102-1 §5.1.3: only the first means that who signed is established. Says nothing about revocation. */
export type Verdict = 'total-passed' | 'indeterminate' | 'total-failed';

export function verdictOf({ signatures, findings }: DocumentReport): Verdict {
  const all = [...findings, ...signatures.flatMap((signature) => signature.findings)];
  const isBroken =
    signatures.length === 0 ||
    all.some(({ severity }) => severity === 'failure') ||
    signatures.some(({ signer }) => signer.integrity === 'failed' || signer.revocation.status === 'revoked');
  if (isBroken) return 'total-failed';
  const isTrusted = signatures.every(({ signer }) => signer.integrity === 'intact' && signer.path.status === 'trusted');
  return isTrusted ? 'total-passed' : 'indeterminate';
}

/** What certificates are held to. */
export interface TrustOptions {
  /** Left out: no certification path is looked for. */
  readonly trustAnchors?: readonly Certificate[];
  /** Of time-stamping authorities. Left out: those of `trustAnchors`. */
  readonly timeStampAnchors?: readonly Certificate[];
  /** The moment for which paths are validated where no trusted time stamp says another; not a moment the signer claims. */
  readonly at: Date;
  /** The verifier's clock: a time stamp from later is refused. Default: `at`. */
  readonly now?: Date;
  /** What each signer's certificate must be good for, given the certificate. */
  readonly requirements?: (signerCertificate: Certificate) => LeafRequirements;
  /** Asked for trusted paths only. Left out: revocation is not checked. */
  readonly revocation?: RevocationCheck;
}

/** Whether any certificate of a path, the anchor excepted, was revoked at `at`. Never rejects for a lack of data. */
export type RevocationCheck = (path: readonly Certificate[], at: Date) => Promise<RevocationReport>;

export interface VerifyDocumentOptions extends TrustOptions {
  /** The signed document, or the detached signature. */
  readonly source: RandomAccessSource;
  /** What a detached signature is over, where `source` does not hold it. */
  readonly content?: RandomAccessSource;
  /**
   * Files that a signature refers to by a bare name, already percent-decoded; undefined where there is none. Called with
   * names without `/`, `\\`, `:` and NUL, never `.` or `..`.
   */
  readonly resolve?: (unverifiedName: string) => Promise<RandomAccessSource | undefined>;
  readonly crypto: DocumentCrypto;
}
