import { LOCALES, WINDOW_LANGUAGES, type WindowLanguage } from '../ipc/app.js';

/** Of each language a system can be set to, what we have. Simplified characters only, where the system's are. */
const BY_SYSTEM: readonly (readonly [RegExp, WindowLanguage])[] = [
  [/^ja\b/i, 'ja'],
  [/^en\b/i, 'en'],
  [/^zh-hans\b/i, 'zh-Hans'],
  [/^zh-(?:cn|sg)\b/i, 'zh-Hans'],
  [/^zh$/i, 'zh-Hans'],
  [/^ko\b/i, 'ko'],
  [/^vi\b/i, 'vi'],
  [/^pt\b/i, 'pt'],
];

/**
 * The language of windows and tray.
 * @param setting `system`, or one of ours
 * @param preferred BCP 47, the person's first choice first. Japanese where none of them is ours: so are the card's services.
 */
export function windowLanguage(setting: WindowLanguage | 'system', preferred: readonly string[]): WindowLanguage {
  if (setting !== 'system') return setting;
  for (const tag of preferred) {
    const known = BY_SYSTEM.find(([pattern]) => pattern.test(tag));
    if (known) return known[1];
  }
  return WINDOW_LANGUAGES[0];
}

/** To the minute. */
export function momentText(language: WindowLanguage, at: Date): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'long', timeStyle: 'short' }).format(at);
}

export function dayText(language: WindowLanguage, at: Date): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'long', timeZone: 'Asia/Tokyo' }).format(at);
}
