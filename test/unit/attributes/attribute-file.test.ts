import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeAttributes,
  parseAttributeFile,
  type CardAttributes,
} from '../../../main/core/attributes/attribute-file.js';
import { ClientError } from '../../../main/core/errors.js';
import { ATTRIBUTE_NAMES, type AttributeName } from '../../../sdk/protocol/index.js';
import { errorCode } from '../../support/error-code.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import { attributeFile, PERSON, tlv, type AttributeFileParts } from './card-files.js';

function read(file: Uint8Array, names: readonly AttributeName[] = ATTRIBUTE_NAMES): CardAttributes {
  return decodeAttributes(parseAttributeFile(file), names);
}

function readMade(parts: AttributeFileParts, names?: readonly AttributeName[]): CardAttributes {
  return read(attributeFile(parts).file, names);
}

describe('EF 0002', () => {
  it.each(['shortest', 'two-bytes', 'four-bytes'] as const)('is read with lengths in the %s form', (form) => {
    expect(readMade({ form })).toEqual({ ...PERSON, gender: 'female' });
  });

  it.each([
    ['FF', Buffer.alloc(40, 0xff)],
    ['00', Buffer.alloc(40)],
  ])('is read with filler %s behind it', (_name, filler) => {
    expect(readMade({ filler })).toEqual({ ...PERSON, gender: 'female' });
  });

  it('is read without its table of offsets, and with one that is wrong', () => {
    for (const table of [undefined, Buffer.alloc(8, 0xff), Buffer.alloc(0)]) {
      expect(readMade({ table })).toEqual({ ...PERSON, gender: 'female' });
    }
  });

  it('gives what is asked for and decodes nothing else', () => {
    const values = { name: Buffer.from('ff', 'hex'), birthDate: 'nonsense', gender: 'x' };
    expect(readMade({ values }, ['address'])).toEqual({ address: PERSON.address });
    expect(readMade({}, ['gender', 'birthDate'])).toEqual({ birthDate: '19900401', gender: 'female' });
  });

  it.each([
    ['1', 'male'],
    ['2', 'female'],
    ['9', 'not-applicable'],
    ['0', 'unknown'],
    ['3', 'unknown'],
  ])('gender %s is %s', (gender, expected) => {
    expect(readMade({ values: { gender } }, ['gender'])).toEqual({ gender: expected });
  });

  it.each(['19900401', '20000229', '00010101', '19450000', '19450800'])('%s is a birth date', (birthDate) => {
    expect(readMade({ values: { birthDate } }, ['birthDate'])).toEqual({ birthDate });
  });

  it('keeps ideographic variation sequences and U+3000, and writes out what hides or reorders', () => {
    const name = '\u845b\u{e0100}\u3000\u202e\u001b[2J';
    expect(readMade({ values: { name } }, ['name'])).toEqual({ name: '\u845b\u{e0100}\u3000<U+202E>\ufffd[2J' });
  });

  it('never cuts a long address', () => {
    const address = `${'長'.repeat(600)}\u200b\u{e0001}`;
    expect(readMade({ values: { address } }, ['address']).address).toBe(`${'長'.repeat(600)}<U+200B><U+E0001>`);
  });
});

describe('refused with ERR_CARD_RESPONSE', () => {
  const values = (changed: NonNullable<AttributeFileParts['values']>): Buffer =>
    attributeFile({ values: changed }).file;
  const whole = attributeFile().file;
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['filler alone', Buffer.alloc(300, 0xff)],
    ['the My Number’s file', Buffer.from('ff100c313233343536373839303138ffff', 'hex')],
    ['a file cut off', whole.subarray(0, -1)],
    ['indefinite length', Buffer.from('ff2080df22013100', 'hex')],
    ['a length of four gigabytes', Buffer.from('ff2084ffffffff', 'hex')],
    ['an object that leads out of the file', tlv('ff20', Buffer.from('df2205616161', 'hex'))],
    ['an attribute twice', tlv('ff20', Buffer.concat([tlv('df22', Buffer.from('A')), tlv('df22', Buffer.from('B'))]))],
    ['no name', values({ name: undefined })],
    ['an empty address', values({ address: '' })],
    ['a name that is not UTF-8', values({ name: Buffer.from('e5b1', 'hex') })],
    ['an overlong encoding', values({ name: Buffer.from('c0af', 'hex') })],
    ...['1990040', '199004011', '1990/4/1', '１９９０', '19901301', '19900431', '20010229', '19000229', '19900001'].map(
      (birthDate): [string, Buffer] => [`birth date ${birthDate}`, values({ birthDate })],
    ),
    ...['4', '', '11', '女', '\u0001'].map((gender): [string, Buffer] => [
      `gender ${JSON.stringify(gender)}`,
      values({ gender }),
    ]),
  ])('%s', (_what, file) => {
    expect(errorCode(() => read(file))).toBe('ERR_CARD_RESPONSE');
  });

  it('without saying what the card holds', () => {
    for (const file of [values({ birthDate: '19904401' }), values({ gender: '7' })]) {
      try {
        read(file);
        expect.unreachable();
      } catch (error) {
        expect(JSON.stringify([(error as Error).message, (error as ClientError).details])).not.toMatch(/19904401|7/);
      }
    }
  });
});

describe('whatever the bytes are', () => {
  /** Reads, or refuses with a `ClientError` and nothing else. */
  function readsOrRefuses(file: Uint8Array): boolean {
    try {
      const attributes = read(file);
      return Object.keys(attributes).length === ATTRIBUTE_NAMES.length;
    } catch (error) {
      return error instanceof ClientError && error.code === 'ERR_CARD_RESPONSE';
    }
  }

  it('arbitrary ones are read or refused', { timeout: FUZZ_TIMEOUT }, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => readsOrRefuses(bytes)),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('so are files with some bytes changed, put in or cut out', { timeout: FUZZ_TIMEOUT }, () => {
    const edit = fc.record({
      at: fc.nat(200),
      remove: fc.nat(4),
      insert: fc.uint8Array({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let file: Uint8Array = attributeFile({ form: 'two-bytes' }).file;
        for (const { at, remove, insert } of edits) {
          file = Buffer.concat([file.subarray(0, at), insert, file.subarray(at + remove)]);
        }
        return readsOrRefuses(file);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('any text comes out as it went in, but for what is not seen', () => {
    const plain = fc.string({ unit: fc.constantFrom('あ', '亜', '𠮷', ' ', '\u3000', 'A', '－'), minLength: 1 });
    fc.assert(
      fc.property(plain, plain, (name, address) => {
        expect(readMade({ values: { name, address } }, ['name', 'address'])).toEqual({ name, address });
      }),
    );
  });
});
