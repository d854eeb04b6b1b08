import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareBytes,
  concatBytes,
  decodeBase64,
  decodeHex,
  decodeUtf8,
  encodeBase64,
  encodeHex,
  encodeUtf8,
  equalBytes,
} from '../../../sdk/formats/bytes.js';
import { expectFormatError } from '../../support/expect-format-error.js';

const bytes = fc.uint8Array({ maxLength: 300 });

describe('base64', () => {
  // RFC 4648 §10.
  it.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ])('%j is %j', (text, encoded) => {
    expect(encodeBase64(encodeUtf8(text))).toBe(encoded);
    expect(decodeUtf8(decodeBase64(encoded))).toBe(text);
  });

  it('agrees with Buffer in both directions', () => {
    fc.assert(
      fc.property(bytes, (input) => {
        const encoded = Buffer.from(input).toString('base64');
        expect(encodeBase64(input)).toBe(encoded);
        expect(decodeBase64(encoded)).toEqual(input);
      }),
    );
  });

  it('takes a megabyte', () => {
    const input = new Uint8Array(1024 * 1024).map((_, index) => index % 251);
    expect(equalBytes(decodeBase64(encodeBase64(input)), input)).toBe(true);
  });

  it.each([
    ['no padding', 'Zg'],
    ['half of the padding', 'Zg='],
    ['too much padding', 'Z==='],
    ['padding in the middle', 'Zg==Zg=='],
    ['padding alone', '===='],
    ['white space', 'Zm9v\n'],
    ['inner white space', 'Zm 9'],
    ['URL alphabet', '-_-_'],
    ['set bits after the last octet', 'Zh=='],
    ['set bits after the last two octets', 'Zm9='],
    ['a character beyond ASCII', 'Zm9\u{1F600}'],
  ])('refuses %s', (_, text) => {
    expectFormatError(() => decodeBase64(text), 'ERR_SIGN_FORMAT');
  });
});

describe('hexadecimal', () => {
  it('is lower case with leading zeros', () => {
    expect(encodeHex(Uint8Array.of(0, 10, 255))).toBe('000aff');
    expect(decodeHex('000aFF')).toEqual(Uint8Array.of(0, 10, 255));
  });

  it.each(['0', '0g', ' 00', '0x00'])('refuses %j', (text) => {
    expectFormatError(() => decodeHex(text), 'ERR_SIGN_FORMAT');
  });
});

describe('comparing', () => {
  it('tells arrays apart by length and by each octet', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false);
    expect(equalBytes(new Uint8Array(), new Uint8Array())).toBe(true);
  });

  it('orders as Buffer does, so unsigned and prefixes first', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
      }),
    );
    expect(compareBytes(Uint8Array.of(0x7f), Uint8Array.of(0x80))).toBeLessThan(0);
    expect(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBeLessThan(0);
  });
});

describe('joining and UTF-8', () => {
  it('joins in order into new memory', () => {
    const part = Uint8Array.of(1);
    const joined = concatBytes(part, new Uint8Array(), Uint8Array.of(2, 3));
    part[0] = 9;
    expect(joined).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('keeps a byte order mark and says undefined for what is not UTF-8', () => {
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\uFEFFA');
    expect(decodeUtf8(Uint8Array.of(0xff))).toBeUndefined();
    expect(decodeUtf8(Uint8Array.of(0xed, 0xa0, 0x80))).toBeUndefined();
  });
});
