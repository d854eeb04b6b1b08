import { normalizePin } from '../card/pin-format.js';
import type { JpkiApplication } from '../card/jpki-application.js';
import type { ConsentModel } from '../consent/consent-model.js';
import { ClientError, toClientError } from '../errors.js';
import type { ConsentDialog, PinPrompt, Progress, UserInteraction } from '../ports.js';
import { assertSameCard, useCard } from './use-card.js';
import { prepareCard, waitForCard, type CardAccess, type PreparedCard, type ReaderSelection } from './prepare-card.js';
import { SessionStateMachine } from './session-state.js';

export interface SessionEnvironment extends CardAccess {
  readonly interaction: UserInteraction;
  readonly selection: ReaderSelection;
  /** How long a dialog waits for a reader and a card, in milliseconds. */
  readonly cardWaitMilliseconds: number;
}

export interface SessionTask<Result> {
  readonly consent: ConsentModel;
  /** What is left to do once the card is known and before the person is asked. */
  readonly onPrepared?: (prepared: PreparedCard) => Promise<void>;
  /** What the card does once the PIN is verified. Only what `consent` shows may be signed in it. */
  readonly work: (application: JpkiApplication, prepared: PreparedCard, show: (p: Progress) => void) => Promise<Result>;
}

/** One request from consent to result. Rejects with `ClientError`; the dialog is closed and the card released by then. */
export async function runSigningSession<Result>(
  environment: SessionEnvironment,
  task: SessionTask<Result>,
  signal: AbortSignal,
): Promise<Result> {
  if (signal.aborted) throw new ClientError('ERR_USER_CANCELLED', 'cancelled before the dialog opened');
  const dialog = environment.interaction.open(task.consent, signal);
  try {
    const result = await new SigningSession(environment, task, { dialog, signal }).run();
    dialog.close({ status: 'done' });
    return result;
  } catch (thrown) {
    const error = toClientError(thrown);
    dialog.close({ status: 'failed', code: error.code, details: error.details });
    throw error;
  }
}

/** What the person is told with the next PIN prompt. */
type PromptReason = NonNullable<PinPrompt['reason']>;

class SigningSession<Result> {
  readonly #environment: SessionEnvironment;
  readonly #task: SessionTask<Result>;
  readonly #dialog: ConsentDialog;
  readonly #signal: AbortSignal;
  readonly #state = new SessionStateMachine();

  constructor(
    environment: SessionEnvironment,
    task: SessionTask<Result>,
    conversation: { readonly dialog: ConsentDialog; readonly signal: AbortSignal },
  ) {
    this.#environment = environment;
    this.#task = task;
    this.#dialog = conversation.dialog;
    this.#signal = conversation.signal;
  }

  async run(): Promise<Result> {
    try {
      let prepared = await this.#prepare();
      this.#state.moveTo('deciding');
      if ((await this.#dialog.decide()) !== 'agreed') throw new ClientError('ERR_USER_REFUSED', 'the person refused');
      this.#state.moveTo('entering-pin');
      let reason: PromptReason | undefined;
      for (;;) {
        const outcome = await this.#enterPinAndUseCard(prepared, reason);
        if (outcome.status === 'done') return outcome.result;
        if (outcome.status === 'reinserted') {
          prepared = await this.#prepareAgain(prepared);
        } else {
          prepared = { ...prepared, triesLeft: outcome.triesLeft };
          reason = outcome.status;
        }
        this.#state.moveTo('entering-pin');
      }
    } finally {
      this.#state.moveTo('finished');
    }
  }

  async #prepare(): Promise<PreparedCard> {
    this.#state.moveTo('preparing');
    const { selection, cardWaitMilliseconds: waitMilliseconds } = this.#environment;
    const reader = await waitForCard(this.#environment, {
      selection,
      waitMilliseconds,
      signal: this.#signal,
      onPreparation: (preparation) => {
        this.#dialog.showPreparation(preparation);
      },
      chooseReader: (readers) => this.#dialog.chooseReader(readers),
    });
    const prepared = await prepareCard(this.#environment, reader, this.#task.consent.keyRole, this.#signal);
    await this.#task.onPrepared?.(prepared);
    const { triesLeft, testCard } = prepared;
    this.#dialog.showPreparation({ status: 'ready', readerName: reader.name, triesLeft, testCard });
    return prepared;
  }

  async #prepareAgain(before: PreparedCard): Promise<PreparedCard> {
    const prepared = await this.#prepare();
    assertSameCard(before, prepared);
    return prepared;
  }

  /** The only place where a PIN exists in the core: from the dialog's answer to the end of the exclusive connection. */
  async #enterPinAndUseCard(prepared: PreparedCard, reason: PromptReason | undefined) {
    const pin = await this.#enterPin(prepared, reason);
    try {
      this.#state.moveTo('acting');
      const show = (progress: Progress): void => {
        this.#dialog.showProgress(progress);
      };
      return await useCard(this.#environment, prepared, {
        pin,
        signal: this.#signal,
        onProgress: show,
        work: (application) => this.#task.work(application, prepared, show),
      });
    } finally {
      pin.fill(0);
    }
  }

  /** A normalised PIN. Entries of the wrong form are refused here, before they could cost a try. */
  async #enterPin(prepared: PreparedCard, firstReason: PromptReason | undefined): Promise<Uint8Array> {
    const { key, triesLeft, testCard } = prepared;
    const { minLength, maxLength } = key.pinFormat;
    if (triesLeft === 1 && !(await this.#dialog.confirmLastTry(key.role))) {
      throw firstReason
        ? givenUp(firstReason, triesLeft)
        : new ClientError('ERR_USER_REFUSED', 'the last try was kept');
    }
    let reason = firstReason;
    for (;;) {
      const prompt = { role: key.role, triesLeft, minLength, maxLength, testCard };
      const pin = await this.#dialog.enterPin(reason ? { ...prompt, reason } : prompt);
      if (!pin) throw givenUp(reason, triesLeft);
      if (normalizePin(pin, key.pinFormat) === undefined) return pin;
      pin.fill(0);
      reason = 'format';
    }
  }
}

/** No (further) PIN came: the error says why one was still needed. */
function givenUp(reason: PromptReason | undefined, triesLeft: number): ClientError {
  switch (reason) {
    case 'incorrect':
      return new ClientError('ERR_PIN_INCORRECT', 'the PIN was wrong', { details: { triesLeft } });
    case 'tries-changed':
      return new ClientError('ERR_PIN_TRIES_CHANGED', 'another program used PIN tries meanwhile', {
        details: { triesLeft },
      });
    case 'format':
      return new ClientError('ERR_PIN_FORMAT', 'the PIN has the wrong form; the card was not asked');
    case undefined:
      return new ClientError('ERR_USER_CANCELLED', 'the person entered no PIN');
  }
}
