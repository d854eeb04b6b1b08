/** One document on its way to a signature: the same steps for every format, with the key wherever it is. */
import type { DigestAlgorithm, RandomAccessSource, SignatureAlgorithm } from './ports.js';

/** A part of a source, as octets from `start` up to `end` (exclusive). */
export interface SourceSlice {
  readonly source: RandomAccessSource;
  readonly start: number;
  readonly end: number;
}

/** The signed document, piece by piece: what was there already is named, what is new is given. */
export type SignedOutput = readonly (Uint8Array | SourceSlice)[];

/** Something whose very octets the signature binds. */
export interface BoundPart {
  /** Unverified text from the document; empty for the document itself. */
  readonly unverifiedName: string;
  /** Octets. */
  readonly size: number;
  readonly sha256: Uint8Array;
}

/** Makes an RFC 3161 time stamp: answers the TimeStampToken, DER, checked against what was asked for. */
export type TimeStamper = (imprint: {
  readonly digestAlgorithm: DigestAlgorithm;
  readonly digest: Uint8Array;
}) => Promise<Uint8Array>;

/** Who signs, and with what. Known once the card has given the certificate. */
export interface SigningContext {
  /** DER. */
  readonly certificate: Uint8Array;
  /** DER of further certificates to embed, such as the issuing CA's. */
  readonly otherCertificates?: readonly Uint8Array[];
  readonly signatureAlgorithm: SignatureAlgorithm;
  /** The signer's own clock. */
  readonly signingTime: Date;
  /** For level B-T. The formats that know no time stamp refuse it with `ERR_SIGN_FORMAT`. */
  readonly timeStamper?: TimeStamper;
}

/** A document that was read and digested, and waits for its signer. */
export interface PreparedDocument {
  /** What is bound, the document itself first. At least one part. */
  readonly bound: readonly BoundPart[];
  /** Unverified names of what the document speaks of or goes along with it, and the signature does not bind. */
  readonly unboundNames: readonly string[];
  /**
   * Makes ready for a key that digests with `algorithm`, reading again where that is needed. SHA-256 is always ready.
   * @throws FormatError `ERR_SIGN_DIGEST` where the bytes are no longer those in `bound`
   */
  use(algorithm: DigestAlgorithm): Promise<void>;
  /** No large reading is left to do: between PIN and result only small things happen. */
  begin(context: SigningContext): Promise<SignatureInProgress>;
}

/** A signature that lacks only its value. */
export interface SignatureInProgress {
  /** What the signature is over; it is to be digested with the algorithm's digest. */
  readonly toBeSigned: Uint8Array;
  /**
   * @param signatureValue RSA: as the key gave it; ECDSA: DER `Ecdsa-Sig-Value`
   */
  complete(signatureValue: Uint8Array): Promise<SignedOutput>;
}
