import type { ListedFile, PlannedFile, SignedFile, SigningState } from '../../../main/ipc/documents.js';
import {
  APPLICATION,
  CA,
  CONTRACT,
  description,
  file,
  HOSTILE,
  LONG,
  MANY,
  MEMO,
  PDF_LOOK,
  RETURN,
  RETURN_LOOK,
  TEXT_LOOK,
} from '../fixtures/documents.js';
import { WireFailure, type GalleryAnswers, type GalleryHands, type GalleryState } from '../gallery-state.js';
import { documentsCheckStates } from './documents-check.js';

interface Setup {
  readonly files?: readonly ListedFile[];
  readonly state?: SigningState;
  readonly problems?: Readonly<Record<string, string>>;
  readonly answers?: GalleryAnswers;
  readonly play?: (hands: GalleryHands) => Promise<void>;
}

/** As the app names what comes of a file. */
function signedName(name: string, renamed: boolean): string {
  const [, stem = name, extension = ''] = /^(.+)(\.[a-z]+)$/.exec(name) ?? [];
  return `${stem}-signed${renamed ? '-2' : ''}${extension}`;
}

const planned = ({ id, name }: ListedFile, problem: string | undefined): PlannedFile =>
  problem === undefined
    ? { id, output: { name: signedName(name, id === 'contract'), renamed: id === 'contract' } }
    : { id, problem };

function state(name: string, { files = [], state, problems = {}, answers = {}, play }: Setup): GalleryState {
  return {
    id: `documents/${name}`,
    window: 'main',
    page: 'documents',
    answers: {
      'documents.describe': () => description({ signing: files, certificates: [CA], ...(state && { state }) }),
      'documents.plan': (choice) =>
        files.filter(({ id }) => choice.files.includes(id)).map((one) => planned(one, problems[one.id])),
      'documents.endSigning': () => files,
      'documents.look': ({ id }) => (id === 'return' ? RETURN_LOOK : id === 'memo' ? TEXT_LOOK : PDF_LOOK),
      ...answers,
    },
    ...(play && { play }),
  };
}

const purpose =
  (value: string) =>
  ({ press }: GalleryHands): Promise<void> =>
    press(`input[value="${value}"]`);

const setups: readonly GalleryState[] = [
  { id: 'documents/loading', window: 'main', page: 'documents', answers: {} },
  state('failed-to-load', { answers: { 'documents.describe': () => new WireFailure('ERR_INTERNAL') } }),
  state('empty', {}),
  state('files', { files: [CONTRACT, MEMO] }),
  state('touki', { files: [CONTRACT], play: purpose('touki') }),
  state('egov', { files: [APPLICATION], play: purpose('egov') }),
  state('etax', { files: [RETURN], play: purpose('etax') }),
  state('wrong-purpose', {
    files: [MEMO, CONTRACT, APPLICATION, file('gone', { name: '消えた.pdf' }), file('old', { name: '署名済み.pdf' })],
    problems: { memo: 'needs-pdf', application: 'folder', gone: 'changed', old: 'touki-signed-already' },
    play: purpose('touki'),
  }),
  {
    id: 'documents/planning',
    window: 'main',
    page: 'documents',
    // The plan is never answered.
    answers: { 'documents.describe': () => description({ signing: [CONTRACT] }) },
    play: purpose('pdf'),
  },
  state('plan-failed', {
    files: [CONTRACT],
    answers: {
      'documents.describe': () => description({ signing: [CONTRACT] }),
      'documents.plan': () => new WireFailure('ERR_PROTOCOL_MALFORMED', { reason: 'unknown-id' }),
    },
    play: purpose('pdf'),
  }),
  state('hostile-names', { files: [HOSTILE, LONG, MEMO], play: purpose('other') }),
  state('thousand', {
    files: MANY,
    problems: { 'many-777': 'pdf-encrypted' },
    play: purpose('touki'),
  }),
];

