import { ClientError } from '../../main/core/errors.js';
import { noteEnteredPin } from './pin-ledger.js';
import type { ConsentModel } from '../../main/core/consent/consent-model.js';
import type {
  ConsentDialog,
  Decision,
  DialogOutcome,
  NewPinPrompt,
  PinPrompt,
  PinRole,
  Preparation,
  Progress,
  ReaderInfo,
  UserInteraction,
} from '../../main/core/ports.js';

/** How the person in a test behaves. Absent answers are the careful ones: refuse, give up. */
export interface Person {
  decide?(): Promise<'agreed' | 'refused' | Decision> | 'agreed' | 'refused' | Decision;
  /** Absent: no. */
  confirmSeparateStep?(): Promise<boolean> | boolean;
  /** Called before each dialog; throws where there is nobody to ask. */
  beforeOpen?(consent: ConsentModel, signal: AbortSignal): void;
  /** Reads that the card cannot be used; absent, closes at once. */
  acknowledge?(): void | Promise<void>;
  /** Having read that, wants to hear no more of the site. */
  blocksAfterReading?: boolean;
  confirmLastTry?(role: PinRole): boolean | Promise<boolean>;
  /** PINs in order; undefined or the end of the list gives up. */
  pins?: readonly (string | undefined)[];
  /** Called at each prompt, before the PIN is given. */
  beforePin?(prompt: PinPrompt): void | Promise<void>;
  /** Entries of a new PIN in order, first and repeated alike; undefined or the end of the list gives up. */
  newPins?: readonly (string | undefined)[];
  /** Called at each prompt for a new PIN, before the entry is given. */
  beforeNewPin?(prompt: NewPinPrompt): void | Promise<void>;
  confirmTrivialPin?(role: PinRole): boolean | Promise<boolean>;
  chooseReader?(readers: readonly ReaderInfo[]): string;
}

/** Everything a dialog showed and was asked, for assertions. */
export interface RecordedDialog {
  readonly consent: ConsentModel;
  readonly preparations: Preparation[];
  readonly prompts: PinPrompt[];
  readonly newPinPrompts: NewPinPrompt[];
  readonly progress: Progress[];
  /** The whole model, where items were still being read at first. */
  complete: ConsentModel | undefined;
  /** The very arrays handed to the core, to see whether they were zeroed. */
  readonly givenPins: Uint8Array[];
  separateStepAsked: boolean;
  decided: boolean;
  acknowledged: boolean;
  outcome: DialogOutcome | undefined;
}

export interface FakeInteraction extends UserInteraction {
  readonly dialogs: RecordedDialog[];
}

export function fakeInteraction(person: Person): FakeInteraction {
  const dialogs: RecordedDialog[] = [];
  const pins = [...(person.pins ?? [])];
  const newPins = [...(person.newPins ?? [])];
  return {
    dialogs,
    open(consent, signal) {
      person.beforeOpen?.(consent, signal);
      const record: RecordedDialog = {
        consent,
        preparations: [],
        prompts: [],
        newPinPrompts: [],
        progress: [],
        complete: undefined,
        givenPins: [],
        separateStepAsked: false,
        decided: false,
        acknowledged: false,
        outcome: undefined,
      };
      dialogs.push(record);
      return recordingDialog(record, { person, pins, newPins, signal });
    },
  };
}

interface Conversation {
  readonly person: Person;
  readonly pins: (string | undefined)[];
  readonly newPins: (string | undefined)[];
  readonly signal: AbortSignal;
}

function recordingDialog(record: RecordedDialog, { person, pins, newPins, signal }: Conversation): ConsentDialog {
  const unlessGone = async <Answer>(answer: Promise<Answer> | Answer): Promise<Answer> => {
    const value = await answer;
    if (signal.aborted) throw new ClientError('ERR_USER_CANCELLED', 'the asker is gone');
    return value;
  };
  const give = (text: string | undefined): Uint8Array | undefined => {
    if (text === undefined) return undefined;
    const pin = new TextEncoder().encode(text);
    record.givenPins.push(pin);
    return pin;
  };
  return {
    showReading: () => undefined,
    showItems(consent) {
      record.complete = consent;
    },
    showPreparation: (preparation) => void record.preparations.push(preparation),
    chooseReader: (readers) => Promise.resolve(person.chooseReader?.(readers) ?? ''),
    confirmSeparateStep() {
      record.separateStepAsked = true;
      return unlessGone(person.confirmSeparateStep?.() ?? false);
    },
    async decide() {
      record.decided = true;
      const decision = await unlessGone(person.decide?.() ?? 'refused');
      return typeof decision === 'string' ? { answer: decision } : decision;
    },
    async acknowledge() {
      record.acknowledged = true;
      await unlessGone(person.acknowledge?.());
      return { answer: 'refused', ...(person.blocksAfterReading && { block: true }) };
    },
    confirmLastTry: (role) => unlessGone(person.confirmLastTry?.(role) ?? false),
    async enterPin(prompt) {
      record.prompts.push(prompt);
      await unlessGone(person.beforePin?.(prompt));
      const pin = give(pins.shift());
      if (pin) noteEnteredPin();
      return pin;
    },
    async enterNewPin(prompt) {
      record.newPinPrompts.push(prompt);
      await unlessGone(person.beforeNewPin?.(prompt));
      return give(newPins.shift());
    },
    confirmTrivialPin: (role) => unlessGone(person.confirmTrivialPin?.(role) ?? false),
    showProgress: (progress) => void record.progress.push(progress),
    close(outcome) {
      record.outcome ??= outcome;
    },
  };
}
