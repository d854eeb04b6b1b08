import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { announcesPinPad, parseFeatureList, parseUsbId } from '../../../../native/pcsc/pin-pad/features.js';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const anyBytes = fc.uint8Array({ maxLength: 600 });

describe('parseFeatureList', () => {
  test('reads control codes big-endian', () => {
    expect(parseFeatureList(bytes('060442330006' + '070442330007' + '120442330012'))).toEqual(
      new Map([
        [0x06, 0x42330006],
        [0x07, 0x42330007],
        [0x12, 0x42330012],
      ]),
    );
  });

  test('reads a control code with the highest bit as what it is', () => {
    expect(parseFeatureList(bytes('0604ffffffff'))?.get(0x06)).toBe(0xffff_ffff);
  });

  test('takes a view into a longer buffer', () => {
    expect(parseFeatureList(bytes('ffff' + '060400000001' + 'ff').subarray(2, 8))).toEqual(new Map([[0x06, 1]]));
  });

  test('takes no feature at all', () => {
    expect(parseFeatureList(new Uint8Array(0))).toEqual(new Map());
  });

  test.each([
    ['is cut off', '0604423300'],
    ['goes on after the end', '060442330006' + '00'],
    ['has a longer value', '060800000000' + '42330006' + '0000'],
    ['has an empty value', '0600' + '0700' + '0a00'],
    ['names a feature twice', '060442330006' + '060442330007'],
    ['is more than there are tags', '060442330006'.repeat(256)],
  ])('refuses what %s', (_what, hex) => {
    expect(parseFeatureList(bytes(hex))).toBeUndefined();
  });

  test('gives back what was put in', () => {
    const features = fc.uniqueArray(
      fc.tuple(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
      {
        selector: ([tag]) => tag,
      },
    );
    fc.assert(
      fc.property(features, (list) => {
        const encoded = list.map(([tag, code]) => {
          const feature = Buffer.from([tag, 4, 0, 0, 0, 0]);
          feature.writeUInt32BE(code, 2);
          return feature;
        });
        expect(parseFeatureList(Buffer.concat(encoded))).toEqual(new Map(list));
      }),
    );
  });

  test('takes any bytes for a list of what they say, or for none', () => {
    fc.assert(
      fc.property(anyBytes, (answer) => {
        const features = parseFeatureList(answer);
        if (features) expect(features.size * 6).toBe(answer.length);
      }),
    );
  });
});

describe('announcesPinPad', () => {
  test.each([
    [[0x06], true],
    [[0x01, 0x02], true],
    [[0x12, 0x0a], false],
    [[0x07], false],
    [[], false],
  ])('of tags %j: %s', (tags, announced) => {
    expect(announcesPinPad(new Map(tags.map((tag) => [tag, 1])))).toBe(announced);
  });
});

describe('parseUsbId', () => {
  const VENDOR = '0b026b07';
  const PRODUCT = '0c023130';

  test('reads both numbers little-endian, between others', () => {
    expect(parseUsbId(bytes('01021000' + VENDOR + '0803312e30' + PRODUCT + '0a0400000100'))).toBe('076b:3031');
  });

  test.each([
    ['is empty', ''],
    ['tells one only', VENDOR],
    ['has a number of another length', '0b036b0700' + PRODUCT],
    ['ends in a tag', VENDOR + PRODUCT + '01'],
    ['ends in a value', VENDOR + '0c0231'],
    ['has a length beyond its end', VENDOR + PRODUCT + '08ff00'],
  ])('knows nothing where the answer %s', (_what, hex) => {
    expect(parseUsbId(bytes(hex))).toBeUndefined();
  });

  test('takes any bytes for an id or for none', () => {
    fc.assert(
      fc.property(anyBytes, (answer) => {
        expect(parseUsbId(answer) ?? '0000:0000').toMatch(/^[0-9a-f]{4}:[0-9a-f]{4}$/);
      }),
    );
  });
});
