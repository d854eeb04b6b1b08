import type { BoundPart, SigningContext } from '../../../sdk/formats/document.js';
import type { DigestAlgorithm, RandomAccessSource } from '../../../sdk/formats/ports.js';
import type { DocumentPreview } from './document-preview.js';
import type { SignatureFormat } from './signature-formats.js';

/** One thing a person is asked to sign, before it was read. */
export interface SignableItem {
  /** Unverified text of the requester. */
  readonly unverifiedName: string;
  /**
   * Reads and digests it, before anybody can agree.
   * @throws ClientError
   */
  prepare(signal: AbortSignal): Promise<PreparedItem>;
}

/** What a person can agree to sign. `discard` it in the end, whatever came of it. */
export type PreparedItem = PreparedDocumentItem | PreparedDigestItem;

/** A document of which every signed octet is known. */
export interface PreparedDocumentItem {
  readonly kind: 'document';
  readonly format: SignatureFormat;
  /** What is bound, the document itself first. */
  readonly bound: readonly BoundPart[];
  /** Unverified names of what is only named, or only goes along. */
  readonly unboundNames: readonly string[];
  /** Where the result goes, where it stays on this PC. */
  readonly destination?: string;
  /** Undefined where there is nothing to be shown. */
  readonly preview?: DocumentPreview;
  /** As `PreparedDocument.use`. */
  use(algorithm: DigestAlgorithm): Promise<void>;
  /** What the key signs; nothing large is read any more. */
  begin(context: SigningContext): Promise<Uint8Array>;
  /** Puts the signature in its place. The result is kept where whoever made the item wants it. */
  complete(signatureValue: Uint8Array): Promise<void>;
  discard(): Promise<void>;
}

/** A bare digest: nobody here knows of what. The signing key only, and only for whom policy or the registry allows it. */
export interface PreparedDigestItem {
  readonly kind: 'digest';
  readonly algorithm: Exclude<DigestAlgorithm, 'SHA-1'>;
  readonly digest: Uint8Array;
  /** Takes the signature value, and the certificate (DER) it was made for. */
  complete(signatureValue: Uint8Array, certificate: Uint8Array): Promise<void>;
  discard(): Promise<void>;
}

/** Makes items of documents; reading, digesting and writing happen away from the caller's thread. */
export interface DocumentEngine {
  /** An item that keeps its result in memory: a detached signature of at most 1 MiB, for whoever gave the content. */
  detached(document: {
    readonly unverifiedName: string;
    readonly content: Uint8Array | RandomAccessSource;
    readonly format: 'cms' | 'cades';
  }): DetachedItem;
}

export interface DetachedItem extends SignableItem {
  /** The signature, DER, once `complete` has been called. */
  readonly result: Uint8Array | undefined;
}
