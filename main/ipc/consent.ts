import type { ConsentDigest, ConsentDocument, ConsentModel } from '../core/consent/consent-model.js';
import type { ConsentAction, ConsentView } from '../core/consent-window/consent-view.js';
import type { DocumentPreview } from '../core/documents/document-preview.js';
import type { Call } from './call.js';

export type * from '../core/consent/consent-model.js';
export type * from '../core/consent-window/consent-view.js';
export type * from '../core/documents/document-preview.js';
export type { SignatureFormat } from '../core/documents/signature-formats.js';
export type {
  ItemProgress,
  KeyRole,
  NewPinPrompt,
  NewPinRefusal,
  PinPrompt,
  PinRole,
  Preparation,
  Progress,
} from '../core/ports.js';
export type { PinFormatFault } from '../core/card/pin-format.js';

/** What is known of a document's content without it. */
export interface ShownPreview extends Pick<DocumentPreview, 'kind' | 'title' | 'pages' | 'warnings'> {
  /** There is text or fields to ask for. */
  readonly hasContent: boolean;
}

export interface ShownDocument extends Omit<ConsentDocument, 'preview'> {
  readonly preview?: ShownPreview;
}

export type ShownItem = ShownDocument | ConsentDigest;

/** The model as it crosses to the window: a thousand items have more content than a page can hold. */
export interface ShownConsent extends Omit<ConsentModel, 'items'> {
  readonly items: readonly ShownItem[];
}

export interface PreviewRequest {
  /** Position in `items`. */
  readonly item: number;
}

export interface ConsentStart {
  readonly consent: ShownConsent;
  readonly view: ConsentView;
  readonly keypadShuffle: boolean;
}

export interface PinEntryRequest {
  /** As in the view that was shown. */
  readonly question: number;
  /** ASCII, at most 16 bytes. Zeroed by everybody it passes. */
  readonly pin: Uint8Array;
}

/** Calls of the consent window. */
export interface ConsentCalls {
  /** What to show first. */
  'consent.start': Call<undefined, ConsentStart>;
  /** Answers whether it was taken. */
  'consent.act': Call<ConsentAction, boolean>;
  'consent.enterPin': Call<PinEntryRequest, boolean>;
  /** What can be shown of one item, once the person wants to see it. */
  'consent.preview': Call<PreviewRequest, DocumentPreview>;
}

export interface ConsentPushes {
  'consent.model': ShownConsent;
  'consent.view': ConsentView;
}

export const CONSENT_CALLS = ['consent.start', 'consent.act', 'consent.enterPin', 'consent.preview'] as const;
export const CONSENT_PUSHES = ['consent.model', 'consent.view'] as const;
