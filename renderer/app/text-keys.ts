import type document from '../../resources/locales/documents/ja.json';
import type card from '../locales/ja/card.json';
import type common from '../locales/ja/common.json';
import type consent from '../locales/ja/consent.json';
import type diagnosis from '../locales/ja/diagnosis.json';
import type documents from '../locales/ja/documents.json';
import type error from '../locales/ja/error.json';
import type government from '../locales/ja/government.json';
import type history from '../locales/ja/history.json';
import type pin from '../locales/ja/pin.json';
import type services from '../locales/ja/services.json';
import type settings from '../locales/ja/settings.json';
import type welcome from '../locales/ja/welcome.json';

/** One file per topic, and what the command line says about documents, too. Japanese is the language all others follow. */
interface AllTexts {
  readonly card: typeof card;
  readonly common: typeof common;
  readonly consent: typeof consent;
  readonly diagnosis: typeof diagnosis;
  readonly error: typeof error;
  readonly government: typeof government;
  readonly history: typeof history;
  readonly pin: typeof pin;
  readonly services: typeof services;
  readonly settings: typeof settings;
  readonly welcome: typeof welcome;
  /** Shared with the command line: formats, findings, reasons, previews. */
  readonly document: typeof document;
  readonly documents: typeof documents;
}

/** `key` for `key_one`, `key_other`; variants by context keep their names. */
type WithoutPlural<Key extends string> = Key extends `${infer Stem}_${'zero' | 'one' | 'other'}` ? Stem : Key;

type Paths<Tree> = {
  [Key in keyof Tree & string]: Tree[Key] extends string
    ? WithoutPlural<Key>
    : `${WithoutPlural<Key>}.${Paths<Tree[Key]>}`;
}[keyof Tree & string];

/** Every text there is: `common.cancel`, `pin.triesLeft`. */
export type TextKey = Paths<AllTexts>;

export type Topic = keyof AllTexts;

/** Texts as their files have them. */
export type TextTree = { readonly [key: string]: string | TextTree };
