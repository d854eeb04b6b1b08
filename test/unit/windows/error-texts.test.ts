import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../main/node/package-root.js';
import { ERROR_CODES } from '../../../sdk/protocol/error-codes.js';

const LANGUAGES = ['ja', 'en'] as const;
type Texts = Readonly<Record<string, Readonly<Record<string, string>>>>;

const textsIn = (language: string): Texts =>
  JSON.parse(readFileSync(join(packageRoot(), 'renderer', 'locales', language, 'error.json'), 'utf8')) as Texts;

/** `ERR_PIN` of `ERR_PIN_BLOCKED`. */
const areaOf = (code: string): string => code.split('_').slice(0, 2).join('_');
const AREAS = [...new Set(ERROR_CODES.map(areaOf))];

/** Codes that say how many tries are left. */
const WITH_TRIES = ['ERR_PIN_INCORRECT', 'ERR_PIN_TRIES_CHANGED'];
const PLURALS: Readonly<Record<string, readonly string[]>> = {
  ja: ['what_other'],
  en: ['what_one', 'what_other'],
};

describe.each(LANGUAGES)('error texts in %s', (language) => {
  const texts = textsIn(language);
  const instance = i18next.createInstance();
  void instance.init({
    lng: language,
    resources: { [language]: { translation: { error: texts } } },
    interpolation: { escapeValue: false, skipOnVariables: true },
    initAsync: false,
    showSupportNotice: false,
  });

  it('are those of all codes and areas, and no others', () => {
    expect(Object.keys(texts).sort()).toEqual([...new Set([...ERROR_CODES, ...AREAS])].sort());
  });

  it.each([...new Set([...ERROR_CODES, ...AREAS])])('say what %s is and one thing that helps', (code) => {
    const role = code === 'ERR_PIN_BLOCKED' ? ['what_role'] : [];
    const parts = ['what', 'remedy', ...role, ...(WITH_TRIES.includes(code) ? (PLURALS[language] ?? []) : [])];
    expect(Object.keys(texts[code] ?? {}).sort()).toEqual([...parts].sort());
    for (const text of Object.values(texts[code] ?? {})) {
      expect(text.trim()).toBe(text);
      expect(text).toMatch(/[。.]$/);
    }
    // One remedy is one sentence.
    expect(texts[code]?.['remedy']).toMatch(/^[^。.]+[。.]$/);
  });

  it.each(Object.entries(texts))('of %s need nobody who knows programs', (_code, parts) => {
    for (const text of Object.values(parts)) {
      expect(text).not.toMatch(/madoguchi |--|`|README|pcscd|PC\/SC|PKCS|APDU|nonce|redirect_uri|Content-Type|HTTP\b/);
    }
  });

  it.each([1, 2, 5])('say how many tries are left: %i', (count) => {
    for (const code of WITH_TRIES) {
      const text = instance.t(`error.${code}.what`, { count });
      expect(text).toContain(String(count));
      expect(text).not.toContain('{{');
      expect(instance.t(`error.${code}.what`)).not.toMatch(/[{}\d]/);
    }
  });

  it.each(ERROR_CODES)('of %s want no value but the number of tries and which PIN', (code) => {
    for (const [part, text] of Object.entries(texts[code] ?? {})) {
      const own = part === 'what_role' ? '{{pin}}' : '{{count}}';
      expect(text.replace(own, '')).not.toContain('{{');
      expect(text.includes('{{count}}')).toBe(/_(one|other)$/.test(part));
    }
  });
});

it('tells one code from another wherever what helps is another thing', () => {
  for (const language of LANGUAGES) {
    const texts = textsIn(language);
    const seen = new Map<string, string>();
    for (const code of ERROR_CODES) {
      const what = texts[code]?.['what'] ?? '';
      const before = seen.get(what);
      if (before !== undefined) expect(texts[before]?.['remedy']).toBe(texts[code]?.['remedy']);
      seen.set(what, code);
    }
  }
});
