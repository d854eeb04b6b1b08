import { displayText } from '../consent/display-text.js';
import type { ConsentModel } from '../consent/consent-model.js';
import { ClientError } from '../errors.js';
import type {
  Clock,
  ConsentDialog,
  Decision,
  DialogOutcome,
  ItemProgress,
  NewPinPrompt,
  PinPrompt,
  PinRole,
  Preparation,
  Progress,
  ReaderInfo,
  Refusal,
} from '../ports.js';
import type { Agreement, ConsentAction, ConsentStage, ConsentView } from './consent-view.js';
import {
  ARMING_MILLISECONDS,
  DONE_MILLISECONDS,
  type ConsentWindow,
  type ConsentWindowEvents,
} from './consent-window.js';

export interface WindowDialogOptions {
  readonly clock: Clock;
  readonly consent: ConsentModel;
  /** Aborts when the asker is gone. */
  readonly signal: AbortSignal;
  readonly conversation: number;
  /** The number of another question. */
  readonly nextQuestion: () => number;
  /** As in `ConsentView`. */
  readonly endsAt?: number;
}

/** What answers the current question; each belongs to one kind of question. */
interface Answers {
  readonly agree?: (decision: Decision) => void;
  readonly refuse?: (refusal: Refusal) => void;
  readonly confirm?: (yes: boolean) => void;
  readonly chooseReader?: (name: string) => boolean;
  /** Takes over the bytes; undefined: the person gives up. */
  readonly pin?: (pin: Uint8Array | undefined) => void;
  readonly fail: (error: ClientError) => void;
}

const STANDING_CONSENT: ConsentStage = { kind: 'consent' };
/** Stages in which the card's one command, or what follows it, cannot be kept from happening any more. */
const PAST_RETURN: readonly Progress[] = ['changing-pin', 'signing', 'time-stamping', 'writing'];
/** Yes to these follows from nothing but a click, so that the click must have been meant for them. */
const ARMED_STAGES: readonly ConsentStage['kind'][] = ['consent', 'separate-step', 'last-try', 'trivial-pin'];
/** A PIN is meant for its question; but keys meant for another window may arrive where this one has just come up. */
const FOCUSED_STAGES: readonly ConsentStage['kind'][] = ['pin', 'new-pin'];

/**
 * One conversation with a person in a window, as states: what is asked, whether yes can be answered to it, and to whom the
 * answer goes. Nothing that comes from the window is believed: an answer counts for the question it names, while that is
 * asked, and where it agrees to something, once the question is armed.
 */
export class WindowDialog implements ConsentDialog, ConsentWindowEvents {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #nextQuestion: () => number;
  readonly #cancelled = new AbortController();
  #window: ConsentWindow | undefined;
  #answers: Answers | undefined;
  #view: ConsentView;
  /** Whether the model has every digest. */
  #isRead: boolean;
  #hasFocus = false;
  /** Of `Clock.monotonic`: when the current question is armed. */
  #armedAt = Number.POSITIVE_INFINITY;
  /** The same, whatever is asked: once the window has had the keyboard for long enough. */
  #focusedAt = Number.POSITIVE_INFINITY;
  #isOver = false;
  #isLeft = false;

  constructor({ clock, consent, signal, conversation, nextQuestion, endsAt }: WindowDialogOptions) {
    this.#clock = clock;
    this.#signal = signal;
    this.#nextQuestion = nextQuestion;
    this.#isRead = consent.beingRead === undefined;
    this.#view = {
      conversation,
      question: nextQuestion(),
      stage: STANDING_CONSENT,
      agreement: this.#isRead ? 'card' : 'reading',
      ...(endsAt !== undefined && { endsAt }),
    };
    signal.addEventListener('abort', this.#askerGone, { once: true });
    if (signal.aborted) this.#askerGone();
  }

  /** What the window shows now. */
  get view(): ConsentView {
    return this.#view;
  }

  get cancelled(): AbortSignal {
    return this.#cancelled.signal;
  }

  /** Called once, with the window that `view` was given to. */
  attach(window: ConsentWindow): void {
    this.#window = window;
  }

