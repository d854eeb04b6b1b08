import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../sdk/protocol/index.js';
import { ClientError } from '../../../main/core/errors.js';
import type { Language } from '../../../main/cli/languages.js';
import { loadMessages } from '../../../main/cli/messages.js';
import { failureText } from '../../../main/cli/output.js';

/** `a.b.c` of every text, without the endings by which i18next chooses a plural. */
function keysOf(language: Language): Set<string> {
  const path = join(import.meta.dirname, `../../../resources/locales/${language}.json`);
  const keys = new Set<string>();
  const visit = (value: unknown, prefix: string): void => {
    if (typeof value === 'string') keys.add(prefix.replace(/_(one|other)$/, ''));
    else for (const [key, inner] of Object.entries(value as object)) visit(inner, prefix ? `${prefix}.${key}` : key);
  };
  visit(JSON.parse(readFileSync(path, 'utf8')), '');
  return keys;
}

describe('texts', () => {
  it('exist in both languages', () => {
    expect([...keysOf('ja')].sort()).toEqual([...keysOf('en')].sort());
  });

  function text(language: Language, code: ErrorCode, details: ClientError['details']): string {
    return failureText(new ClientError(code, '', { details }), loadMessages(language));
  }

  it('say that a kiosk unblocks the PINs of the certificates, and no other', () => {
    expect(text('ja', 'ERR_PIN_BLOCKED', { role: 'signing' })).toContain('コンビニ');
    expect(text('ja', 'ERR_PIN_BLOCKED', { role: 'profile' })).toBe(
      '暗証番号がロックされています。住民票のある市区町村の窓口で解除できます。',
    );
    expect(text('en', 'ERR_PIN_BLOCKED', { role: 'profile' })).not.toContain('kiosk');
  });

  it.each([
    'empty',
    'too-short',
    'too-long',
    'full-width',
    'characters',
    'one-kind',
    'unchanged',
    'mismatch',
    'trivial',
  ])('say which rule an entry breaks: %s', (rule) => {
    for (const language of ['ja', 'en'] as const) {
      const details = { rule, role: 'signing', minLength: 6, maxLength: 16 };
      const own = text(language, 'ERR_PIN_FORMAT', details);
      expect(own).not.toBe(text(language, 'ERR_PIN_FORMAT', {}));
      expect(own).not.toMatch(/\$t|\{\{|ask\./);
    }
  });
});
