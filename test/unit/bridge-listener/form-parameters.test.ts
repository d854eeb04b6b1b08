import { describe, expect, it } from 'vitest';
import { parseFormParameters } from '../../../main/node/bridge-listener/form-parameters.js';
import { errorCode } from '../../support/error-code.js';

describe('form parameters', () => {
  it.each<[string, Record<string, string>]>([
    ['a=b', { a: 'b' }],
    ['a=', { a: '' }],
    ['a=b&c_d=e', { a: 'b', c_d: 'e' }],
    ['a=b=c==', { a: 'b=c==' }],
    ['a=%e7%AA%93', { a: '窓' }],
    ['a=x+y%2Bz', { a: 'x y+z' }],
    ["a=!'()*,-./:;<>?@[\\]^_`{|}~", { a: "!'()*,-./:;<>?@[\\]^_`{|}~" }],
    ['a=%00%0A', { a: '\0\n' }],
  ])('%s', (text, expected) => {
    expect(parseFormParameters(text)).toEqual(expected);
  });

  it('agree with the URL Standard’s serialiser', () => {
    for (let code = 0; code < 0x3000; code += 7) {
      const value = `${String.fromCodePoint(code)}x${String.fromCodePoint(code + 1)}`;
      expect(parseFormParameters(new URLSearchParams({ a: value }).toString())).toEqual({ a: value });
    }
  });

  it.each([
    '',
    'a',
    '=b',
    '&a=b',
    'a=b&',
    'a=b&&c=d',
    'a=b&a=c',
    'A=b',
    'a%62=c',
    'a[]=b',
    'a.b=c',
    '__proto__=b',
    'a=%',
    'a=%4',
    'a=%zz',
    'a=%u3042',
    'a=\u3042',
    'a=\u00e9',
    'a=b c',
    'a=b\n',
    'a=b#c',
    'a=%C0%AF',
    'a=%E7%AA',
    'a=%ED%A0%80',
    'a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1',
    ' a=b',
  ])('%j is refused', (text) => {
    expect(errorCode(() => parseFormParameters(text))).toBe('ERR_PROTOCOL_MALFORMED');
  });
});
