import { LIMITS } from '../../../sdk/protocol/index.js';
import { normalizePin, pinRuleDetails, type PinFormatFault } from '../card/pin-format.js';
import type { CardApplication } from '../card/card-application.js';
import type { PinEntry } from '../card/card-generation.js';
import type { ConsentModel } from '../consent/consent-model.js';
import { heldToModel } from '../consent/held-to-model.js';
import { recordEnded } from '../history/record-ended.js';
import type { EndedRequest } from '../history/history-entry.js';
import type { HistoryRecorder } from '../history/history.js';
import { ClientError, toClientError } from '../errors.js';
import type { Notices } from '../notices/notices.js';
import type {
  ConsentDialog,
  Decision,
  DialogOutcome,
  ItemProgress,
  PinPrompt,
  Progress,
  ReaderInfo,
  UserInteraction,
} from '../ports.js';
import type { CardTarget } from './card-target.js';
import { prepareCard, waitForCard, type CardAccess, type PreparedCard, type ReaderSelection } from './prepare-card.js';
import { assertSameCard, useCard } from './use-card.js';
import { SessionStateMachine } from './session-state.js';
import type { Turns } from './turns.js';

export interface SessionEnvironment extends CardAccess {
  readonly interaction: UserInteraction;
  /** The one queue of everything that may open a dialog there. */
  readonly turns: Turns;
  readonly selection: ReaderSelection;
  /** How long a dialog waits for a reader and a card, in milliseconds. */
  readonly cardWaitMilliseconds: number;
  /** Learns how every request ended that opened a dialog. Left out: nothing is recorded. */
  readonly recorder?: HistoryRecorder;
  /** Learns of every request for which the card took a PIN. Left out: nobody is told. */
  readonly notices?: Pick<Notices, 'keyUsed'>;
}

export interface SessionTask<Result, Application extends CardApplication, Entry extends PinEntry> {
  readonly consent: ConsentModel;
  /** Reads what `consent` says is `beingRead`, while the card is looked for, and answers the whole model. */
  readonly readItems?: (signal: AbortSignal, show: (progress: ItemProgress) => void) => Promise<ConsentModel>;
  /** The application and the secret that `consent` names. */
  readonly target: CardTarget<Application, Entry>;
  /** What is left to do once the card is known and before the person is asked. */
  readonly onPrepared?: (prepared: PreparedCard<Entry>) => Promise<void>;
  /** Learns what the person decided, held to what `consent` offers, before anything follows from it. */
  readonly onDecision?: (decision: Decision) => Promise<void> | void;
  /** What is left to ask once the PIN is entered and before the card is used. The PIN is only lent. */
  readonly onPinEntered?: (dialog: ConsentDialog, pin: Uint8Array, prepared: PreparedCard<Entry>) => Promise<void>;
  /** What the card does once the PIN is verified. Only what `consent` shows may be signed in it. */
  readonly work: (application: Application, prepared: PreparedCard<Entry>, show: ShowProgress) => Promise<Result>;
  /** What is left to do without the card, before the dialog closes. */
  readonly finish?: (show: ShowProgress) => Promise<void>;
}

export type ShowProgress = (progress: Progress, items?: ItemProgress) => void;

/**
 * One request from consent to result, once those asked for before are through. Rejects with `ClientError`; the dialog is
 * closed and the card released by then.
 */
export function runSigningSession<Result, Application extends CardApplication, Entry extends PinEntry>(
  environment: SessionEnvironment,
  task: SessionTask<Result, Application, Entry>,
  signal: AbortSignal,
): Promise<Result> {
  return environment.turns.take(() => converse(environment, task, signal));
}

async function converse<Result, Application extends CardApplication, Entry extends PinEntry>(
  environment: SessionEnvironment,
  task: SessionTask<Result, Application, Entry>,
  signal: AbortSignal,
): Promise<Result> {
  if (signal.aborted) throw new ClientError('ERR_USER_CANCELLED', 'cancelled before the dialog opened');
  const limit = startTimeLimit(environment, task.consent);
  const ended = AbortSignal.any([signal, limit.expired]);
  let dialog: ConsentDialog | undefined;
  let session: SigningSession<Result, Application, Entry> | undefined;
  let outcome: DialogOutcome = { status: 'done' };
  try {
    dialog = environment.interaction.open(task.consent, ended);
    const cancelled = dialog.cancelled ? AbortSignal.any([ended, dialog.cancelled]) : ended;
    session = new SigningSession(environment, task, { dialog, signal: cancelled });
    const result = await session.run();
    dialog.close(outcome);
    return result;
  } catch (thrown) {
    const cause = toClientError(thrown);
    const timedOut = cause.code === 'ERR_USER_CANCELLED' && limit.expired.aborted && !signal.aborted;
    const error = timedOut ? new ClientError('ERR_USER_TIMEOUT', 'nobody answered in time', { cause }) : cause;
    outcome = { status: 'failed', code: error.code, details: error.details };
    dialog?.close(outcome);
    throw error;
  } finally {
    limit.stop();
    if (session?.usedReader) environment.notices?.keyUsed({ ...session.facts, outcome }, session.usedReader);
    if (session) await recordEnded(environment, { ...session.facts, outcome });
  }
}

