import type { LayerResult } from '../../../main/ipc/diagnosis.js';
import {
  ALL_GOOD,
  ATTENTION,
  finished,
  good,
  GOVERNMENT_GOOD,
  GOVERNMENT_NOT_ALLOWED,
  GOVERNMENT_OFF,
  GOVERNMENT_OFFICIAL,
  GOVERNMENT_SILENT,
  HOSTILE,
  NO_PORT,
  NO_READER,
  NO_SERVICE,
} from '../fixtures/diagnosis.js';
import { WireFailure, type GalleryAnswers, type GalleryHands, type GalleryState } from '../gallery-state.js';

const START = 'main button';
/** The first of the report's own; the report itself is folded away before them. */
const REPORT_BUTTON = 'main section > div:has(> button[aria-expanded]) ~ div button';

interface DiagnosisStateOptions {
  readonly answers?: GalleryAnswers;
  readonly play?: (hands: GalleryHands) => Promise<void>;
}

function diagnosisState(name: string, { answers = {}, play }: DiagnosisStateOptions): GalleryState {
  return {
    id: `diagnosis/${name}`,
    window: 'main',
    page: 'diagnosis',
    answers: { 'diagnosis.stop': () => undefined, 'app.copyText': () => undefined, ...answers },
    ...(play && { play }),
  };
}

const start = (hands: GalleryHands): Promise<void> => hands.press(START);

function done(name: string, results: readonly LayerResult[], more: DiagnosisStateOptions = {}): GalleryState {
  return diagnosisState(name, {
    answers: { 'diagnosis.run': () => finished(results), ...more.answers },
    async play(hands) {
      await start(hands);
      await more.play?.(hands);
    },
  });
}

const startGovernment = (hands: GalleryHands): Promise<void> => hands.press(`${START} + button`);

/** The same with what today's government sites need. */
function government(name: string, results: readonly LayerResult[]): GalleryState {
  return diagnosisState(`government-${name}`, {
    answers: { 'diagnosis.run': () => finished(results) },
    play: startGovernment,
  });
}

export const diagnosisStates: readonly GalleryState[] = [
  diagnosisState('start', {}),
  diagnosisState('running', {
    async play(hands) {
      await start(hands);
      for (const layer of ['pcsc-service', 'reader', 'card'] as const) {
        hands.push('diagnosis.layer', { run: 1, result: good(layer) });
      }
    },
  }),
  diagnosisState('stopped', {
    async play(hands) {
      await start(hands);
      await hands.press('[role="status"] ~ div button');
    },
  }),
  diagnosisState('failed', { answers: { 'diagnosis.run': () => new WireFailure('ERR_INTERNAL') }, play: start }),
  diagnosisState('government-running', {
    async play(hands) {
      await startGovernment(hands);
      for (const { layer } of GOVERNMENT_GOOD.slice(0, -1)) {
        hands.push('diagnosis.layer', { run: 1, result: good(layer) });
      }
    },
  }),
  government('good', GOVERNMENT_GOOD),
  government('off', GOVERNMENT_OFF),
  government('silent', GOVERNMENT_SILENT),
  government('not-allowed', GOVERNMENT_NOT_ALLOWED),
  government('official', GOVERNMENT_OFFICIAL),
  done('government-in-use', GOVERNMENT_GOOD),
  done('all-good', ALL_GOOD),
  done('no-reader', NO_READER),
  done('no-service', NO_SERVICE),
  done('attention', ATTENTION),
  done('no-port', NO_PORT),
  done('hostile-names', HOSTILE, { play: (hands) => hands.press('li:nth-of-type(2) button[aria-expanded]') }),
  done('action-done', NO_SERVICE, {
    answers: { 'diagnosis.act': () => ({ status: 'done' }) },
    play: (hands) => hands.press('li:last-of-type [role="group"] button'),
  }),
  done('action-failed', NO_SERVICE, {
    answers: { 'diagnosis.act': () => ({ status: 'failed', code: 'ERR_INTERNAL_FILE' }) },
    play: (hands) => hands.press('li:last-of-type [role="group"] button'),
  }),
  done('report-copied', NO_READER, { play: (hands) => hands.press(REPORT_BUTTON) }),
  done('report-saved', NO_READER, {
    answers: {
      'diagnosis.saveReport': () => ({
        status: 'saved',
        shownName: `報告${'とても長い名前'.repeat(12)}<U+202E>txt.exe`,
      }),
    },
    play: (hands) => hands.press(`${REPORT_BUTTON} + button`),
  }),
  done('report-not-saved', NO_READER, {
    answers: { 'diagnosis.saveReport': () => new WireFailure('ERR_INTERNAL_FILE') },
    play: (hands) => hands.press(`${REPORT_BUTTON} + button`),
  }),
];
