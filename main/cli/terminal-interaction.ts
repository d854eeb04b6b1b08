import { displayText } from '../core/consent/display-text.js';
import { ClientError } from '../core/errors.js';
import type {
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
  UserInteraction,
} from '../core/ports.js';
import { mayBlock } from '../core/consent/held-to-model.js';
import type { ConsentModel } from '../core/consent/consent-model.js';
import { consentText, separateStepText } from './consent-text.js';
import type { Translate } from './messages.js';
import { createProgressLine, type ProgressLine } from './progress-line.js';
import { failureText } from './output.js';
import type { Entry, Terminal } from './terminal.js';
import { givenText, optionalNumbers, optionalPositions, parseWithheld } from './withhold-question.js';

export interface TerminalInteractionOptions {
  readonly terminal: Terminal;
  readonly t: Translate;
  /** `--yes`: the consent is agreed to without a question, with nothing that is optional. Never the last try. */
  readonly agreeBeforehand: boolean;
  /** Whether a failure is told here; one's own commands end with the error anyway. */
  readonly showFailures: boolean;
  /** `--pin-stdin`: the PIN as it was given, once. Taken and emptied by the first prompt. */
  readonly takePin?: () => Uint8Array | undefined;
  /** With it, where a PIN is changed: the new one, for both of its entries. */
  readonly takeNewPin?: () => Uint8Array | undefined;
}

const QUESTIONS = {
  authentication: 'ask.pinAuthentication',
  signing: 'ask.pinSigning',
  profile: 'ask.pinProfile',
  'number-b': 'ask.pinNumberB',
} as const satisfies Record<PinRole, string>;

/** Consent and PIN in the terminal. Everything a site supplied has been made safe to print by the core. */
export function createTerminalInteraction(options: TerminalInteractionOptions): UserInteraction {
  const { terminal, t, agreeBeforehand } = options;
  return {
    open(consent, signal) {
      const dialog = new TerminalDialog(options, consent, signal);
      if (consent.requester.kind === 'origin' && !terminal.interactive && !agreeBeforehand) {
        terminal.write(`${t('ask.noTerminal')}\n`);
        throw new ClientError('ERR_USER_REFUSED', 'there is no terminal to ask in');
      }
      return dialog;
    },
  };
}

class TerminalDialog implements ConsentDialog {
  readonly #options: TerminalInteractionOptions;
  #consent: ConsentModel;
  readonly #reading: ProgressLine | undefined;
  #working: ProgressLine | undefined;
  /** Aborts when the asker is gone or the dialog is closed; pending questions end then. */
  readonly #signal: AbortSignal;
  readonly #closed = new AbortController();
  #isClosed = false;
  #lastPreparation = '';
  #lastProgress = '';

  constructor(options: TerminalInteractionOptions, consent: ConsentModel, signal: AbortSignal) {
    this.#options = options;
    this.#consent = consent;
    this.#signal = AbortSignal.any([signal, this.#closed.signal]);
    this.#reading = consent.beingRead && createProgressLine(options.terminal, options.t('progress.reading'));
    if (!consent.beingRead) this.#printConsent();
  }

  showReading(progress: ItemProgress): void {
    this.#reading?.show(progress);
  }

  showItems(consent: ConsentModel): void {
    this.#reading?.end();
    this.#consent = consent;
    this.#printConsent();
  }

