import type { AddedSite } from '../../../main/ipc/government-sites.js';
import { ALLOWED, FULL, IN_USE, NOT_ALLOWED, NOTHING } from '../fixtures/government-sites.js';
import { BROWSERS, CAREFUL, locked, LONG_PLACE, settingsView } from '../fixtures/settings.js';
import { WireFailure, type GalleryAnswers, type GalleryHands, type GalleryState } from '../gallery-state.js';

const ON = settingsView({ governmentSites: { value: true, source: 'person' } });
const OFF = settingsView({ governmentSites: { value: false, source: 'person' } });
/** Its panel among the settings. */
const PANEL = 'main > section:nth-of-type(5)';
/** On its own screen: yes, which is the last button, and the parts from the first. */
const AGREE = 'main > div:last-of-type > button:last-of-type';
const [STEPS, SITES, IDENTIFIERS] = [1, 2, 3].map((n) => `main > section:nth-of-type(${n})`);
const DIALOG_AGREE = '[role="dialog"]:not([hidden]) button:last-of-type';

type Play = GalleryState['play'] & object;

function state(name: string, answers: GalleryAnswers, play?: Play): GalleryState {
  return {
    id: `government-sites/${name}`,
    window: 'main',
    page: 'settings',
    answers: {
      'settings.read': () => settingsView(),
      'settings.browsers': () => BROWSERS,
      'settings.phones': () => [],
      ...answers,
    },
    ...(play && { play }),
  };
}

/** Opens its screen; then what else the person did. */
const open =
  (more?: Play): Play =>
  async (hands) => {
    await hands.press(`${PANEL} button`);
    await more?.(hands);
  };

const on = (name: string, answers: GalleryAnswers = {}, more?: Play): GalleryState =>
  state(name, { 'settings.read': () => ON, 'government.read': () => IN_USE, ...answers }, open(more));

const deciding: readonly GalleryState[] = [
  state('panel-off', {}, ({ press }) => press(`${PANEL} h2`)),
  state('panel-on', { 'settings.read': () => ON }, ({ press }) => press(`${PANEL} h2`)),
  state('panel-turned-off', { 'settings.read': () => ON, 'settings.change': () => OFF }, ({ press }) =>
    press(`${PANEL} button + button`),
  ),
  state(
    'panel-not-turned-off',
    {
      'settings.read': () => ON,
      'settings.change': () => new WireFailure('ERR_INTERNAL_FILE'),
    },
    ({ press }) => press(`${PANEL} button + button`),
  ),
  state('panel-forbidden', { 'settings.read': () => settingsView({ governmentSites: locked(false) }) }),
  state('panel-forced', { 'settings.read': () => settingsView({ governmentSites: locked(true, LONG_PLACE) }) }),
  state('panel-damaged', { 'settings.read': () => CAREFUL }),
  state('explained', {}, open()),
  state(
    'refused',
    {},
    open(({ press }) => press('main > div:last-of-type > button:first-of-type')),
  ),
  state(
    'agreeing',
    {},
    open(({ press }) => press(AGREE)),
  ),
  state(
    'not-agreed',
    { 'settings.change': () => new WireFailure('ERR_INTERNAL_FILE') },
    open(({ press }) => press(AGREE)),
  ),
  state(
    'agreed',
    { 'settings.change': () => ON, 'government.read': () => NOTHING },
    open(({ press }) => press(AGREE)),
  ),
  state(
    'forbidden-meanwhile',
    {},
    open(async ({ press, push }) => {
      await press('main h2');
      push('settings.changed', settingsView({ governmentSites: locked(false) }));
    }),
  ),
];

const using: readonly GalleryState[] = [
  on('in-use'),
  state('loading', { 'settings.read': () => ON }, open()),
  on('not-read', { 'government.read': () => new WireFailure('ERR_INTERNAL') }),
  on('no-browser', { 'government.read': () => NOTHING }),
  on('allowed-now', { 'government.read': () => ({ ...NOTHING, browsers: [NOT_ALLOWED] }) }, async ({ press, push }) => {
    await press(`${STEPS} li`);
    push('government.changed', { ...NOTHING, browsers: [{ ...NOT_ALLOWED, permission: true }, ALLOWED] });
  }),
  on('full', { 'government.read': () => FULL }),
  on('not-linux', { 'government.read': () => ({ ...IN_USE, isLinux: false, windowsUserAgent: [] }) }),
  state(
    'forced',
    { 'settings.read': () => settingsView({ governmentSites: locked(true) }), 'government.read': () => IN_USE },
    open(),
  ),
  on('turned-off', { 'settings.change': () => OFF }, ({ press }) => press('main > div button:last-of-type')),
];

function adding(name: string, answer: AddedSite | WireFailure): GalleryState {
  return on(name, { 'government.addWindowsSite': () => answer }, async (hands: GalleryHands) => {
    await hands.press(`${SITES} button[aria-expanded]`);
    await hands.type(`${SITES} input`, 'www.sample.go.jp');
    await hands.press(`${SITES} form button`);
  });
}

const sites: readonly GalleryState[] = [
  on('windows-none', { 'government.read': () => ({ ...IN_USE, windowsUserAgent: [] }) }),
  adding('windows-added', {
    status: 'added',
    view: { ...IN_USE, windowsUserAgent: [...IN_USE.windowsUserAgent, { origin: 'https://www.sample.go.jp' }] },
  }),
  adding('windows-no-address', { status: 'no-address' }),
  adding('windows-not-government', { status: 'not-government' }),
  adding('windows-already', { status: 'already' }),
  adding('windows-not-added', new WireFailure('ERR_INTERNAL_FILE')),
  on('windows-removed', { 'government.removeWindowsSite': () => ({ ...IN_USE, windowsUserAgent: [] }) }, ({ press }) =>
    press(`${SITES} li button`),
  ),
  on(
    'windows-not-removed',
    { 'government.removeWindowsSite': () => new WireFailure('ERR_INTERNAL_FILE') },
    ({ press }) => press(`${SITES} li button`),
  ),
  on('identifiers-question', {}, ({ press }) => press(`${IDENTIFIERS} button`)),
  on('identifiers-reset', { 'government.resetIdentifiers': () => ({ done: true }) }, async ({ press }) => {
    await press(`${IDENTIFIERS} button`);
    await press(DIALOG_AGREE);
  }),
  on(
    'identifiers-not-reset',
    { 'government.resetIdentifiers': () => new WireFailure('ERR_INTERNAL_FILE') },
    async ({ press }) => {
      await press(`${IDENTIFIERS} button`);
      await press(DIALOG_AGREE);
    },
  ),
];

export const governmentSitesStates: readonly GalleryState[] = [...deciding, ...using, ...sites];