/** A page's dialog ends by itself: others may wait behind it. One's own command waits as long as its person does. */
function startTimeLimit({ clock }: CardAccess, { requester }: ConsentModel): { expired: AbortSignal; stop(): void } {
  const expired = new AbortController();
  const stopped = new AbortController();
  if (requester.kind === 'origin') {
    void clock.sleep(LIMITS.dialogSeconds * 1_000, stopped.signal).then(() => {
      if (!stopped.signal.aborted) expired.abort();
    });
  }
  return {
    expired: expired.signal,
    stop: () => {
      stopped.abort();
    },
  };
}

/** What the person is told with the next PIN prompt. */
type PromptReason = NonNullable<PinPrompt['reason']>;

class SigningSession<Result, Application extends CardApplication, Entry extends PinEntry> {
  readonly #environment: SessionEnvironment;
  readonly #task: SessionTask<Result, Application, Entry>;
  readonly #dialog: ConsentDialog;
  readonly #signal: AbortSignal;
  readonly #state = new SessionStateMachine();
  /** What is shown now. */
  #consent: ConsentModel;
  #reading: Promise<void> | undefined;
  #decision: Decision | undefined;
  #testCard = false;
  #usedReader: ReaderInfo | undefined;

  constructor(
    environment: SessionEnvironment,
    task: SessionTask<Result, Application, Entry>,
    conversation: { readonly dialog: ConsentDialog; readonly signal: AbortSignal },
  ) {
    this.#environment = environment;
    this.#task = task;
    this.#consent = task.consent;
    this.#dialog = conversation.dialog;
    this.#signal = conversation.signal;
  }

