import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JPKI_2016 } from '../../../main/core/card/card-generation.js';
import { isTrivialPin, normalizeNewPin, normalizePin } from '../../../main/core/card/pin-format.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';

const digits = JPKI_2016.keys.authentication.pinFormat;
const password = JPKI_2016.keys.signing.pinFormat;
const bytes = (text: string) => new TextEncoder().encode(text);

describe('normalizeNewPin', () => {
  it.each([
    ['1357', undefined],
    ['', 'empty'],
    ['135', 'too-short'],
    ['13579', 'too-long'],
    ['１３５７', 'full-width'],
    ['135a', 'characters'],
    ['135 ', 'characters'],
  ])('four digits: %j', (text, fault) => {
    expect(normalizeNewPin(bytes(text), digits)).toBe(fault);
  });

  it.each([
    ['PASS99', undefined],
    ['pass99', undefined],
    ['ABCDEFGH12345678', undefined],
    ['', 'empty'],
    ['PASS9', 'too-short'],
    ['ABCDEFGH123456789', 'too-long'],
    ['ＰＡＳＳ９９', 'full-width'],
    ['pass-99', 'characters'],
    ['PASSWORD', 'one-kind'],
    ['password', 'one-kind'],
    ['135792', 'one-kind'],
  ])('password: %j', (text, fault) => {
    expect(normalizeNewPin(bytes(text), password)).toBe(fault);
  });

  it('does not hold an existing password to the rule of both kinds', () => {
    expect(normalizePin(bytes('PASSWORD'), password)).toBeUndefined();
  });

  it('takes nothing but what the card may hold, whatever is typed', { timeout: FUZZ_TIMEOUT }, () => {
    const typed = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 24 }),
      fc.string({ unit: fc.constantFrom(...Array.from('abYZ019-ａ１')), maxLength: 20 }),
    );
    fc.assert(
      fc.property(typed, (text) => {
        const pin = bytes(text);
        if (normalizeNewPin(pin, password) !== undefined) return;
        const taken = new TextDecoder().decode(pin);
        expect(taken).toMatch(/^(?=.*[0-9])(?=.*[A-Z])[0-9A-Z]{6,16}$/);
        expect(taken).toBe(text.toUpperCase());
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});

describe('isTrivialPin', () => {
  it.each(['0000', '1234', '4321', '7890', '0987', '1212', '9090', '9876', '3210', '8901'])('%s is', (pin) => {
    expect(isTrivialPin(bytes(pin), digits)).toBe(true);
  });

  it.each(['1357', '1122', '1990', '0401', '1245', '2580', '1299', '1221'])('%s is not', (pin) => {
    expect(isTrivialPin(bytes(pin), digits)).toBe(false);
  });

  it.each(['ABC123', 'AAA111', '123ABC', 'A1A1A1', 'ABCDEF123456', 'ZYX987'])('%s is', (pin) => {
    expect(isTrivialPin(bytes(pin), password)).toBe(true);
  });

  it.each(['PASS99', 'K7QPTX2W', 'AB12CD34', 'TOKYO2020', 'ABC124'])('%s is not', (pin) => {
    expect(isTrivialPin(bytes(pin), password)).toBe(false);
  });
});
