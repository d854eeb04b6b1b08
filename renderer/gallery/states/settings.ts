import {
  ALL_LOCKED,
  BROWSERS,
  CAREFUL,
  locked,
  LONG_PLACE,
  MIXED_BROWSERS,
  PHONES,
  SETTINGS_FILE,
  settingsView,
  unreadable,
} from '../fixtures/settings.js';
import type { UpdatesView } from '../../../main/ipc/settings.js';
import { WireFailure, type GalleryAnswers, type GalleryHands, type GalleryState } from '../gallery-state.js';

const UNASKED: UpdatesView = { version: '0.1.0', update: { status: 'unasked' } };

interface SettingsStateOptions {
  readonly answers?: GalleryAnswers;
  readonly play?: (hands: GalleryHands) => Promise<void>;
  readonly app?: GalleryState['app'];
  /** A call that the app is still busy with. */
  readonly unanswered?: keyof GalleryAnswers;
}

function settingsState(name: string, { answers, play, app, unanswered }: SettingsStateOptions = {}): GalleryState {
  const all: GalleryAnswers = {
    'settings.read': () => settingsView(),
    'settings.browsers': () => BROWSERS,
    'settings.phones': () => [],
    'settings.updates': () => UNASKED,
    'app.copyText': () => undefined,
    ...answers,
  };
  return {
    id: `settings/${name}`,
    window: 'main',
    page: 'settings',
    ...(app && { app }),
    answers: Object.fromEntries(Object.entries(all).filter(([call]) => call !== unanswered)),
    ...(play && { play }),
  };
}

/** The n-th part of the page, counted from 1. */
const panel = (n: number): string => `main > section:nth-of-type(${n})`;
const [HISTORY, EXTENSION, PHONE] = [panel(3), panel(4), panel(6)];
// The phones' panel is there only with phones.
const [DEVELOPER, RESET] = ['main > section:nth-last-of-type(2)', 'main > section:last-of-type'];
const agree = (hands: GalleryHands): Promise<void> => hands.press('[role="dialog"] button:last-of-type');

const changing: readonly GalleryState[] = [
  settingsState('as-shipped'),
  settingsState('loading', { unanswered: 'settings.read' }),
  settingsState('not-read', { answers: { 'settings.read': () => new WireFailure('ERR_INTERNAL') } }),
  settingsState('saving', { play: (hands) => hands.press(`${panel(2)} input`) }),
  settingsState('saved', {
    answers: { 'settings.change': () => settingsView({ keypadShuffle: { value: true, source: 'person' } }) },
    play: (hands) => hands.press(`${panel(2)} div:nth-of-type(2) input`),
  }),
  settingsState('not-saved', {
    answers: { 'settings.change': () => new WireFailure('ERR_INTERNAL_FILE') },
    play: (hands) => hands.press(`${panel(2)} input`),
  }),
  settingsState('machine-translated', {
    answers: { 'settings.read': () => settingsView({ language: { value: 'vi', source: 'person' } }) },
  }),
  settingsState('changed-elsewhere', {
    play: async (hands) => {
      await hands.press('main h2');
      hands.push('settings.changed', settingsView({ appearance: { value: 'high-contrast', source: 'person' } }));
    },
  }),
];

const history: readonly GalleryState[] = [
  settingsState('history-invalid', {
    async play(hands) {
      await hands.type(`${HISTORY} input`, '99');
      await hands.press(`${HISTORY} button`);
    },
  }),
  settingsState('history-erases', {
    answers: { 'settings.read': () => settingsView({ historyDays: { value: 3_650, source: 'person' } }) },
    async play(hands) {
      hands.push('settings.changed', settingsView({ historyDays: unreadable(0) }));
      await hands.press(`${HISTORY} input[value="0"]`);
      await hands.press(`${HISTORY} button`);
    },
  }),
  settingsState('history-erases-some', {
    answers: { 'settings.read': () => settingsView({ historyDays: { value: 3_650, source: 'person' } }) },
    async play(hands) {
      hands.push('settings.changed', settingsView({ historyDays: unreadable(30) }));
      await hands.press(`${HISTORY} input[value="30"]`);
      await hands.press(`${HISTORY} button`);
    },
  }),
];

