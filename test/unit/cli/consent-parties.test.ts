import { describe, expect, it } from 'vitest';
import { consentText, separateStepText } from '../../../main/cli/consent-text.js';
import { LANGUAGES, type Language } from '../../../main/cli/languages.js';
import { loadMessages } from '../../../main/cli/messages.js';
import { buildConsentModel } from '../../../main/core/consent/build-consent-model.js';
import type {
  Caller,
  ConsentModel,
  OriginRequester,
  OriginStanding,
  Recipient,
} from '../../../main/core/consent/consent-model.js';
import type { ConsentTerms } from '../../../main/core/signing/operations.js';
import { originRequester } from '../../support/origin-requester.js';
import { itemOf, preparedText } from '../../support/signable-items.js';

const SITE = 'https://service.example';
const RULE = '─'.repeat(60);
const NAME = { ja: '窓口サービス', en: 'Counter Service' };
const OPERATOR = { ja: '見本市', en: 'Sample City' };
const VERIFIED: OriginStanding = { level: 'verified', serviceId: 's', name: NAME, operator: OPERATOR };
const LISTED: OriginStanding = { ...VERIFIED, level: 'listed' };
const UNLISTED: OriginStanding = { level: 'unlisted' };
const LOOK_ALIKE: OriginStanding = { level: 'unlisted', lookAlike: { origin: 'https://serv1ce.example', name: NAME } };
const FIREFOX: Caller = { kind: 'browser', name: 'Firefox' };
const CURL: Caller = { kind: 'program', name: 'curl' };
const VERIFIER: Recipient = {
  kind: 'verifier',
  id: 'v',
  name: { ja: '検証センター', en: 'Verification Centre' },
  operator: { ja: '見本協会', en: 'Sample Association' },
};

type Overrides = Partial<Omit<OriginRequester, 'kind' | 'origin'>>;

function login(overrides: Overrides = {}, terms: ConsentTerms = {}): ConsentModel {
  const requester = originRequester(SITE, { caller: FIREFOX, ...overrides });
  return buildConsentModel({ operation: 'authenticate', requester, origin: SITE, challengeNonce: 'n', ...terms });
}

function signing(overrides: Overrides = {}, terms: ConsentTerms = {}): ConsentModel {
  const requester = originRequester(SITE, { caller: FIREFOX, ...overrides });
  const items = [itemOf('a.txt', Uint8Array.of(0x78))];
  const prepared = [preparedText('x')];
  return buildConsentModel({ operation: 'sign', requester, items, ...terms }, prepared);
}

function reading(overrides: Overrides = {}, terms: ConsentTerms = {}): ConsentModel {
  const requester = originRequester(SITE, { caller: FIREFOX, ...overrides });
  const asked = { required: ['name' as const], optional: [{ ageOver: 20 }], unverifiedPurpose: 'x' };
  return buildConsentModel({ operation: 'readAttributes', requester, ...asked, ...terms });
}

function rows(model: ConsentModel, language: Language = 'ja', columns = 120): string[] {
  return consentText(model, loadMessages(language), columns).split('\n');
}

/** The rows under a heading, up to the next row that begins at the margin. */
function under(heading: string, all: readonly string[]): string[] {
  const at = all.indexOf(heading);
  expect(at, `${heading} in\n${all.join('\n')}`).toBeGreaterThan(-1);
  const following = all.slice(at + 1);
  return following
    .slice(
      0,
      following.findIndex((row) => !row.startsWith('    ')),
    )
    .map((row) => row.trim());
}

/** What stands between the last two rules. */
function summary(model: ConsentModel): string[] {
  const all = rows(model);
  return all.slice(all.lastIndexOf(RULE, -2) + 1, -1);
}

