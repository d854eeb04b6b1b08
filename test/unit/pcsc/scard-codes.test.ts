import { describe, expect, test } from 'vitest';
import { isScardName, parseScardError } from '../../../native/pcsc/scard-codes.js';
import { SCARD_CODES, ScardError } from '../../../native/scard-error.js';

const hexadecimal = (value: number) => value.toString(16).padStart(8, '0');

describe('parseScardError', () => {
  test.each(Object.entries(SCARD_CODES))('knows %s', (name, value) => {
    const thrown = new Error(`SCardTransmit error: Some text.(0x${hexadecimal(value)})`);
    expect(parseScardError(thrown)).toMatchObject({ scard: name, cause: thrown });
  });

  test.each([
    // pcsc-lite, winscard.dll with a text of two lines, PCSC.framework
    ['SCardConnect error: Sharing violation.(0x8010000b)', 'SCARD_E_SHARING_VIOLATION'],
    ['SCardConnect error: 別のプログラムが使用中です。\r\n(0x8010000b)', 'SCARD_E_SHARING_VIOLATION'],
    ['SCardConnect error: Sharing violation.(0x8010000B)', 'SCARD_E_SHARING_VIOLATION'],
    ['SCardConnect error: Sharing violation.(0xffffffff8010000b)', 'SCARD_E_SHARING_VIOLATION'],
    // Text is a translation and may hold anything; only the end counts.
    ['SCardConnect error: see (0x80100069) or not.(0x8010000c)', 'SCARD_E_NO_SMARTCARD'],
    ['SCardGetStatusChange error: RPC transport error.(0x80100013)', 'SCARD_E_NO_SERVICE'],
    ['SCardControl error: Feature not supported.(0x8010001f)', 'SCARD_E_UNSUPPORTED_FEATURE'],
    ['SCardTransmit error: Unknown error: 0x80100055(0x80100055)', 'SCARD_F_INTERNAL_ERROR'],
  ])('reads %j as %s', (message, scard) => {
    expect(parseScardError(new Error(message)).scard).toBe(scard);
  });

  test('names the value it does not know', () => {
    expect(parseScardError(new Error('SCardTransmit error: text(0x80100055)')).message).toBe(
      'SCardTransmit: 0x80100055',
    );
  });

  test.each([new Error('Card Reader not connected'), new TypeError('x is not a function'), 'text', undefined])(
    'takes %j for a failure of the binding',
    (thrown) => {
      expect(parseScardError(thrown)).toMatchObject({ scard: 'SCARD_F_INTERNAL_ERROR', cause: thrown });
    },
  );

  test('leaves a ScardError as it is', () => {
    const error = new ScardError('SCARD_E_TIMEOUT');
    expect(parseScardError(error)).toBe(error);
  });
});

test.each([
  ['SCARD_E_TIMEOUT', true],
  ['MADOGUCHI_CARD_PROCESS_LOST', true],
  ['SCARD_E_MADE_UP', false],
  ['toString', false],
  [0x8010000a, false],
])('isScardName(%j) is %s', (word, expected) => {
  expect(isScardName(word)).toBe(expected);
});
