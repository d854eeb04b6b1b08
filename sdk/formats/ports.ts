/**
 * What the pure format code needs from its runtime. `main/node` supplies `node:crypto`; `sdk/verifier` supplies
 * WebCrypto. Nothing in `sdk/formats` knows which one it got.
 */

/** SHA-1 is read in old signatures and never written. */
export type DigestAlgorithm = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

/** Bytes that may be too many for memory. */
export interface ByteSource {
  /** Total number of bytes. */
  readonly size: number;
  /** The bytes in order; may be called more than once, each time from the start. A chunk is valid until the next one. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** Bytes of which any part can be had. */
export interface RandomAccessSource extends ByteSource {
  /**
   * The octets from `offset` on: `length` of them, fewer only where the source ends before. A new array that is the caller's.
   * @param offset octets from the start, 0 or more
   */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export interface Digest {
  digest(algorithm: DigestAlgorithm, data: Uint8Array | ByteSource): Promise<Uint8Array>;
}

/** JOSE names (RFC 7518 §3.1). */
export type SignatureAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'ES256' | 'ES384';

export interface VerifySignature {
  /**
   * Whether `signature` over `data` holds. ECDSA signatures are DER `Ecdsa-Sig-Value` here, whatever the runtime wants.
   * A key of another kind than the algorithm's, or one that cannot be parsed, answers false.
   * @param subjectPublicKeyInfo DER (RFC 5280 §4.1.2.7)
   */
  verifySignature(
    algorithm: SignatureAlgorithm,
    subjectPublicKeyInfo: Uint8Array,
    data: Uint8Array,
    signature: Uint8Array,
  ): Promise<boolean>;
}

/** Both together, as most callers need them. */
export interface FormatCrypto extends Digest, VerifySignature {}

/** A digest in the making. */
export interface RunningDigest {
  /** Takes a copy of what it needs of `chunk` before it returns. */
  update(chunk: Uint8Array): void;
  /** Another one that begins with what this one has seen. */
  fork(): RunningDigest;
  /** Ends this one; it takes no more. */
  digest(): Promise<Uint8Array>;
}

/** What signing and checking whole documents needs besides. */
export interface DocumentCrypto extends FormatCrypto {
  /** A runtime that cannot digest piece by piece keeps the pieces until the end (WebCrypto). */
  startDigest(algorithm: DigestAlgorithm): RunningDigest;
}
