import type { ConsentModel } from '../../core/consent/consent-model.js';
import type { ConsentView } from '../../core/consent-window/consent-view.js';
import type { ConsentWindowEvents } from '../../core/consent-window/consent-window.js';
import { ClientError } from '../../core/errors.js';
import { copyOfSecret } from '../../core/secret-bytes.js';
import type { Handlers } from '../../ipc/calls.js';
import type { ConsentCalls } from '../../ipc/consent.js';
import { shownConsent } from '../../ipc/shown-consent.js';

/** What the consent window shows now, and where its answers go. */
export interface CurrentConversation {
  readonly consent: ConsentModel;
  readonly view: ConsentView;
  readonly events: ConsentWindowEvents;
}

export interface ConsentCallsOptions {
  /** Undefined while nothing is asked. */
  readonly conversation: () => CurrentConversation | undefined;
  readonly keypadShuffle: () => boolean;
  /** The page was given the conversation, and shows it. */
  readonly onStart?: () => void;
}

/** Handlers of the consent window. They decide nothing: every answer goes to the conversation, which believes none. */
export function consentCalls({ conversation, keypadShuffle, onStart }: ConsentCallsOptions): Handlers<ConsentCalls> {
  const current = (): CurrentConversation => {
    const now = conversation();
    if (!now) throw new ClientError('ERR_USER_CANCELLED', 'nothing is asked in this window any more');
    return now;
  };
  return {
    'consent.start': () => {
      const { consent, view } = current();
      onStart?.();
      return { consent: shownConsent(consent), view, keypadShuffle: keypadShuffle() };
    },
    'consent.preview': ({ item }) => {
      const one = current().consent.items[item];
      if (one?.kind === 'document' && one.preview) return one.preview;
      throw new ClientError('ERR_PROTOCOL_NOT_FOUND', 'nothing can be shown of that item');
    },
    'consent.act': (action) => current().events.act(action),
    'consent.enterPin': ({ question, pin }) => {
      const now = conversation();
      if (!now) {
        pin.fill(0);
        return false;
      }
      // The conversation owns the copy; nobody owns what came.
      const entry = copyOfSecret(pin);
      pin.fill(0);
      return now.events.takePin(question, entry);
    },
  };
}
