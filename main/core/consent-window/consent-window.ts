import { LIMITS } from '../../../sdk/protocol/index.js';
import type { ConsentModel } from '../consent/consent-model.js';
import type { Clock, UserInteraction } from '../ports.js';
import type { ConsentAction, ConsentView } from './consent-view.js';
import { WindowDialog } from './window-dialog.js';

/** The window of one conversation, as a shell opens it. */
export interface ConsentWindow {
  /** Shows the model in place of the one before. */
  showConsent(consent: ConsentModel): void;
  showView(view: ConsentView): void;
  /** Closes it. The person's closing it is `ConsentWindowEvents.closed`. A second call does nothing. */
  close(): void;
}

/** What comes from it. Unverified: whoever controls the page inside decides when and what. */
export interface ConsentWindowEvents {
  /** Answers whether the action was taken: false for one that the current question does not have, or not yet. */
  act(action: ConsentAction): boolean;
  /** An entry for `pin` or `new-pin`, ASCII. Takes over the bytes; zeroes them at once where there is no such question. */
  takePin(question: number, pin: Uint8Array): boolean;
  /** The window gained or lost the keyboard, as the operating system says. */
  focused(hasFocus: boolean): void;
  closed(): void;
}

/** Opens windows. One at a time: the conversation before has ended, though its last words may still stand. */
export interface ConsentWindows {
  open(consent: ConsentModel, view: ConsentView, events: ConsentWindowEvents): ConsentWindow;
}

/** Milliseconds a window has to have the keyboard, and a question to stand, before yes can be answered. */
export const ARMING_MILLISECONDS = 700;
/** Milliseconds for which the good end of a page's request stands. */
export const DONE_MILLISECONDS = 2_500;

export interface WindowInteractionOptions {
  readonly windows: ConsentWindows;
  readonly clock: Clock;
}

/** Consent and PIN in windows. */
export function createWindowInteraction({ windows, clock }: WindowInteractionOptions): UserInteraction {
  let conversation = 0;
  let question = 0;
  let closeBefore: () => void = () => undefined;
  return {
    open(consent, signal) {
      closeBefore();
      conversation += 1;
      const limited = consent.requester.kind === 'origin';
      const endsAt = limited ? clock.now().getTime() + LIMITS.dialogSeconds * 1_000 : undefined;
      const dialog = new WindowDialog({
        clock,
        consent,
        signal,
        conversation,
        nextQuestion: () => (question += 1),
        ...(endsAt !== undefined && { endsAt }),
      });
      dialog.attach(windows.open(consent, dialog.view, dialog));
      closeBefore = () => {
        dialog.leave();
      };
      return dialog;
    },
  };
}
