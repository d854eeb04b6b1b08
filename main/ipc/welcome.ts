import type { WindowLanguage } from './app.js';
import type { Call } from './call.js';

/** The first run. Cards are watched by the calls of the card page, the test card is chosen by those of the settings. */
export interface WelcomeCalls {
  /**
   * Has the person sign a short text of the app's own, as everything is signed: they are asked in a window of its own, and for
   * the PIN of the signing certificate. The result is kept nowhere. One at a time; rejects as `CardOperations.sign`.
   * `language`: the page's; the text is in English or in Japanese.
   */
  'welcome.trySigning': Call<{ readonly language: WindowLanguage }, undefined>;
  /** Ends such a try; nothing where there is none. */
  'welcome.stop': Call<undefined, undefined>;
  /** The first run was seen to its end, or passed over: it does not come by itself any more. */
  'welcome.finish': Call<undefined, undefined>;
}

export const WELCOME_CALLS = ['welcome.trySigning', 'welcome.stop', 'welcome.finish'] as const;
