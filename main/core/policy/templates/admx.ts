import {
  POLICY_CATEGORIES,
  POLICY_NAMES,
  policyDefinition,
  type PolicyDefinition,
  type PolicyName,
} from '../definitions.js';
import { CATEGORY_TEXTS, POLICY_TEXTS, type PolicyLanguage } from '../texts.js';
import { indented, XML_DECLARATION, xmlText } from './xml.js';

const POLICY_KEY = 'SOFTWARE\\Policies\\Madoguchi';
/** Characters of a value in the registry that Group Policy's editor takes. */
const LONGEST_TEXT = 16_383;
const DEFINITIONS_NAMESPACE = 'http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions';
const ROOT_ATTRIBUTES = `xmlns="${DEFINITIONS_NAMESPACE}" revision="1.0" schemaVersion="1.0"`;

const WORDS = {
  ja: {
    description: 'マイナンバーカードのクライアント「Madoguchi」のポリシー',
    supported: (since: string) => `Madoguchi ${since} 以降`,
    security: '安全について：',
    needsRestart: '次の起動から有効になります。',
    oneEach: '1 行に 1 つ書きます。',
    json: 'JSON で書きます。',
  },
  en: {
    description: 'Policies of Madoguchi, a client for the My Number Card',
    supported: (since: string) => `Madoguchi ${since} or later`,
    security: 'Security: ',
    needsRestart: 'Takes effect at the next start.',
    oneEach: 'One for each line.',
    json: 'Written as JSON.',
  },
} as const;