const options: readonly GalleryState[] = [
  state('other-formats', {
    files: [MEMO],
    play: async ({ press }) => {
      await press('input[value="other"]');
      await press('section:nth-of-type(2) button[aria-expanded="false"]');
    },
  }),
  state('visible-and-stamp', {
    files: [CONTRACT],
    play: async ({ press, type }) => {
      await press('input[value="pdf"]');
      await press('section:nth-of-type(3) button[aria-expanded="false"]');
      await press('input[value="corner"]');
      await press('section:nth-of-type(3) button[aria-expanded="false"]');
      await press('section:nth-of-type(3) input[type="checkbox"]');
      await type('input[type="url"]', 'ftp://tsa.example');
    },
  }),
  state('visible-numbers', {
    files: [CONTRACT],
    play: async ({ press, type }) => {
      await press('input[value="touki"]');
      await press('section:nth-of-type(3) button[aria-expanded="false"]');
      await press('input[value="place"]');
      await type('input[inputmode="decimal"]', 'x');
    },
  }),
  ...(['contract', 'memo', 'return'] as const).map((id) =>
    state(`look-${id}`, {
      files: [CONTRACT, MEMO, RETURN].filter((one) => one.id === id),
      play: ({ press }) => press('li button[aria-expanded="false"]'),
    }),
  ),
  state('look-failed', {
    files: [CONTRACT],
    answers: { 'documents.look': () => new WireFailure('ERR_INTERNAL_FILE', { errno: 'EACCES' }) },
    play: ({ press }) => press('li button[aria-expanded="false"]'),
  }),
  state('added-some', {
    answers: {
      'documents.choose': () => ({
        files: [CONTRACT],
        added: 1,
        refused: [
          { name: 'pipe', reason: 'not-a-file' },
          { name: '秘密.pdf', reason: 'unreadable', errno: 'EACCES' },
          { name: HOSTILE.name, reason: 'unreadable', errno: 'ENOENT' },
        ],
        refusedMore: 7,
        leftOut: 4_000,
      }),
    },
    play: ({ press }) => press('[role="tabpanel"] button'),
  }),
];

const results: readonly SignedFile[] = [
  { id: 'contract', name: CONTRACT.name, output: '売買契約書-signed (2).pdf', folder: CONTRACT.folder },
  { id: 'hostile', name: HOSTILE.name, output: `${HOSTILE.name}.p7s`, folder: HOSTILE.folder },
  {
    id: 'memo',
    name: MEMO.name,
    output: `${MEMO.name}.p7s`,
    folder: MEMO.folder,
    failure: { code: 'ERR_CARD_REMOVED', details: {} },
  },
  {
    id: 'long',
    name: LONG.name,
    output: `${LONG.name}.p7s`,
    folder: LONG.folder,
    failure: { code: 'ERR_INTERNAL_FILE', details: { errno: 'ENOSPC' } },
  },
];

const runs: readonly GalleryState[] = [
  state('reading', { state: { status: 'running', stage: 'reading', done: 3, count: 12 } }),
  state('asking', { state: { status: 'running', stage: 'asking', done: 0, count: 12 } }),
  state('writing', { state: { status: 'running', stage: 'writing', done: 7, count: 12 } }),
  state('signed', { state: { status: 'done', format: 'touki-pdf', files: results.slice(0, 1) } }),
  state('signed-etax', {
    state: {
      status: 'done',
      format: 'etax-xtx',
      files: [{ id: 'return', name: RETURN.name, output: '令和7年分_申告-signed.xtx', folder: RETURN.folder }],
    },
  }),
  state('signed-some', { state: { status: 'done', format: 'cades', files: results } }),
  state('declined', {
    files: [CONTRACT],
    state: { status: 'failed', failure: { code: 'ERR_USER_REFUSED', details: {} } },
  }),
  state('nothing-signed', {
    files: [CONTRACT, MEMO],
    state: {
      status: 'failed',
      failure: { code: 'ERR_SIGN_FORMAT', details: { reason: 'pdf-encrypted' }, file: CONTRACT },
    },
  }),
  state('pin-blocked', {
    files: [CONTRACT],
    state: { status: 'failed', failure: { code: 'ERR_PIN_BLOCKED', details: { role: 'signing' } } },
  }),
  state('refused-to-start', {
    files: [CONTRACT],
    answers: { 'documents.sign': () => new WireFailure('ERR_PROTOCOL_BUSY') },
    play: async ({ press }) => {
      await press('input[value="touki"]');
      await press('button[aria-describedby="documents-next"][aria-disabled="false"]');
    },
  }),
];

export const documentsStates: readonly GalleryState[] = [...setups, ...options, ...runs, ...documentsCheckStates];
