import type { ErrorCode } from '../../../sdk/protocol/index.js';
import type { ErrorDetails } from '../errors.js';
import type { ItemProgress, NewPinPrompt, PinPrompt, PinRole, Preparation, Progress, ReaderInfo } from '../ports.js';

/** A reader to choose from, as a window names it. */
export interface ReaderOption extends Pick<ReaderInfo, 'virtual'> {
  /** PC/SC reader name, to answer with. */
  readonly name: string;
  /** The same, made safe to display. */
  readonly displayName: string;
}

/** What a consent window asks or tells now. Each question has one answer, and those that agree to something wait to be armed. */
export type ConsentStage =
  /** The consent itself. Stands from the beginning; whether it can be agreed to is in `ConsentView.agreement`. */
  | { readonly kind: 'consent' }
  /** The question that `ConsentModel.separateStep` names. */
  | { readonly kind: 'separate-step' }
  | { readonly kind: 'choose-reader'; readonly readers: readonly ReaderOption[] }
  /** In place of an agreement: the card cannot be used, and the page does not learn it. `preparation` says why. */
  | { readonly kind: 'unusable-card' }
  | { readonly kind: 'last-try'; readonly role: PinRole; readonly reason?: PinPrompt['reason'] }
  | { readonly kind: 'pin'; readonly prompt: PinPrompt }
  | { readonly kind: 'new-pin'; readonly prompt: NewPinPrompt }
  | { readonly kind: 'trivial-pin'; readonly role: PinRole }
  | {
      readonly kind: 'working';
      readonly progress: Progress;
      readonly items?: ItemProgress;
      /** Whether cancelling still keeps something from being done. */
      readonly cancellable: boolean;
    }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly details: ErrorDetails };

/**
 * Whether the current question can be answered with yes, or with a PIN. `reading`: not every digest is there; `card`: the card is not ready;
 * `window`: the window has not had the keyboard for long enough, so that a click or key may have been meant for another.
 */
export type Agreement = 'possible' | 'reading' | 'card' | 'window';

/** Everything a consent window shows beside the consent model. Plain data, whole at each change. */
export interface ConsentView {
  /** Rises with each conversation. */
  readonly conversation: number;
  /** Rises with each question, never to return. An answer names it, so that it cannot reach another question. */
  readonly question: number;
  readonly stage: ConsentStage;
  readonly agreement: Agreement;
  /** What is known about the card; undefined before anything is. */
  readonly preparation?: Preparation;
  /** While what is to be signed is being read. */
  readonly reading?: ItemProgress;
  /** When the request ends by itself, in milliseconds of the epoch; undefined where it waits as long as its person does. */
  readonly endsAt?: number;
}

/** What a person does in a consent window. `question` as in the view that was shown. */
export type ConsentAction =
  | {
      readonly kind: 'agree';
      readonly question: number;
      /** As in `Decision`. */
      readonly withheld: readonly number[];
      readonly remember: boolean;
    }
  /** `block`: and let this site ask nothing any more. Also closes `unusable-card`. */
  | { readonly kind: 'refuse'; readonly question: number; readonly block: boolean }
  /** Yes to `separate-step`, `last-try` or `trivial-pin`. */
  | { readonly kind: 'confirm'; readonly question: number }
  /** No to one of these. */
  | { readonly kind: 'decline'; readonly question: number }
  | { readonly kind: 'choose-reader'; readonly question: number; readonly readerName: string }
  /** No PIN for `pin` or `new-pin`. */
  | { readonly kind: 'give-up'; readonly question: number }
  /** Ends the conversation, whatever is asked or done. After its end: closes the window. */
  | { readonly kind: 'cancel'; readonly conversation: number };
