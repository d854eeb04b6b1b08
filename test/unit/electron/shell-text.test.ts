import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dayText, momentText, windowLanguage } from '../../../main/electron/language.js';
import { noticeWords } from '../../../main/electron/messages.js';
import { fill, shellText } from '../../../main/electron/shell-text.js';
import { trayLook } from '../../../main/electron/tray-menu.js';
import { WINDOW_LANGUAGES } from '../../../main/ipc/app.js';
import { packageRoot } from '../../../main/node/package-root.js';

const SHAPES = ['no-reader', 'no-card', 'card', 'working', 'error'] as const;

describe('the language of the shell', () => {
  it.each<[Parameters<typeof windowLanguage>, string]>([
    [['system', ['ja-JP']], 'ja'],
    [['system', ['en-GB', 'ja']], 'en'],
    [['system', ['fr-FR', 'vi-VN']], 'vi'],
    [['system', ['zh-Hans-CN']], 'zh-Hans'],
    [['system', ['zh-CN']], 'zh-Hans'],
    [['system', ['zh-TW', 'ko']], 'ko'],
    [['system', ['pt_BR', 'pt-BR']], 'pt'],
    [['system', ['C', 'jam']], 'ja'],
    [['system', []], 'ja'],
    [['ja-simple', ['en']], 'ja-simple'],
  ])('%j is %s', ([setting, preferred], language) => {
    expect(windowLanguage(setting, preferred)).toBe(language);
  });

  it.each(WINDOW_LANGUAGES)('has every text, with what is filled in, in %s', (language) => {
    const text = shellText(language);
    const leaves = (value: object): string[] =>
      Object.values(value).flatMap((member) => (typeof member === 'string' ? [member] : leaves(member as object)));
    expect(leaves(text).every((leaf) => leaf.trim() !== '')).toBe(true);
    expect(text.refusedSwitch).toContain('{{name}}');
    expect(text.notStarted).toContain('{{reason}}');
    expect(text.lastUse).toContain('{{moment}}');
    expect(momentText(language, new Date(0))).toMatch(/19(?:69|70)/);
    expect(dayText(language, new Date(0))).toContain('1970');
  });

  it('fills in values once, whatever they look like', () => {
    expect(fill('{{a}} {{b}} {{c}}', { a: '{{b}}', b: '$&' })).toBe('{{b}} $& ');
  });

  it.each(WINDOW_LANGUAGES)('has words for notices in %s', (language) => {
    const { t } = noticeWords(language);
    expect(t('notice.cardLeft.text', { count: 10 })).toContain('10');
    expect(t('notice.keyUsed.at', { moment: '<&{{x}}$t(y)>' })).toContain('<&{{x}}$t(y)>');
  });
});

describe('the tray', () => {
  const actions = { open: () => undefined, quit: () => undefined };
  const look = (state: object) =>
    trayLook({ language: 'ja', shape: 'card', isUnreachable: false, lastUse: undefined, ...state }, actions);

  it('has a picture of its own for every shape, on every system', () => {
    const files = SHAPES.flatMap((shape) =>
      ['', '@2x', '-large', 'Template', 'Template@2x'].map((suffix) => `${shape}${suffix}.png`),
    );
    const folder = join(packageRoot(), 'resources', 'icons', 'tray');
    expect(files.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
    for (const suffix of ['', '-large', 'Template']) {
      const pictures = SHAPES.map((shape) => readFileSync(join(folder, `${shape}${suffix}.png`)).toString('base64'));
      expect(new Set(pictures).size).toBe(SHAPES.length);
    }
  });

  it('says when the card was used last', () => {
    expect(look({}).menu[1]).toMatchObject({ label: '起動してからカードは使われていません' });
    expect(look({ lastUse: new Date('2026-11-21T12:00:00') }).menu[1]).toMatchObject({
      label: expect.stringContaining('2026年11月21日') as string,
    });
  });

  it('says first that pages cannot reach it, but not over what is being done', () => {
    expect(look({ isUnreachable: true }).shape).toBe('error');
    expect(look({ isUnreachable: true, shape: 'working' }).shape).toBe('working');
  });
});
