import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadReaderQuirks } from '../../../../main/node/reader-quirks.js';
import { hasFalsePinPad } from '../../../../native/pcsc/pin-pad/quirks.js';

const OMNIKEY = 'HID Global OMNIKEY 3x21 Smart Card Reader [OMNIKEY 3x21 Smart Card Reader] 00 00';

describe('hasFalsePinPad', () => {
  const byBoth = [{ quirk: 'false-pin-pad', name: 'OMNIKEY 3x21', usbId: '076b:3031' }] as const;
  const byName = [{ ...byBoth[0], usbId: undefined }];
  const byUsbId = [{ ...byBoth[0], name: undefined }];
  const other = { name: 'Reader 00 00', usbId: '1fc9:0117' };

  test.each([
    ['its name, the USB id unknown', byBoth, { name: OMNIKEY, usbId: null }, true],
    ['its USB id, under another name', byBoth, { name: 'Smart Card Reader 0', usbId: '076b:3031' }, true],
    ['its name alone', byName, { name: OMNIKEY, usbId: '076b:9999' }, true],
    ['its USB id alone', byUsbId, { name: OMNIKEY, usbId: '076b:3031' }, true],
    ['neither', byBoth, other, false],
    ['neither, where only the name is listed', byName, other, false],
    ['neither, where only the USB id is listed', byUsbId, { ...other, usbId: null }, false],
    ['nothing listed', [], { name: OMNIKEY, usbId: '076b:3031' }, false],
  ])('knows a reader by %s', (_how, quirks, reader, expected) => {
    expect(hasFalsePinPad(quirks, reader)).toBe(expected);
  });
});

describe('the list', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'madoguchi-quirks-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const load = (content: unknown) => {
    const path = join(directory, 'quirks.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return loadReaderQuirks(path);
  };
  const list = (...quirks: object[]) => ({ format: 'madoguchi-reader-quirks', version: 1, quirks });
  const entry = { quirk: 'false-pin-pad', usbId: '076b:3031', source: 'https://example.test/' };

  test('that comes with the program knows readers that have no PIN pad', () => {
    const quirks = loadReaderQuirks();
    expect(hasFalsePinPad(quirks, { name: OMNIKEY, usbId: null })).toBe(true);
    expect(hasFalsePinPad(quirks, { name: 'any', usbId: '076b:6632' })).toBe(true);
    expect(hasFalsePinPad(quirks, { name: 'Virtual PCD 00 00', usbId: null })).toBe(false);
  });

  test('may be empty, and an entry may have name or USB id', () => {
    expect(load(list())).toEqual([]);
    expect(load(list(entry))).toEqual([{ quirk: 'false-pin-pad', name: undefined, usbId: '076b:3031' }]);
  });

  test.each([
    ['no JSON', '{'],
    ['another format', { ...list(), format: 'quirks' }],
    ['another version', { ...list(), version: 2 }],
    ['an unknown quirk', list({ ...entry, quirk: 'slow' })],
    ['an entry that is every reader', list({ quirk: entry.quirk, source: entry.source })],
    ['a name that is in every name', list({ ...entry, name: '' })],
    ['a USB id in upper case', list({ ...entry, usbId: '076B:3031' })],
    ['an entry without source', list({ quirk: entry.quirk, usbId: entry.usbId })],
    ['an unknown member', list({ ...entry, note: '' })],
  ])('cannot be %s', (_what, content) => {
    expect(() => load(content)).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL_FILE' }));
  });

  test('cannot be missing', () => {
    expect(() => loadReaderQuirks(join(directory, 'none.json'))).toThrow(
      expect.objectContaining({ code: 'ERR_INTERNAL_FILE' }),
    );
  });
});
