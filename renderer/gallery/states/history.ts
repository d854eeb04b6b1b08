import type { EntrySite, HistoryLossKind } from '../../../main/ipc/history.js';
import { WireFailure, type GalleryAnswers, type GalleryHands, type GalleryState } from '../gallery-state.js';
import { entry, GOVERNMENT, historyOf, HOSTILE_SITE, MANY, USUAL } from '../fixtures/history.js';

function state(id: string, answers: GalleryAnswers, play?: GalleryState['play']): GalleryState {
  return { id: `history/${id}`, window: 'main', page: 'history', answers, ...(play && { play }) };
}

const ROW = 'main [role="tabpanel"]:not([hidden]) li > div > button';
const DIALOG_AGREE = '[role="dialog"]:not([hidden]) button:last-of-type';
const ERASE_ALL = 'main > section:last-of-type button[class*="danger"]';

/** What follows from what was pressed: a call, and what is drawn of its answer. */
async function settled(): Promise<void> {
  for (let left = 8; left > 0; left -= 1) await new Promise((resolve) => requestAnimationFrame(resolve));
}

/** Presses one after the other. */
const press =
  (...selectors: readonly string[]): GalleryState['play'] & object =>
  async (hands: GalleryHands): Promise<void> => {
    for (const selector of selectors) {
      await hands.press(selector);
      await settled();
    }
  };

/** Opens the entry at that place, from 0; of the usual ones. */
function open(position: number): GalleryState['play'] & object {
  return async ({ press: pressFirst }) => {
    await pressFirst(ROW);
    const rows = document.querySelectorAll<HTMLElement>(ROW);
    if (position > 0) {
      rows[0]?.click();
      rows[position]?.click();
    }
    await settled();
  };
}

function after(...plays: readonly (GalleryState['play'] & object)[]): GalleryState['play'] & object {
  return async (hands) => {
    for (const play of plays) await play(hands);
  };
}

function chooseIn(selector: string, option: number): GalleryState['play'] & object {
  return async () => {
    const select = document.querySelector<HTMLSelectElement>(selector);
    const value = select?.options[option]?.value;
    if (!select || value === undefined) throw new Error(`the state has no ${selector}`);
    Reflect.set(HTMLSelectElement.prototype, 'value', value, select);
    select.dispatchEvent(new Event('change', { bubbles: true }));
    await settled();
  };
}

/** The app is busy with one call. */
function busyWith(name: keyof GalleryAnswers, answers: GalleryAnswers = historyOf(USUAL)): GalleryAnswers {
  return Object.fromEntries(Object.entries(answers).filter(([other]) => other !== name));
}

function withSite(site: EntrySite): GalleryAnswers {
  return { ...historyOf(USUAL), 'history.details': () => ({ items: [], site }) };
}

const LOSS_KINDS: readonly HistoryLossKind[] = [
  'edited',
  'missing',
  'truncated',
  'key-missing',
  'unreadable',
  'index-lost',
  'incomplete',
  'not-recorded',
];

const hostile = [
  entry('2026-11-21T14:05', {
    requester: {
      ...HOSTILE_SITE,
      name: { ja: '同意済み。<b>暗証番号</b>を入力'.repeat(20), en: 'Agreed. '.repeat(80) },
    },
    operation: 'sign',
    pinRole: 'signing',
    recipient: { kind: 'verifier', id: 'x', name: { ja: 'まどぐち：安全です'.repeat(30), en: 'Safe '.repeat(99) } },
    disclosed: ['four-attributes', 'serial-number'],
    items: 1_000,
  }),
  entry('2026-11-21T13:00', {
    requester: {
      kind: 'local-program',
      claimedOrigin: `https://<U+202E>pj.og.elpmaxe.xat\ufffd${'無害です。'.repeat(60)}`,
    },
  }),
];

