import i18next, { type TFunction } from 'i18next';
import { createContext, use, useEffect, useLayoutEffect, useState, type ReactNode } from 'react';
import { LOCALES, type WindowLanguage } from '../../main/ipc/app.js';
import type { LocalisedText } from '../../sdk/protocol/index.js';
import type { TextKey, TextTree } from './text-keys.js';

/** Values for the `{{names}}` in a text. `count` chooses the plural form, `context` a variant (`key_context`). */
export type TextValues = Readonly<Record<string, string | number | undefined>>;
export type Translate = (key: TextKey, values?: TextValues) => string;

export interface Texts {
  readonly t: Translate;
  /** For keys that are put together at run time; the empty string where there is no such text. */
  readonly lookUp: (key: string, values?: TextValues) => string;
  readonly language: WindowLanguage;
  /** BCP 47, as `Intl` and the `lang` attribute take it. */
  readonly locale: string;
}

/** All texts are there in this one; a text that a language lacks is in it, too. */
const WHOLE: WindowLanguage = 'ja';

/** The texts of one window's topics in one language, each language a chunk of its own. */
export type LoadTexts = (language: WindowLanguage) => Promise<TextTree>;

export async function createTexts(language: WindowLanguage, load: LoadTexts): Promise<Texts> {
  const instance = i18next.createInstance();
  const locale = LOCALES[language];
  // English is held to be whole, by a test; nobody waits for a second language there.
  const needed = [...new Set(language === 'en' ? [language] : [language, WHOLE])];
  const trees = await Promise.all(needed.map(async (one) => [one, { translation: await load(one) }] as const));
  await instance.init({
    lng: language,
    fallbackLng: WHOLE,
    resources: Object.fromEntries(trees),
    // React escapes; text in the app is never markup.
    interpolation: { escapeValue: false, skipOnVariables: true },
    returnNull: false,
    showSupportNotice: false,
  });
  const t: TFunction = instance.t;
  return {
    t: (key, values) => t(key, { ...values }),
    lookUp: (key, values) => (instance.exists(key, { ...values }) ? t(key, { ...values }) : ''),
    language,
    locale,
  };
}

const TextsContext = createContext<Texts | undefined>(undefined);

interface TextsProviderProps {
  readonly language: WindowLanguage;
  readonly load: LoadTexts;
  readonly children: ReactNode;
}

/** Shows nothing until the language is there. `<html lang>` names the language of what is shown, from the moment it is. */
export function TextsProvider({ language, load, children }: TextsProviderProps) {
  const [texts, setTexts] = useState<Texts>();
  useEffect(() => {
    let isCurrent = true;
    void createTexts(language, load).then((created) => {
      if (isCurrent) setTexts(created);
    });
    return () => {
      isCurrent = false;
    };
  }, [language, load]);
  useLayoutEffect(() => {
    if (texts) document.documentElement.lang = texts.locale;
  }, [texts]);
  return texts && <TextsContext value={texts}>{children}</TextsContext>;
}

interface GivenTextsProps {
  readonly texts: Texts;
  readonly children: ReactNode;
}

/** Texts that have been made already. */
export function GivenTexts({ texts, children }: GivenTextsProps) {
  return <TextsContext value={texts}>{children}</TextsContext>;
}

export function useTexts(): Texts {
  const texts = use(TextsContext);
  if (!texts) throw new Error('no TextsProvider above');
  return texts;
}

/** A registry's name, in the person's language where the registry has it. */
export function localised({ ja, en }: LocalisedText, language: WindowLanguage): string {
  return language === 'ja' || language === 'ja-simple' ? ja : en;
}
