import { describe, expect, it } from 'vitest';
import { JPKI_2016 } from '../../../main/core/card/card-generation.js';
import { normalizePin } from '../../../main/core/card/pin-format.js';
import { displayText } from '../../../main/core/consent/display-text.js';
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
  ])('%j', (unverified, shown) => {
    expect(displayText(unverified)).toBe(shown);
  });

  it('is bounded', () => {
    expect(displayText('\u202e'.repeat(300))).toHaveLength(255);
  });
});

describe('preview of what is signed', () => {
  it('shows short text line by line, safe to print', () => {
    expect(previewText(encode('申請します。\r\n\t𠮷野\u001b[2J\n'))).toEqual({
      lines: ['申請します。', '    𠮷野\ufffd[2J'],
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
    expect(previewText(encode('x\n'.repeat(41)))).toMatchObject({ complete: false, lines: { length: 40 } });
    expect(previewText(encode('x'.repeat(201)))?.complete).toBe(false);
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
