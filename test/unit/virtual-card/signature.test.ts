import { constants, createHash, publicDecrypt, verify, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VirtualCard } from '../../../native/virtual-card/index.js';
import {
  AUTHENTICATION_PIN,
  CardFactory,
  hex,
  JPKI_AID,
  readCurrentFile,
  selectAid,
  selectEf,
  send,
  SIGNING_PIN,
  succeed,
  unhex,
  withoutFiller,
} from '../../support/virtual-card.js';

const SHA256_DIGEST_INFO = '3031300d060960864801650304020105000420';
const SHA512_DIGEST_INFO = '3051300d060960864801650304020305000440';

let factory: CardFactory;
let card: VirtualCard;

beforeAll(async () => {
  factory = await CardFactory.create();
  card = await factory.newCard();
  succeed(card, selectAid(JPKI_AID), `00200098${AUTHENTICATION_PIN}`, `0020009b${SIGNING_PIN}`);
});
afterAll(() => factory.remove());

function certificate(fileId: string): X509Certificate {
  succeed(card, selectEf(fileId));
  return new X509Certificate(withoutFiller(readCurrentFile(card)));
}

function computeSignature(key: string, input: string): Uint8Array {
  succeed(card, selectEf(key));
  const lc = (input.length / 2).toString(16).padStart(2, '0');
  const response = unhex(send(card, `802a0080${lc}${input}00`));
  expect(hex(response.subarray(-2))).toBe('9000');
  return response.subarray(0, -2);
}

const content = Buffer.from('what is signed');

describe('COMPUTE DIGITAL SIGNATURE', () => {
  it.each([
    ['0017', '000a', 'sha256', SHA256_DIGEST_INFO],
    ['001a', '0001', 'sha256', SHA256_DIGEST_INFO],
    ['001a', '0001', 'sha512', SHA512_DIGEST_INFO],
  ])('of key %s is verified with certificate %s over %s', (key, certificateFile, algorithm, prefix) => {
    const digest = createHash(algorithm).update(content).digest();
    const signature = computeSignature(key, `${prefix}${hex(digest)}`);
    const { publicKey } = certificate(certificateFile);
    expect(signature).toHaveLength(256);
    expect(verify(algorithm, content, publicKey, signature)).toBe(true);
    expect(verify(algorithm, Buffer.from('something else'), publicKey, signature)).toBe(false);
  });

  it.each([1, 245])('pads %i bytes as they are sent', (length) => {
    const input = Buffer.alloc(length, 0xa5);
    const signature = computeSignature('0017', hex(input));
    const padded = publicDecrypt({ key: certificate('000a').publicKey, padding: constants.RSA_NO_PADDING }, signature);
    expect(hex(padded)).toBe(`0001${'ff'.repeat(253 - length)}00${hex(input)}`);
  });

  it('refuses no bytes, too many bytes, and no or too small Le', () => {
    succeed(card, selectEf('0017'));
    expect(send(card, '802a008000')).toBe('6700');
    expect(send(card, `802a0080f6${'00'.repeat(246)}00`)).toBe('6700');
    expect(send(card, '802a00800100')).toBe('6700');
    expect(send(card, '802a00800100ff')).toBe('6c00');
    expect(send(card, '802a00800100 00')).toHaveLength(2 * 258);
  });

  it('takes the key of a short file identifier', () => {
    succeed(card, selectEf('0006'));
    const bySelection = hex(computeSignature('0017', '01'));
    expect(send(card, '802a0097010100')).toBe(`${bySelection}9000`);
    expect(send(card, '802a009a010100')).not.toContain(bySelection);
    expect(card.log.at(-1)?.statusWord).toBe(0x9000);
  });

  it('refuses other paddings, other files, and no file', () => {
    succeed(card, selectEf('0017'));
    expect(['01', '02', '03', '04', '05', '9e'].map((p1) => send(card, `802a${p1}80010100`))).toEqual(
      Array(6).fill('6a86'),
    );
    succeed(card, selectEf('0018'));
    expect(send(card, '802a0080010100')).toBe('6981');
    expect(send(card, '802a0091010100')).toBe('6a82');
    expect(send(card, '802a0000010100')).toBe('6a86');
  });
});
