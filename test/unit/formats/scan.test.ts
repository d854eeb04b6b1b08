import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { objectIdentifier, readAsn1, type ReadOptions } from '../../../sdk/formats/asn1/read.js';
import { scanAsn1 } from '../../../sdk/formats/asn1/scan.js';
import { element, oid, sequence } from '../../../sdk/formats/asn1/write.js';
import { decodeHex, encodeHex } from '../../../sdk/formats/bytes.js';
import { expectFormatError } from '../../support/expect-format-error.js';
import { processorMilliseconds } from '../../support/processor-time.js';

const LIMITS = { maxDepth: 8, maxElements: 64, maxBytes: 4096, code: 'ERR_CERT_MALFORMED' } as const;

function scan(encoding: 'BER' | 'DER', text: string, limits: Partial<ReadOptions> = {}): void {
  scanAsn1(decodeHex(text.replaceAll(' ', '')), { ...LIMITS, ...limits, encoding });
}

describe.each(['DER', 'BER'] as const)('any %s', (encoding) => {
  it.each([
    ['NULL', '0500'],
    ['an empty SEQUENCE', '3000'],
    ['a SET in order', '3106 020101 020102'],
    ['a long INTEGER', `02 8180 01 ${'00'.repeat(127)}`],
    ['context tags', 'a0 02 80 00'],
    ['an OBJECT IDENTIFIER', '06 03 2a8601'],
    ['an OBJECT IDENTIFIER of 64 octets', `06 40 ${'01'.repeat(64)}`],
  ])('may be %s', (_, text) => {
    expect(() => scan(encoding, text)).not.toThrow();
  });

  it.each([
    ['nothing', ''],
    ['an identifier alone', '30'],
    ['too few octets', '3003 0201'],
    ['a child longer than its parent', '3003 020200'],
    ['a child that reaches into its parent’s neighbour', '3008 3003 020201 01 0500'],
    ['octets behind the value', '0500 00'],
    ['a second value', '0500 0500'],
    ['a tag number above 30', '1f8101 00'],
    ['a length of five octets', '30 85 0000000000'],
    ['a length beyond 32 bits', '30 84 ffffffff'],
    ['a reserved length', '30 ff'],
    ['a primitive SEQUENCE', '1000'],
    ['a primitive SET', '1100'],
    ['a constructed INTEGER', '2203 020101'],
    ['a constructed BIT STRING', '2304 03020000'],
    ['a constructed UTF8String', '2c03 0c0141'],
    ['an empty INTEGER', '0200'],
    ['an INTEGER with a superfluous zero', '0202 0001'],
    ['an INTEGER with a superfluous sign', '0202 ffff'],
    ['a BOOLEAN of two octets', '0102 ffff'],
    ['a NULL with contents', '0501 00'],
    ['an empty OBJECT IDENTIFIER', '0600'],
    ['an unfinished OBJECT IDENTIFIER', '0602 2a86'],
    ['an OBJECT IDENTIFIER of 65 octets', `0641 ${'01'.repeat(65)}`],
    ['an ObjectDescriptor', '0700'],
    ['an EXTERNAL', '2800'],
    ['a REAL', '0900'],
    ['an EMBEDDED PDV', '2b00'],
    ['a RELATIVE-OID', '0d01 01'],
    ['a TIME', '0e00'],
    ['a reserved type', '0f00'],
    ['a VideotexString', '1500'],
    ['a GraphicString', '1900'],
    ['a CHARACTER STRING', '3d00'],
    ['an OBJECT IDENTIFIER with a padded arc', '0603 2a8001'],
    ['end-of-contents in a definite length', '3002 0000'],
    ['end-of-contents alone', '0000'],
  ])('is not %s', (_, text) => {
    expectFormatError(() => scan(encoding, text.replaceAll(' ', '')), 'ERR_CERT_MALFORMED');
  });

  it('is not nested beyond the limit', () => {
    const nested = (depth: number): string => (depth === 0 ? '0500' : `30${nestedLength(depth)}${nested(depth - 1)}`);
    const nestedLength = (depth: number): string => (2 * depth).toString(16).padStart(2, '0');
    expect(() => scan(encoding, nested(7))).not.toThrow();
    expectFormatError(() => scan(encoding, nested(8)), 'ERR_CERT_MALFORMED');
  });

  it('has no more elements than the limit', () => {
    expect(() => scan(encoding, `307e${'0500'.repeat(63)}`)).not.toThrow();
    expectFormatError(() => scan(encoding, `308180${'0500'.repeat(64)}`), 'ERR_CERT_MALFORMED');
  });
});