const locks: readonly GalleryState[] = [
  settingsState('locked', { answers: { 'settings.read': () => ALL_LOCKED } }),
  settingsState('locked-long-place', {
    answers: { 'settings.read': () => settingsView({ historyDays: locked(0, LONG_PLACE) }) },
  }),
];

const damages: readonly GalleryState[] = [
  settingsState('damaged', { answers: { 'settings.read': () => CAREFUL } }),
  ...(['newer-version', 'too-large', 'not-protected', 'unreadable'] as const).map((kind) =>
    settingsState(`damaged-${kind}`, {
      answers: { 'settings.read': () => ({ ...CAREFUL, damage: { kind, shownPath: SETTINGS_FILE } }) },
    }),
  ),
  settingsState('damaged-values', {
    answers: {
      'settings.read': () =>
        settingsView(
          { historyDays: unreadable(0), keypadShuffle: unreadable(true), language: unreadable('system') },
          { kind: 'values', shownPath: SETTINGS_FILE },
        ),
    },
  }),
  settingsState('damaged-reset-question', {
    answers: { 'settings.read': () => CAREFUL },
    play: (hands) => hands.press('main > [role="status"] button'),
  }),
];

const extension: readonly GalleryState[] = [
  settingsState('browsers-mixed', { answers: { 'settings.browsers': () => MIXED_BROWSERS } }),
  settingsState('browsers-none', { answers: { 'settings.browsers': () => ({ browsers: [], canConnect: true }) } }),
  settingsState('browsers-from-terminal', {
    answers: { 'settings.browsers': () => ({ ...BROWSERS, canConnect: false }) },
  }),
  settingsState('browsers-unreadable', { answers: { 'settings.browsers': () => new WireFailure('ERR_INTERNAL') } }),
  settingsState('browsers-disconnected', {
    answers: {
      'settings.connectBrowsers': () => ({
        canConnect: true,
        browsers: [{ browser: 'chrome', packaging: 'native', registration: 'absent' }],
      }),
    },
    play: (hands) => hands.press(`${EXTENSION} input`),
  }),
  settingsState('browsers-not-connected', {
    answers: { 'settings.connectBrowsers': () => new WireFailure('ERR_INTERNAL_FILE') },
    play: (hands) => hands.press(`${EXTENSION} input`),
  }),
];

const phones: readonly GalleryState[] = [
  settingsState('phones', { answers: { 'settings.phones': () => PHONES } }),
  settingsState('phones-unreadable', { answers: { 'settings.phones': () => new WireFailure('ERR_INTERNAL_FILE') } }),
  settingsState('phone-forget-question', {
    answers: { 'settings.phones': () => PHONES },
    play: (hands) => hands.press(`${PHONE} li:last-of-type button`),
  }),
  settingsState('phone-forgotten', {
    answers: { 'settings.phones': () => PHONES, 'settings.forgetPhone': () => PHONES.slice(0, 1) },
    async play(hands) {
      await hands.press(`${PHONE} li:last-of-type button`);
      await agree(hands);
    },
  }),
];

const UPDATE = 'main > section:nth-last-of-type(3)';
const OFFER = {
  status: 'available',
  version: '0.1.1',
  isMajor: false,
  belowMinimum: false,
  from: 'download',
  checkedAt: '2026-11-20T03:00:00Z',
} as const;
const knownUpdate = (update: UpdatesView['update']): GalleryAnswers => ({
  'settings.updates': () => ({ version: '0.1.0', update }),
});
const checkedUpdate = (name: string, update: UpdatesView['update']): GalleryState =>
  settingsState(name, {
    answers: { 'settings.checkUpdates': () => ({ version: '0.1.0', update }) },
    play: (hands) => hands.press(`${UPDATE} button`),
  });
