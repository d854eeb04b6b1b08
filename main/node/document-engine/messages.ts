/** What the program and its document thread say to each other. Both ends are ours; nothing here crosses a process. */
import type { BoundPart, SigningContext } from '../../../sdk/formats/document.js';
import type { DigestAlgorithm } from '../../../sdk/formats/ports.js';
import type { ErrorCode } from '../../../sdk/protocol/index.js';
import type { DocumentPreview } from '../../core/documents/document-preview.js';
import type { SignatureFormat } from '../../core/documents/signature-formats.js';
import type { ErrorDetails } from '../../core/errors.js';

/** How a file is to be signed. */
export interface FileSigningOptions {
  /** Content inside the signature; `cms` and `cades` only. */
  readonly attached?: boolean;
  /** Room for a time stamp is kept. */
  readonly timeStamped?: boolean;
  /** Where on a PDF's page the signature is drawn. */
  readonly visible?: VisiblePlace;
}

export interface VisiblePlace {
  /** From 1. */
  readonly page: number;
  /** Points (1/72 inch) from the lower left corner of the page as it is seen. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type DocumentJob =
  | {
      readonly kind: 'file';
      readonly format: SignatureFormat;
      readonly path: string;
      /** Of the signed document. Must not exist yet. */
      readonly output: string;
      readonly options: FileSigningOptions;
    }
  | {
      readonly kind: 'detached';
      readonly format: 'cms' | 'cades';
      /** Undefined: the content is asked for piece by piece. */
      readonly bytes: Uint8Array | undefined;
      readonly size: number;
    };

/** What `PreparedDocumentItem` tells of a document. */
export interface DocumentFacts {
  readonly bound: readonly BoundPart[];
  readonly unboundNames: readonly string[];
  readonly preview?: DocumentPreview;
}

/** Calls to the thread. `key` names the document from `prepare` to `discard`. */
export type DocumentCall =
  | { readonly call: 'prepare'; readonly key: number; readonly job: DocumentJob }
  /** Ends a `prepare` under way, which then rejects with `ERR_USER_CANCELLED`. */
  | { readonly call: 'cancel'; readonly key: number }
  | { readonly call: 'use'; readonly key: number; readonly algorithm: DigestAlgorithm }
  | {
      readonly call: 'begin';
      readonly key: number;
      readonly context: Omit<SigningContext, 'timeStamper'>;
      readonly timeStamped: boolean;
    }
  | { readonly call: 'complete'; readonly key: number; readonly signatureValue: Uint8Array }
  | { readonly call: 'discard'; readonly key: number };

/** What the thread asks while it works on a call. */
export type DocumentQuestion =
  | {
      readonly ask: 'time-stamp';
      readonly key: number;
      readonly digestAlgorithm: DigestAlgorithm;
      readonly digest: Uint8Array;
    }
  | { readonly ask: 'content'; readonly key: number; readonly offset: number; readonly length: number };

export interface SentError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

export type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: SentError };

export type ToThread =
  ({ readonly id: number } & DocumentCall) | { readonly question: number; readonly answer: Answer };

export type FromThread =
  { readonly id: number; readonly answer: Answer } | ({ readonly question: number } & DocumentQuestion);
