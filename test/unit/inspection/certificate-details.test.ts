import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holderAttributes, substitutableText } from '../../../main/core/inspection/holder-attributes.js';
import { describeCertificate, roleOf } from '../../../main/core/inspection/certificate-details.js';
import { FormatError, JPKI_OTHER_NAMES, parseCertificate } from '../../../sdk/formats/index.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import {
  certificatePolicies,
  holderExtensions,
  issueAuthority,
  issueHolder,
  keyUsage,
  otherNames,
} from '../../support/test-pki.js';

const authority = issueAuthority('signing');
const ATTRIBUTES = {
  name: '試験　花子',
  birthDate: '419900401',
  sex: '2',
  address: '東京都千代田区架空町一丁目',
  nameSubstitutions: '00010',
  addressSubstitutions: '0000000000001',
};

function signingCertificate(attributes: Partial<typeof ATTRIBUTES>): Uint8Array {
  const names = Object.entries(attributes).map(([name, value]) => [
    JPKI_OTHER_NAMES[name as keyof typeof JPKI_OTHER_NAMES],
    value,
  ]);
  const extensions = [
    keyUsage('digitalSignature', 'nonRepudiation'),
    certificatePolicies('1.2.392.200149.8.5.1.1.20', '1.2.3'),
    otherNames(Object.fromEntries(names) as Record<string, string>),
  ];
  return issueHolder('signing', authority, { extensions }).certificate;
}

const holderOf = (attributes: Partial<typeof ATTRIBUTES>) =>
  holderAttributes(parseCertificate(signingCertificate(attributes)));

describe('holderAttributes', () => {
  it('reads the four attributes and where a 代替文字 stands in them', () => {
    expect(holderOf(ATTRIBUTES)).toEqual({
      name: { text: '試験　花子', substitutions: [{ position: 4, character: '花' }] },
      address: { text: ATTRIBUTES.address, substitutions: [{ position: 13, character: '目' }] },
      birthDate: { encoded: '419900401', date: { year: 1990, month: 4, day: 1, era: { name: 'heisei', year: 2 } } },
      sex: { encoded: '2', meaning: 'female' },
    });
  });

  it.each([
    ['1', 'male'],
    ['2', 'female'],
    ['3', 'unknown'],
    ['9', undefined],
    ['', undefined],
    ['toString', undefined],
  ])('sex %j', (sex, meaning) => {
    expect(holderOf({ ...ATTRIBUTES, sex })?.sex).toEqual({ encoded: sex, meaning });
  });

  it('shows a birth date it cannot read as it is', () => {
    expect(holderOf({ ...ATTRIBUTES, birthDate: '4平成2年\u202e' })?.birthDate).toEqual({
      encoded: '4平成2年<U+202E>',
      date: undefined,
    });
  });

  it('is undefined where an attribute is missing, as in the authentication certificate', () => {
    const { name, birthDate, sex } = ATTRIBUTES;
    expect(holderOf({ name, birthDate, sex })).toBeUndefined();
    const authentication = issueHolder('authentication', issueAuthority('authentication'), {
      extensions: holderExtensions('authentication'),
    });
    expect(holderAttributes(parseCertificate(authentication.certificate))).toBeUndefined();
  });
});

describe('substitutableText', () => {
  it.each<[string, string, string | undefined, [number, string][] | undefined]>([
    ['no positions at all', '試験', undefined, []],
    ['no substitution', '試験', '00', []],
    [
      'the first and the last',
      '試験',
      '11',
      [
        [1, '試'],
        [2, '験'],
      ],
    ],
    ['a character of two code units', '𠮷野', '10', [[1, '𠮷']]],
    ['a variation selector counted with its character', '葛\u{E0100}子', '10', [[1, '葛\u{E0100}']]],
    ['a variation selector counted on its own', '葛\u{E0100}子', '001', [[3, '子']]],
    ['a control character, made safe', 'a\u001bb', '010', [[2, '\ufffd']]],
    ['too few positions', '試験', '0', undefined],
    ['too many', '試験', '000', undefined],
    ['another digit', '試験', '02', undefined],
    ['full-width digits', '試験', '０１', undefined],
  ])('%s', (_what, text, flags, expected) => {
    const { substitutions } = substitutableText(text, flags);
    expect(substitutions?.map(({ position, character }) => [position, character])).toEqual(expected);
  });

  it('marks as many characters as there are ones, each where its one stands', { timeout: FUZZ_TIMEOUT }, () => {
    const character = fc.constantFrom(...Array.from('試験花子　０１アｱaé𠮷'));
    fc.assert(
      fc.property(fc.array(fc.tuple(character, fc.boolean()), { maxLength: 200 }), (characters) => {
        const text = characters.map(([one]) => one).join('');
        const flags = characters.map(([, substituted]) => (substituted ? '1' : '0')).join('');
        const { substitutions } = substitutableText(text, flags);
        const expected = characters.flatMap(([one, substituted], index) =>
          substituted ? [{ position: index + 1, character: one }] : [],
        );
        expect(substitutions).toEqual(expected);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('takes any text and any positions, and shows no control character', { timeout: FUZZ_TIMEOUT }, () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(anyText, fc.oneof(anyText, fc.string({ unit: fc.constantFrom('0', '1') })), (text, flags) => {
        const { text: shown, substitutions } = substitutableText(text, flags);
        const all = shown + (substitutions ?? []).map(({ character }) => character).join('');
        // eslint-disable-next-line no-control-regex -- they are what is looked for
        expect(all).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});

describe('describeCertificate', () => {
  const at = new Date();
  const context = { at, authority: undefined, issuer: 'unknown' } as const;

  it('names JPKI’s policies and leaves others as they are', () => {
    const details = describeCertificate('signing', parseCertificate(signingCertificate(ATTRIBUTES)), context);
    expect(details.policies).toEqual([
      { oid: '1.2.392.200149.8.5.1.1.20', role: 'signing', test: false },
      { oid: '1.2.3', role: undefined, test: undefined },
    ]);
    expect(details.validity.state).toBe('in-force');
  });

  it('knows which key each kind belongs to', () => {
    expect((['authentication', 'signing', 'authentication-ca', 'signing-ca'] as const).map(roleOf)).toEqual([
      'authentication',
      'signing',
      'authentication',
      'signing',
    ]);
  });

  it('describes or refuses every certificate with bytes changed', { timeout: FUZZ_TIMEOUT }, () => {
    const original = signingCertificate(ATTRIBUTES);
    const change = fc.tuple(fc.nat(original.length - 1), fc.integer({ min: 0, max: 255 }));
    let described = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = original.slice();
        for (const [offset, byte] of changes) changed[offset] = byte;
        try {
          const details = describeCertificate('signing', parseCertificate(changed), context);
          described += 1;
          expect(details.certificate.der).toEqual(changed);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
        }
      }),
      { numRuns: FUZZ_RUNS },
    );
    expect(described).toBeGreaterThan(0);
  });
});