  /** What holds of the request so far. */
  get facts(): Omit<EndedRequest, 'outcome'> {
    const decision = this.#decision && { decision: this.#decision };
    return { consent: this.#consent, ...decision, testCard: this.#testCard };
  }

  /** Where the card took the PIN; undefined as long as it did not. */
  get usedReader(): ReaderInfo | undefined {
    return this.#usedReader;
  }

  async run(): Promise<Result> {
    const result = await this.#runWithCard();
    await this.#task.finish?.(this.#show);
    return result;
  }

  async #runWithCard(): Promise<Result> {
    try {
      this.#startReading();
      let prepared = await this.#prepareFirst();
      this.#state.moveTo('deciding');
      await this.#decide();
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

  #show: ShowProgress = (progress, items) => {
    this.#dialog.showProgress(progress, items);
  };

  /** Its failure is looked at when its items are needed. */
  #startReading(): void {
    const { readItems } = this.#task;
    if (!readItems) return;
    this.#reading = readItems(this.#signal, (progress) => {
      this.#dialog.showReading(progress);
    }).then((consent) => {
      this.#consent = consent;
      this.#dialog.showItems(consent);
    });
    this.#reading.catch(() => undefined);
  }

  /** Resolves where the person agreed. */
  async #decide(): Promise<void> {
    const { onDecision } = this.#task;
    const consent = this.#consent;
    if (consent.separateStep && !(await this.#dialog.confirmSeparateStep())) {
      throw new ClientError('ERR_USER_REFUSED', 'the person did not take the separate step');
    }
    if (consent.remembered === 'is') return;
    const decision = heldToModel(await this.#dialog.decide(), consent);
    this.#decision = decision;
    await onDecision?.(decision);
    if (decision.answer !== 'agreed') throw new ClientError('ERR_USER_REFUSED', 'the person refused');
  }

  /** With what came of it a page could tell cards apart with nobody agreeing; only the person learns that here. */
  async #prepareFirst(): Promise<PreparedCard<Entry>> {
    try {
      return await this.#prepare();
    } catch (thrown) {
      if (this.#task.consent.requester.kind !== 'origin') throw thrown;
      return await this.#failUnseen(toClientError(thrown));
    }
  }

  /** Ends as a session with a usable card ends where the person does not agree: by the person, the page, or the time limit. */
  async #failUnseen(cause: ClientError): Promise<never> {
    if (cause.code === 'ERR_USER_CANCELLED') throw cause;
    if (this.#signal.aborted)
      throw new ClientError('ERR_USER_CANCELLED', 'cancelled while the card was read', { cause });
    this.#dialog.showPreparation({ status: 'failed', code: cause.code, details: cause.details });
    const refusal = heldToModel(await this.#dialog.acknowledge(), this.#task.consent);
    await this.#task.onDecision?.(refusal);
    throw new ClientError('ERR_USER_REFUSED', 'the person closed the dialog of a card that cannot be used', { cause });
  }

  async #prepare(): Promise<PreparedCard<Entry>> {
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
    this.#testCard = reader.virtual;
    const prepared = await prepareCard(this.#environment, this.#task.target, { reader, signal: this.#signal });
    await this.#reading;
    await this.#task.onPrepared?.(prepared);
    const { triesLeft, testCard, issuer } = prepared;
    this.#testCard = testCard;
    this.#dialog.showPreparation({ status: 'ready', readerName: reader.name, triesLeft, testCard, issuer });
    return prepared;
  }

  async #prepareAgain(before: PreparedCard<Entry>): Promise<PreparedCard<Entry>> {
    const prepared = await this.#prepare();
    assertSameCard(before, prepared);
    return prepared;
  }

  /** The only place where a PIN exists in the core: from the dialog's answer to the end of the exclusive connection. */
  async #enterPinAndUseCard(prepared: PreparedCard<Entry>, reason: PromptReason | undefined) {
    const pin = await this.#enterPin(prepared, reason);
    try {
      await this.#task.onPinEntered?.(this.#dialog, pin, prepared);
      this.#state.moveTo('acting');
      return await useCard(this.#environment, prepared, {
        target: this.#task.target,
        pin,
        signal: this.#signal,
        onProgress: this.#show,
        work: (application) => {
          this.#usedReader = prepared.reader;
          return this.#task.work(application, prepared, this.#show);
        },
      });
    } finally {
      pin.fill(0);
    }
  }

  /** A normalised PIN. Entries of the wrong form are refused here, before they could cost a try. */
  async #enterPin(prepared: PreparedCard<Entry>, firstReason: PromptReason | undefined): Promise<Uint8Array> {
    const { pinEntry, triesLeft, testCard } = prepared;
    const { role, pinFormat } = pinEntry;
    const { minLength, maxLength } = pinFormat;
    if (triesLeft === 1 && !(await this.#dialog.confirmLastTry(role, firstReason))) {
      throw firstReason
        ? givenUp(firstReason, { triesLeft, pinEntry })
        : new ClientError('ERR_USER_REFUSED', 'the last try was kept');
    }
    let reason = firstReason;
    let fault: PinFormatFault | undefined;
    for (;;) {
      const why = { ...(reason && { reason }), ...(fault && { fault }) };
      const pin = await this.#dialog.enterPin({ role, triesLeft, minLength, maxLength, testCard, ...why });
      if (!pin) throw givenUp(reason, { triesLeft, fault, pinEntry });
      fault = normalizePin(pin, pinFormat);
      if (fault === undefined) return pin;
      pin.fill(0);
      reason = 'format';
    }
  }
}

interface GivenUp {
  readonly triesLeft: number;
  readonly fault?: PinFormatFault | undefined;
  readonly pinEntry: PinEntry;
}

/** No (further) PIN came: the error says why one was still needed. */
function givenUp(reason: PromptReason | undefined, { triesLeft, fault, pinEntry }: GivenUp): ClientError {
  switch (reason) {
    case 'incorrect':
      return new ClientError('ERR_PIN_INCORRECT', 'the PIN was wrong', { details: { triesLeft } });
    case 'tries-changed':
      return new ClientError('ERR_PIN_TRIES_CHANGED', 'another program used PIN tries meanwhile', {
        details: { triesLeft },
      });
    case 'format':
      return new ClientError('ERR_PIN_FORMAT', 'the PIN has the wrong form; the card was not asked', {
        details: fault === undefined ? {} : pinRuleDetails(fault, pinEntry),
      });
    case undefined:
      return new ClientError('ERR_USER_CANCELLED', 'the person entered no PIN');
  }
}
