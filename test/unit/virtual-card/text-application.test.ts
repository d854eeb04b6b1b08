import { createHash, createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TEST_CARD_PINS, TEST_HOLDER, type VirtualCard } from '../../../native/virtual-card/index.js';
import {
  AUTHENTICATION_PIN,
  CardFactory,
  hex,
  readCurrentFile,
  selectAid,
  selectEf,
  send,
  succeed,
  TEXT_AID,
} from '../../support/virtual-card.js';

const TEXT_PIN = AUTHENTICATION_PIN;
const SECRETS = {
  pin: `0011 ${TEXT_PIN}`,
  a: `0014 0c${Buffer.from(TEST_CARD_PINS.numberA).toString('hex')}`,
  b: `0015 0e${Buffer.from(TEST_CARD_PINS.numberB).toString('hex')}`,
} as const;

let factory: CardFactory;
let card: VirtualCard;

beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => factory.remove());
beforeEach(async () => {
  card = await factory.newCard();
  succeed(card, selectAid(TEXT_AID));
});

function enter(secret: keyof typeof SECRETS): void {
  const [fileId = '', pin] = SECRETS[secret].split(' ');
  succeed(card, selectEf(fileId), `00200080${pin}`);
}

function read(fileId: string): Uint8Array {
  succeed(card, selectEf(fileId));
  return readCurrentFile(card);
}

/** The file, as hexadecimal, after the PIN. */
function readOpened(fileId: string): string {
  enter('pin');
  return hex(read(fileId));
}

const sha256 = (data: string) => createHash('sha256').update(Buffer.from(data, 'hex')).digest('hex');

describe('access', () => {
  it.each([
    ['nothing', undefined, []],
    ['the PIN', 'pin', ['0001', '0002', '0003']],
    ['照合番号A', 'a', ['0001', '0003']],
    ['照合番号B', 'b', ['0002', '0003']],
  ] as const)('with %s opens the right files', (_name, secret, opened) => {
    if (secret) enter(secret);
    for (const fileId of ['0001', '0002', '0003']) {
      succeed(card, selectEf(fileId));
      const answer = send(card, '00b0000001').slice(-4);
      expect([fileId, answer]).toEqual([fileId, opened.some((id) => id === fileId) ? '9000' : '6982']);
    }
    for (const fileId of ['0004', '0005']) expect(read(fileId).length).toBeGreaterThan(0);
  });

  it('has no key and no certificate of the other application', () => {
    expect(send(card, selectEf('000a'))).toBe('6a82');
    expect(send(card, selectEf('0017'))).toBe('6a82');
  });
});

describe('files', () => {
  it('0001 holds the specimen number and two filler bytes', () => {
    expect(readOpened('0001')).toBe(`ff100c${Buffer.from('123456789018').toString('hex')}ffff`);
  });

  it('0002 holds four attributes and where they are', () => {
    const file = readOpened('0002');
    const attribute = (tag: string, value: string) => {
      const bytes = Buffer.from(value, 'utf8');
      return `${tag}${bytes.length.toString(16).padStart(2, '0')}${hex(bytes)}`;
    };
    const objects = [
      attribute('df22', TEST_HOLDER.name),
      attribute('df23', TEST_HOLDER.address),
      'df24083139393030343031',
      'df250132',
    ];
    const length = 11 + objects.join('').length / 2;
    expect(length).toBeGreaterThan(0x7f);
    expect(file.slice(0, 14)).toBe(`ff2081${length.toString(16)}df2108`);
    expect(file.slice(30)).toBe(objects.join(''));
    const offsets = [0, 2, 4, 6].map((at) => Buffer.from(file, 'hex').readUInt16BE(7 + at));
    expect(offsets.map((offset) => file.slice(2 * offset, 2 * offset + 4))).toEqual(['df22', 'df23', 'df24', 'df25']);
  });

  it('0003 holds digests of both and a signature that the key in 0004 verifies', () => {
    const file = readOpened('0003');
    const attributes = hex(read('0002')).slice(30);
    const digests = `df3120${sha256(hex(read('0001')))}df3220${sha256(attributes)}`;
    expect(file.slice(0, 10)).toBe('ff3082014b');
    expect(file.slice(10, 160)).toBe(`${digests}df33820100`);
    const signature = Buffer.from(file.slice(160), 'hex');
    expect(signature).toHaveLength(256);

    const certificate = Buffer.from(read('0004'));
    expect(certificate).toHaveLength(568);
    expect(hex(certificate.subarray(0, 10))).toBe('7f218202335f4e820129');
    expect(hex(certificate.subarray(42, 51))).toBe('90030100019182 0100'.replace(' ', ''));
    expect(hex(certificate.subarray(307, 312))).toBe('5f37820100');
    const n = certificate.subarray(51, 307).toString('base64url');
    const key = createPublicKey({ key: { kty: 'RSA', e: 'AQAB', n }, format: 'jwk' });
    expect(verify('sha256', Buffer.from(digests, 'hex'), key, signature)).toBe(true);
    expect(verify('sha256', Buffer.from(attributes, 'hex'), key, signature)).toBe(false);
  });

  it('0005 has lengths that are longer than they need be', () => {
    const file = hex(read('0005'));
    expect(file.slice(0, 10)).toBe('ff4082009f');
    expect(file.slice(10, 24)).toBe('df410401030e01');
    expect(file.slice(24, 30)).toBe('df4210');
    expect(file.slice(62, 72)).toBe('df43820080');
    expect(file.length).toBe(2 * 164);
  });
});

describe('secrets', () => {
  it('照合番号B is birth date in the era year, year of expiry, security code', () => {
    expect(TEST_CARD_PINS.numberB).toBe('02040120351234');
  });

  it('照合番号A has ten tries', () => {
    succeed(card, selectEf('0014'));
    const wrong = `00200080 0c ${'39'.repeat(12)}`;
    const answers = Array.from({ length: 11 }, () => send(card, wrong));
    expect(answers).toEqual(['63c9', '63c8', '63c7', '63c6', '63c5', '63c4', '63c3', '63c2', '63c1', '63c0', '6984']);
    succeed(card, selectEf('0015'));
    expect(send(card, '00200080')).toBe('63ca');
  });
});
