import type { ConsentModel, NewPinPrompt, PinPrompt } from '../../../main/ipc/consent.js';
import {
  CHANGE_PIN,
  FOUR_DIGITS,
  INTERNATIONAL_SITE,
  LOG_IN,
  LONG_SITE,
  NEW_DIGITS,
  NEW_PASSWORD,
  NUMBER_B,
  PASSWORD,
  pinStart,
  PROFILE_DIGITS,
  READ_ATTRIBUTES,
  SIGN,
} from '../fixtures/pin.js';
import { WireFailure, type GalleryAnswers, type GalleryHands, type GalleryState } from '../gallery-state.js';

const FIELD = 'input[type="password"]';
const SUBMIT = 'main div:last-child > button:last-child';

interface PinStateOptions {
  readonly consent?: ConsentModel;
  readonly shuffle?: boolean;
  readonly answers?: GalleryAnswers;
  readonly play?: (hands: GalleryHands) => Promise<void>;
}

function pinState(
  name: string,
  prompt: PinPrompt,
  { consent = LOG_IN, shuffle = false, answers, play }: PinStateOptions = {},
): GalleryState {
  return {
    id: `pin/${name}`,
    window: 'consent',
    answers: {
      'consent.start': () => pinStart(consent, { kind: 'pin', prompt }, shuffle),
      'consent.act': () => true,
      ...answers,
    },
    ...(play && { play }),
  };
}

function newPinState(name: string, prompt: NewPinPrompt): GalleryState {
  return {
    id: `pin/${name}`,
    window: 'consent',
    answers: {
      'consent.start': () => pinStart(CHANGE_PIN, { kind: 'new-pin', prompt }),
      'consent.act': () => true,
    },
  };
}

const types =
  (text: string) =>
  (hands: GalleryHands): Promise<void> =>
    hands.type(FIELD, text);

async function send(hands: GalleryHands): Promise<void> {
  await hands.type(FIELD, '8531');
  await hands.press(SUBMIT);
}

const entering: readonly GalleryState[] = [
  pinState('digits', FOUR_DIGITS),
  pinState('digits-typed', FOUR_DIGITS, { play: types('85') }),
  pinState('digits-shuffled', FOUR_DIGITS, { shuffle: true }),
  pinState('digits-too-many', FOUR_DIGITS, { play: types('85312') }),
  pinState('digits-letter', FOUR_DIGITS, { play: types('8a') }),
  pinState('digits-full-width', FOUR_DIGITS, { play: types('8５') }),
  pinState('digits-emoji', FOUR_DIGITS, { play: types('😀') }),
  pinState('digits-sending', FOUR_DIGITS, { play: send }),
  pinState('digits-not-taken', FOUR_DIGITS, { answers: { 'consent.enterPin': () => false }, play: send }),
  pinState('digits-failed', FOUR_DIGITS, {
    answers: { 'consent.enterPin': () => new WireFailure('ERR_INTERNAL') },
    play: send,
  }),
  pinState('password', PASSWORD, { consent: SIGN }),
  pinState('password-typed', PASSWORD, { consent: SIGN, play: types('kq7Xw2pe') }),
  pinState('password-full', PASSWORD, { consent: SIGN, play: types('kq7Xw2pekq7Xw2pe') }),
  pinState('password-symbol', PASSWORD, { consent: SIGN, play: types('kq7!') }),
  pinState('password-space', PASSWORD, { consent: SIGN, play: types('kq7 ') }),
  pinState('profile', PROFILE_DIGITS, { consent: READ_ATTRIBUTES }),
  pinState('number-b', NUMBER_B, { consent: READ_ATTRIBUTES }),
  pinState('change-old', FOUR_DIGITS, { consent: CHANGE_PIN }),
];

const askedAgain: readonly GalleryState[] = [
  pinState('incorrect', { ...FOUR_DIGITS, triesLeft: 2, reason: 'incorrect' }),
  pinState('incorrect-last-try', { ...FOUR_DIGITS, triesLeft: 1, reason: 'incorrect' }),
  pinState('password-incorrect', { ...PASSWORD, triesLeft: 4, reason: 'incorrect' }, { consent: SIGN }),
  pinState('password-last-try', { ...PASSWORD, triesLeft: 1 }, { consent: SIGN }),
  pinState('tries-changed', { ...FOUR_DIGITS, triesLeft: 2, reason: 'tries-changed' }),
  pinState('format', { ...PASSWORD, reason: 'format', fault: 'too-short' }, { consent: SIGN }),
  pinState('format-full-width', { ...FOUR_DIGITS, reason: 'format', fault: 'full-width' }),
];

const settings: readonly GalleryState[] = [
  pinState('test-card', { ...FOUR_DIGITS, testCard: true }),
  pinState('test-card-password', { ...PASSWORD, testCard: true }, { consent: SIGN }),
  pinState('long-site', FOUR_DIGITS, { consent: { ...LOG_IN, requester: LONG_SITE } }),
  pinState('international-site', FOUR_DIGITS, { consent: { ...LOG_IN, requester: INTERNATIONAL_SITE } }),
  pinState(
    'everything-at-once',
    { ...PASSWORD, triesLeft: 1, reason: 'incorrect', testCard: true },
    { consent: { ...SIGN, requester: LONG_SITE }, play: types('kq！') },
  ),
];

const choosing: readonly GalleryState[] = [
  newPinState('new-digits', NEW_DIGITS),
  newPinState('new-digits-again', { ...NEW_DIGITS, entry: 'again' }),
  newPinState('new-digits-mismatch', { ...NEW_DIGITS, reason: 'mismatch' }),
  newPinState('new-digits-trivial', { ...NEW_DIGITS, reason: 'trivial' }),
  newPinState('new-digits-unchanged', { ...NEW_DIGITS, reason: 'unchanged' }),
  newPinState('new-password', NEW_PASSWORD),
  newPinState('new-password-one-kind', { ...NEW_PASSWORD, reason: 'one-kind' }),
  newPinState('new-password-again', { ...NEW_PASSWORD, entry: 'again', testCard: true }),
];

/** Every question about a PIN, and what can happen to its entry. */
export const pinStates: readonly GalleryState[] = [...entering, ...askedAgain, ...settings, ...choosing];