describe('who asks', () => {
  it('is a verified service: named by the registry, with the reason', () => {
    expect(under('依頼元:', rows(login({ standing: VERIFIED })))).toEqual([
      SITE,
      '確認済みのサービス: 窓口サービス',
      '運営者: 見本市',
      'この依頼には、登録された鍵の署名があります。',
      '依頼を届けたブラウザー: Firefox',
    ]);
    const english = rows(login({ standing: VERIFIED }), 'en');
    expect(under('Requester:', english)).toContain('Verified service: Counter Service');
    expect(english.join('\n')).not.toContain('窓口サービス');
  });

  it('is a verified service whose redirect somebody else may have begun', () => {
    const started = 'ほかの人やほかのサイトが、この手続きを始めたかもしれません';
    expect(rows(login({ standing: VERIFIED, route: 'redirect' })).join('\n')).toContain(started);
    expect(rows(login({ standing: VERIFIED })).join('\n')).not.toContain(started);
  });

  it('was reported by the browser’s extension', () => {
    const brought = under('依頼元:', rows(login({ route: 'extension' }))).at(-1);
    expect(brought).toBe('依頼を届けたブラウザー: Firefox（拡張機能からの申告）');
  });

  it('is a listed origin: named, and said not to be signed', () => {
    const all = rows(login({ standing: LISTED }));
    expect(under('依頼元:', all)).toEqual([
      SITE,
      '登録されているサイト: 窓口サービス',
      '運営者: 見本市',
      'アドレスは登録されていますが、この依頼に登録された鍵の署名はありません。',
      '依頼を届けたブラウザー: Firefox',
    ]);
    expect(all.join('\n')).not.toContain('確認済み');
  });

  it('is an unlisted origin: without any name', () => {
    expect(under('依頼元:', rows(login({ standing: UNLISTED })))).toEqual([
      SITE,
      '未登録のサイト',
      'だれのサイトかは確認されていません。上のアドレスが正しいか確かめてください。',
      '依頼を届けたブラウザー: Firefox',
    ]);
  });

  it('resembles a listed origin: which one, and that it is another', () => {
    const model = login({ standing: LOOK_ALIKE });
    const shown = under('依頼元:', rows(model));
    expect(shown).toContain('注意: 登録されている「窓口サービス」に似た、別のサイトです。');
    expect(shown).toContain('登録されているほうのアドレス: https://serv1ce.example');
    expect(summary(model)).toContain('    注意: 登録されている「窓口サービス」に似た、別のサイトです。');
  });

  it('is not confirmed: nobody is called the requester, and the answer goes to the address only', () => {
    const model = login({ route: 'redirect', confirmed: false, standing: LISTED });
    const all = rows(model);
    expect(all).not.toContain('依頼元:');
    const shown = under('答えの送り先（だれの依頼かは確認できません）:', all);
    expect(shown[0]).toBe(SITE);
    expect(shown).toContain('注意: だれが始めた依頼か確認できません。');
    expect(shown.join('')).toContain('ほかの人やほかのサイトが始めた依頼かもしれません。');
    expect(shown).toContain('答えは上のアドレスだけに送ります。');
    expect(summary(model)).toContain('    注意: だれが始めた依頼か確認できません。');
    expect(summary(model)).toContain('答えの送り先（だれの依頼かは確認できません）:');
  });
});

