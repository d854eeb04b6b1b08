import i18next from 'i18next';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NoticeWords } from '../core/notices/notice-text.js';
import type { WindowLanguage } from '../ipc/app.js';
import { packageRoot } from '../node/package-root.js';
import { LOCALES } from '../ipc/app.js';
import { dayText, momentText } from './language.js';

/** Languages whose texts stand in, the nearest first, where a language has none of its own yet. */
const INSTEAD: Readonly<Record<WindowLanguage, readonly WindowLanguage[]>> = {
  ja: [],
  en: [],
  'ja-simple': ['ja'],
  'zh-Hans': ['en'],
  ko: ['en'],
  vi: ['en'],
  pt: ['en'],
};

/**
 * Words of notices, from the texts that the command line has, too. Values are not escaped: notifications are plain text, and
 * nothing in them is a text to be filled in again.
 */
export function noticeWords(language: WindowLanguage): NoticeWords {
  const folder = join(packageRoot(), 'resources', 'locales');
  const own = [language, ...INSTEAD[language]].find((name) => existsSync(join(folder, `${name}.json`))) ?? 'ja';
  const texts = JSON.parse(readFileSync(join(folder, `${own}.json`), 'utf8')) as Record<string, object>;
  const instance = i18next.createInstance();
  void instance.init({
    lng: LOCALES[own],
    initAsync: false,
    resources: { [LOCALES[own]]: { translation: { notice: texts['notice'] ?? {} } } },
    interpolation: { escapeValue: false, skipOnVariables: true },
    returnNull: false,
    showSupportNotice: false,
  });
  return {
    t: (key, values) => instance.t(key, { ...values }),
    moment: (at) => momentText(own, at),
    day: (at) => dayText(own, at),
  };
}
