import { describe, expect, test } from 'vitest';
import { encodePinModify, encodePinVerify, type PinPadEntry } from '../../../../native/pcsc/pin-pad/structures.js';

const VERIFY: PinPadEntry = {
  commandHeader: Uint8Array.of(0x00, 0x20, 0x00, 0x80),
  digits: 4,
  timeoutSeconds: 30,
  display: true,
};
const CHANGE: PinPadEntry = { ...VERIFY, commandHeader: Uint8Array.of(0x00, 0x24, 0x01, 0x80) };

/** Fields in the order of PC/SC part 10; numbers of more than one byte little-endian. */
const hex = (...fields: string[]): string => fields.join('');
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('PIN_VERIFY_STRUCTURE', () => {
  test('of the authentication PIN', () => {
    const controls = hex('1e', '1e', '82', '04', '00', '0404', '02', '01', '1104', '00', '000000', '09000000');
    expect(controls).toHaveLength(2 * 19);
    expect(hexOf(encodePinVerify(VERIFY))).toBe(hex(controls, '00200080', '04', '00000000'));
  });

  test('of six digits on a reader without display', () => {
    expect(hexOf(encodePinVerify({ ...VERIFY, digits: 6, timeoutSeconds: 255, display: false }))).toBe(
      hex('ff', 'ff', '82', '06', '00', '0606', '02', '00', '1104', '00', '000000', '0b000000') +
        hex('00200080', '06', '000000000000'),
    );
  });
});

describe('PIN_MODIFY_STRUCTURE', () => {
  test('of the authentication PIN', () => {
    const controls =
      hex('1e', '1e', '82', '04', '00', '00', '00', '0404', '01', '02', '02', '1104', '01', '02', '00', '000000') +
      '09000000';
    expect(controls).toHaveLength(2 * 24);
    expect(hexOf(encodePinModify(CHANGE))).toBe(hex(controls, '00240180', '04', '00000000'));
  });

  test('shows nothing on a reader without display', () => {
    expect(encodePinModify({ ...CHANGE, display: false })[11]).toBe(0);
  });
});

describe.each([encodePinVerify, encodePinModify])('%o', (encode) => {
  test.each([
    [{ digits: 0 }],
    [{ digits: 16 }],
    [{ digits: 4.5 }],
    [{ timeoutSeconds: 0 }],
    [{ timeoutSeconds: 256 }],
    [{ commandHeader: Uint8Array.of(0x00, 0x20, 0x00) }],
    [{ commandHeader: Uint8Array.of(0x00, 0x20, 0x00, 0x80, 0x04) }],
  ])('refuses %o', (change) => {
    expect(() => encode({ ...VERIFY, ...change })).toThrow(RangeError);
  });
});
