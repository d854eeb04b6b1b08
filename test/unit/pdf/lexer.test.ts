import { describe, expect, it } from 'vitest';
import { PdfLexer, WindowEnd } from '../../../sdk/formats/pdf/lexer.js';
import type { PdfArray, PdfName, PdfString } from '../../../sdk/formats/pdf/objects.js';
import { PdfDictionary, PdfReference, type PdfObject } from '../../../sdk/formats/pdf/objects.js';
import { serialize } from '../../../sdk/formats/pdf/serialize.js';
import { octets } from '../../support/pdf-files.js';
import { refusalOf } from '../../support/refusal.js';

const lexer = (text: string) => new PdfLexer(octets(text), { isWhole: true });
const read = (text: string): PdfObject => lexer(text).object();
const stringOf = (text: string): string => String.fromCharCode(...(read(text) as PdfString).bytes);

describe('objects of ISO 32000-2 §7.3', () => {
  it.each<[string, PdfObject]>([
    ['true', true],
    ['false ', false],
    ['null', null],
    ['0', 0],
    ['+17', 17],
    ['-98', -98],
    ['34.5', 34.5],
    ['-.002', -0.002],
    ['4.', 4],
    ['% comment\r  12', 12],
    ['99999999999999999999', 1e20],
  ])('%s', (text, value) => {
    expect(read(text)).toBe(value);
  });

  it.each([
    ['/Name1', 'Name1'],
    ['/A;Name_With-Various***Characters?', 'A;Name_With-Various***Characters?'],
    ['/Adobe#20Green', 'Adobe Green'],
    ['/A#42', 'AB'],
    ['/paired#28#29parentheses', 'paired()parentheses'],
    ['/C#', 'C#'],
    ['/C#4', 'C#4'],
    ['/C#zz', 'C#zz'],
    ['/ ', ''],
  ])('name %s', (text, name) => {
    expect((read(text) as PdfName).name).toBe(name);
  });

  it.each([
    ['(plain)', 'plain'],
    ['(a (nested (one)) here)', 'a (nested (one)) here'],
    ['(\\n\\r\\t\\b\\f\\(\\)\\\\\\q)', '\n\r\t\b\f()\\q'],
    ['(\\0053\\53\\5x\\777)', '\x053+\x05x\xff'],
    ['(two \\\r\nlines\\\nof\\\rone)', 'two linesofone'],
    ['(ends\r\nof\rlines\n)', 'ends\nof\nlines\n'],
    ['<48 65\n6c6C 6f>', 'Hello'],
    ['<901FA>', '\x90\x1f\xa0'],
    ['<>', ''],
  ])('string %s', (text, value) => {
    expect(stringOf(text)).toBe(value);
  });

  it('says where a string stands', () => {
    const { location } = new PdfLexer(octets('  <00ff>'), { isWhole: true, base: 100 }).object() as PdfString;
    expect(location).toEqual({ start: 102, end: 108 });
    expect((read('<00ff>') as PdfString).location).toBeUndefined();
  });

  it('tells references from numbers', () => {
    const { items } = read('[1 0 R 2 3 4 0 R 5 0 6]') as PdfArray;
    expect(items).toEqual([new PdfReference(1, 0), 2, 3, new PdfReference(4, 0), 5, 0, 6]);
    expect(refusalOf(() => read('[1 0 Right]'))).toBe('ERR_SIGN_FORMAT pdf-syntax');
  });

  it('takes dictionaries, leaves out null, tells of repeated keys', () => {
    const dictionary = read('<</A 1/B[/C]/D<</E(f)>>/G null/A 2>>') as PdfDictionary;
    expect([...dictionary.entries.keys()]).toEqual(['A', 'B', 'D']);
    expect(dictionary.get('A')).toBe(2);
    expect(dictionary.repeatedKeys).toEqual(['A']);
  });

  it.each([
    ['a string that does not end', '(abc'],
    ['a hexadecimal string that does not end', '<00'],
    ['a digit that is none', '<0g>'],
    ['an array that does not end', '[1 2'],
    ['a dictionary that does not end', '<< /A 1'],
    ['a key that is no name', '<< 1 2 >>'],
    ['a key without a value', '<< /A >>'],
    ['an unknown word', 'nul'],
    ['two signs', '--1'],
    ['two points', '1.2.3'],
    ['letters in a number', '12abc'],
    ['nothing', ' % only a comment'],
    ['a closing bracket', ']'],
  ])('refuses %s', (_, text) => {
    expect(refusalOf(() => read(text))).toBe('ERR_SIGN_FORMAT pdf-syntax');
  });

  it('refuses what is nested too deep or has too many objects', () => {
    expect(refusalOf(() => read('['.repeat(500_000)))).toBe('ERR_SIGN_FORMAT pdf-too-deep');
    expect(refusalOf(() => read(`[${'<<>>'.repeat(200_000)}]`))).toBe('ERR_SIGN_FORMAT pdf-too-large');
  });

  it('asks for a larger window wherever the text is cut', () => {
    const text = '<< /Name [1 0 R (string \\051) <00> true 1.5] >> ';
    for (let length = 0; length < text.length; length += 1) {
      const cut = new PdfLexer(octets(text.slice(0, length)), { isWhole: false });
      const isWhole = length === text.length - 1;
      if (isWhole) expect(cut.object()).toBeInstanceOf(PdfDictionary);
      else expect(() => cut.object()).toThrow(WindowEnd);
    }
  });

  it.each([
    '<< /A 1 /B [true null (a\\(b\\)\\\\) <00FF>] /C#20D 5 0 R >>',
    '[0.5 -0.002 100000000000 (\\r\n)]',
    '<< /Empty << >> /#28 () >>',
  ])('writes %s so that it reads the same', (text) => {
    expect(read(serialize(read(text)))).toEqual(read(text));
  });

  it('writes numbers without exponents', () => {
    expect([1e-7, 1e21, -1.5e-10, 12].map(serialize)).toEqual([
      '0.0000001',
      '1000000000000000000000',
      '-0.00000000015',
      '12',
    ]);
  });
});
