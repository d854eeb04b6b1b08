import { describe, expect, it } from 'vitest';
import { LOCALES, WINDOW_LANGUAGES } from '../../../main/ipc/app.js';
import {
  keyPatterns,
  LANGUAGES,
  lookedUp,
  pluralForms,
  readLanguages,
  rendererSources,
  textsIn,
  usedBy,
  withoutPlural,
  type Texts,
} from './texts.js';

/** What the windows look for at run time, where a text may be missing. Anything else TypeScript checks. */
const LOOKED_UP = [
  'card.keyUsage.*',
  'common.pinName.*',
  'diagnosis.browser.*',
  'diagnosis.pinState.*',
  'document.finding.*',
  'document.reason.*',
  'documents.code.*',
  'documents.code.other',
  'documents.conformance.rule.*',
  'documents.errno.*',
  'documents.problem.*',
  'documents.report.crlReason.*',
  'error.*.*',
  'settings.browser.*',
];

const japanese = textsIn('ja');
const missing = WINDOW_LANGUAGES.filter((language) => !LANGUAGES.includes(language));
if (missing.length > 0) console.log(`Languages without texts: ${missing.join(', ')}`);

const stems = (texts: Texts): readonly string[] => [...new Set([...texts.keys()].map(withoutPlural))].sort();
const isPlural = (key: string): boolean => withoutPlural(key) !== key;

/** Names of `{{values}}`, over all plural forms of a key. */
function valuesOf(texts: Texts): Readonly<Record<string, string>> {
  const values = new Map<string, Set<string>>();
  for (const [key, text] of texts) {
    const names = values.get(withoutPlural(key)) ?? new Set();
    for (const [, name] of text.matchAll(/\{\{(\w+)\}\}/g)) names.add(name ?? '');
    values.set(withoutPlural(key), names);
  }
  return Object.fromEntries([...values].map(([key, names]) => [key, [...names].sort().join(' ')]));
}

/** Keys that lack a plural form the language has, or have one it does not. */
function wrongPlurals(texts: Texts, locale: string): readonly string[] {
  const forms = new Map<string, Set<string>>();
  for (const key of [...texts.keys()].filter(isPlural)) {
    const stem = withoutPlural(key);
    forms.set(stem, (forms.get(stem) ?? new Set()).add(key.slice(stem.length + 1)));
  }
  const needed = pluralForms(locale);
  const known = new Set([...new Intl.PluralRules(locale).resolvedOptions().pluralCategories, 'zero']);
  return [...forms].flatMap(([stem, has]) => [
    ...[...needed].filter((form) => !has.has(form)).map((form) => `${stem} lacks _${form}`),
    ...[...has].filter((form) => !known.has(form as Intl.LDMLPluralRule)).map((form) => `${stem} has _${form}`),
  ]);
}

const MARKUP = /<\/?[a-z!]|&(?:[a-z]+|#\d+);|\$t\(/iu;

describe.each(LANGUAGES)('the texts in %s', (language) => {
  const texts = textsIn(language);

  it('are those that there are in Japanese', () => {
    const [own, of] = [stems(texts), stems(japanese)];
    expect({ lacking: of.filter((key) => !own.includes(key)), more: own.filter((key) => !of.includes(key)) }).toEqual({
      lacking: [],
      more: [],
    });
  });

  it('have the values of the Japanese', () => {
    const of = valuesOf(japanese);
    expect(
      Object.entries(valuesOf(texts)).filter(([key, names]) => of[key] !== undefined && of[key] !== names),
    ).toEqual([]);
  });

  it('have the plural forms that the language needs', () => {
    expect(wrongPlurals(texts, LOCALES[language])).toEqual([]);
  });

  it('are text: no markup, nothing empty, no space around, no control', () => {
    const wrong = [...texts].filter(
      ([, text]) => MARKUP.test(text) || text.trim() !== text || text === '' || /[\p{Cc}\p{Bidi_Control}]/u.test(text),
    );
    expect(wrong.filter(([key]) => !/[sS]eparator$/.test(key))).toEqual([]);
  });
});

describe('texts', () => {
  const sources = rendererSources();

  it('are all used', () => {
    const isUsed = usedBy(sources.flatMap(({ source }) => keyPatterns(source)));
    // Texts about documents are the command line's as well; its own tests ask for each of them.
    const own = [...japanese.keys()].filter((key) => !key.startsWith('document.'));
    expect(own.filter((key) => !isUsed(key))).toEqual([]);
  });

  it('are looked up at run time only where the list says so', () => {
    const found = new Set(sources.flatMap(({ source }) => lookedUp(source)));
    expect([...found].sort()).toEqual(LOOKED_UP);
  });

  it('each language has a name, and says whether somebody who speaks it has read it', () => {
    expect(Object.keys(readLanguages()).sort()).toEqual([...WINDOW_LANGUAGES].sort());
    for (const { name, reviewed } of Object.values(readLanguages())) {
      expect(name).not.toBe('');
      expect(typeof reviewed).toBe('boolean');
    }
  });
});

describe('what checks the texts', () => {
  const texts = (entries: Readonly<Record<string, string>>): Texts => new Map(Object.entries(entries));

  it('finds a plural form that is missing, and one that the language does not have', () => {
    expect(wrongPlurals(texts({ 'a.b_other': 'b' }), 'en-GB')).toEqual(['a.b lacks _one']);
    expect(wrongPlurals(texts({ 'a.b_one': 'b', 'a.b_other': 'b' }), 'ja-JP')).toEqual(['a.b has _one']);
    expect(wrongPlurals(texts({ 'a.b_one': 'b', 'a.b_other': 'b' }), 'pt-BR')).toEqual([]);
  });

  it('finds markup and values', () => {
    expect(MARKUP.test('a <b>c</b>')).toBe(true);
    expect(MARKUP.test('a < b & c')).toBe(false);
    expect(valuesOf(texts({ 'a.b_one': 'One', 'a.b_other': '{{count}} of {{of}}' }))).toEqual({ 'a.b': 'count of' });
  });

  it('tells used keys from others', () => {
    const isUsed = usedBy(keyPatterns("t('pin.count', {}); t(`card.kind.${kind}`); t(`pin.loss.title_${of(`x`)}`)"));
    expect(isUsed('pin.count_letters_one')).toBe(true);
    expect(isUsed('card.kind.signing')).toBe(true);
    expect(isUsed('card.kind.signing.more')).toBe(false);
    expect(isUsed('pin.counts')).toBe(false);
    expect(lookedUp("lookUp(`error.${code}.${part}`, {}) || lookUp('a.b')")).toEqual(['error.*.*', 'a.b']);
  });
});
