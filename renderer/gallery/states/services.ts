import type { JudgedAddress, ShownRegistry, ShownSites } from '../../../main/ipc/services.js';
import {
  FAULTY_REGISTRIES,
  findIn,
  HOSTILE_SERVICE,
  LIBRARY,
  MANY_SERVICES,
  SHIPPED_REGISTRY,
  SITES,
  TAX_SERVICE,
} from '../fixtures/services.js';
import { WireFailure, type GalleryAnswers, type GalleryHands, type GalleryState } from '../gallery-state.js';

const REGISTRIES: readonly ShownRegistry[] = [SHIPPED_REGISTRY];

const USUAL: GalleryAnswers = {
  'services.find': (search) => findIn([TAX_SERVICE, LIBRARY], search),
  'services.registries': () => REGISTRIES,
  'services.sites': () => ({ status: 'readable', sites: SITES }),
};

function state(name: string, answers: GalleryAnswers = {}, play?: GalleryState['play']): GalleryState {
  return {
    id: `services/${name}`,
    window: 'main',
    page: 'services',
    answers: { ...USUAL, ...answers },
    ...(play && { play }),
  };
}

const openSites = ({ press }: GalleryHands): Promise<void> => press('[role="tab"]:nth-of-type(2)');
const openRegistries = ({ press }: GalleryHands): Promise<void> => press('[role="tab"]:nth-of-type(3)');
/** Below the second tab: the decisions, then blocking. */
const SITES_PANEL = '[aria-labelledby="sites"]';
const DIALOG = '[role="dialog"]:not([hidden])';

const services: readonly GalleryState[] = [
  { id: 'services/loading', window: 'main', page: 'services', answers: {} },
  state('services'),
  state('services-levels', {}, ({ press }) => press('[role="tabpanel"]:not([hidden]) [aria-expanded]')),
  state('services-details', {}, ({ press }) => press('li [aria-expanded]')),
  state('services-many', { 'services.find': (search) => findIn(MANY_SERVICES, search) }),
  state('services-many-next', { 'services.find': (search) => findIn(MANY_SERVICES, search) }, ({ press }) =>
    press('main nav button:last-of-type'),
  ),
  state('services-found', { 'services.find': (search) => findIn(MANY_SERVICES, search) }, ({ type }) =>
    type('input[type="search"]', '199'),
  ),
  state('services-none-found', {}, ({ type }) => type('input[type="search"]', 'zzz')),
  state('services-none', { 'services.find': (search) => findIn([], search), 'services.registries': () => [] }),
  state(
    'services-hostile',
    { 'services.find': (search) => findIn([HOSTILE_SERVICE, TAX_SERVICE], search) },
    ({ press }) => press('li [aria-expanded]'),
  ),
  state('services-failed', { 'services.find': () => new WireFailure('ERR_INTERNAL') }),
  state('registry-problem', { 'services.registries': () => FAULTY_REGISTRIES }),
];

const registries: readonly GalleryState[] = [
  state('registries', {}, openRegistries),
  state('registries-faulty', { 'services.registries': () => FAULTY_REGISTRIES }, openRegistries),
  state('registries-none', { 'services.registries': () => [] }, openRegistries),
  state('registries-failed', { 'services.registries': () => new WireFailure('ERR_INTERNAL_FILE') }, openRegistries),
];

const many: ShownSites = {
  status: 'readable',
  sites: Array.from({ length: 2_000 }, (_, index) => ({
    origin: `https://site-${index + 1}.example`,
    blocked: 'all' as const,
    remembered: [],
  })),
};

const decisions: readonly GalleryState[] = [
  state('sites', {}, openSites),
  state('sites-none', { 'services.sites': () => ({ status: 'readable', sites: [] }) }, openSites),
  state('sites-many', { 'services.sites': () => many }, openSites),
  state('sites-unusable', { 'services.sites': () => ({ status: 'unusable' }) }, openSites),
  state('sites-reset', { 'services.sites': () => ({ status: 'unusable' }) }, async (hands) => {
    await openSites(hands);
    await hands.press(`${SITES_PANEL} button`);
  }),
  state('sites-unblock', {}, async (hands) => {
    await openSites(hands);
    await hands.press(`${SITES_PANEL} li:nth-of-type(1) button`);
  }),
  state('sites-unblocked', { 'services.unblock': () => ({ done: true }) }, async (hands) => {
    await openSites(hands);
    await hands.press(`${SITES_PANEL} li:nth-of-type(1) button`);
    await hands.press(`${DIALOG} button:last-of-type`);
  }),
  state('sites-forget', {}, async (hands) => {
    await openSites(hands);
    await hands.press(`${SITES_PANEL} li:nth-of-type(2) button`);
  }),
  state(
    'sites-unblock-failed',
    { 'services.unblock': () => new WireFailure('ERR_INTERNAL_FILE', { errno: 'EROFS' }) },
    async (hands) => {
      await openSites(hands);
      await hands.press(`${SITES_PANEL} li:nth-of-type(1) button`);
      await hands.press(`${DIALOG} button:last-of-type`);
    },
  ),
  blocking('block-no-address', { status: 'no-address' }),
  blocking('block-already', { status: 'site', origin: 'https://ads.example.com', blocked: true }),
  blocking('block-question', { status: 'site', origin: 'https://www.example.jp', blocked: false }),
  blocking('block-known-service', {
    status: 'site',
    origin: 'https://xn--wgv71a119e.example.jp',
    unicodeOrigin: 'https://日本語.example.jp',
    blocked: false,
    name: LIBRARY.name,
  }),
];

function blocking(name: string, judged: JudgedAddress): GalleryState {
  return state(name, { 'services.judgeAddress': () => judged }, async (hands) => {
    await openSites(hands);
    await hands.type(`${SITES_PANEL} form input`, 'www.example.jp');
    await hands.press(`${SITES_PANEL} form button`);
  });
}

export const servicesStates: readonly GalleryState[] = [...services, ...registries, ...decisions];