describe('DER alone refuses', () => {
  it.each([
    ['a long form for a short length', '30 81 02 0500'],
    ['leading zeros in a length', '30 82 0002 0500'],
    ['an indefinite length', '3080 0500 0000'],
    ['a BOOLEAN that is neither 00 nor FF', '0101 01'],
    ['an unsorted SET', '3106 020102 020101'],
    ['a split OCTET STRING', '2403 040141'],
  ])('%s', (_, text) => {
    expect(() => scan('BER', text)).not.toThrow();
    expectFormatError(() => scan('DER', text), 'ERR_CERT_MALFORMED');
  });
});

describe('an indefinite length', () => {
  it.each([
    ['without end-of-contents', '3080 0500'],
    ['that ends in half of end-of-contents', '3080 0500 00'],
    ['whose inner one takes the outer end', '3080 3080 0500 0000'],
    ['of a primitive', '0480 0000'],
    ['that outgrows its parent', '3004 3080 0500 0000'],
  ])('%s is refused', (_, text) => {
    expectFormatError(() => scan('BER', text), 'ERR_CERT_MALFORMED');
  });

  it('may be nested', () => {
    expect(() => scan('BER', '3080 3080 0500 0000 0000')).not.toThrow();
  });

  it('splits OCTET STRINGs into OCTET STRINGs only', () => {
    expect(() => scan('BER', '2480 040141 2403 040142 0000')).not.toThrow();
    expectFormatError(() => scan('BER', '2480 0500 0000'), 'ERR_CERT_MALFORMED');
  });
});

describe('an OBJECT IDENTIFIER', () => {
  const decoded = (text: string): string => objectIdentifier(readAsn1(decodeHex(text), { ...LIMITS, encoding: 'DER' }));

  it.each([
    ['060100', '0.0'],
    ['060127', '0.39'],
    ['060128', '1.0'],
    ['06014f', '1.39'],
    ['060150', '2.0'],
    ['0603883703', '2.999.3'],
    ['06092a864886f70d010702', '1.2.840.113549.1.7.2'],
    // The largest UUID (X.667 §8.4).
    [`06146983${'ff'.repeat(17)}7f`, '2.25.340282366920938463463374607431768211455'],
  ])('%s is %s', (text, expected) => {
    expect(decoded(text)).toBe(expected);
  });

  it('is written as it is read', () => {
    fc.assert(
      fc.property(fc.nat(2), fc.nat(39), fc.array(fc.nat(), { maxLength: 8 }), (first, second, rest) => {
        const text = [first, second, ...rest].join('.');
        expect(decoded(encodeHex(oid(text)))).toBe(text);
      }),
    );
  });

  it('is none of another type', () => {
    expect(decoded('04012a')).toBe('');
  });
});

describe('a megabyte', () => {
  const limits = { ...LIMITS, encoding: 'BER', maxBytes: 2 ** 20, maxElements: 20_000 } as const;

  it.each([
    ['of arcs in one OBJECT IDENTIFIER', sequence(element(0x06, new Uint8Array(1_000_000).fill(1)))],
    ['of arcs in one RELATIVE-OID', sequence(element(0x0d, new Uint8Array(1_000_000).fill(1)))],
    ['of NULLs', sequence(new Uint8Array(1_000_000).fill(5).map((octet, index) => (index % 2 === 0 ? octet : 0)))],
  ])('%s is refused at once', (_, der) => {
    const start = processorMilliseconds();
    expectFormatError(() => readAsn1(der, limits), 'ERR_CERT_MALFORMED');
    expect(processorMilliseconds() - start).toBeLessThan(200);
  });

  it('of as many arcs as may be is read at once', () => {
    const arcs = element(0x06, new Uint8Array(64).fill(1));
    const der = sequence(...Array.from({ length: 15_000 }, () => arcs));
    const start = processorMilliseconds();
    const { children } = readAsn1(der, limits);
    expect(children).toHaveLength(15_000);
    expect(new Set(children.map(objectIdentifier)).size).toBe(1);
    expect(processorMilliseconds() - start).toBeLessThan(1500);
  });
});

describe('reading', () => {
  it('gives exact octets of indefinite lengths and a copy of the input', () => {
    const input = Buffer.from('30800401ff0000', 'hex');
    const root = readAsn1(input, { ...LIMITS, encoding: 'BER' });
    input.fill(0);
    expect(Buffer.from(root.encoded).toString('hex')).toBe('30800401ff0000');
    expect(Buffer.from(root.contents).toString('hex')).toBe('0401ff');
    expect(root.children.map(({ contents }) => contents[0])).toEqual([0xff]);
  });

  it('refuses what is longer than the limit before it looks at it', () => {
    expectFormatError(
      () => readAsn1(new Uint8Array(5000), { ...LIMITS, encoding: 'DER', code: 'ERR_SIGN_FORMAT' }),
      'ERR_SIGN_FORMAT',
    );
  });
});
