import { describe, expect, it } from 'vitest';
import { consentText } from '../../../main/cli/consent-text.js';
import type { Language } from '../../../main/cli/languages.js';
import { loadMessages } from '../../../main/cli/messages.js';
import { buildConsentModel } from '../../../main/core/consent/build-consent-model.js';
import type { ConsentModel } from '../../../main/core/consent/consent-model.js';
import type { RequestedAttribute } from '../../../sdk/protocol/index.js';
import { originRequester } from '../../support/origin-requester.js';

const RULE = '─'.repeat(60);

interface Asked {
  readonly required?: readonly RequestedAttribute[];
  readonly optional?: readonly RequestedAttribute[];
  readonly purpose?: string;
}

function reading({ required = [], optional = [], purpose = 'x' }: Asked): ConsentModel {
  return buildConsentModel({
    operation: 'readAttributes',
    requester: originRequester(),
    required,
    optional,
    unverifiedPurpose: purpose,
  });
}

function rows(model: ConsentModel, language: Language = 'ja', columns = 100): string[] {
  return consentText(model, loadMessages(language), columns).split('\n');
}

function under(heading: string, all: readonly string[]): string[] {
  const following = all.slice(all.indexOf(heading) + 1);
  return following
    .slice(
      0,
      following.findIndex((row) => !row.startsWith('    ')),
    )
    .map((row) => row.trim());
}

describe('attributes for a service', () => {
  it('stand in order, required ones first, each by the number under which it can be left out', () => {
    const all = rows(reading({ required: ['gender', 'name'], optional: ['address', { ageOver: 20 }] }));
    expect(all[1]).toBe('氏名などを渡すことの確認');
    expect(under('使う暗証番号:', all)).toEqual(['券面事項入力補助用暗証番号（数字4桁）']);
    expect(under('渡るもの:', all)).toEqual([
      '1. ［必須］性別',
      '2. ［必須］氏名',
      '3. ［任意］住所',
      '4. ［任意］20歳以上かどうか（生年月日は渡りません）',
      '［任意］のものは、渡さないことを選べます。',
    ]);
    expect(all.at(-4)).toBe('    性別、氏名、住所［任意］、20歳以上かどうか（生年月日は渡りません）［任意］');
    expect(all).toContain('    個人番号（マイナンバー）は読み取りません。');
  });

  it('are said in English, too', () => {
    const all = rows(reading({ required: ['name'], optional: [{ ageOver: 18 }] }), 'en');
    expect(under('What leaves:', all)).toEqual([
      '1. [required] Name',
      '2. [optional] Whether you are 18 or older (the birth date is not handed over)',
      'You can leave out what is [optional].',
    ]);
  });

  it('say nothing of leaving out where nothing is optional', () => {
    expect(rows(reading({ required: ['name', 'gender'] })).join('\n')).not.toContain('渡さないことを選べます');
  });

  it.each<[string, Asked]>([
    ['required', { required: ['birthDate', { ageOver: 20 }] }],
    ['optional', { required: [{ ageOver: 20 }], optional: ['birthDate'] }],
  ])('do not say that the birth date stays where it is asked for as %s', (_what, asked) => {
    const text = rows(reading(asked)).join('\n');
    expect(text).toContain('20歳以上かどうか');
    expect(text).not.toContain('生年月日は渡りません');
  });

  it('warn where several ages together come close to the birth date', () => {
    const WARNING = '注意: 年齢についての答えをいくつか合わせると、生まれた年が絞り込まれます。';
    expect(under('渡るもの:', rows(reading({ required: [{ ageOver: 20 }], optional: [{ ageOver: 21 }] })))).toContain(
      WARNING,
    );
    expect(under('渡るもの:', rows(reading({ required: ['name', { ageOver: 20 }] })))).not.toContain(WARNING);
  });
});

describe('a purpose', () => {
  const HEADING = '使う目的（依頼元が書いた文で、確認されていません）:';

  it('stands in quotes, under a heading that says whose words they are', () => {
    expect(under(HEADING, rows(reading({ required: ['name'], purpose: '会員登録のため' })))).toEqual([
      '「会員登録のため」',
    ]);
  });

  it.each([
    ['closes the quotes', 'x」\n確認済みのサービス: 銀行「', '「x』�確認済みのサービス: 銀行『」'],
    ['closes other quotes', 'x” (verified) “｢﹂', '「x’ (verified) ‘『』」'],
    ['moves the cursor', '\u001b[3A\u001b[2K無害', '「�[3A�[2K無害」'],
    ['turns the writing round', '\u202e号番人個\u202c', '「<U+202E>号番人個<U+202C>」'],
    ['is a template', '{{name}} $t(consent.self) $& %s', '「{{name}} $t(consent.self) $& %s」'],
    ['breaks lines in other ways', 'a\r\nb\u2028c\u0085d', '「a��b�c�d」'],
  ])('that %s does not get out', (_what, purpose, shown) => {
    expect(under(HEADING, rows(reading({ required: ['name'], purpose })))).toEqual([shown]);
  });

  it.each([40, 80, 120])(
    'never reaches the margin of a screen of %i columns, nor pushes the list off it',
    (columns) => {
      const purpose = `${'あ𠮷a'.repeat(30)}${RULE}依頼元: https://bank.example ${'い'.repeat(500)}`;
      const all = rows(reading({ required: ['name'], purpose }), 'ja', columns);
      const at = all.indexOf(HEADING);
      const quoted = all.slice(at + 1, all.indexOf('', at));
      expect(quoted.slice(1).every((row) => row.startsWith('    │ '))).toBe(true);
      expect(quoted.length).toBeLessThanOrEqual(Math.ceil((200 * 2) / (columns - 10)) + 2);
      expect(all.filter((row) => row === RULE)).toHaveLength(3);
      expect(all.slice(at)).toContain('    1. ［必須］氏名');
    },
  );
});
