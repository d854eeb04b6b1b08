import type { ConsentModel } from '../core/consent/consent-model.js';
import type { ConsentView } from '../core/consent-window/consent-view.js';
import type { ConsentWindow, ConsentWindowEvents, ConsentWindows } from '../core/consent-window/consent-window.js';
import type { Clock } from '../core/ports.js';
import { shownConsent } from '../ipc/shown-consent.js';
import type { AppWindow, AppWindowEvents } from './app-window.js';
import type { CurrentConversation } from './window-calls/consent-calls.js';

/** Milliseconds a window has to come to the front before the person is called to it. */
export const ATTENTION_MILLISECONDS = 1_500;

export interface ConsentWindowsOptions {
  readonly openWindow: (events: AppWindowEvents) => AppWindow;
  readonly clock: Clock;
  /** Tells the person that a question waits, on whatever desktop they are; answers how to take that back. */
  readonly callPerson: (onClick: () => void) => () => void;
  readonly setSecureKeyboardEntry: (enabled: boolean) => void;
  /** A conversation began, or the last one ended. */
  readonly onBusy: (isBusy: boolean) => void;
  /** Runs a task after the one that runs now. */
  readonly defer: (task: () => void) => void;
}

interface Conversation extends CurrentConversation {
  consent: ConsentModel;
  view: ConsentView;
  /** Aborts when it ends. */
  readonly ended: AbortController;
}

/**
 * The one consent window. It is made for a conversation and destroyed with it, so that nothing a person typed outlives it in
 * the page's process, and no page that one site's content was shown in hears of another's.
 */
export class ElectronConsentWindows implements ConsentWindows {
  readonly #options: ConsentWindowsOptions;
  #conversation: Conversation | undefined;
  #window: AppWindow | undefined;
  /** Whether the window's page has asked what to show. Before it has, it shows nothing that could be agreed to. */
  #isPageStarted = false;
  #isSecret = false;
  #isKeyboardSecure = false;
  #takeCallBack: () => void = () => undefined;

  constructor(options: ConsentWindowsOptions) {
    this.#options = options;
  }

  /** What is asked now, for the window's calls. */
  get conversation(): CurrentConversation | undefined {
    return this.#conversation;
  }

  get window(): AppWindow | undefined {
    return this.#window;
  }

  open(consent: ConsentModel, view: ConsentView, events: ConsentWindowEvents): ConsentWindow {
    this.#destroyWindow();
    const conversation: Conversation = { consent, view, events, ended: new AbortController() };
    this.#conversation = conversation;
    this.#options.onBusy(true);
    this.#window = this.#openWindow();
    this.#guardEntry();
    // The conversation hears of the keyboard once it knows its window.
    this.#options.defer(() => this.#tellFocus());
    void this.#callPersonUnlessSeen(conversation);
    return this.#windowOf(conversation);
  }

  /** The page was given the conversation. */
  pageStarted(): void {
    this.#isPageStarted = true;
    this.#options.defer(() => this.#tellFocus());
  }

  /** Brings a question that stands before the person. Answers whether there is one. */
  raise(): boolean {
    if (!this.#conversation) return false;
    this.#window?.raise();
    return true;
  }

  /** Ends the window, whatever is asked: the app ends. */
  close(): void {
    this.#window?.destroy();
  }

  #windowOf(conversation: Conversation): ConsentWindow {
    const isCurrent = (): boolean => this.#conversation === conversation;
    return {
      showConsent: (consent) => {
        if (!isCurrent()) return;
        conversation.consent = consent;
        this.#window?.push('consent.model', shownConsent(consent));
      },
      showView: (view) => {
        if (!isCurrent()) return;
        conversation.view = view;
        this.#window?.push('consent.view', view);
        this.#guardEntry();
      },
      close: () => {
        if (!isCurrent()) return;
        this.#end();
        this.#options.defer(() => {
          if (!this.#conversation) this.#destroyWindow();
        });
      },
    };
  }

  /** What stood in it has ended; nothing that the window still says reaches anybody. */
  #destroyWindow(): void {
    this.#end();
    const window = this.#window;
    this.#window = undefined;
    this.#isPageStarted = false;
    window?.destroy();
  }

  #openWindow(): AppWindow {
    const isOwn = (): boolean => this.#window === window;
    const window = this.#options.openWindow({
      focused: (hasFocus) => {
        if (!isOwn()) return;
        if (hasFocus) this.#takeCallBack();
        this.#guardEntry();
        this.#tellFocus();
      },
      gone: () => {
        if (!isOwn()) return;
        const conversation = this.#conversation;
        this.#end();
        this.#window = undefined;
        conversation?.events.closed();
      },
    });
    return window;
  }

  #end(): void {
    const conversation = this.#conversation;
    if (!conversation) return;
    this.#conversation = undefined;
    conversation.ended.abort();
    this.#takeCallBack();
    this.#guardEntry();
    this.#options.onBusy(false);
  }

  #tellFocus(): void {
    this.#conversation?.events.focused(this.#isPageStarted && (this.#window?.hasFocus ?? false));
  }

  /** While a PIN is typed: out of pictures of the screen and, with the keyboard here, away from other programs' ears. */
  #guardEntry(): void {
    const stage = this.#conversation?.view.stage.kind;
    const isSecret = stage === 'pin' || stage === 'new-pin';
    if (isSecret !== this.#isSecret) {
      this.#isSecret = isSecret;
      this.#window?.protectContent(isSecret);
    }
    const isKeyboardSecure = isSecret && (this.#window?.hasFocus ?? false);
    if (isKeyboardSecure !== this.#isKeyboardSecure) {
      this.#isKeyboardSecure = isKeyboardSecure;
      this.#options.setSecureKeyboardEntry(isKeyboardSecure);
    }
  }

  /** Another workspace, or a desktop that lets no window come forward by itself. */
  async #callPersonUnlessSeen({ ended }: Conversation): Promise<void> {
    await this.#options.clock.sleep(ATTENTION_MILLISECONDS, ended.signal);
    if (ended.signal.aborted || this.#window?.hasFocus !== false) return;
    this.#window.flash(true);
    const takeBack = this.#options.callPerson(() => this.#window?.raise());
    this.#takeCallBack = () => {
      this.#takeCallBack = () => undefined;
      takeBack();
    };
  }
}
