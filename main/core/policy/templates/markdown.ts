import {
  POLICY_CATEGORIES,
  POLICY_NAMES,
  policyDefinition,
  type PolicyDefinition,
  type PolicyName,
} from '../definitions.js';
import { CATEGORY_TEXTS, POLICY_TEXTS } from '../texts.js';

/** The table of policies for `docs/deployment.md`, by category. */
export function policyMarkdown(): string {
  return POLICY_CATEGORIES.map((category) => {
    const names = POLICY_NAMES.filter((name) => policyDefinition(name).category === category);
    return [
      `#### ${CATEGORY_TEXTS[category].en}`,
      '',
      '| Policy | Values | Without it | If malformed | Meaning |',
      '| --- | --- | --- | --- | --- |',
      ...names.map(row),
    ].join('\n');
  }).join('\n\n');
}

function row(name: PolicyName): string {
  const definition = policyDefinition(name);
  const { meaning, security } = POLICY_TEXTS[name].en;
  const notes = [
    ...(definition.mode === 'locks' ? [`Locks the setting \`${definition.setting ?? ''}\`.`] : []),
    ...(definition.mode === 'default' ? ['A default: the person may say otherwise.'] : []),
    ...(definition.needsRestart ? ['Takes effect at the next start.'] : []),
  ];
  const cells = [
    `\`${name}\``,
    valuesText(definition),
    standardText(definition),
    definition.stops ? 'the program does not start' : carefulText(definition),
    [meaning, ...notes, `_${security}_`].join(' '),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function valuesText(definition: PolicyDefinition): string {
  switch (definition.kind) {
    case 'switch':
      return '`true`, `false`';
    case 'choice':
      return definition.choices.map(code).join(', ');
    case 'number':
      return `${definition.least} to ${definition.most}`;
    case 'text':
      return { address: '`http:` or `https:` address', version: 'version, `1.2.3`', proxy: 'word or address' }[
        definition.form
      ];
    case 'origins':
      return definition.takesAll ? 'list of origins, `*` for all' : 'list of origins';
    case 'ports':
      return `list of 1 to ${definition.longest} ports, ${definition.least} to ${definition.most}`;
    case 'registries':
      return 'list of `{"file": "/absolute/path.jws", "keys": [public JWK, …]}`';
  }
}

function standardText(definition: PolicyDefinition): string {
  const { default: standard } = definition;
  if (standard !== undefined) return valueText(standard);
  if (definition.mode === 'locks') return 'the person decides';
  return { origins: 'all', ports: 'the usual three' }[definition.kind as string] ?? 'none';
}

function carefulText(definition: PolicyDefinition): string {
  if (definition.kind === 'origins' && !definition.takesAll) return 'without the wrong entries';
  if (definition.kind === 'ports') return 'the usual three';
  if (definition.kind === 'number' && definition.setting === 'historyDays') return 'nothing recorded, nothing erased';
  return definition.careful === undefined ? 'none' : valueText(definition.careful);
}

function valueText(value: boolean | number | string | readonly string[]): string {
  if (typeof value !== 'object') return code(String(value));
  return value.length === 0 ? 'none' : value.map(code).join(', ');
}

function code(text: string): string {
  return `\`${text}\``;
}