/** The administrative template for Windows Group Policy and Intune. */
export function admx(): string {
  const releases = [...new Set(POLICY_NAMES.map((name) => policyDefinition(name).since))];
  const lines = [
    XML_DECLARATION,
    `<policyDefinitions ${ROOT_ATTRIBUTES}>`,
    '  <policyNamespaces>',
    '    <target prefix="madoguchi" namespace="Madoguchi.Policies.Madoguchi"/>',
    '  </policyNamespaces>',
    '  <resources minRequiredRevision="1.0"/>',
    '  <supportedOn>',
    '    <definitions>',
    ...indented(
      releases.map(
        (since) => `<definition name="${supportedId(since)}" displayName="$(string.${supportedId(since)})"/>`,
      ),
      3,
    ),
    '    </definitions>',
    '  </supportedOn>',
    '  <categories>',
    '    <category name="madoguchi" displayName="$(string.category_madoguchi)"/>',
    ...indented(POLICY_CATEGORIES.flatMap(categoryLines), 2),
    '  </categories>',
    '  <policies>',
    ...indented(POLICY_NAMES.flatMap(policyLines), 2),
    '  </policies>',
    '</policyDefinitions>',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** Its texts in one language. */
export function adml(language: PolicyLanguage): string {
  const words = WORDS[language];
  const releases = [...new Set(POLICY_NAMES.map((name) => policyDefinition(name).since))];
  const strings: readonly (readonly [string, string])[] = [
    ['category_madoguchi', 'Madoguchi'],
    ...POLICY_CATEGORIES.map((name) => [`category_${name}`, CATEGORY_TEXTS[name][language]] as const),
    ...releases.map((since) => [supportedId(since), words.supported(since)] as const),
    ...POLICY_NAMES.flatMap((name) => policyStrings(name, language)),
  ];
  const lines = [
    XML_DECLARATION,
    `<policyDefinitionResources ${ROOT_ATTRIBUTES}>`,
    '  <displayName>Madoguchi</displayName>',
    `  <description>${xmlText(words.description)}</description>`,
    '  <resources>',
    '    <stringTable>',
    ...indented(
      strings.map(([id, text]) => `<string id="${id}">${xmlText(text)}</string>`),
      3,
    ),
    '    </stringTable>',
    '    <presentationTable>',
    ...indented(
      POLICY_NAMES.flatMap((name) => presentationLines(name, POLICY_TEXTS[name][language].title)),
      3,
    ),
    '    </presentationTable>',
    '  </resources>',
    '</policyDefinitionResources>',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function supportedId(since: string): string {
  return `SUPPORTED_${since.replaceAll('.', '_')}`;
}

function categoryLines(name: string): readonly string[] {
  return [
    `<category name="${name}" displayName="$(string.category_${name})">`,
    '  <parentCategory ref="madoguchi"/>',
    '</category>',
  ];
}

function policyLines(name: PolicyName): readonly string[] {
  const definition = policyDefinition(name);
  const isSwitch = definition.kind === 'switch';
  const attributes = [
    `name="${name}"`,
    'class="Both"',
    `displayName="$(string.${name})"`,
    `explainText="$(string.${name}_explain)"`,
    `key="${POLICY_KEY}"`,
    isSwitch ? `valueName="${name}"` : `presentation="$(presentation.${name})"`,
  ];
  return [
    `<policy ${attributes.join(' ')}>`,
    `  <parentCategory ref="${definition.category}"/>`,
    `  <supportedOn ref="${supportedId(definition.since)}"/>`,
    ...indented(isSwitch ? SWITCH_LINES : ['<elements>', ...indented(elementLines(name, definition)), '</elements>']),
    '</policy>',
  ];
}

const SWITCH_LINES = [
  '<enabledValue><decimal value="1"/></enabledValue>',
  '<disabledValue><decimal value="0"/></disabledValue>',
] as const;

function elementLines(name: PolicyName, definition: PolicyDefinition): readonly string[] {
  const value = `id="${name}" valueName="${name}"`;
  switch (definition.kind) {
    case 'switch':
      return [];
    case 'choice':
      return [
        `<enum ${value} required="true">`,
        ...definition.choices.map(
          (choice) =>
            `  <item displayName="$(string.${name}_${choice})"><value><string>${choice}</string></value></item>`,
        ),
        '</enum>',
      ];
    case 'number':
      return [`<decimal ${value} required="true" minValue="${definition.least}" maxValue="${definition.most}"/>`];
    case 'text':
    case 'registries':
      return [`<text ${value} required="true" maxLength="${LONGEST_TEXT}"/>`];
    case 'origins':
    case 'ports':
      return [`<list id="${name}" key="${POLICY_KEY}\\${name}" valuePrefix=""/>`];
  }
}

function policyStrings(name: PolicyName, language: PolicyLanguage): readonly (readonly [string, string])[] {
  const definition = policyDefinition(name);
  const { title } = POLICY_TEXTS[name][language];
  const choices = definition.kind === 'choice' ? definition.choices : [];
  return [
    [name, title],
    [`${name}_explain`, explanation(name, language)],
    ...choices.map((choice) => [`${name}_${choice}`, choice] as const),
  ];
}

function explanation(name: PolicyName, language: PolicyLanguage): string {
  const words = WORDS[language];
  const { needsRestart, kind } = policyDefinition(name);
  const { meaning, security } = POLICY_TEXTS[name][language];
  const form = { origins: words.oneEach, ports: words.oneEach, registries: words.json };
  return [
    meaning,
    ...(kind in form ? [form[kind as keyof typeof form]] : []),
    ...(needsRestart ? [words.needsRestart] : []),
    `${words.security}${security}`,
  ].join('\n');
}

function presentationLines(name: PolicyName, title: string): readonly string[] {
  const definition = policyDefinition(name);
  const label = xmlText(title);
  const control = (): string | undefined => {
    switch (definition.kind) {
      case 'switch':
        return undefined;
      case 'choice':
        return `<dropdownList refId="${name}" noSort="true" defaultItem="${definition.choices.indexOf(definition.careful)}">${label}</dropdownList>`;
      case 'number':
        return `<decimalTextBox refId="${name}" defaultValue="${definition.default ?? definition.careful}">${label}</decimalTextBox>`;
      case 'text':
      case 'registries':
        return `<textBox refId="${name}"><label>${label}</label></textBox>`;
      case 'origins':
      case 'ports':
        return `<listBox refId="${name}">${label}</listBox>`;
    }
  };
  const line = control();
  return line === undefined ? [] : [`<presentation id="${name}">`, `  ${line}`, '</presentation>'];
}
