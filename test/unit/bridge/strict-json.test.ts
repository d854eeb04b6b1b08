import { parse } from '@humanwhocodes/momoa';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '../../../main/core/bridge/strict-json.js';
import { ClientError } from '../../../main/core/errors.js';
import { LIMITS } from '../../../sdk/protocol/index.js';
import { processorMilliseconds } from '../../support/processor-time.js';

type ValueNode = ReturnType<typeof parse>['body'];
type ObjectNode = Extract<ValueNode, { type: 'Object' }>;

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function isRefused(bytes: Uint8Array): boolean {
  try {
    parseStrictJson(bytes);
    return false;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ClientError);
    expect((thrown as ClientError).code).toBe('ERR_PROTOCOL_MALFORMED');
    return true;
  }
}

describe('parseStrictJson', () => {
  it.each([
    '{"operation":"authenticate","challengeNonce":"a"}',
    ' { "a" : [ 1 , { "a" : "\\"" } ] , "b" : { "a" : "a" } } ',
    '{"a":"{\\"a\\":1,\\"a\\":2}","b":["a","a"],"c":"\\\\"}',
    '[["a"],["a"]]',
    '"日本語\\u0000"',
    '[]',
    '-1.5e3',
    '{"":1}',
  ])('reads %s as the language does', (text) => {
    expect(parseStrictJson(encode(text))).toEqual(JSON.parse(text));
  });

  it.each([
    ['in plain', '{"a":1,"a":1}'],
    ['with another in between', '{"a":1,"b":2,"a":3}'],
    ['escaped', '{"a":1,"\\u0061":2}'],
    ['escaped in the other order', '{"\\u0061":1,"a":2}'],
    ['escaped in two ways', '{"\\u00e9":1,"\\u00E9":2}'],
    ['escaped and as UTF-8', '{"\\u65e5":1,"日":2}'],
    ['escaped as a surrogate pair', '{"\\ud83d\\ude00":1,"😀":2}'],
    ['with a solidus escaped or not', '{"\\/":1,"/":2}'],
    ['deeper down', '{"x":[{"y":{"a":1,"a":2}}]}'],
    ['around an object with the same name', '{"a":{"a":1},"a":2}'],
    ['around an array', '{"a":[],"a":2}'],
    ['after a string that looks like structure', '{"a":"}","a":1}'],
    ['after a string that ends with an escaped backslash', '{"a":"\\\\","a":1}'],
    ['with white space before the colon', '{"a" \t\r\n :1,"a"\n:2}'],
    ['the empty name', '{"":1,"":2}'],
    ['__proto__', '{"__proto__":{},"__proto__":{}}'],
    ['__proto__ escaped', '{"__proto__":{},"\\u005f_proto__":{}}'],
  ])('refuses a member named twice %s', (_, text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(isRefused(encode(text))).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['a string without an end', '{"a'],
    ['a string that ends in an escape', '{"a\\"'],
    ['single quotes', "{'a':1}"],
    ['a comment', '{/*x*/"a":1}'],
    ['a trailing comma', '{"a":1,}'],
    ['two values', '{} {}'],
    ['a name without a value', '{"a":}'],
    ['NaN', '{"a":NaN}'],
    ['an unbalanced bracket', '{"a":[1}'],
    ['too many closing brackets', '[]]]]'],
    ['a control character in a string', '"a\u0001"'],
    ['a byte order mark', '\uFEFF{}'],
    ['a no-break space', '\u00A0{}'],
    ['an unknown escape in a name', '{"\\x":1}'],
  ])('refuses %s', (_, text) => {
    expect(isRefused(encode(text))).toBe(true);
  });

  it.each([
    ['an overlong solidus', [0x22, 0xc0, 0xaf, 0x22]],
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['a truncated sequence', [0x22, 0xe6, 0x97, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
    ['Shift_JIS', [0x22, 0x93, 0xfa, 0x22]],
  ])('refuses %s', (_, bytes) => {
    expect(isRefused(Uint8Array.from(bytes))).toBe(true);
  });

  it('keeps __proto__ an ordinary member', () => {
    const value = parseStrictJson(encode('{"__proto__":{"polluted":true}}')) as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__']);
  });

  it('bounds nesting', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(isRefused(encode(nested(LIMITS.jsonDepth)))).toBe(false);
    expect(isRefused(encode(nested(LIMITS.jsonDepth + 1)))).toBe(true);
    expect(isRefused(encode('{"a":'.repeat(LIMITS.jsonDepth + 1) + '1' + '}'.repeat(LIMITS.jsonDepth + 1)))).toBe(true);
  });

  it('bounds structure', () => {
    const list = (length: number): Uint8Array => encode(JSON.stringify(Array.from({ length }, () => 0)));
    expect(isRefused(list(5_000))).toBe(false);
    expect(isRefused(list(6_000))).toBe(true);
    expect(isRefused(encode(JSON.stringify(Array.from({ length: 3_000 }, () => ({})))))).toBe(true);
    expect(isRefused(encode(JSON.stringify(','.repeat(6_000))))).toBe(false);
  });

  it('takes little time for a mebibyte of anything', () => {
    const size = LIMITS.bodyBytes;
    const fill = (start: string, unit: string): string => start + unit.repeat((size - start.length) / unit.length);
    const valid = ['blanks', 'content'];
    const texts = {
      brackets: fill('', '['),
      commas: fill('[', '1,'),
      objects: fill('[', '{},'),
      names: fill('{', '"a":'),
      'empty strings': fill('[', '""'),
      escapes: fill('"', '\\u0061'),
      backslashes: fill('"', '\\'),
      quotes: fill('"', '\\"'),
      blanks: fill('"a"', ' '),
      content: `{"a":"${'A'.repeat(size - 8)}"}`,
    };
    for (const [name, text] of Object.entries(texts)) {
      const bytes = encode(text);
      const start = processorMilliseconds();
      expect(isRefused(bytes), name).toBe(!valid.includes(name));
      expect(processorMilliseconds() - start, name).toBeLessThan(500);
    }
  });

  it('agrees with another parser on which objects name a member twice', () => {
    const name = fc.constantFrom('"a"', '"\\u0061"', '"b"', '"\\\\"', '"\\""', '"}"', '":"');
    const scalar = fc.constantFrom('1', 'null', '"a"', '"{\\"a\\":1"', '"\\\\"', '"]"');
    const { text } = fc.letrec<{ text: string }>((tie) => ({
      text: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        scalar,
        fc.array(tie('text'), { maxLength: 3 }).map((items) => `[${items.join(' ,')}]`),
        fc
          .array(fc.tuple(name, tie('text')), { maxLength: 3 })
          .map((members) => `{${members.map((member) => member.join(' : ')).join(',')}}`),
      ),
    }));
    fc.assert(
      fc.property(text, (json) => {
        expect(isRefused(encode(json))).toBe(hasDuplicate(parse(json).body));
      }),
      { numRuns: 2000 },
    );
  });

  it('never answers anything but a value or its one code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        isRefused(bytes);
      }),
    );
    const structural = fc.string({
      unit: fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', 'u', 'a', '1', ' '),
      maxLength: 40,
    });
    fc.assert(
      fc.property(structural, (text) => {
        if (!isRefused(encode(text))) expect(parseStrictJson(encode(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 5000 },
    );
  });
});

function hasDuplicate(node: ValueNode): boolean {
  if (node.type === 'Array') return node.elements.some(({ value }) => hasDuplicate(value));
  return node.type === 'Object' && (repeatsName(node) || node.members.some(({ value }) => hasDuplicate(value)));
}

function repeatsName({ members }: ObjectNode): boolean {
  const names = members.map(({ name }) => (name.type === 'String' ? name.value : name.name));
  return new Set(names).size !== names.length;
}
