import { domainToASCII, domainToUnicode } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePunycode } from '../../../main/core/bridge/punycode.js';

/** RFC 3492 §7.1, samples (A) to (S). */
const RFC_3492_SAMPLES: readonly (readonly [string, string])[] = [
  ['egbpdaj6bu4bxfgehfvwxn', 'ليهمابتكلموشعربي؟'],
  ['ihqwcrb4cv8a8dqg056pqjye', '他们为什么不说中文'],
  ['ihqwctvzc91f659drss3x8bo0yb', '他們爲什麽不說中文'],
  ['Proprostnemluvesky-uyb24dma41a', 'Pro\u010Dprost\u011Bnemluv\u00ED\u010Desky'],
  ['4dbcagdahymbxekheh6e0a7fei0b', 'למההםפשוטלאמדבריםעברית'],
  ['i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd', 'यहलोगहिन्दीक्योंनहींबोलसकतेहैं'],
  ['n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa', 'なぜみんな日本語を話してくれないのか'],
  [
    '989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c',
    '세계의모든사람들이한국어를이해한다면얼마나좋을까',
  ],
  ['b1abfaaepdrnnbgefbaDotcwatmq2g4l', 'почемужеонинеговорятпорусски'],
  ['PorqunopuedensimplementehablarenEspaol-fmd56a', 'Porqu\u00E9nopuedensimplementehablarenEspa\u00F1ol'],
  [
    'TisaohkhngthchnitingVit-kjcr8268qyxafd2f1b9g',
    'T\u1EA1isaoh\u1ECDkh\u00F4ngth\u1EC3ch\u1EC9n\u00F3iti\u1EBFngVi\u1EC7t',
  ],
  ['3B-ww4c5e180e575a65lsy2b', '3年B組金八先生'],
  ['-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n', '安室奈美恵-with-SUPER-MONKEYS'],
  ['Hello-Another-Way--fc4qua05auwb3674vfr0b', 'Hello-Another-Way-それぞれの場所'],
  ['2-u9tlzr9756bt3uc0v', 'ひとつ屋根の下2'],
  ['MajiKoi5-783gue6qz075azm5e', 'MajiでKoiする5秒前'],
  ['de-jg4avhby1noc0d', 'パフィーdeルンバ'],
  ['d9juau41awczczp', 'そのスピードで'],
  ['-> $1.00 <--', '-> $1.00 <-'],
];

describe('decodePunycode', () => {
  it.each(RFC_3492_SAMPLES)('decodes RFC 3492 §7.1 %s', (encoded, decoded) => {
    expect(decodePunycode(encoded)).toBe(decoded);
  });

  it.each([
    ['a character that is no digit', 'abc!'],
    ['an integer without its last digit', 'ihqwcrb4cv8a8dqg056pqjy'],
    ['a code point past U+10FFFF', '99999999'],
    ['an integer past any code point', '9'.repeat(60)],
    ['a surrogate', encodeOne(0xd800)],
    ['a basic part that is not ASCII', 'é-abc'],
    ['a label longer than a host name', 'a'.repeat(256)],
  ])('refuses %s', (_, label) => {
    expect(decodePunycode(label)).toBeUndefined();
  });

  it('agrees with the runtime on every label the runtime encodes', () => {
    const labels = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .map((label) => domainToASCII(`${label}.example`).split('.')[0] ?? '')
      .filter((label) => label.startsWith('xn--'));
    fc.assert(
      fc.property(labels, (label) => {
        expect(decodePunycode(label.slice(4))).toBe(domainToUnicode(`${label}.example`).replace(/\.example$/, ''));
      }),
      { numRuns: 500 },
    );
  });
});

/** Punycode of one code point below 36 · 455, where the first integer needs three digits at most. */
function encodeOne(codePoint: number): string {
  const digits = 'abcdefghijklmnopqrstuvwxyz0123456789';
  let rest = codePoint - 0x80;
  let text = '';
  for (let k = 36; ; k += 36) {
    const threshold = Math.min(Math.max(k - 72, 1), 26);
    if (rest < threshold) return text + digits.charAt(rest);
    text += digits.charAt(threshold + ((rest - threshold) % (36 - threshold)));
    rest = Math.floor((rest - threshold) / (36 - threshold));
  }
}
