import { createLog } from '../node/log.js';
import { openPersonSettings } from '../node/settings/index.js';
import { requireOwnStateDirectory, stateDirectory } from '../node/state-directory.js';
import type { GlobalOptions } from './global-options.js';
import { LANGUAGES } from './languages.js';

/**
 * The setting `language` where `--language` says nothing. A language that only windows have texts in is the system's here. A
 * policy or a state directory that cannot be used is for the command to report.
 */
export function withLanguageSetting(options: GlobalOptions): GlobalOptions {
  if (options.language !== undefined) return options;
  try {
    const directory = stateDirectory(process.env);
    requireOwnStateDirectory(directory);
    const store = openPersonSettings({ stateDirectory: directory, log: createLog('silent') });
    const { value } = store.read().settings.language;
    const names: readonly string[] = value === 'ja-simple' ? [value, 'ja'] : [value];
    const language = LANGUAGES.find((known) => names.includes(known));
    return language === undefined ? options : { ...options, language };
  } catch {
    return options;
  }
}
