import type { BrowserPolicies, BrowserValue, PolicyBrowser } from '../browser-policies.js';
import { mobileconfig } from './plist.js';
import { indented, XML_DECLARATION, xmlText } from './xml.js';

export const BROWSER_FORMATS = ['json', 'reg', 'mobileconfig', 'admx'] as const;
export type BrowserFormat = (typeof BROWSER_FORMATS)[number];

export interface PolicyFile {
  /** Relative, with `/`. */
  readonly name: string;
  readonly text: string;
}

interface BrowserFacts {
  readonly title: string;
  /** Below `SOFTWARE\Policies` in the Windows registry. */
  readonly key: string;
  /** Domain of macOS' preferences. */
  readonly domain: string;
  readonly uuid: string;
}

const BROWSERS: Readonly<Record<PolicyBrowser, BrowserFacts>> = {
  chrome: {
    title: 'Google Chrome',
    key: 'Google\\Chrome',
    domain: 'com.google.Chrome',
    uuid: '5B1C7C0A-5E0B-4E5B-9C52-0A3B0C4D7E11',
  },
  edge: {
    title: 'Microsoft Edge',
    key: 'Microsoft\\Edge',
    domain: 'com.microsoft.Edge',
    uuid: '5B1C7C0A-5E0B-4E5B-9C52-0A3B0C4D7E12',
  },
  chromium: {
    title: 'Chromium',
    key: 'Chromium',
    domain: 'org.chromium.Chromium',
    uuid: '5B1C7C0A-5E0B-4E5B-9C52-0A3B0C4D7E13',
  },
  firefox: {
    title: 'Mozilla Firefox',
    key: 'Mozilla\\Firefox',
    domain: 'org.mozilla.firefox',
    uuid: '5B1C7C0A-5E0B-4E5B-9C52-0A3B0C4D7E14',
  },
};

/** The policies of a browser in the form that one way of deployment takes. Only `admx` is more than one file. */
export function browserPolicyFiles(
  browser: PolicyBrowser,
  policies: BrowserPolicies,
  format: BrowserFormat,
): readonly PolicyFile[] {
  const name = `madoguchi-${browser}`;
  switch (format) {
    case 'json':
      return [{ name: browser === 'firefox' ? 'policies.json' : `${name}.json`, text: jsonText(browser, policies) }];
    case 'reg':
      return [{ name: `${name}.reg`, text: regText(browser, policies) }];
    case 'mobileconfig':
      return [{ name: `${name}.mobileconfig`, text: profileText(browser, policies) }];
    case 'admx':
      return [
        { name: `${name}.admx`, text: admxText(browser, policies) },
        { name: `ja-JP/${name}.adml`, text: admlText(browser, 'ja') },
        { name: `en-US/${name}.adml`, text: admlText(browser, 'en') },
      ];
  }
}

function jsonText(browser: PolicyBrowser, policies: BrowserPolicies): string {
  return `${JSON.stringify(browser === 'firefox' ? { policies } : policies, undefined, 2)}\n`;
}

function profileText(browser: PolicyBrowser, policies: BrowserPolicies): string {
  const { title, domain, uuid } = BROWSERS[browser];
  const values = browser === 'firefox' ? { EnterprisePoliciesEnabled: true, ...policies } : policies;
  return mobileconfig({
    identifier: `jp.madoguchi.desktop.browser.${browser}`,
    displayName: `Madoguchi (${title})`,
    description: `Lets ${title} reach Madoguchi.`,
    uuid: uuid.replace(/1(.)$/, '2$1'),
    payloads: [{ domain, displayName: title, uuid, values }],
  });
}

interface RegistryEntry {
  readonly key: string;
  readonly name: string;
  readonly value: boolean | string;
}

/** Lists are keys with values `1`, `2`, …; Firefox takes settings of extensions as one text of JSON. */
function registryEntries(browser: PolicyBrowser, policies: BrowserPolicies): readonly RegistryEntry[] {
  return Object.entries(policies).flatMap(([name, value]) =>
    entriesOf(`SOFTWARE\\Policies\\${BROWSERS[browser].key}`, name, value),
  );
}

function entriesOf(key: string, name: string, value: BrowserValue): readonly RegistryEntry[] {
  if (typeof value !== 'object') return [{ key, name, value }];
  if (name === 'ExtensionSettings') return [{ key, name, value: JSON.stringify(value) }];
  const below = `${key}\\${name}`;
  const members: readonly (readonly [string, BrowserValue])[] = isList(value)
    ? value.map((entry, index) => [String(index + 1), entry] as const)
    : Object.entries(value);
  return members.flatMap(([member, entry]) => entriesOf(below, member, entry));
}