  /** Takes the window away once the conversation is over. */
  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#window?.close();
  }

  // ------------------------------------------------------------------------------------------------ from the core

  showReading(reading: ItemProgress): void {
    this.#update({ reading });
  }

  showItems(consent: ConsentModel): void {
    this.#isRead = true;
    if (!this.#isLeft) this.#window?.showConsent(consent);
    // What it shows has changed under the person's eyes.
    this.#arm();
    this.#update({});
  }

  showPreparation(preparation: Preparation): void {
    this.#update({ preparation: displayedPreparation(preparation) });
  }

  chooseReader(readers: readonly ReaderInfo[]): Promise<string> {
    const options = readers.map(({ name, virtual }) => ({ name, virtual, displayName: displayText(name) }));
    return this.#ask({ kind: 'choose-reader', readers: options }, (resolve) => ({
      chooseReader(chosen) {
        const isOffered = readers.some(({ name }) => name === chosen);
        if (isOffered) resolve(chosen);
        return isOffered;
      },
    }));
  }

  confirmSeparateStep(): Promise<boolean> {
    return this.#askConfirmation({ kind: 'separate-step' });
  }

  decide(): Promise<Decision> {
    return this.#ask<Decision>(STANDING_CONSENT, (resolve) => ({ agree: resolve, refuse: resolve }));
  }

  acknowledge(): Promise<Refusal> {
    return this.#ask<Refusal>({ kind: 'unusable-card' }, (resolve) => ({ refuse: resolve }));
  }

  confirmLastTry(role: PinRole, reason?: PinPrompt['reason']): Promise<boolean> {
    return this.#askConfirmation({ kind: 'last-try', role, ...(reason && { reason }) });
  }

  enterPin(prompt: PinPrompt): Promise<Uint8Array | undefined> {
    return this.#ask<Uint8Array | undefined>({ kind: 'pin', prompt }, (resolve) => ({ pin: resolve }));
  }

  enterNewPin(prompt: NewPinPrompt): Promise<Uint8Array | undefined> {
    return this.#ask<Uint8Array | undefined>({ kind: 'new-pin', prompt }, (resolve) => ({ pin: resolve }));
  }

  confirmTrivialPin(role: PinRole): Promise<boolean> {
    return this.#askConfirmation({ kind: 'trivial-pin', role });
  }

  showProgress(progress: Progress, items?: ItemProgress): void {
    if (this.#isOver) return;
    const isMany = items !== undefined && items.done + 1 < items.count;
    const cancellable = !PAST_RETURN.includes(progress) || (progress === 'signing' && isMany);
    this.#update({ stage: { kind: 'working', progress, cancellable, ...(items && { items }) } });
  }

  close(outcome: DialogOutcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal.removeEventListener('abort', this.#askerGone);
    this.#failQuestion();
    if (outcome.status === 'failed' && isOwnDoing(outcome.code)) {
      this.leave();
    } else if (outcome.status === 'done') {
      this.#update({ stage: { kind: 'done' } });
      void this.#clock.sleep(DONE_MILLISECONDS).then(() => this.leave());
    } else {
      this.#update({ stage: { kind: 'failed', code: outcome.code, details: outcome.details } });
    }
  }

  // ---------------------------------------------------------------------------------------------- from the window

  act(action: ConsentAction): boolean {
    if (action.kind === 'cancel') return action.conversation === this.#view.conversation && this.#cancel();
    const answers = action.question === this.#view.question ? this.#answers : undefined;
    if (!answers) return false;
    switch (action.kind) {
      case 'agree': {
        const { withheld, remember } = action;
        return this.#answerArmed(answers.agree, { answer: 'agreed', withheld, remember });
      }
      case 'refuse':
        return answer(answers.refuse, { answer: 'refused', block: action.block });
      case 'confirm':
        return this.#answerArmed(answers.confirm, true);
      case 'decline':
        return answer(answers.confirm, false);
      case 'choose-reader':
        return answers.chooseReader?.(action.readerName) ?? false;
      case 'give-up':
        // After a wrong entry, closing means giving up on a known cause; before it, it is a cancellation.
        if (!answers.pin) return false;
        if (!('prompt' in this.#view.stage) || this.#view.stage.prompt.reason === undefined) return this.#cancel();
        return answer(answers.pin, undefined);
    }
  }

  takePin(question: number, pin: Uint8Array): boolean {
    const isMeant = question === this.#view.question && this.#agreement() === 'possible';
    const take = isMeant ? this.#answers?.pin : undefined;
    if (!take) {
      pin.fill(0);
      return false;
    }
    take(pin);
    return true;
  }

  focused(hasFocus: boolean): void {
    if (hasFocus === this.#hasFocus) return;
    this.#hasFocus = hasFocus;
    this.#arm();
    this.#focusedAt = this.#armedAt;
    this.#update({});
  }

  closed(): void {
    this.#isLeft = true;
    this.#cancel();
  }

  // ------------------------------------------------------------------------------------------------------ within

  #askerGone = (): void => {
    this.#failQuestion();
  };

  #cancel(): boolean {
    if (this.#isOver) {
      this.leave();
      return true;
    }
    this.#cancelled.abort();
    this.#failQuestion();
    return true;
  }

  #failQuestion(): void {
    const answers = this.#answers;
    this.#answers = undefined;
    answers?.fail(new ClientError('ERR_USER_CANCELLED', 'the person closed the dialog'));
  }

  #askConfirmation(stage: ConsentStage): Promise<boolean> {
    return this.#ask<boolean>(stage, (resolve) => ({ confirm: resolve }));
  }

  #ask<Answer>(
    stage: ConsentStage,
    answersOf: (resolve: (answer: Answer) => void) => Omit<Answers, 'fail'>,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#isOver || this.#signal.aborted || this.#cancelled.signal.aborted) {
        reject(new ClientError('ERR_USER_CANCELLED', 'the dialog is closed'));
        return;
      }
      const settle = (given: Answer): void => {
        this.#answers = undefined;
        // First of all it has its new owner, whatever becomes of the window.
        resolve(given);
        this.#update({});
      };
      this.#answers = { ...answersOf(settle), fail: reject };
      // The consent has stood since the window opened: what is armed stays so.
      if (stage !== STANDING_CONSENT || this.#view.stage !== STANDING_CONSENT) this.#arm();
      this.#update({ stage, question: this.#nextQuestion() });
    });
  }

  #answerArmed<Answer>(take: ((given: Answer) => void) | undefined, given: Answer): boolean {
    return this.#agreement() === 'possible' && answer(take, given);
  }

  /** Begins to wait anew; the window hears when it is over. */
  #arm(): void {
    if (!this.#hasFocus) {
      this.#armedAt = Number.POSITIVE_INFINITY;
      return;
    }
    const armedAt = this.#clock.monotonic() + ARMING_MILLISECONDS;
    this.#armedAt = armedAt;
    void this.#clock.sleep(ARMING_MILLISECONDS).then(() => {
      // A timer may be early by less than the clock tells apart.
      if (this.#focusedAt === armedAt) this.#focusedAt = Number.NEGATIVE_INFINITY;
      if (this.#armedAt === armedAt) this.#armedAt = Number.NEGATIVE_INFINITY;
      this.#update({});
    });
  }

  #agreement(stage: ConsentStage = this.#view.stage): Agreement {
    if (!this.#isRead) return 'reading';
    if (stage.kind === 'consent' && !this.#answers) return 'card';
    const now = this.#clock.monotonic();
    if (FOCUSED_STAGES.includes(stage.kind)) return now >= this.#focusedAt ? 'possible' : 'window';
    return !ARMED_STAGES.includes(stage.kind) || now >= this.#armedAt ? 'possible' : 'window';
  }

  #update(change: Partial<ConsentView>): void {
    const view = { ...this.#view, ...change };
    const agreement = this.#agreement(view.stage);
    this.#view = { ...view, agreement };
    if (!this.#isLeft) this.#window?.showView(this.#view);
  }
}

function answer<Answer>(take: ((given: Answer) => void) | undefined, given: Answer): boolean {
  take?.(given);
  return take !== undefined;
}

/** Whoever plugs a reader in names it. */
function displayedPreparation(preparation: Preparation): Preparation {
  if (preparation.status !== 'ready') return preparation;
  return { ...preparation, readerName: displayText(preparation.readerName) };
}

/** What the person did needs not be told to the person. */
function isOwnDoing(code: string): boolean {
  return code === 'ERR_USER_REFUSED' || code === 'ERR_USER_CANCELLED';
}
