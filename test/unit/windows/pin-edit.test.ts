import { describe, expect, it } from 'vitest';
import { editFor, type PinAlphabet } from '../../../renderer/features/pin/pin-edit.js';

const typed = (data: string | null, alphabet: PinAlphabet = 'digits', hasSelection = false) =>
  editFor({ inputType: 'insertText', data, hasSelection }, alphabet);

const ofType = (inputType: string, hasSelection = false, data: string | null = null) =>
  editFor({ inputType, data, hasSelection }, 'digits');

describe('typed characters', () => {
  it.each(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])('takes the digit %s', (digit) => {
    const byte = digit.charCodeAt(0);
    expect(typed(digit)).toEqual({ kind: 'append', byte, anew: false });
    expect(typed(digit, 'letters-and-digits')).toEqual({ kind: 'append', byte, anew: false });
  });

  it.each(['A', 'Z', 'a', 'z'])('takes the letter %s where there are letters', (letter) => {
    expect(typed(letter, 'letters-and-digits')).toEqual({
      kind: 'append',
      byte: letter.charCodeAt(0),
      anew: false,
    });
    expect(typed(letter)).toEqual({ kind: 'refuse', refusal: 'letter' });
  });

  it('begins anew where bullets are selected', () => {
    expect(typed('8', 'digits', true)).toEqual({ kind: 'append', byte: 0x38, anew: true });
  });

  it.each([
    [' ', 'space'],
    ['!', 'symbol'],
    ['/', 'symbol'],
    [':', 'symbol'],
    ['@', 'symbol'],
    ['[', 'symbol'],
    ['`', 'symbol'],
    ['{', 'symbol'],
    ['~', 'symbol'],
    ['８', 'full-width'],
    ['Ａ', 'full-width'],
    ['あ', 'full-width'],
    ['ア', 'full-width'],
    ['漢', 'full-width'],
    ['\u3000', 'full-width'],
    ['￥', 'full-width'],
    ['ｱ', 'other'],
    ['é', 'other'],
    ['\u0000', 'other'],
    ['\u007f', 'other'],
    ['\u202e', 'other'],
    ['\u0665', 'other'],
    ['\ud800', 'other'],
    ['😀', 'other'],
    ['12', 'at-once'],
    ['1\u0301', 'at-once'],
    ['😀1', 'at-once'],
  ] as const)('refuses %j as %s', (data, refusal) => {
    for (const alphabet of ['digits', 'letters-and-digits'] as const) {
      expect(typed(data, alphabet)).toEqual({ kind: 'refuse', refusal });
    }
  });

  it.each([null, ''])('makes nothing of no character: %j', (data) => {
    expect(typed(data)).toEqual({ kind: 'nothing' });
  });

  it('lets no character through but those a PIN has', () => {
    const taken = (alphabet: PinAlphabet): string => {
      let characters = '';
      for (let code = 0; code <= 0xffff; code += 1) {
        const character = String.fromCharCode(code);
        if (typed(character, alphabet).kind === 'append') characters += character;
      }
      return characters;
    };
    expect(taken('digits')).toBe('0123456789');
    expect(taken('letters-and-digits')).toBe('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
  });
});

describe('other kinds of input', () => {
  it.each([
    ['insertFromPaste', 'paste'],
    ['insertFromPasteAsQuotation', 'paste'],
    ['insertFromYank', 'paste'],
    ['insertFromDrop', 'drop'],
    ['insertReplacementText', 'at-once'],
    ['insertCompositionText', 'composition'],
    ['insertFromComposition', 'composition'],
  ] as const)('refuses %s', (inputType, refusal) => {
    expect(ofType(inputType, false, '1')).toEqual({ kind: 'refuse', refusal });
  });

  it.each(['deleteContentBackward', 'deleteContentForward', 'deleteContent'])('%s erases', (inputType) => {
    expect(ofType(inputType)).toEqual({ kind: 'erase-last' });
    expect(ofType(inputType, true)).toEqual({ kind: 'erase-all' });
  });

  it.each([
    'deleteWordBackward',
    'deleteWordForward',
    'deleteSoftLineBackward',
    'deleteSoftLineForward',
    'deleteEntireSoftLine',
    'deleteHardLineBackward',
    'deleteHardLineForward',
  ])('%s erases all: there are no words', (inputType) => {
    expect(ofType(inputType)).toEqual({ kind: 'erase-all' });
  });

  it.each([
    'historyUndo',
    'historyRedo',
    'insertLineBreak',
    'insertParagraph',
    'insertTranspose',
    'insertLink',
    'formatBold',
    'deleteByCut',
    'deleteByDrag',
    'deleteCompositionText',
    'constructor',
    '__proto__',
    '',
  ])('makes nothing of %j', (inputType) => {
    expect(ofType(inputType, true, '1')).toEqual({ kind: 'nothing' });
  });
});