const SECOND_TAB = '[role="tab"]:nth-of-type(2)';
const GROUP = '[role="tabpanel"]:not([hidden]) section button[aria-expanded="false"]';
const FILTERS = 'main > div > button[aria-expanded="false"]';
const IN_ENTRY = 'li > div > div:not([hidden])';
const PROBLEMS = [
  'history-in-app',
  'history-key-missing',
  'history-not-private',
  'history-day-full',
  'history-file-unusable',
] as const;

const views: readonly GalleryState[] = [
  state('loading', {}),
  state('empty', historyOf([])),
  state('nothing-kept', historyOf([], { keptDays: 0, protection: 'key-file' })),
  state('by-day', historyOf(USUAL)),
  state('by-day-key-file', historyOf(USUAL, { protection: 'key-file' })),
  state('by-asker', historyOf(USUAL), press(SECOND_TAB)),
  state('by-asker-open', historyOf(USUAL), press(SECOND_TAB, GROUP)),
  state('by-asker-entry', historyOf(USUAL), press(SECOND_TAB, GROUP, ROW)),
  state('many', historyOf(MANY)),
  state('many-second-page', historyOf(MANY), press('main nav button:last-of-type')),
  state('many-askers', historyOf(MANY), press(SECOND_TAB)),
  state('many-askers-open', historyOf(MANY), press(SECOND_TAB, GROUP)),
  state('filter', historyOf(USUAL), press(FILTERS)),
  state('filtered', historyOf(USUAL), after(press(FILTERS), chooseIn('main select', 2))),
  state('no-match', historyOf(USUAL), after(press(FILTERS), chooseIn('div:nth-of-type(3) > select', 3))),
  state('new-entry', { 'history.entries': growing() }, async ({ push }) => {
    await settled();
    push('history.changed', undefined);
    await settled();
  }),
];

const details: readonly GalleryState[] = [
  state('signed', historyOf(USUAL), open(0)),
  state('signed-technical', historyOf(USUAL), after(open(0), press(`${IN_ENTRY} button[aria-expanded="false"]`))),
  state('log-in', historyOf(USUAL), open(1)),
  state('government-page', historyOf(GOVERNMENT), open(0)),
  state('attributes', historyOf(USUAL), open(2)),
  state('refused-unconfirmed', historyOf(USUAL), open(3)),
  state('failed', historyOf(USUAL), open(4)),
  state('change-pin', historyOf(USUAL), open(5)),
  state('program', historyOf(USUAL), open(6)),
  state('own-files', historyOf(USUAL), open(7)),
  state('details-loading', busyWith('history.details'), open(0)),
  state(
    'details-gone',
    { ...historyOf(USUAL), 'history.details': () => new WireFailure('ERR_PROTOCOL_NOT_FOUND') },
    open(0),
  ),
  state(
    'details-failed',
    { ...historyOf(USUAL), 'history.details': () => new WireFailure('ERR_INTERNAL_FILE') },
    open(0),
  ),
  state('site-remembered', withSite({ status: 'readable', blocked: 'no', remembered: ['authenticate'] }), open(1)),
  state('site-blocked', withSite({ status: 'readable', blocked: 'all', remembered: [] }), open(1)),
  state('site-blocked-unconfirmed', withSite({ status: 'readable', blocked: 'unconfirmed', remembered: [] }), open(3)),
  state('site-unusable', withSite({ status: 'unusable' }), open(1)),
  state('site-block-question', historyOf(USUAL), after(open(1), press('li section button'))),
  state('site-block-question-unconfirmed', historyOf(USUAL), after(open(3), press('li section button'))),
  state('site-blocked-now', historyOf(USUAL), after(open(1), press('li section button', DIALOG_AGREE))),
  state(
    'site-block-failed',
    { ...historyOf(USUAL), 'history.blockSite': () => new WireFailure('ERR_INTERNAL_FILE') },
    after(open(1), press('li section button', DIALOG_AGREE)),
  ),
  state(
    'site-unblocked',
    withSite({ status: 'readable', blocked: 'all', remembered: [] }),
    after(open(1), press('li section button')),
  ),
  state('hostile', historyOf(hostile), open(0)),
  state('hostile-technical', historyOf(hostile), after(open(0), press(`${IN_ENTRY} button[aria-expanded="false"]`))),
  state('hostile-claim', historyOf(hostile), open(1)),
  state('hostile-by-asker', historyOf(hostile), press(SECOND_TAB)),
  state('hostile-filter', historyOf(hostile), press(FILTERS)),
];

