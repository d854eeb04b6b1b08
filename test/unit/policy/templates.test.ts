import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { XmlDocument, XmlElement } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import { POLICY_NAMES, policyDefinition, type PolicyName } from '../../../main/core/policy/definitions.js';
import { resolvePolicy } from '../../../main/core/policy/resolve.js';
import * as templates from '../../../main/core/policy/templates/index.js';
import { policyJsonSchema } from '../../../main/core/policy/templates/json-schema.js';
import { SAMPLE_POLICY } from '../../../main/core/policy/templates/sample.js';
import { CATEGORY_TEXTS, POLICY_TEXTS, type PolicyText } from '../../../main/core/policy/texts.js';
import { DEPLOYMENT_DOCUMENT, generatePolicyFiles } from '../../../tools/policy/documents.js';
import { REPOSITORY } from '../../../tools/setup/terminal.js';
import { POLICY_CASES } from './cases.js';
import { hasPython, readPlist } from './encodings.js';

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
const NAMESPACE = { p: 'http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions' };

function elements(document: XmlDocument, path: string): readonly XmlElement[] {
  return document.find(path, NAMESPACE).filter((node) => node instanceof XmlElement);
}

const attribute = (element: XmlElement, name: string): string | undefined => element.attr(name)?.value;

describe('what follows from the table', async () => {
  for (const [path, text] of await generatePolicyFiles(templates, read(DEPLOYMENT_DOCUMENT))) {
    it(`${path} is what npm run docs writes`, () => {
      expect(read(path)).toBe(text);
    });
  }
});

describe('the texts', () => {
  const parts = ({ title, meaning, security }: PolicyText): readonly string[] => [title, meaning, security];
  const all = [
    ...Object.values(POLICY_TEXTS).flatMap(({ ja, en }) => [
      ...parts(ja).map((text) => ['ja', text] as const),
      ...parts(en).map((text) => ['en', text] as const),
    ]),
    ...Object.values(CATEGORY_TEXTS).flatMap(({ ja, en }) => [['ja', ja] as const, ['en', en] as const]),
  ];

  it('are there for each policy, in the language they are of', () => {
    expect(Object.keys(POLICY_TEXTS).sort()).toEqual([...POLICY_NAMES].sort());
    for (const [language, text] of all) {
      expect(text.trim()).toBe(text);
      expect(text).not.toBe('');
      expect(/[\u3040-\u30ff\u4e00-\u9fff]/.test(text), text).toBe(language === 'ja');
    }
  });
});

