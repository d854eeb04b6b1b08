import { WINDOW_LANGUAGES, type WindowLanguage } from '../../main/ipc/app.js';
import type { LoadTexts } from './text.js';
import type { TextTree, Topic } from './text-keys.js';

type LoadFile = () => Promise<{ readonly default: TextTree }>;

/** `import.meta.glob` of the bundler: one chunk for each file, by path. */
export type TextFiles = Readonly<Record<string, LoadFile>>;

const isOf = (path: string, language: WindowLanguage): boolean =>
  path.includes(`/${language}/`) || path.endsWith(`/documents/${language}.json`);

function topicOf(path: string): Topic {
  if (path.includes('/documents/')) return 'document';
  return (path.split('/').at(-1) ?? '').replace('.json', '') as Topic;
}

/** The topics of one window in one language, which may lack some. */
export function loadTextsFrom(files: TextFiles): LoadTexts {
  return async (language) => {
    const entries = Object.entries(files).filter(([path]) => isOf(path, language));
    if (entries.length === 0) throw new Error(`no texts in ${language}; there are ${WINDOW_LANGUAGES.join(', ')}`);
    const loaded = await Promise.all(
      entries.map(async ([path, load]) => [topicOf(path), (await load()).default] as const),
    );
    return Object.fromEntries(loaded);
  };
}
