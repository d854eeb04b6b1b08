import type {
  ActionOutcome,
  DiagnosisAction,
  DiagnosisDetails,
  DiagnosisFinding,
  DiagnosisLayer,
  LayerResult,
  LayerStatus,
  RemedySlug,
} from '../core/diagnosis/diagnosis.js';
import type { ExportOutcome } from './card.js';
import type { Call } from './call.js';

export type {
  ActionOutcome,
  DiagnosisAction,
  DiagnosisDetails,
  DiagnosisFinding,
  DiagnosisLayer,
  ExportOutcome,
  LayerResult,
  LayerStatus,
  RemedySlug,
};

/** In the order in which they are told: each rests on those before it, as far as it rests on any. */
export const SHOWN_LAYERS = [
  'pcsc-service',
  'reader',
  'card',
  'application',
  'certificate',
  'pin',
  'bridge-port',
  'browser',
  'clock',
] as const satisfies readonly DiagnosisLayer[];

/** The same with what is asked of today's government sites. */
export const SHOWN_LAYERS_OF_GOVERNMENT_SITES: readonly DiagnosisLayer[] = SHOWN_LAYERS.flatMap(
  (layer): readonly DiagnosisLayer[] =>
    layer === 'browser' ? [layer, 'government-permission', 'government-marker'] : [layer],
);

/** An action that the app does; `retry` is another run. */
export type PerformedAction = Exclude<DiagnosisAction, 'retry'>;

export interface FinishedDiagnosis {
  readonly results: readonly LayerResult[];
  /** What may be posted, all of it. */
  readonly report: string;
}

/** Why something does not work. Costs no PIN try, and asks for none. */
export interface DiagnosisCalls {
  /**
   * Looks at every layer. Layers are told by `diagnosis.layer` with the same `run` as they become known. An earlier run ends
   * with `ERR_USER_CANCELLED`. With `governmentSites` those layers are among them even while that is off.
   */
  'diagnosis.run': Call<{ readonly run: number; readonly governmentSites?: boolean | undefined }, FinishedDiagnosis>;
  /** Ends a run; nothing where there is none. */
  'diagnosis.stop': Call<undefined, undefined>;
  'diagnosis.act': Call<{ readonly action: PerformedAction }, ActionOutcome>;
  /** Writes the report of the last run where the person wants it. */
  'diagnosis.saveReport': Call<undefined, ExportOutcome>;
}

export interface DiagnosisPushes {
  'diagnosis.layer': { readonly run: number; readonly result: LayerResult };
}

export const DIAGNOSIS_CALLS = ['diagnosis.run', 'diagnosis.stop', 'diagnosis.act', 'diagnosis.saveReport'] as const;
export const DIAGNOSIS_PUSHES = ['diagnosis.layer'] as const;
