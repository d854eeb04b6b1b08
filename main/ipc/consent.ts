import type { ConsentModel } from '../core/consent/consent-model.js';
import type { ConsentAction, ConsentView } from '../core/consent-window/consent-view.js';
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

export interface ConsentStart {
  readonly consent: ConsentModel;
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
}

export interface ConsentPushes {
  'consent.model': ConsentModel;
  'consent.view': ConsentView;
}

export const CONSENT_CALLS = ['consent.start', 'consent.act', 'consent.enterPin'] as const;
export const CONSENT_PUSHES = ['consent.model', 'consent.view'] as const;
