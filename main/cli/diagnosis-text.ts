import type { LayerResult, LayerStatus } from '../core/diagnosis/diagnosis.js';
import type { Translate } from './messages.js';

const INDENT = '  ';

/** One line for what was found, and one for what to do where there is something. */
export function layerLines(result: LayerResult, t: Translate): string[] {
  const { layer, status, remedy } = result;
  const line = t('diagnosis.line', {
    status: t(`diagnosis.status.${status}`),
    layer: t(`diagnosis.layer.${layer}`),
    finding: findingText(result, t),
  });
  return [line, ...(remedy === undefined ? [] : [INDENT + t('diagnosis.remedyLine', { text: remedyText(result, t) })])];
}

/** What was found, in words, and the facts that a person can use. */
export function findingText({ finding, details, standsInTheWay }: LayerResult, t: Translate): string {
  const values = standsInTheWay === undefined ? {} : { below: t(`diagnosis.layer.${standsInTheWay}`) };
  const text = t(`diagnosis.finding.${finding}`, values);
  const facts = FACTS.flatMap((name) => {
    const value = details[name];
    return value === undefined ? [] : [t(`diagnosis.fact.${name}`, { value: factText(name, value, t) })];
  });
  return facts.length === 0
    ? text
    : t('diagnosis.withFacts', { text, facts: facts.join(t('diagnosis.factSeparator')) });
}

/** Facts worth a person's reading, in this order; the rest is for those who are asked for help. */
const FACTS = [
  'reader',
  'program',
  'port',
  'registered',
  'unregistered',
  'sandboxed',
  'authentication',
  'signing',
  'profile',
  'number-b',
  'code',
] as const;

const PINS: ReadonlySet<string> = new Set(['authentication', 'signing', 'profile', 'number-b']);

const BROWSER_LISTS: ReadonlySet<string> = new Set(['registered', 'unregistered', 'sandboxed']);

function factText(name: string, value: string | number | boolean, t: Translate): string {
  if (BROWSER_LISTS.has(name)) return browserNames(String(value), t);
  if (!PINS.has(name)) return String(value);
  return typeof value === 'number' ? t('diagnosis.tries', { count: value }) : t(`diagnosis.pinState.${String(value)}`);
}

/** `chrome firefox-snap`, by their own names. */
function browserNames(list: string, t: Translate): string {
  const names = list.split(' ').map((word) => {
    const [name = '', packaging] = word.split('-');
    const browser = t(`browserIntegration.${name}`);
    return packaging === undefined ? browser : t(`diagnosis.packaged.${packaging}`, { browser });
  });
  return names.join(t('diagnosis.factSeparator'));
}

function remedyText({ remedy = 'report-defect' }: LayerResult, t: Translate): string {
  return t(`diagnosis.remedy.${remedy}`);
}

/** How it ended, by the worst of the layers. */
export function conclusion(results: readonly LayerResult[], t: Translate): string {
  const has = (status: LayerStatus): boolean => results.some((result) => result.status === status);
  if (has('failed')) return t('diagnosis.conclusion.failed');
  return t(has('attention') ? 'diagnosis.conclusion.attention' : 'diagnosis.conclusion.ok');
}
