import { basename } from 'node:path';
import { displayText } from '../../core/consent/display-text.js';
import { reportText } from '../../core/diagnosis/report-text.js';
import { ClientError } from '../../core/errors.js';
import { requireDiagnosisExport } from '../../core/policy/policy.js';
import type { DiagnosisCalls, ExportOutcome, FinishedDiagnosis, LayerResult } from '../../ipc/diagnosis.js';
import type { Handlers } from '../../ipc/calls.js';
import type { Client } from '../../node/compose.js';
import type { CallContext } from './call-context.js';
import { dialogTitles } from './dialog-titles.js';
import { saveFile } from './save-file.js';
import { SHOWN_NAME_LENGTH } from './shown-values.js';

/** What these handlers need of a `CallContext`. */
export interface DiagnosisCallContext extends Pick<CallContext, 'language' | 'push' | 'signal'> {
  readonly client: Pick<Client, 'diagnosis' | 'policy'>;
  readonly desktop: Pick<CallContext['desktop'], 'chooseSavePath'>;
}

const REPORT_NAME = 'madoguchi-diagnosis.txt';

/** The diagnosis page's calls. */
export function diagnosisCalls(context: DiagnosisCallContext): Handlers<DiagnosisCalls> {
  const { diagnosis } = context.client;
  const desk = new DiagnosisDesk(context);
  return {
    'diagnosis.run': ({ run, governmentSites = false }) => desk.run(run, governmentSites),
    'diagnosis.stop'() {
      desk.stop();
      return undefined;
    },
    'diagnosis.act': ({ action }) => diagnosis.act(action),
    'diagnosis.saveReport': () => desk.save(),
  };
}

/** One run at a time, and the report of the last that ended. */
class DiagnosisDesk {
  readonly #context: DiagnosisCallContext;
  #current: AbortController | undefined;
  #report: string | undefined;

  constructor(context: DiagnosisCallContext) {
    this.#context = context;
  }

  async run(run: number, governmentSites: boolean): Promise<FinishedDiagnosis> {
    this.stop();
    const mine = new AbortController();
    this.#current = mine;
    const { client, push, signal } = this.#context;
    const ended = AbortSignal.any([mine.signal, signal]);
    try {
      const tell = (result: LayerResult): void => push('diagnosis.layer', { run, result });
      const report = await client.diagnosis.run(tell, ended, { governmentSites });
      const text = reportText(report);
      // What is saved is what was shown last: a run that was replaced is shown nowhere.
      if (!ended.aborted) this.#report = text;
      return { results: report.results, report: text };
    } finally {
      if (this.#current === mine) this.#current = undefined;
    }
  }

  stop(): void {
    this.#current?.abort();
    this.#current = undefined;
  }

  /** The text is not taken from the page: only what was found to be safe to post is written. */
  async save(): Promise<ExportOutcome> {
    requireDiagnosisExport(this.#context.client.policy());
    const report = this.#report;
    if (report === undefined) {
      throw new ClientError('ERR_PROTOCOL_MALFORMED', 'no diagnosis has ended yet', {
        details: { reason: 'no report' },
      });
    }
    const { desktop, language } = this.#context;
    const title = dialogTitles(language()).saveReport;
    const path = await desktop.chooseSavePath({ title, suggestedName: REPORT_NAME });
    if (path === undefined) return { status: 'cancelled' };
    await saveFile(path, new TextEncoder().encode(report));
    return { status: 'saved', shownName: displayText(basename(path), SHOWN_NAME_LENGTH) };
  }
}