describe('the administrative template', () => {
  const admx = XmlDocument.fromString(read('resources/policy/madoguchi.admx'));
  const policies = new Map(elements(admx, '//p:policy').map((policy) => [attribute(policy, 'name'), policy]));

  it('has each policy once, under a category and a release that are there', () => {
    expect([...policies.keys()]).toEqual(POLICY_NAMES);
    const names = (path: string) => elements(admx, path).map((element) => attribute(element, 'name'));
    const categories = names('//p:category');
    const releases = names('//p:supportedOn/p:definitions/p:definition');
    for (const element of elements(admx, '//p:parentCategory')) expect(categories).toContain(attribute(element, 'ref'));
    for (const element of elements(admx, '//p:policy/p:supportedOn'))
      expect(releases).toContain(attribute(element, 'ref'));
  });

  const ELEMENTS = {
    choice: 'enum',
    number: 'decimal',
    text: 'text',
    registries: 'text',
    origins: 'list',
    ports: 'list',
  };

  it.each(POLICY_NAMES)('writes %s where and as it is read', (name: PolicyName) => {
    const definition = policyDefinition(name);
    const policy = policies.get(name);
    if (!policy) throw new Error('no such policy');
    const key = 'SOFTWARE\\Policies\\Madoguchi';
    expect(attribute(policy, 'key')).toBe(key);
    const children = elements(admx, `//p:policy[@name="${name}"]/p:elements/*`);
    if (definition.kind === 'switch') {
      expect(attribute(policy, 'valueName')).toBe(name);
      expect(children).toEqual([]);
      const value = (state: string) =>
        elements(admx, `//p:policy[@name="${name}"]/p:${state}/p:decimal`).map((decimal) =>
          attribute(decimal, 'value'),
        );
      expect([value('enabledValue'), value('disabledValue')]).toEqual([['1'], ['0']]);
      return;
    }
    const [element] = children;
    if (!element) throw new Error('no element');
    expect(element.name).toBe(ELEMENTS[definition.kind]);
    expect(attribute(element, 'id')).toBe(name);
    if (element.name === 'list') expect(attribute(element, 'key')).toBe(`${key}\\${name}`);
    else expect(attribute(element, 'valueName')).toBe(name);
    if (definition.kind === 'number') {
      const bounds = [attribute(element, 'minValue'), attribute(element, 'maxValue')].map(Number);
      expect(bounds).toEqual([definition.least, definition.most]);
    }
    if (definition.kind === 'choice') {
      const choices = elements(admx, `//p:enum[@id="${name}"]/p:item/p:value/p:string`).map(({ content }) => content);
      expect(choices).toEqual(definition.choices);
    }
  });

  it.each(['ja-JP', 'en-US'])('has all its texts in %s, and no more', (language) => {
    const adml = XmlDocument.fromString(read(`resources/policy/${language}/madoguchi.adml`));
    const ids = (path: string) => elements(adml, path).map((element) => attribute(element, 'id') ?? '');
    const used = (table: string) => {
      const text = read('resources/policy/madoguchi.admx');
      return [...new Set([...text.matchAll(new RegExp(`\\$\\(${table}\\.([^)]+)\\)`, 'g'))].map(([, id = '']) => id))];
    };
    expect(ids('//p:string').sort()).toEqual(used('string').sort());
    expect(ids('//p:presentation').sort()).toEqual(used('presentation').sort());
    for (const element of elements(adml, '//p:string')) expect(element.content.trim()).not.toBe('');
    for (const id of ids('//p:presentation')) {
      const controls = elements(adml, `//p:presentation[@id="${id}"]/*`);
      expect(controls.map((control) => attribute(control, 'refId'))).toEqual([id]);
    }
  });
});

describe('the samples', () => {
  const ajv = new Ajv2020({ strict: true });
  const validate = ajv.compile(policyJsonSchema());

  it('say every policy, and are accepted as they are', () => {
    const sample: unknown = JSON.parse(read('resources/policy/policy.sample.json'));
    expect(Object.keys(sample as object).sort()).toEqual([...POLICY_NAMES].sort());
    expect(validate(sample)).toBe(true);
    expect(resolvePolicy([{ status: 'read', source: 'sample', unverifiedValues: sample }])).toMatchObject({
      policy: SAMPLE_POLICY,
      problems: [],
    });
  });

  it.skipIf(!hasPython)('are the same as a configuration profile', () => {
    const profile = readPlist(read('resources/policy/madoguchi.mobileconfig'));
    expect(profile).toMatchObject({
      PayloadType: 'Configuration',
      PayloadScope: 'System',
      PayloadContent: [{ PayloadType: 'jp.madoguchi.desktop', ...SAMPLE_POLICY }],
    });
    const uuids = JSON.stringify(profile).match(/"PayloadUUID": ?"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}"/g);
    expect(new Set(uuids).size).toBe(2);
  });

  it.each(POLICY_CASES.filter(({ problems }) => problems === undefined))('the schema takes: $title', ({ values }) => {
    expect(validate(values)).toBe(true);
  });

  it('the schema refuses what is of another type, out of bounds or unknown', () => {
    for (const values of [
      { signItems: 0 },
      { signItems: '5' },
      { unlistedSigning: 'never' },
      { allowedOrigins: ['https://*.example'] },
      { ports: [80] },
      { nothing: true },
    ]) {
      expect(validate(values)).toBe(false);
    }
  });
});
