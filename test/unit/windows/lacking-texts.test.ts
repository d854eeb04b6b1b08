import { describe, expect, it } from 'vitest';
import { WINDOW_LANGUAGES, type WindowLanguage } from '../../../main/ipc/app.js';
import { textsIn } from '../locales/texts.js';
import type { Tree } from './consent-page.js';

interface MadeTexts {
  readonly t: (key: string, values?: Readonly<Record<string, unknown>>) => string;
  readonly lookUp: (key: string) => string;
}

/** Of the renderer, which is compiled for a browser and not for these tests. */
async function makeTexts(language: WindowLanguage, trees: Readonly<Record<string, Tree>>) {
  const asked: string[] = [];
  const address = new URL('../../../renderer/app/text.tsx', import.meta.url).pathname;
  const { createTexts } = (await import(address)) as {
    readonly createTexts: (language: string, load: (one: string) => Promise<Tree>) => Promise<MadeTexts>;
  };
  const texts = await createTexts(language, (one) => {
    asked.push(one);
    return Promise.resolve(trees[one] ?? {});
  });
  return { ...texts, asked };
}

const JAPANESE: Tree = { card: { title: 'カード', days_other: '{{count}}日' } };

describe('a text that a language lacks', () => {
  it.each(WINDOW_LANGUAGES.filter((language) => language !== 'ja' && language !== 'en'))(
    'is Japanese in %s, and its own where there is one',
    async (language) => {
      const { t, lookUp } = await makeTexts(language, { ja: JAPANESE, [language]: { common: { close: 'own' } } });
      expect([t('common.close'), t('card.title'), t('card.days', { count: 1 }), lookUp('card.none')]).toEqual([
        'own',
        'カード',
        '1日',
        '',
      ]);
    },
  );

  it('is waited for neither in Japanese nor in English, which lacks none', async () => {
    expect((await makeTexts('ja', { ja: JAPANESE })).asked).toEqual(['ja']);
    expect((await makeTexts('en', { en: JAPANESE })).asked).toEqual(['en']);
    const stems = (language: WindowLanguage) =>
      new Set([...textsIn(language).keys()].map((key) => key.replace(/_(one|other)$/, '')));
    const english = stems('en');
    expect([...stems('ja')].filter((key) => !english.has(key))).toEqual([]);
  });
});