const downloading = (name: string, answers: GalleryAnswers): GalleryState =>
  settingsState(name, {
    answers: {
      ...knownUpdate({ ...OFFER, isMajor: true, notes: 'https://madoguchi.example/notes/1.0.0' }),
      ...answers,
    },
    async play(hands) {
      await hands.press(`${UPDATE} button`);
      await agree(hands);
    },
  });
const { checkedAt } = OFFER;

const updates: readonly GalleryState[] = [
  settingsState('update-unconfigured', { answers: knownUpdate({ status: 'unconfigured' }) }),
  settingsState('update-forbidden', {
    answers: {
      ...knownUpdate({ status: 'off' }),
      'settings.read': () => settingsView({ update: locked('off') }),
    },
  }),
  settingsState('update-unreadable', { answers: { 'settings.updates': () => new WireFailure('ERR_INTERNAL') } }),
  settingsState('update-checking', { play: (hands) => hands.press(`${UPDATE} button`) }),
  checkedUpdate('update-current', { status: 'current', belowMinimum: false, checkedAt }),
  checkedUpdate('update-too-old', { status: 'current', belowMinimum: true, checkedAt }),
  ...(['unreachable', 'old'] as const).map((failure) =>
    checkedUpdate(`update-${failure}`, { status: 'failed', failure, checkedAt }),
  ),
  settingsState('update-available', { answers: knownUpdate(OFFER) }),
  settingsState('update-by-system', { answers: knownUpdate({ ...OFFER, from: 'package-manager' }) }),
  settingsState('update-from-elsewhere', { answers: knownUpdate({ ...OFFER, from: 'elsewhere', belowMinimum: true }) }),
  settingsState('update-major-question', {
    answers: knownUpdate({ ...OFFER, version: '1.0.0', isMajor: true }),
    play: (hands) => hands.press(`${UPDATE} button`),
  }),
  downloading('update-downloading', {}),
  downloading('update-downloaded', {
    'settings.downloadUpdate': () => ({ status: 'saved', shownPath: '/srv/hanako/ダウンロード/madoguchi-1.0.0.msi' }),
  }),
  downloading('update-not-downloaded', { 'settings.downloadUpdate': () => ({ status: 'failed', failure: 'forged' }) }),
  downloading('update-not-written', { 'settings.downloadUpdate': () => new WireFailure('ERR_INTERNAL_FILE') }),
];

const ON = settingsView({ developerMode: { value: true, source: 'person' } });

const rest: readonly GalleryState[] = [
  settingsState('developer-question', { play: (hands) => hands.press(`${DEVELOPER} button`) }),
  settingsState('developer-restarting', {
    answers: { 'settings.change': () => ON },
    async play(hands) {
      await hands.press(`${DEVELOPER} button`);
      await agree(hands);
    },
  }),
  settingsState('developer-on', { answers: { 'settings.read': () => ON }, app: { developerMode: true } }),
  settingsState('developer-end-question', {
    answers: { 'settings.read': () => ON },
    app: { developerMode: true },
    play: (hands) => hands.press(`${DEVELOPER} button`),
  }),
  settingsState('reset-question', { play: (hands) => hands.press(`${RESET} button`) }),
  settingsState('reset-done', {
    answers: { 'settings.reset': () => settingsView() },
    async play(hands) {
      await hands.press(`${RESET} button`);
      await agree(hands);
    },
  }),
  settingsState('reset-failed', {
    answers: { 'settings.reset': () => new WireFailure('ERR_INTERNAL_FILE') },
    async play(hands) {
      await hands.press(`${RESET} button`);
      await agree(hands);
    },
  }),
];

export const settingsStates: readonly GalleryState[] = [
  ...changing,
  ...history,
  ...locks,
  ...damages,
  ...extension,
  ...phones,
  ...updates,
  ...rest,
];
