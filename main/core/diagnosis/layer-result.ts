import type { DiagnosisAction, DiagnosisDetails, DiagnosisLayer, LayerResult } from './diagnosis.js';
import { findingEntry, type DiagnosisFinding } from './findings.js';

/** A finding before it is known what this PC can do about it. */
export interface Found {
  readonly finding: DiagnosisFinding;
  readonly details?: DiagnosisDetails;
}

export function found(finding: DiagnosisFinding, details: DiagnosisDetails = {}): Found {
  return { finding, details };
}

/**
 * The finding as the table has it. An action that this system does not offer becomes `retry`: the person does it, and the
 * program looks again.
 */
export function layerResult(
  layer: DiagnosisLayer,
  { finding, details = {} }: Found,
  canAct: (action: DiagnosisAction) => boolean,
): LayerResult {
  const { status, remedy, action } = findingEntry(finding);
  const offered = action === undefined || canAct(action) ? action : 'retry';
  return {
    layer,
    status,
    finding,
    details,
    ...(remedy !== undefined && { remedy }),
    ...(offered !== undefined && { action: offered }),
  };
}

export function notChecked(layer: DiagnosisLayer, standsInTheWay: DiagnosisLayer): LayerResult {
  return { layer, status: 'not-checked', finding: 'lower-layer-failed', details: {}, standsInTheWay };
}