function isList(value: object): value is readonly BrowserValue[] {
  return Array.isArray(value);
}

/** For `reg.exe import`; lines end as Windows has them. */
function regText(browser: PolicyBrowser, policies: BrowserPolicies): string {
  const entries = registryEntries(browser, policies);
  const keys = [...new Set(entries.map(({ key }) => key))];
  const lines = keys.flatMap((key) => [
    '',
    `[HKEY_LOCAL_MACHINE\\${key}]`,
    ...entries.filter((entry) => entry.key === key).map(({ name, value }) => `"${regQuoted(name)}"=${regValue(value)}`),
  ]);
  return `${['Windows Registry Editor Version 5.00', ...lines].join('\r\n')}\r\n`;
}

function regValue(value: boolean | string): string {
  return typeof value === 'boolean' ? `dword:0000000${value ? 1 : 0}` : `"${regQuoted(value)}"`;
}

function regQuoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

const NAMESPACE = 'http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions';
const ROOT = `xmlns="${NAMESPACE}" revision="1.0" schemaVersion="1.0"`;

/** One policy to enable, which sets all values. */
function admxText(browser: PolicyBrowser, policies: BrowserPolicies): string {
  const entries = registryEntries(browser, policies);
  const lines = [
    XML_DECLARATION,
    `<policyDefinitions ${ROOT}>`,
    '  <policyNamespaces>',
    `    <target prefix="madoguchi-${browser}" namespace="Madoguchi.Policies.${browser}"/>`,
    '  </policyNamespaces>',
    '  <resources minRequiredRevision="1.0"/>',
    '  <supportedOn>',
    '    <definitions>',
    '      <definition name="SUPPORTED_BROWSER" displayName="$(string.SUPPORTED_BROWSER)"/>',
    '    </definitions>',
    '  </supportedOn>',
    '  <categories>',
    '    <category name="browser" displayName="$(string.category_browser)"/>',
    '  </categories>',
    '  <policies>',
    `    <policy name="reachMadoguchi" class="Machine" displayName="$(string.reachMadoguchi)" explainText="$(string.reachMadoguchi_explain)" key="SOFTWARE\\Policies\\${BROWSERS[browser].key}">`,
    '      <parentCategory ref="browser"/>',
    '      <supportedOn ref="SUPPORTED_BROWSER"/>',
    '      <enabledList>',
    ...indented(entries.map(enabledItem), 4),
    '      </enabledList>',
    '      <disabledList>',
    ...indented(entries.map(disabledItem), 4),
    '      </disabledList>',
    '    </policy>',
    '  </policies>',
    '</policyDefinitions>',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function enabledItem({ key, name, value }: RegistryEntry): string {
  const text =
    typeof value === 'boolean' ? `<decimal value="${value ? 1 : 0}"/>` : `<string>${xmlText(value)}</string>`;
  return `<item key="${xmlText(key)}" valueName="${xmlText(name)}"><value>${text}</value></item>`;
}

function disabledItem({ key, name }: RegistryEntry): string {
  return `<item key="${xmlText(key)}" valueName="${xmlText(name)}"><value><delete/></value></item>`;
}

function admlText(browser: PolicyBrowser, language: 'ja' | 'en'): string {
  const { title } = BROWSERS[browser];
  const strings =
    language === 'ja'
      ? {
          SUPPORTED_BROWSER: title,
          category_browser: `Madoguchi（${title}）`,
          reachMadoguchi: 'Madoguchi への接続を許可する',
          reachMadoguchi_explain:
            '決まったサイトのページが、確認なしで Madoguchi に接続できます。一覧の値を番号 1 から書くため、同じ一覧を別のポリシーで使っているときは使わないでください。',
        }
      : {
          SUPPORTED_BROWSER: title,
          category_browser: `Madoguchi (${title})`,
          reachMadoguchi: 'Let pages reach Madoguchi',
          reachMadoguchi_explain:
            'Pages of the sites that were named reach Madoguchi without a question. It writes lists from number 1 on: do not use it where another policy fills the same lists.',
        };
  const lines = [
    XML_DECLARATION,
    `<policyDefinitionResources ${ROOT}>`,
    `  <displayName>Madoguchi (${title})</displayName>`,
    `  <description>Madoguchi (${title})</description>`,
    '  <resources>',
    '    <stringTable>',
    ...indented(
      Object.entries(strings).map(([id, text]) => `<string id="${id}">${xmlText(text)}</string>`),
      3,
    ),
    '    </stringTable>',
    '  </resources>',
    '</policyDefinitionResources>',
  ];
  return `${lines.join('\r\n')}\r\n`;
}
