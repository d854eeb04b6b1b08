import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WINDOW_LANGUAGES, type WindowLanguage } from '../../../main/ipc/app.js';
import { packageRoot } from '../../../main/node/package-root.js';

export type Tree = { readonly [key: string]: string | Tree };
/** `pin.triesLeft_other` and its text. */
export type Texts = ReadonlyMap<string, string>;

const locales = join(packageRoot(), 'renderer', 'locales');
const shared = join(packageRoot(), 'resources', 'locales', 'documents');

export const LANGUAGES = WINDOW_LANGUAGES.filter((language) => existsSync(join(locales, language)));

const readTree = (file: string): Tree => JSON.parse(readFileSync(file, 'utf8')) as Tree;

export function flat(tree: Tree, prefix = ''): readonly (readonly [string, string])[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as const] : flat(value, `${prefix}${key}.`),
  );
}

export function textsIn(language: WindowLanguage): Texts {
  const folder = join(locales, language);
  const topics = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const documents = join(shared, `${language}.json`);
  return new Map([
    ...topics.flatMap((name) => flat(readTree(join(folder, name)), `${name.replace('.json', '')}.`)),
    ...(existsSync(documents) ? flat(readTree(documents), 'document.') : []),
  ]);
}

export function readLanguages(): Readonly<Record<string, { readonly name: string; readonly reviewed: boolean }>> {
  return JSON.parse(readFileSync(join(locales, 'languages.json'), 'utf8')) as ReturnType<typeof readLanguages>;
}

/** The key without its plural form. */
export const withoutPlural = (key: string): string => key.replace(/_(zero|one|two|few|many|other)$/, '');

/**
 * The forms that a language has for the numbers the windows count: files, tries, days. Forms that begin at a million, as
 * Portuguese has one, are not among them.
 */
export function pluralForms(locale: string): ReadonlySet<string> {
  const rules = new Intl.PluralRules(locale);
  return new Set(Array.from({ length: 2_000 }, (_, count) => rules.select(count)));
}

const sourceFolders = ['app', 'features', 'ui'];

/** Every TypeScript file of the windows, but for their gallery. */
export function rendererSources(): readonly { readonly path: string; readonly source: string }[] {
  return sourceFolders.flatMap((folder) =>
    readdirSync(join(packageRoot(), 'renderer', folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => ({
        path: join(folder, name),
        source: readFileSync(join(packageRoot(), 'renderer', folder, name), 'utf8'),
      })),
  );
}

/** A key as a source has it, with `*` for what is filled in at run time. */
export type KeyPattern = string;

/** Everything in a source that can be a key: `'pin.count'`, `` `card.kind.${kind}` `` as `card.kind.*`. */
export function keyPatterns(source: string): readonly KeyPattern[] {
  const literals = [...source.matchAll(/'([a-zA-Z]+(?:\.[\w-]+)+)'/g)].map(([, key]) => key ?? '');
  const templates = [...source.matchAll(/`([a-zA-Z]+\.(?:\$\{(?:[^{}]|\{[^{}]*\})*\}|[^`\s$])*)`/g)].map(([, key]) =>
    (key ?? '').replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '*'),
  );
  return [...literals, ...templates];
}

/** The keys that are put together at run time and may have no text. */
export function lookedUp(source: string): readonly KeyPattern[] {
  return [...source.matchAll(/lookUp\(\s*(`[^`]*`|'[^']*')/g)].flatMap(([, key]) => keyPatterns(key ?? ''));
}

/** Whether some pattern asks for a key, with or without its plural form and its variant by context. */
export function usedBy(patterns: readonly KeyPattern[]): (key: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const others = patterns
    .filter((pattern) => pattern.includes('*'))
    .map((pattern) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`, 'u'));
  const isAsked = (key: string): boolean => exact.has(key) || others.some((pattern) => pattern.test(key));
  return (key) => {
    const parts = key.split('_');
    return parts.some((_, place) => isAsked(parts.slice(0, parts.length - place).join('_')));
  };
}
