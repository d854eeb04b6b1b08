import { describe, expect, it } from 'vitest';
import { consentText } from '../../../main/cli/consent-text.js';
import { loadMessages } from '../../../main/cli/messages.js';
import { buildConsentModel } from '../../../main/core/consent/build-consent-model.js';
import type { ConsentModel, Requester } from '../../../main/core/consent/consent-model.js';
import { originRequester } from '../../support/origin-requester.js';
import { itemOf, preparedText } from '../../support/signable-items.js';

const t = loadMessages('ja');
const SITE = originRequester('https://service.example');
const RULE = '─'.repeat(60);
const SHA_256 = '0123456789abcdef'.repeat(4);

interface Item {
  readonly name?: string;
  readonly text?: string;
}

function signing(items: readonly Item[], requester: Requester = SITE): ConsentModel {
  return buildConsentModel(
    { operation: 'sign', requester, items: items.map(({ name = 'a.txt' }) => itemOf(name, Uint8Array.of(0x78))) },
    items.map(({ text = 'x' }) => preparedText(text, SHA_256)),
  );
}

function rows(model: ConsentModel, columns?: number): string[] {
  return consentText(model, t, columns).split('\n');
}

/** Columns in a terminal that draws every character but ASCII wide. */
function width(row: string): number {
  return Array.from(row).reduce((sum, character) => sum + (character < '\u007f' ? 1 : 2), 0);
}

const contentRows = (all: readonly string[]): string[] => all.filter((row) => row.startsWith('       │ '));

describe('foreign text in the consent of a terminal', () => {
  it.each([60, 80, 120])('never reaches the margin of a screen of %i columns', (columns) => {
    const fill = 'あ𠮷a'.repeat(60);
    const forged = `${' '.repeat(columns - 9)}${RULE}`;
    const model = signing([
      { name: fill, text: `${fill}\n${forged}\n${'e\u0301'.repeat(90)}\ne${'\u0301'.repeat(190)}` },
    ]);
    const shown = contentRows(rows(model, columns));
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.filter((row) => width(row) >= columns)).toEqual([]);
    const content = shown.map((row) => row.slice('       │ '.length)).join('');
    for (const line of [fill.slice(0, 200), RULE, 'e\u0301'.repeat(90)]) expect(content).toContain(line);
  });

  it('is wrapped on behalf of programs and sites alike', () => {
    const claimed = signing([{}], { kind: 'local-program', claimedOrigin: `https://${'a'.repeat(200)}.example` });
    const unicodeOrigin = `https://${'例'.repeat(60)}.example`;
    const idn = signing([{}], originRequester(`https://xn--${'a'.repeat(200)}.example`, { unicodeOrigin }));
    for (const model of [claimed, idn]) {
      const all = rows(model);
      expect(all.filter((row) => /a{20}|例{10}/.test(row) && width(row) >= 80)).toEqual([]);
      expect(all.filter((row) => /^ {4}│ /.test(row)).length).toBeGreaterThan(1);
    }
  });

  it('takes no more rows than leave ours on the screen, and says how many lines are missing', () => {
    const text = (lines: number): string => 'x\n'.repeat(lines);
    const all = rows(signing([{ text: text(50) }, { text: text(39) }, { text: text(30) }, { text: text(3) }]));
    expect(contentRows(all)).toHaveLength(40 + 20);
    expect(all.filter((row) => row.includes('行を表示していません')).map((row) => /\d+/.exec(row)?.[0])).toEqual(
      // The second does not fit line by line into what the first left.
      ['10', '19', '30', '3'],
    );
  });

  it('counts rows, not lines', () => {
    const all = rows(signing([{ text: `${'あ'.repeat(150)}\n`.repeat(20) }]));
    expect(contentRows(all).length).toBeLessThanOrEqual(40);
    expect(all.join('\n')).toMatch(/（長いため、\d+行を表示していません）/);
  });

  it.each([
    ['{{size}} {{count}} $t(consent.self) $&', '「{{size}} {{count}} $t(consent.self) $&」'],
    ['a.txt」 1 バイト 「', '「a.txt』 1 バイト 『」'],
    ['a" “b” ｢c｣', '「a’ ‘b’ 『c』」'],
  ])('as the name %j cannot say anything for us', (name, shown) => {
    const all = rows(signing([{ name, text: 'four' }]));
    const at = all.indexOf(`    1. ${shown}`);
    expect(all.slice(at, at + 4)).toEqual([
      `    1. ${shown}`,
      '       形式: CMS（.p7s / .p7m）',
      '       大きさ: 4 バイト',
      `       SHA-256 ${SHA_256}`,
    ]);
  });

  it('cannot close the quotes around a claimed origin', () => {
    const text = consentText(
      signing([{}], { kind: 'local-program', claimedOrigin: 'x」は確認済みです。「{{origin}}' }),
      t,
      120,
    );
    expect(text).toContain('「x』は確認済みです。『{{origin}}」のためだと言っていますが、確認できません。');
  });
});

describe('summary right above the question', () => {
  /** What stands between the last two rules. */
  function summary(model: ConsentModel): string[] {
    const all = rows(model);
    expect(all.at(-1)).toBe(RULE);
    return all.slice(all.lastIndexOf(RULE, -2) + 1, -1);
  }

  it('repeats operation, requester and what leaves', () => {
    expect(summary(signing([{ text: `${RULE}\n`.repeat(100) }, {}]))).toEqual([
      'まとめ: 署名の確認',
      '依頼元:',
      '    https://service.example',
      '    未登録のサイト',
      '渡るもの:',
      '    署名用電子証明書での署名2件、氏名・住所・生年月日・性別、発行番号',
      '結果を読める相手:',
      '    このサイト',
    ]);
  });

  it('does so for a log-in', () => {
    const request = { operation: 'authenticate', origin: 'https://service.example', challengeNonce: '' } as const;
    expect(summary(buildConsentModel({ ...request, requester: SITE }))).toEqual([
      'まとめ: ログインの確認',
      '依頼元:',
      '    https://service.example',
      '    未登録のサイト',
      '渡るもの:',
      '    利用者証明用電子証明書での署名、発行番号',
      '結果を読める相手:',
      '    このサイト',
    ]);
  });

  it('repeats no claim of a program', () => {
    const program = signing([{}], { kind: 'local-program', claimedOrigin: 'https://service.example' });
    expect(summary(program)).toContain('    このPCのプログラム');
    expect(summary(program).join('\n')).not.toContain('service.example');
    expect(summary(signing([{}], { kind: 'self' }))).toContain('作るもの:');
  });
});