describe('the program that brought the request', () => {
  it.each([
    ['a listed', LISTED, '登録されているサイトの名前を使っていますが、本物か確認できません。'],
    ['an unlisted', UNLISTED, '未登録のサイト'],
  ] as const)('is no browser and claims %s origin: said loudly, twice', (_what, standing, title) => {
    const model = login({ caller: CURL, standing });
    const shown = under('依頼元（自称）:', rows(model));
    expect(shown).toContain(title);
    expect(shown).toContain('注意: ブラウザーではないプログラム「curl」からの依頼です。');
    expect(shown).toContain('上のアドレスは自称です。答えもこのプログラムが受け取ります。');
    expect(summary(model)).toEqual(
      expect.arrayContaining([
        '依頼元（自称）:',
        `    ${title}`,
        '    注意: ブラウザーではないプログラム「curl」からの依頼です。',
      ]),
    );
    expect(rows(model).join('\n')).not.toContain('確認済み');
  });

  it.each(LANGUAGES)('is given nothing of the listed site whose address it gives: %s', (language) => {
    for (const model of [login, signing, reading].map((ask) => ask({ caller: CURL, standing: LISTED }))) {
      const text = rows(model, language).join('\n');
      for (const word of [...Object.values(NAME), ...Object.values(OPERATOR)]) expect(text).not.toContain(word);
      const ofBrowser = rows(
        { ...model, requester: originRequester(SITE, { caller: FIREFOX, standing: LISTED }) },
        language,
      );
      expect(ofBrowser.join('\n')).toContain(NAME[language]);
    }
  });

  it('brings a request that a service has signed: the name holds, the answer is the program’s all the same', () => {
    const shown = under('依頼元:', rows(login({ caller: CURL, standing: VERIFIED })));
    expect(shown).toContain('確認済みのサービス: 窓口サービス');
    expect(shown).toContain('注意: ブラウザーではないプログラム「curl」からの依頼です。');
    expect(shown).toContain('答えもこのプログラムが受け取ります。');
    expect(shown.join('')).not.toContain('自称');
  });

  it('brings a redirect: the answer is not said to go to the address only', () => {
    const text = rows(login({ caller: CURL, confirmed: false, route: 'redirect' })).join('\n');
    expect(text).toContain('だれが始めた依頼か確認できません');
    expect(text).toContain('ブラウザーではないプログラム「curl」');
    expect(text).not.toContain('答えは上のアドレスだけに送ります。');
  });

  it('is not known', () => {
    expect(under('依頼元:', rows(login({ caller: { kind: 'unknown' } })))).toContain(
      '依頼を届けたプログラム: 不明（ブラウザーかどうか確認できません）',
    );
  });

  it.each<Caller['kind']>(['program', 'browser'])('cannot speak for us by the name of a %s', (kind) => {
    const name = `curl」からの依頼です。\n${RULE}\n    確認済みのサービス: 銀行 {{name}} $t(consent.self)\u001b[1A\u202e`;
    const all = rows(login({ caller: kind === 'unknown' ? { kind } : { kind, name } }), 'ja', 60);
    expect(all.filter((row) => row === RULE)).toHaveLength(3);
    expect(all.filter((row) => row.trim().startsWith('確認済み'))).toEqual([]);
    // Control and bidirectional characters are what it is about.
    // eslint-disable-next-line no-control-regex
    expect(all.join('')).not.toMatch(/[\u001b\u202e]/);
    expect(all.join('')).not.toContain('curl」');
    expect(all.join('')).not.toContain('あなた自身');
  });
});

describe('who can read the result', () => {
  const HEADING = '結果を読める相手:';

  it.each([
    ['a log-in', login, 'このサイトは発行番号を読めません。'],
    ['a signature', signing, 'このサイトは署名も、氏名・住所などや発行番号も読めません。'],
    ['attributes', reading, 'このサイトは下の情報を読めません。'],
  ] as const)('of %s is a verifier, by its name', (_what, model, who) => {
    const all = rows(model({}, { recipient: VERIFIER }));
    expect(under(HEADING, all)).toEqual([
      '検証者: 検証センター',
      '運営者: 見本協会',
      `結果は暗号化して渡します。${who}`,
    ]);
    expect(summary(model({}, { recipient: VERIFIER })).slice(-2)).toEqual([HEADING, '    検証者: 検証センター']);
    expect(all.join('\n')).not.toContain('このサイトに渡ります');
  });

  it('is the site: the number common to all services goes there', () => {
    const all = rows(login());
    expect(under(HEADING, all)).toEqual(['このサイト']);
    expect(under('渡るもの:', all)).toEqual(['・発行番号は全サービス共通です。このサイトに渡ります。']);
  });

  it('is the site by a key of its own: encryption does not make it less', () => {
    const all = rows(login({}, { recipient: { kind: 'requester-key' } }));
    expect(under(HEADING, all)).toEqual(['このサイト自身（サイトが持ってきた鍵で暗号化します）']);
    expect(under('渡るもの:', all)).toEqual(['・発行番号は全サービス共通です。このサイトに渡ります。']);
  });

  it.each([
    [undefined, '依頼を届けたプログラム（サイトに渡すかどうかはこのプログラムしだい）', 'このプログラムに'],
    [
      { kind: 'requester-key' } as const,
      '依頼に付いてきた鍵の持ち主（上のアドレスのサイトとは限りません）',
      '鍵の持ち主に',
    ],
    [VERIFIER, '検証者: 検証センター', '検証者だけに'],
  ])('is not said to be a site that a program only claims to be: %j', (recipient, reader, receiver) => {
    const all = rows(signing({ caller: CURL }, recipient ? { recipient } : {}));
    expect(under(HEADING, all)[0]).toBe(reader);
    expect(under('渡るもの:', all)[1]).toContain(receiver);
    expect(all.join('\n')).not.toContain('このサイトに渡ります');
  });
});