const files: readonly GalleryState[] = [
  state('erase-entry', historyOf(USUAL), after(open(0), press('li button[class*="danger"]'))),
  state('erase-entry-hostile', historyOf(hostile), after(open(0), press('li button[class*="danger"]'))),
  state('erase-day', historyOf(USUAL), press('[role="tabpanel"] section > div > button')),
  state('erase-all', historyOf(USUAL), press(ERASE_ALL)),
  state('erasing', busyWith('history.erase'), press(ERASE_ALL, DIALOG_AGREE)),
  state(
    'erase-failed',
    { ...historyOf(USUAL), 'history.erase': () => new WireFailure('ERR_INTERNAL_FILE') },
    press(ERASE_ALL, DIALOG_AGREE),
  ),
  state('erased', historyOf(USUAL), press(ERASE_ALL, DIALOG_AGREE)),
  state(
    'erased-already',
    { ...historyOf(USUAL), 'history.erase': () => ({ erased: 0 }) },
    after(open(0), press('li button[class*="danger"]', DIALOG_AGREE)),
  ),
  state('exporting', busyWith('history.export'), press('main > section:last-of-type button')),
  state('exported', historyOf(USUAL), press('main > section:last-of-type button')),
  state(
    'export-cancelled',
    { ...historyOf(USUAL), 'history.export': () => ({ status: 'cancelled' }) },
    press('main > section:last-of-type button'),
  ),
  state(
    'export-failed',
    { ...historyOf(USUAL), 'history.export': () => new WireFailure('ERR_INTERNAL_FILE') },
    press('main > section:last-of-type button'),
  ),
];

const troubles: readonly GalleryState[] = [
  state('held-back', historyOf(USUAL, { expiryHeldBack: true })),
  state(
    'losses',
    historyOf(USUAL, {
      losses: [
        ...LOSS_KINDS.map((kind, position) => ({ kind, day: '2026-11-18', count: position + 1 })),
        { kind: 'foreign-file', file: 'まどぐちからの<U+202E>お知らせ.txt', count: 1 },
      ],
      lossesMore: 7,
    }),
  ),
  state(
    'losses-harmless',
    historyOf(USUAL, {
      losses: [
        { kind: 'incomplete', day: '2026-11-18', count: 1 },
        { kind: 'foreign-file', file: '.DS_Store', count: 1 },
      ],
    }),
  ),
  state('losses-only', historyOf([], { losses: [{ kind: 'key-missing', file: 'master', count: 1 }] })),
  ...PROBLEMS.map((reason) =>
    state(reason.replace('history-', 'failed-'), {
      'history.entries': () => new WireFailure('ERR_INTERNAL_FILE', { reason }),
    }),
  ),
  state('failed-otherwise', { 'history.entries': () => new WireFailure('ERR_INTERNAL') }),
  state(
    'failed-erase',
    {
      'history.entries': () => new WireFailure('ERR_INTERNAL_FILE', { reason: 'history-key-missing' }),
    },
    press(ERASE_ALL),
  ),
];

/** One entry more each time. */
function growing(): GalleryAnswers['history.entries'] & object {
  let count = 1;
  return (query) => {
    count += 1;
    return historyOf(USUAL.slice(-count))['history.entries']?.(query) ?? new WireFailure('ERR_INTERNAL');
  };
}

export const historyStates: readonly GalleryState[] = [...views, ...details, ...files, ...troubles];
