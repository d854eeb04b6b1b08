import type { CardView } from '../../../main/ipc/card.js';
import { locked, settingsView } from '../fixtures/settings.js';
import { HOSTILE_READER, OTHER_CARD, READY, SEVERAL, TEST_CARD, WAITING } from '../fixtures/welcome.js';
import { WireFailure, type GalleryAnswers, type GalleryHands, type GalleryState } from '../gallery-state.js';

interface WelcomeStateOptions {
  readonly answers?: GalleryAnswers;
  readonly play?: (hands: GalleryHands) => Promise<void>;
  readonly app?: GalleryState['app'];
  /** A call that the app is still busy with. */
  readonly unanswered?: keyof GalleryAnswers;
}

function welcomeState(name: string, { answers, play, app, unanswered }: WelcomeStateOptions = {}): GalleryState {
  const all: GalleryAnswers = {
    'card.watch': () => undefined,
    'card.unwatch': () => undefined,
    'card.look': () => READY,
    'settings.read': () => settingsView(),
    'welcome.stop': () => undefined,
    'welcome.finish': () => undefined,
    ...answers,
  };
  return {
    id: `welcome/${name}`,
    window: 'main',
    page: 'welcome',
    ...(app && { app }),
    answers: Object.fromEntries(Object.entries(all).filter(([call]) => call !== unanswered)),
    ...(play && { play }),
  };
}

/** The way on is the last button of each screen. */
const NEXT = 'main > div > div > div:last-child button:last-child';
const TRY = 'main ol ~ div:last-child button';

async function toCard(hands: GalleryHands): Promise<void> {
  await hands.press(NEXT);
}

async function toTry(hands: GalleryHands): Promise<void> {
  await hands.press(NEXT);
  await hands.press('main [role="status"]');
  await hands.press(NEXT);
}

async function sign(hands: GalleryHands): Promise<void> {
  await toTry(hands);
  await hands.press(TRY);
}

function cardState(name: string, view: CardView | WireFailure): GalleryState {
  return welcomeState(`card-${name}`, { answers: { 'card.look': () => view }, play: toCard });
}

async function openTestCard(hands: GalleryHands): Promise<void> {
  await toCard(hands);
  await hands.press('main button[aria-expanded]');
}

const cards: readonly GalleryState[] = [
  welcomeState('card-looking', { unanswered: 'card.look', play: toCard }),
  cardState('no-reader', { status: 'no-reader' }),
  cardState('waiting', WAITING),
  cardState('hostile-reader', { status: 'no-card', readers: [HOSTILE_READER] }),
  cardState('several', SEVERAL),
  cardState('ready', READY),
  cardState('unusable', OTHER_CARD),
  cardState('failed', new WireFailure('ERR_PCSC_UNAVAILABLE')),
  welcomeState('card-test', { answers: { 'card.look': () => TEST_CARD }, app: { developerMode: true } }),
  welcomeState('test-card-offer', {
    answers: { 'card.look': () => ({ status: 'no-reader' }) },
    play: openTestCard,
  }),
  welcomeState('test-card-forbidden', {
    answers: { 'settings.read': () => settingsView({ developerMode: locked(false) }) },
    play: openTestCard,
  }),
  welcomeState('test-card-question', {
    async play(hands) {
      await openTestCard(hands);
      await hands.press('main button[aria-expanded] ~ div button');
    },
  }),
];

const tries: readonly GalleryState[] = [
  welcomeState('try', { play: toTry }),
  welcomeState('try-test-card', {
    answers: { 'card.look': () => TEST_CARD },
    app: { developerMode: true },
    async play(hands) {
      await hands.press('main [role="status"]');
      await hands.press(NEXT);
    },
  }),
  welcomeState('try-running', { play: sign }),
  welcomeState('try-done', { answers: { 'welcome.trySigning': () => undefined }, play: sign }),
  welcomeState('try-cancelled', {
    answers: { 'welcome.trySigning': () => new WireFailure('ERR_USER_REFUSED') },
    play: sign,
  }),
  welcomeState('try-failed', {
    answers: { 'welcome.trySigning': () => new WireFailure('ERR_PIN_BLOCKED') },
    play: sign,
  }),
];

export const welcomeStates: readonly GalleryState[] = [welcomeState('about'), ...cards, ...tries];
