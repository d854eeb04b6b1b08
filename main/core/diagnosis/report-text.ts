import {
  DIAGNOSIS_LAYERS,
  GOVERNMENT_LAYERS,
  type DiagnosisLayer,
  type DiagnosisReport,
  type LayerResult,
} from './diagnosis.js';
import { FINDINGS } from './findings.js';
import { safeDetails, safeSystem, safeProgramVersion } from './safe-values.js';

const LAYERS: readonly DiagnosisLayer[] = [...DIAGNOSIS_LAYERS, ...GOVERNMENT_LAYERS];

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/**
 * The report as plain text that Markdown shows well, in English whatever the program's language, with the stable names of
 * findings. Safe to post: what does not have the form of a fact of ours is left out here even if it got into the report.
 */
export function reportText(report: DiagnosisReport): string {
  const { name, version, kernel, architecture, desktop, session, sandbox } = safeSystem(report.system);
  const about = [
    [name, version].filter(Boolean).join(' '),
    kernel === undefined ? '' : `kernel ${kernel}`,
    architecture,
    desktop === undefined ? '' : `desktop ${desktop}`,
    session === undefined ? '' : `session ${session}`,
    sandbox === undefined ? '' : `in ${sandbox}`,
  ];
  const lines = [
    '### Madoguchi diagnosis',
    '',
    `- Version: ${safeProgramVersion(report.programVersion)}`,
    `- System: ${about.filter((part) => part !== '').join(', ')}`,
    `- Time of this PC: ${TIME.test(report.at) ? report.at : 'unknown'}`,
    '',
    ...report.results.map(resultLine),
    '',
    'Names, serial numbers, addresses and dates of certificates are not in this report.',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function resultLine({ layer, finding, details, standsInTheWay }: LayerResult): string {
  if (!LAYERS.includes(layer) || !Object.hasOwn(FINDINGS, finding)) return '- unknown';
  const { status }: { status: string } = FINDINGS[finding];
  const facts = Object.entries(safeDetails(details)).map(([name, value]) => ` ${safeName(name)}=\`${String(value)}\``);
  const obstacle = standsInTheWay !== undefined && LAYERS.includes(standsInTheWay) ? standsInTheWay : '';
  const because = obstacle === '' ? '' : `, because of ${obstacle}`;
  return `- ${layer}: **${status}**, ${finding}${because}${facts.length === 0 ? '' : `;${facts.join('')}`}`;
}

function safeName(name: string): string {
  return /^[a-z][A-Za-z-]{0,24}$/.test(name) ? name : 'unknown';
}
