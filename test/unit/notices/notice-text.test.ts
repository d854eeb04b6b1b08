import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoDate, isoDateTime } from '../../../main/cli/dates.js';
import { LANGUAGES } from '../../../main/cli/languages.js';
import { loadMessages } from '../../../main/cli/messages.js';
import { noticeText, type NoticeWords } from '../../../main/core/notices/notice-text.js';
import {
  EXPIRY_STEPS,
  type KeyUsedNotice,
  type Notice,
  type NoticeRequester,
} from '../../../main/core/notices/notice.js';

const wordsOf = (language: (typeof LANGUAGES)[number]): NoticeWords => {
  const t = loadMessages(language);
  return { t: (key, values) => t(key, { ...values }), moment: isoDateTime, day: isoDate };
};
const origin = (text: string, more: object = {}): NoticeRequester => ({
  kind: 'origin',
  origin: text,
  confirmed: true,
  ...more,
});
const used = (requester: NoticeRequester, more: Partial<KeyUsedNotice> = {}): KeyUsedNotice => ({
  kind: 'key-used',
  requester,
  operation: 'authenticate',
  pinRole: 'authentication',
  at: '2026-11-21T06:02:11.000Z',
  items: 0,
  outcome: { status: 'done' },
  testCard: false,
  ...more,
});

const OPERATIONS = ['authenticate', 'sign', 'read-certificate', 'read-attributes', 'change-pin'] as const;
const OUTCOMES = [{ status: 'done' }, { status: 'failed', code: 'ERR_CARD_REMOVED' }] as const;
const REQUESTERS: readonly NoticeRequester[] = [
  origin('https://one.example'),
  origin('https://xn--r8jz45g.jp', { unicodeOrigin: 'https://例え.jp', confirmed: false }),
  { kind: 'local-program' },
  { kind: 'local-program', unverifiedOrigin: 'https://claimed.example' },
  { kind: 'self' },
];
const NOTICES: readonly Notice[] = [
  ...OPERATIONS.flatMap((operation) => OUTCOMES.map((outcome) => used({ kind: 'self' }, { operation, outcome }))),
  ...REQUESTERS.map((requester) => used(requester, { operation: 'sign', items: 2, testCard: true })),
  ...(['authentication', 'signing', 'profile', 'number-b'] as const).map((pinRole) =>
    used({ kind: 'self' }, { pinRole }),
  ),
  ...EXPIRY_STEPS.flatMap((step) =>
    (['authentication', 'signing'] as const).map((role): Notice => {
      const days = step === 'expired' ? 0 : step;
      return { kind: 'certificate-expiring', role, step, days, notAfter: '2027-03-31T14:59:59.000Z' };
    }),
  ),
  { kind: 'certificate-expiring', role: 'signing', step: 1, days: 0, notAfter: '2027-03-31T14:59:59.000Z' },
  { kind: 'card-left', minutes: 10 },
  { kind: 'history-unwritten', code: 'ERR_INTERNAL_FILE' },
];

describe.each(LANGUAGES)('in %s', (language) => {
  const words = wordsOf(language);

  it.each(NOTICES.map((notice) => [notice]))('%j has words', (notice) => {
    const { title, lines } = noticeText(notice, words);
    for (const text of [title, ...lines]) {
      expect(text.trim()).not.toBe('');
      // What i18next writes where a text or one of its values is missing.
      expect(text).not.toMatch(/notice\.|\{\{|undefined|\n/);
      expect(/[ぁ-ん]/.test(title)).toBe(language === 'ja');
    }
  });

  it('says different things differently', () => {
    const texts = NOTICES.map((notice) => JSON.stringify(noticeText(notice, words)));
    expect(new Set(texts).size).toBe(new Set(NOTICES.map((notice) => JSON.stringify(notice))).size);
  });
});

describe('who asked', () => {
  const words = wordsOf('en');

  it('stands first, in full, alone in its line, with its ASCII form before the Unicode one', () => {
    const long = `https://${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.go.jp.evil.example:65535`;
    expect(noticeText(used(origin(long)), words).lines[0]).toBe(long);
    const idn = origin('https://xn--r8jz45g.jp', { unicodeOrigin: 'https://例え.jp' });
    expect(noticeText(used(idn), words).lines.slice(0, 2)).toEqual(['https://xn--r8jz45g.jp', 'https://例え.jp']);
  });

  it.each([
    ['reordering', 'https://evil.example/\u202epj.og', 'https://evil.example/<U+202E>pj.og'],
    [
      'a line of its own',
      'https://evil.example\nYourself, on this PC',
      'https://evil.example\ufffdYourself, on this PC',
    ],
    ['an escape sequence', 'https://evil.example\u001b[2J', 'https://evil.example\ufffd[2J'],
    ['what cannot be seen', 'https://go\u200b.jp', 'https://go<U+200B>.jp'],
    ['a place for a value', 'https://{{count}}.example', 'https://{{count}}.example'],
    ['another text', 'https://$t(notice.keyUsed.self).example', 'https://$t(notice.keyUsed.self).example'],
  ])('cannot bring %s', (_, unverified, shown) => {
    const withOrigin = noticeText(used(origin(unverified)), words);
    expect(withOrigin.lines[0]).toBe(shown);
    expect(withOrigin.lines.length).toBe(noticeText(used(origin('https://a.example')), words).lines.length);
    const claimed = noticeText(used({ kind: 'local-program', unverifiedOrigin: unverified }), words);
    expect(claimed.lines[2]).toBe(`│ ${shown}`);
    const isUntouched = shown === unverified;
    const unicode = noticeText(used(origin('https://a.example', { unicodeOrigin: unverified })), words);
    expect(unicode.lines.includes(shown)).toBe(isUntouched);
  });

  it('brings nothing into any other line or the title, whatever it is', () => {
    const plain = noticeText(used(origin('https://a.example')), words);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (unverified) => {
        const { title, lines } = noticeText(used(origin(unverified)), words);
        expect([title, ...lines.slice(1)]).toEqual([plain.title, ...plain.lines.slice(1)]);
        expect(lines[0]).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
      }),
    );
  });

  it('who is not confirmed is said, and what to do if it was not expected', () => {
    const [confirmed, unconfirmed, self] = [
      noticeText(used(origin('https://a.example')), words).lines,
      noticeText(used(origin('https://a.example', { confirmed: false })), words).lines,
      noticeText(used({ kind: 'self' }), words).lines,
    ];
    expect(unconfirmed.length).toBe(confirmed.length + 1);
    expect(confirmed.at(-1)).toContain('did not expect');
    expect(self.at(-1)).not.toContain('did not expect');
  });
});
