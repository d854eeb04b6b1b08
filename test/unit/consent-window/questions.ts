import type { ConsentAction, ConsentStage } from '../../../main/core/consent-window/consent-view.js';
import type { ConsentDialog, NewPinPrompt, PinPrompt, ReaderInfo } from '../../../main/core/ports.js';

export const READERS: readonly ReaderInfo[] = [
  { name: 'Reader\u202e A', cardPresent: true, virtual: false, insertion: 1 },
  { name: 'virtual', cardPresent: true, virtual: true, insertion: 1 },
];
export const PIN: PinPrompt = { role: 'authentication', triesLeft: 3, minLength: 4, maxLength: 4, testCard: false };
export const NEW_PIN: NewPinPrompt = {
  role: 'authentication',
  entry: 'first',
  minLength: 4,
  maxLength: 4,
  testCard: false,
};

/** Actions that name a question, without its number. */
export type QuestionAction = Exclude<ConsentAction, { kind: 'cancel' }>;
export type WithoutQuestion = QuestionAction extends infer Action
  ? Action extends unknown
    ? Omit<Action, 'question'>
    : never
  : never;

export interface Asked {
  readonly stage: ConsentStage['kind'];
  readonly ask: (dialog: ConsentDialog) => Promise<unknown>;
  /** What answers it, and with what. Everything else answers nothing. */
  readonly answers: readonly { readonly action: WithoutQuestion; readonly value: unknown; readonly armed: boolean }[];
  readonly takesPin: boolean;
}

const confirmations = [
  { action: { kind: 'confirm' }, value: true, armed: true },
  { action: { kind: 'decline' }, value: false, armed: false },
] as const;
const refusals = [
  { action: { kind: 'refuse', block: false }, value: { answer: 'refused', block: false }, armed: false },
  { action: { kind: 'refuse', block: true }, value: { answer: 'refused', block: true }, armed: false },
] as const;

/** Every question a dialog asks. */
export const QUESTIONS: readonly Asked[] = [
  {
    stage: 'consent',
    ask: (dialog) => dialog.decide(),
    answers: [
      {
        action: { kind: 'agree', withheld: [1], remember: true },
        value: { answer: 'agreed', withheld: [1], remember: true },
        armed: true,
      },
      ...refusals,
    ],
    takesPin: false,
  },
  { stage: 'unusable-card', ask: (dialog) => dialog.acknowledge(), answers: refusals, takesPin: false },
  { stage: 'separate-step', ask: (dialog) => dialog.confirmSeparateStep(), answers: confirmations, takesPin: false },
  { stage: 'last-try', ask: (dialog) => dialog.confirmLastTry('signing'), answers: confirmations, takesPin: false },
  {
    stage: 'trivial-pin',
    ask: (dialog) => dialog.confirmTrivialPin('signing'),
    answers: confirmations,
    takesPin: false,
  },
  {
    stage: 'choose-reader',
    ask: (dialog) => dialog.chooseReader(READERS),
    answers: [{ action: { kind: 'choose-reader', readerName: 'virtual' }, value: 'virtual', armed: false }],
    takesPin: false,
  },
  {
    stage: 'pin',
    ask: (dialog) => dialog.enterPin({ ...PIN, reason: 'incorrect' }),
    answers: [{ action: { kind: 'give-up' }, value: undefined, armed: false }],
    takesPin: true,
  },
  {
    stage: 'new-pin',
    ask: (dialog) => dialog.enterNewPin({ ...NEW_PIN, reason: 'mismatch' }),
    answers: [{ action: { kind: 'give-up' }, value: undefined, armed: false }],
    takesPin: true,
  },
];

/** One of each kind of action. */
export const ACTIONS: readonly WithoutQuestion[] = [
  { kind: 'agree', withheld: [1], remember: true },
  { kind: 'refuse', block: false },
  { kind: 'refuse', block: true },
  { kind: 'confirm' },
  { kind: 'decline' },
  { kind: 'choose-reader', readerName: 'virtual' },
  { kind: 'give-up' },
];

export function numbered(action: WithoutQuestion, question: number): ConsentAction {
  return { ...action, question };
}
