import { describe, expect, it } from 'vitest';
import { encodeBase64 } from '../../../sdk/formats/bytes.js';
import { decodePemCms } from '../../../sdk/formats/index.js';
import { processorMilliseconds } from '../../support/processor-time.js';

const der = Uint8Array.from({ length: 100 }, (_, index) => index);
const lines = (octets: Uint8Array): string => (encodeBase64(octets).match(/.{1,64}/g) ?? []).join('\n');
const REFUSED: unknown = expect.objectContaining({ code: 'ERR_SIGN_FORMAT', reason: 'cms-pem' });
const block = (label = 'CMS', octets = der): string =>
  `-----BEGIN ${label}-----\n${lines(octets)}\n-----END ${label}-----\n`;

describe('a signature in PEM', () => {
  it.each([
    ['labelled CMS', block()],
    ['labelled PKCS7', block('PKCS7')],
    ['with CR LF', block().replaceAll('\n', '\r\n')],
    ['with white space around it', ` \r\n\t${block()}\n\n `],
    ['without a final line feed', block().trim()],
  ])('is decoded: %s', (_, text) => {
    expect(decodePemCms(text)).toEqual(der);
  });

  it.each([
    ['two signatures', block() + block()],
    ['two signatures under two labels', block() + block('PKCS7', der.toReversed())],
    ['text behind it', `${block()}Approved: 1,000,000 yen\n`],
    ['text in front of it', `Approved: 1,000,000 yen\n${block()}`],
    ['another block in front of it', block('NOTE') + block()],
    ['another block behind it', block() + block('CERTIFICATE')],
    ['one block in another', `-----BEGIN PKCS7-----\n${block()}-----END PKCS7-----\n`],
    ['a header', block().replace('\n', '\nProc-Type: 4\n\n')],
    ['a no-break space behind it', `${block()}\u00a0`],
    ['a NUL behind it', `${block()}\0`],
    ['another label at its end', block().replace('END CMS', 'END PKCS7')],
    ['another label', block('CERTIFICATE')],
    ['no end', block().replace(/-----END.*/, '')],
    ['no base64', block().replace('A', '=')],
    ['nothing', ''],
  ])('is refused: %s', (_, text) => {
    expect(() => decodePemCms(text)).toThrow(REFUSED);
  });

  it('is refused in linear time', () => {
    const start = processorMilliseconds();
    for (const text of [' '.repeat(4_000_000), `-----BEGIN CMS-----${'A'.repeat(4_000_000)}`, block().repeat(20_000)]) {
      expect(() => decodePemCms(text)).toThrow(REFUSED);
    }
    expect(processorMilliseconds() - start).toBeLessThan(1000);
  });
});
