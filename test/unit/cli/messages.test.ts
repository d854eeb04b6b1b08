import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ExitCode, exitCodeOf } from '../../../main/cli/exit-codes.js';
import { LANGUAGES } from '../../../main/cli/languages.js';
import { loadMessages } from '../../../main/cli/messages.js';
import { failureText } from '../../../main/cli/output.js';
import { packageRoot } from '../../../main/node/package-root.js';
import { ERROR_CODES } from '../../../sdk/protocol/index.js';

describe.each(LANGUAGES)('texts in %s', (language) => {
  const t = loadMessages(language);

  it.each(ERROR_CODES)('say what %s means', (code) => {
    const text = failureText({ code, details: { triesLeft: 2 } }, t);
    expect(text).not.toBe('');
    // What i18next writes where a text or one of its values is missing.
    expect(text).not.toMatch(/error\.|ERR_|\{\{|undefined/);
  });
});

it.each([[], ['documents']])('every text is there in each language: %s', (...folders) => {
  const [japanese, english] = LANGUAGES.map((language) => keysOf(...folders, language));
  expect(japanese).toEqual(english);
});

/** Plural forms count as one. */
function keysOf(...path: readonly string[]): string[] {
  const file = readFileSync(`${join(packageRoot(), 'resources', 'locales', ...path)}.json`, 'utf8');
  const paths = leaves(JSON.parse(file)).map((path) => path.replace(/_(one|other)\.$/, '.'));
  return [...new Set(paths)].sort();
}

function leaves(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [''];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner).map((path) => `${key}.${path}`));
}

it.each(ERROR_CODES)('%s has an exit code of its area', (code) => {
  const exitCode = exitCodeOf(code);
  expect(Object.values(ExitCode)).toContain(exitCode);
  expect(exitCode).not.toBe(ExitCode.DONE);
});
