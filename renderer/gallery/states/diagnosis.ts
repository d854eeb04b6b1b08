import type { LayerResult } from '../../../main/ipc/diagnosis.js';
import { ALL_GOOD, ATTENTION, finished, good, HOSTILE, NO_READER, NO_SERVICE } from '../fixtures/diagnosis.js';
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
  done('all-good', ALL_GOOD),
  done('no-reader', NO_READER),
  done('no-service', NO_SERVICE),
  done('attention', ATTENTION),
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
