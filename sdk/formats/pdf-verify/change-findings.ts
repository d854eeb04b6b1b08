/** From what was changed after a signature to what has to be said of it. */
import type { Finding } from '../signature-report.js';
import type { Change, ChangeKind } from './comparison.js';
import { isLocked, type DocMdpLevel, type Permissions } from './permissions.js';

interface Rule {
  readonly code: string;
  /** Where the signer did not say what may change. */
  readonly severity: Finding['severity'];
  /** The lowest DocMDP level that allows it; undefined: none does. */
  readonly allowedFrom: DocMdpLevel | undefined;
  /** Where DocMDP allows it. */
  readonly allowedSeverity?: Finding['severity'];
}

/**
 * ISO 32000-2 table 257. `DSS` and document time stamps are allowed by every level (ETSI EN 319 142-1 §5.5). What alters
 * something that was there to be seen is a failure, unless the signer expressly allowed it.
 */
const RULES: Readonly<Record<ChangeKind, Rule>> = {
  'validation-data': { code: 'pdf-later-validation-data', severity: 'information', allowedFrom: 1 },
  'time-stamp': { code: 'pdf-later-time-stamp', severity: 'information', allowedFrom: 1 },
  metadata: { code: 'pdf-later-metadata', severity: 'information', allowedFrom: 1 },
  signature: { code: 'pdf-later-signature', severity: 'information', allowedFrom: 2 },
  'visible-signature': { code: 'pdf-later-visible-signature', severity: 'warning', allowedFrom: 2 },
  'signature-field': { code: 'pdf-later-signature-field', severity: 'warning', allowedFrom: 3 },
  'form-filled': { code: 'pdf-later-form-fields', severity: 'warning', allowedFrom: 2 },
  'form-value': { code: 'pdf-form-value-changed', severity: 'failure', allowedFrom: 2, allowedSeverity: 'warning' },
  annotation: { code: 'pdf-later-annotations', severity: 'warning', allowedFrom: 3 },
  overlay: { code: 'pdf-overlay-annotation', severity: 'failure', allowedFrom: 3, allowedSeverity: 'warning' },
  appearance: { code: 'pdf-appearance-changed', severity: 'failure', allowedFrom: undefined },
  'signed-appearance': { code: 'pdf-signed-appearance-changed', severity: 'failure', allowedFrom: undefined },
  'signature-removed': { code: 'pdf-signature-removed', severity: 'failure', allowedFrom: undefined },
  content: { code: 'pdf-content-changed', severity: 'failure', allowedFrom: undefined },
};

/** Places told of one kind of change. */
const MAX_PLACES = 5;
const MAX_PLACE_LENGTH = 80;

/** One finding for each kind of change, and one for each restriction that was broken. */
export function changeFindings(changes: readonly Change[], permissions: Permissions): readonly Finding[] {
  const kinds = new Set(changes.map(({ kind }) => kind));
  const findings = [...kinds].map((kind): Finding => {
    const rule = RULES[kind];
    return {
      code: rule.code,
      severity: isAllowed(rule, permissions) ? (rule.allowedSeverity ?? rule.severity) : rule.severity,
      unverifiedDetail: places(changes.filter((change) => change.kind === kind)),
    };
  });
  const forbidden = changes.filter(({ kind }) => {
    return permissions.docMdp !== undefined && !isAllowed(RULES[kind], permissions);
  });
  const locked = changes.filter(({ field }) => field !== undefined && isLocked(permissions.locks, field));
  return [...findings, ...broken('pdf-docmdp-violated', forbidden), ...broken('pdf-fieldmdp-violated', locked)];
}

function isAllowed({ allowedFrom }: Rule, { docMdp }: Permissions): boolean {
  return docMdp !== undefined && allowedFrom !== undefined && docMdp >= allowedFrom;
}

function broken(code: string, changes: readonly Change[]): readonly Finding[] {
  return changes.length === 0 ? [] : [{ code, severity: 'failure', unverifiedDetail: places(changes) }];
}

function places(changes: readonly Change[]): string {
  const names = [...new Set(changes.map(({ where }) => where.slice(0, MAX_PLACE_LENGTH)))];
  const more = names.length > MAX_PLACES ? [`(${names.length - MAX_PLACES} more)`] : [];
  return [...names.slice(0, MAX_PLACES), ...more].join(', ');
}
