import { expect, test } from 'vitest';
import { readXml, transcodeToUtf8 } from '../../../sdk/formats/xml/index.js';
import { expectFormatError } from '../../support/expect-format-error.js';
import { canonicalText } from './canonical-text.js';

function ascii(text: string): readonly number[] {
  return [...Buffer.from(text, 'latin1')];
}

function utf16(text: string, order: 'le' | 'be', mark: boolean): Uint8Array {
  const little = Buffer.from((mark ? '\uFEFF' : '') + text, 'utf16le');
  return new Uint8Array(order === 'le' ? little : little.swap16());
}

function canonical(bytes: Uint8Array): string {
  return canonicalText(readXml(transcodeToUtf8(bytes)), 'document', { method: 'c14n' });
}

/** 申請①㈱髙 */
const CP932 = [0x90, 0x5c, 0x90, 0xbf, 0x87, 0x40, 0x87, 0x8a, 0xfb, 0xfc];
const EUC_JP = [0xbf, 0xbd, 0xc0, 0xc1];
const ISO_2022_JP = [0x1b, 0x24, 0x42, 0x3f, 0x3d, 0x40, 0x41, 0x1b, 0x28, 0x42];

test.each([
  ['Shift_JIS', CP932, '申請①㈱髙'],
  ['shift_jis', CP932, '申請①㈱髙'],
  ['Windows-31J', CP932, '申請①㈱髙'],
  ['cp932', CP932, '申請①㈱髙'],
  ['EUC-JP', EUC_JP, '申請'],
  ['ISO-2022-JP', ISO_2022_JP, '申請'],
  ['US-ASCII', ascii('x'), 'x'],
])('%s', (encoding, content, text) => {
  const head = ascii(`<?xml version='1.0' encoding='${encoding}' standalone="yes"?>\r\n<a b="`);
  const bytes = Uint8Array.from([...head, ...content, ...ascii('">'), ...content, ...ascii('</a>')]);
  expect(canonical(bytes)).toBe(`<a b="${text}">${text}</a>`);
  expectFormatError(() => readXml(bytes), 'ERR_SIGN_FORMAT');
});

test.each([
  ['le', true],
  ['be', true],
  ['le', false],
  ['be', false],
] as const)('UTF-16 %s, byte order mark: %s', (order, mark) => {
  const text = '<?xml version="1.0" encoding="UTF-16"?><a>申請𠮷\u2028</a>';
  expect(canonical(utf16(text, order, mark))).toBe('<a>申請𠮷\u2028</a>');
});

test('UTF-8 is returned as it is', () => {
  for (const head of ['', '\uFEFF', '<?xml version="1.0"?>', '<?xml version="1.0" encoding="utf-8"?>']) {
    const bytes = new TextEncoder().encode(`${head}<a>申請</a>`);
    expect(transcodeToUtf8(bytes)).toBe(bytes);
  }
});

test.each([
  ['an encoding nobody knows', Uint8Array.from(ascii('<?xml version="1.0" encoding="EBCDIC-JP"?><a/>'))],
  [
    'octets that Shift_JIS has not',
    Uint8Array.from([...ascii('<?xml version="1.0" encoding="Shift_JIS"?><a>'), 0x81, 0x20, ...ascii('</a>')]),
  ],
  ['a surrogate alone', utf16('<a>\uD842</a>', 'le', true)],
  [
    'a byte order mark of UTF-8 before Shift_JIS',
    new TextEncoder().encode('\uFEFF<?xml version="1.0" encoding="Shift_JIS"?><a/>'),
  ],
  ['UTF-16 declared in ASCII', Uint8Array.from(ascii('<?xml version="1.0" encoding="UTF-16"?><a/>'))],
])('refuses %s', (_name, bytes) => {
  expect(() => transcodeToUtf8(bytes)).toThrow(expect.objectContaining({ reason: 'xml-encoding' }));
});
