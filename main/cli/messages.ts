import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import i18next, { type TFunction } from 'i18next';
import { packageRoot } from '../node/package-root.js';
import type { Language } from './languages.js';

export type Translate = TFunction;

/** Japanese unless the system says English: the product's users are residents of Japan. */
export function defaultLanguage(environment: NodeJS.ProcessEnv): Language {
  const locale = environment['LC_ALL'] ?? environment['LC_MESSAGES'] ?? environment['LANG'] ?? '';
  return locale.startsWith('en') ? 'en' : 'ja';
}

/**
 * Texts of `resources/locales/`; those about documents are the windows' too. Values are never escaped: a terminal is no HTML
 * page, foreign text is made safe before.
 */
export function loadMessages(language: Language): Translate {
  const instance = i18next.createInstance();
  const translation = { ...readTexts(`${language}.json`), ...readTexts('documents', `${language}.json`) };
  void instance.init({
    lng: language,
    initAsync: false,
    resources: { [language]: { translation } },
    interpolation: { escapeValue: false, skipOnVariables: true },
    returnNull: false,
    showSupportNotice: false,
  });
  return instance.t;
}

function readTexts(...path: readonly string[]): Record<string, string> {
  const text = readFileSync(join(packageRoot(), 'resources', 'locales', ...path), 'utf8');
  return JSON.parse(text) as Record<string, string>;
}
