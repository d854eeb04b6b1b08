import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ErrorCode } from '../../../sdk/protocol/index.js';
import { packageRoot } from '../package-root.js';

export type PageLanguage = 'ja' | 'en';

/** What the client's own pages say; `redirectPage` in `resources/locales/`. */
const pageTextsSchema = z.object({
  redirectPage: z.strictObject({
    waitingTitle: z.string(),
    waitingLead: z.string(),
    requester: z.string(),
    requesterNote: z.string(),
    pinNote: z.string(),
    cancel: z.string(),
    /** One at a time, as things go on. */
    progress: z.strictObject({
      waiting: z.string(),
      reconnecting: z.string(),
      returning: z.string(),
      finished: z.string(),
      stopped: z.string(),
    }),
    noScript: z.string(),
    refusedTitle: z.string(),
    code: z.string(),
    /** What to do after a failure, by its code. */
    advice: z.object({ other: z.string() }).catchall(z.string()),
  }),
  /** What went wrong, by its code. */
  error: z.record(z.string(), z.string()),
});

export type PageTexts = z.infer<typeof pageTextsSchema>['redirectPage'] & {
  /** The failure and what helps, one sentence or more each. */
  failure(code: ErrorCode): readonly string[];
};

/** Reads the texts of every language once. Throws where a file of the program is not as it was shipped. */
export function loadPageTexts(): Readonly<Record<PageLanguage, PageTexts>> {
  return { ja: loadLanguage('ja'), en: loadLanguage('en') };
}

function loadLanguage(language: PageLanguage): PageTexts {
  const path = join(packageRoot(), 'resources', 'locales', `${language}.json`);
  const { redirectPage, error } = pageTextsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const { advice } = redirectPage;
  return {
    ...redirectPage,
    failure: (code) => [sentence(error[code]), advice[code] ?? advice.other].filter((text) => text !== ''),
  };
}

/** The texts are shared with the command line, which has more to tell than a page may know. */
function sentence(text = ''): string {
  return text.replace(/\{\{\w+\}\}/g, '').trim();
}

/** Japanese, unless the browser prefers English to it (`Accept-Language`, RFC 9110 §12.5.4). */
export function languageOf(acceptLanguage: string | undefined): PageLanguage {
  const weight = (language: PageLanguage): number => {
    const ranges = (acceptLanguage ?? '').slice(0, 1_000).split(',');
    return Math.max(0, ...ranges.map((range) => weightFor(range, language)));
  };
  return weight('en') > weight('ja') ? 'en' : 'ja';
}

function weightFor(range: string, language: PageLanguage): number {
  const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  if (tag !== language && !tag.startsWith(`${language}-`)) return 0;
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(quality) ? Number(quality) : 0;
}