  #printConsent(): void {
    const { t, terminal } = this.#options;
    this.#print(`\n${consentText(this.#consent, t, terminal.columns)}`);
  }

  showPreparation(preparation: Preparation): void {
    const text = this.#preparationText(preparation);
    if (text === this.#lastPreparation) return;
    this.#lastPreparation = text;
    this.#print(text);
  }

  async chooseReader(readers: readonly ReaderInfo[]): Promise<string> {
    return chooseReaderInTerminal(this.#options, readers, this.#signal);
  }

  async confirmSeparateStep(): Promise<boolean> {
    const { terminal, t } = this.#options;
    this.#print(separateStepText(this.#consent, t, terminal.columns));
    if (!terminal.interactive) return false;
    return answerText(await terminal.ask(t('ask.unlistedSigning'), this.#signal)) === 'yes';
  }

  async decide(): Promise<Decision> {
    const { terminal, t, agreeBeforehand } = this.#options;
    if (agreeBeforehand) return { answer: 'agreed', withheld: optionalPositions(this.#consent) };
    if (!terminal.interactive) {
      this.#print(t('ask.noTerminal'));
      return { answer: 'refused' };
    }
    const withheld = await this.#askWithheld();
    if (withheld.length > 0) {
      const given = givenText(this.#consent, withheld, t);
      this.#print(given ?? t('ask.nothingGiven'));
      if (given === undefined) return { answer: 'refused' };
    }
    return this.#askAgreement(withheld);
  }

  /** Asked before the agreement, so that what is agreed to is what was last on the screen. */
  async #askWithheld(): Promise<readonly number[]> {
    const { terminal, t } = this.#options;
    const numbers = optionalNumbers(this.#consent);
    if (numbers === '') return [];
    for (;;) {
      const entry = answerText(await terminal.ask(t('ask.withhold', { numbers }), this.#signal));
      const withheld = parseWithheld(entry, this.#consent);
      if (withheld) return withheld;
      this.#print(t('ask.withholdInvalid', { numbers }));
    }
  }

  async #askAgreement(withheld: readonly number[]): Promise<Decision> {
    const { terminal, t } = this.#options;
    const { requester, remembered } = this.#consent;
    const canBlock = mayBlock(requester);
    const canRemember = canBlock && remembered === 'may-be';
    // What is blocked then is what anybody can do in this site's name, not the site.
    const unconfirmed = requester.kind === 'origin' && !requester.confirmed;
    const context = unconfirmed ? 'unconfirmed' : canRemember ? 'remember' : 'page';
    const question = t('ask.agree', canBlock ? { context } : {});
    const answer = answerText(await terminal.ask(question, this.#signal));
    if (['y', 'yes', 'はい'].includes(answer)) return { answer: 'agreed', withheld };
    if (canRemember && answer === 'r') return { answer: 'agreed', withheld, remember: true };
    return canBlock && answer === 'b' ? this.#blocked() : { answer: 'refused' };
  }

  #blocked(): Refusal {
    const { requester } = this.#consent;
    const unconfirmed = requester.kind === 'origin' && !requester.confirmed;
    this.#print(this.#options.t('ask.blocked', unconfirmed ? { context: 'unconfirmed' } : {}));
    return { answer: 'refused', block: true };
  }

  async acknowledge(): Promise<Refusal> {
    const { terminal, t } = this.#options;
    if (!terminal.interactive) return { answer: 'refused' };
    const canBlock = mayBlock(this.#consent.requester);
    const question = t('ask.acknowledge', canBlock ? { context: 'page' } : {});
    const answer = answerText(await terminal.ask(question, this.#signal));
    return canBlock && answer === 'b' ? this.#blocked() : { answer: 'refused' };
  }

  async confirmLastTry(_role: PinRole): Promise<boolean> {
    const { terminal, t } = this.#options;
    if (!terminal.interactive) {
      this.#print(t('ask.noTerminal'));
      return false;
    }
    return answerText(await terminal.ask(t('ask.lastTry'), this.#signal)) === 'yes';
  }

  async enterPin(prompt: PinPrompt): Promise<Uint8Array | undefined> {
    const { terminal, t, takePin } = this.#options;
    if (prompt.reason) this.#print(this.#reasonText(prompt.reason, prompt));
    if (takePin) return takePin();
    if (!terminal.interactive) {
      this.#print(t('ask.noTerminal'));
      return undefined;
    }
    if (prompt.testCard) this.#print(t('card.testCard'));
    const question = t(QUESTIONS[prompt.role]);
    const entry = await terminal.askSecret(question, this.#signal);
    if (entry.status === 'entered') return entry.bytes;
    // After a wrong entry, closing means giving up on a known cause; before it, it is a cancellation.
    if (prompt.reason) return undefined;
    throw cancelled();
  }

  async enterNewPin(prompt: NewPinPrompt): Promise<Uint8Array | undefined> {
    const { terminal, t, takePin, takeNewPin } = this.#options;
    const { reason, role, entry } = prompt;
    if (reason) this.#print(t(`ask.fault.${reason}`, { context: role, ...prompt }));
    // A program's entry is taken or not; it has no other.
    if (takePin) return reason ? undefined : takeNewPin?.();
    if (!terminal.interactive) {
      this.#print(t('ask.noTerminal'));
      return undefined;
    }
    const name = t(`pinName.${role}`);
    const entered = await terminal.askSecret(t(`ask.newPin.${entry}`, { name }), this.#signal);
    if (entered.status === 'entered') return entered.bytes;
    if (reason) return undefined;
    throw cancelled();
  }

  async confirmTrivialPin(_role: PinRole): Promise<boolean> {
    const { terminal, t } = this.#options;
    this.#print(t('ask.trivial'));
    if (!terminal.interactive) return false;
    return answerText(await terminal.ask(t('ask.trivialConfirm'), this.#signal)) === 'yes';
  }

  showProgress(progress: Progress, items?: ItemProgress): void {
    const { t, terminal } = this.#options;
    const text = t(`progress.${progress}`);
    if (items && items.count > 1) {
      this.#working ??= createProgressLine(terminal, text);
      this.#working.show(items, text);
    } else if (text !== this.#lastProgress) {
      this.#lastProgress = text;
      this.#print(text);
    }
  }

  close(outcome: DialogOutcome): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reading?.end();
    this.#working?.end();
    if (outcome.status === 'done' || this.#options.showFailures) this.#print(this.#outcomeText(outcome));
    this.#closed.abort();
  }

  #reasonText(reason: NonNullable<PinPrompt['reason']>, prompt: PinPrompt): string {
    const { t } = this.#options;
    const { fault, role, triesLeft } = prompt;
    if (reason !== 'format' || !fault) return t(`ask.reason.${reason}`, { count: triesLeft });
    return `${t(`ask.fault.${fault}`, { context: role, ...prompt })} ${t('ask.notSent')}`;
  }

  #outcomeText(outcome: DialogOutcome): string {
    const { t } = this.#options;
    if (outcome.status === 'done') return t('outcome.done');
    return t('outcome.failed', { message: failureText(outcome, t) });
  }

  #preparationText(preparation: Preparation): string {
    const { t } = this.#options;
    switch (preparation.status) {
      case 'waiting-for-reader':
        return t('card.waitingForReader');
      case 'waiting-for-card':
        return t('card.waitingForCard');
      case 'failed':
        return failureText(preparation, t);
      case 'ready': {
        const lines = [
          t('card.ready', { reader: displayText(preparation.readerName) }),
          t('card.triesLeft', { count: preparation.triesLeft }),
        ];
        if (preparation.testCard) lines.push(t('card.testCard'));
        // A test card's own authority needs no second warning.
        const { issuer } = preparation;
        if (issuer === 'unlisted' || issuer === 'unknown') lines.push(t(`card.issuer.${issuer}`));
        return lines.join('\n');
      }
    }
  }

  #print(text: string): void {
    this.#options.terminal.write(`${text}\n`);
  }
}

/** Lists readers with a card and asks for one by number. */
export async function chooseReaderInTerminal(
  { terminal, t }: Pick<TerminalInteractionOptions, 'terminal' | 't'>,
  readers: readonly ReaderInfo[],
  signal: AbortSignal,
): Promise<string> {
  const choiceNeeded = new ClientError('ERR_PCSC_READER_CHOICE', 'several readers hold a card');
  readers.forEach(({ name }, index) => {
    terminal.write(`  ${String(index + 1)}. ${displayText(name)}\n`);
  });
  if (!terminal.interactive) throw choiceNeeded;
  const answer = answerText(await terminal.ask(t('ask.chooseReader'), signal));
  const chosen = readers[Number(answer) - 1];
  if (!chosen) throw choiceNeeded;
  return chosen.name;
}

/** A visible answer as text. @throws ClientError ERR_USER_CANCELLED where the question was closed. */
function answerText(entry: Entry): string {
  if (entry.status === 'closed') throw cancelled();
  return new TextDecoder().decode(entry.bytes).trim().toLowerCase();
}

function cancelled(): ClientError {
  return new ClientError('ERR_USER_CANCELLED', 'the person closed the dialog');
}
