import { describe, expect, it } from 'vitest';
import { JPKI_2016 } from '../../../main/core/card/card-generation.js';
import { normalizePin } from '../../../main/core/card/pin-format.js';
import { boundedDisplayText, displayText } from '../../../main/core/consent/display-text.js';
import { previewText } from '../../../main/core/consent/preview.js';
import { SessionStateMachine } from '../../../main/core/signing/session-state.js';

const authentication = JPKI_2016.keys.authentication.pinFormat;
const signing = JPKI_2016.keys.signing.pinFormat;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('PIN format, checked before it could cost a try', () => {
  it.each([
    ['1234', authentication, undefined],
    ['', authentication, 'empty'],
    ['123', authentication, 'too-short'],
    ['12345', authentication, 'too-long'],
    ['12a4', authentication, 'characters'],
    ['１２３４', authentication, 'full-width'],
    ['ABC123', signing, undefined],
    ['abc123', signing, undefined],
    ['ABC12', signing, 'too-short'],
    ['ABCDEFGHIJKLMNOPQ', signing, 'too-long'],
    ['ABC 12', signing, 'characters'],
    ['ABC12\u0000', signing, 'characters'],
  ])('%s', (text, format, fault) => {
    expect(normalizePin(encode(text), format)).toBe(fault);
  });

  it('upper-cases the signing password in place, as the official software does', () => {
    const pin = encode('abC12z');
    normalizePin(pin, signing);
    expect(new TextDecoder().decode(pin)).toBe('ABC12Z');
  });
});

describe('foreign text in our dialogs', () => {
  it.each([
    ['届出書 𠮷野葛󠄀子.pdf', '届出書 𠮷野葛󠄀子.pdf'],
    ['a\u001b[2Jb', 'a\ufffd[2Jb'],
    ['a\r\nSHA-256 0000', 'a\ufffd\ufffdSHA-256 0000'],
    ['\u202efdp.exe', '<U+202E>fdp.exe'],
    ['a\u2066b\u200bc\ufeff', 'a<U+2066>b<U+200B>c<U+FEFF>'],
    ['a\u2028b\u0085c', 'a\ufffdb\ufffdc'],
    ['a\ud800b', 'a<U+D800>b'],
    ['a\u{e0041}b', 'a<U+E0041>b'],
    ['a\u034fb\ufe0fc\ufe00', 'a<U+034F>b<U+FE0F>c<U+FE00>'],
    ['a\u2800b\u{1d173}c\u{1d17a}', 'a<U+2800>b<U+1D173>c<U+1D17A>'],
    ['a\ufff0b\ufff9c\u{1bca0}\u{e0fff}', 'a<U+FFF0>b<U+FFF9>c<U+1BCA0><U+E0FFF>'],
    ['葛\u{e0100}辻\u{e01ef}\u{e01f0}', '葛\u{e0100}辻\u{e01ef}<U+E01F0>'],
  ])('%j', (unverified, shown) => {
    expect(displayText(unverified)).toBe(shown);
  });

  it('leaves nothing ignorable but what chooses the form of an ideograph', () => {
    const ignorable = /\p{Default_Ignorable_Code_Point}/u;
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
      const character = String.fromCodePoint(codePoint);
      if (!ignorable.test(character)) continue;
      const kept = codePoint >= 0xe0100 && codePoint <= 0xe01ef;
      expect(displayText(character) === character, codePoint.toString(16)).toBe(kept);
    }
  });

  it('is bounded in code points, and says where it was cut', () => {
    expect(boundedDisplayText('𠮷'.repeat(10), 10)).toEqual({ text: '𠮷'.repeat(10), truncated: false });
    expect(boundedDisplayText('𠮷'.repeat(11), 10)).toEqual({ text: `${'𠮷'.repeat(9)}…`, truncated: true });
  });

  it('never shows a part of what is written out', () => {
    expect(displayText('\u202e'.repeat(300))).toBe(`${'<U+202E>'.repeat(31)}…`);
    expect(boundedDisplayText('a\u202e', 8)).toEqual({ text: 'a…', truncated: true });
  });
});

describe('preview of what is signed', () => {
  it('shows short text line by line, safe to print', () => {
    expect(previewText(encode('申請します。\r\n\t𠮷野\u001b[2J\n'))).toEqual({
      lines: ['申請します。', '    𠮷野\ufffd[2J'],
      cutLines: 0,
      omittedLines: 0,
      complete: true,
    });
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['binary', Uint8Array.of(0x25, 0x50, 0x44, 0x46, 0x00)],
    ['not UTF-8', Uint8Array.of(0x8f, 0x5a)],
    ['too much', encode('x'.repeat(70_000))],
  ])('shows no preview of %s', (_what, content) => {
    expect(previewText(content)).toBeUndefined();
  });

  it('says where lines are missing or cut', () => {
    expect(previewText(encode('x\n'.repeat(41)))).toMatchObject({
      complete: false,
      lines: { length: 40 },
      omittedLines: 1,
    });
  });

  it.each([
    ['letters', 'x'.repeat(201), false],
    ['tabs, which grow', '\t'.repeat(51), false],
    ['characters that are written out', '\u200b'.repeat(26), false],
    ['letters that fit', 'x'.repeat(200), true],
    ['letters of two code units that fit', '𠮷'.repeat(200), true],
  ])('knows from what was cut whether a line is complete: %s', (_what, line, complete) => {
    expect(previewText(encode(line))).toMatchObject({ complete, cutLines: complete ? 0 : 1, omittedLines: 0 });
  });
});

describe('session state machine', () => {
  it('allows a wrong PIN to be entered again, and nothing after the end', () => {
    const machine = new SessionStateMachine();
    for (const state of ['preparing', 'deciding', 'entering-pin', 'acting', 'entering-pin', 'finished'] as const) {
      machine.moveTo(state);
    }
    expect(() => {
      machine.moveTo('acting');
    }).toThrow('cannot move');
  });

  it('never acts without a decision', () => {
    const machine = new SessionStateMachine();
    machine.moveTo('preparing');
    expect(() => {
      machine.moveTo('acting');
    }).toThrow('cannot move');
  });
});