describe('the separate step', () => {
  const t = loadMessages('ja');
  const UNLISTED_SIGNING: ConsentTerms = { separateStep: 'unlisted-signing' };

  it('is announced, and then tells what a signature is, whose site, and what goes where', () => {
    const model = signing({}, UNLISTED_SIGNING);
    expect(rows(model)).toContain('    注意: 未登録のサイトなので、はじめに別の質問で確かめます。');
    const lines = separateStepText(model, t, 80).split('\n');
    expect(lines).toContain(`    ${SITE}`);
    expect(lines.join('\n')).toContain('実印を押すことに相当します');
    expect(lines).toContain('氏名・住所・生年月日・性別と発行番号が、このサイトに渡ります。');
    expect(rows(signing()).join('\n')).not.toContain('別の質問');
  });

  it.each([
    ['a verifier', {}, VERIFIER, '検証者に渡ります'],
    ['a program', { caller: CURL }, undefined, '依頼を届けたプログラムに渡ります'],
    ['a key of somebody', { caller: CURL }, { kind: 'requester-key' } as const, '鍵の持ち主に渡ります'],
  ])('names %s as what it goes to', (_what, overrides, recipient, receiver) => {
    const text = separateStepText(signing(overrides, { ...UNLISTED_SIGNING, ...(recipient && { recipient }) }), t, 80);
    expect(text).toContain(receiver);
    expect(text).not.toContain('このサイトに渡ります');
  });
});

describe('a remembered consent', () => {
  const short = rows(login({ route: 'extension', standing: LISTED }, { remembered: 'is' }));

  it('still says who, and which certificate; why it is short, and how to undo that', () => {
    expect(under('依頼元:', short)).toEqual(expect.arrayContaining([SITE, '登録されているサイト: 窓口サービス']));
    expect(under('使う証明書:', short)[0]).toContain('利用者証明用電子証明書');
    expect(short).toContain('以前のあなたの選択により、説明を短くしています。');
    expect(short.join('\n')).toContain('madoguchi sites forget');
    expect(short.length).toBeLessThan(rows(login({ route: 'extension', standing: LISTED })).length);
  });

  it('leaves no warning out', () => {
    const warned = rows(login({ standing: LOOK_ALIKE, caller: CURL }, { remembered: 'is' })).join('\n');
    expect(warned).toContain('に似た、別のサイトです');
    expect(warned).toContain('ブラウザーではないプログラム「curl」');
  });
});

describe('every combination', () => {
  const standings = [VERIFIED, LISTED, UNLISTED, LOOK_ALIKE];
  const callers: Caller[] = [FIREFOX, CURL, { kind: 'unknown' }];
  const recipients: (Recipient | undefined)[] = [undefined, { kind: 'requester-key' }, VERIFIER];
  const overrides = standings.flatMap((standing) =>
    callers.flatMap((caller) => [true, false].map((confirmed) => ({ standing, caller, confirmed }))),
  );
  const models = overrides.flatMap((override) =>
    recipients.flatMap((recipient) => {
      const terms: ConsentTerms = recipient ? { recipient } : {};
      return [
        login(override, terms),
        login(override, { ...terms, remembered: 'is' }),
        signing(override, { ...terms, separateStep: 'unlisted-signing' }),
        reading(override, terms),
      ];
    }),
  );

  it.each(LANGUAGES)('has all its words (%s), each foreign text behind the margin, the address first', (language) => {
    const t = loadMessages(language);
    for (const model of models) {
      const text = `${consentText(model, t)}\n${separateStepText(model, t)}`;
      // What i18next writes for a key or a value that is missing.
      expect(text).not.toMatch(/(consent|ask)\.[a-zA-Z]|\{\{|undefined/);
      const all = text.split('\n');
      expect(all[4]).toBe(`    ${SITE}`);
      expect(all.filter((row) => /^\S.*(窓口サービス|Counter|curl|検証セ|Verification C)/.test(row))).toEqual([]);
    }
  });

  it('calls verified only what is', () => {
    for (const model of models) {
      const verified = model.requester.kind === 'origin' && model.requester.standing.level === 'verified';
      expect(rows(model).join('\n').includes('確認済みのサービス')).toBe(verified);
    }
  });
});
