import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Certificate } from 'pkijs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openVirtualCard,
  VirtualCardStateError,
  type CardProfileName,
  type VirtualCard,
} from '../../../native/virtual-card/index.js';
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
  TEXT_AID,
  unhex,
  withoutFiller,
} from '../../support/virtual-card.js';

const NEXT_AID = 'd392f000260200000001';
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const FILES = { signing: '0001', authentication: '000a', 'signing-ca': '0002', 'authentication-ca': '000b' } as const;

let factory: CardFactory;

beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => factory.remove());

async function open(stateDirectory: string, profile: CardProfileName): Promise<VirtualCard> {
  const card = await openVirtualCard({ stateDirectory, profile });
  card.powerOn();
  return card;
}

type Certificates = Readonly<Record<keyof typeof FILES, X509Certificate>>;

/** The four certificates on the card. */
function readCertificates(card: VirtualCard, aid = JPKI_AID): Certificates {
  succeed(card, selectAid(aid), `0020009b${SIGNING_PIN}`);
  const entries = Object.entries(FILES).map(([name, fileId]) => {
    succeed(card, selectEf(fileId));
    return [name, new X509Certificate(withoutFiller(readCurrentFile(card)))];
  });
  return Object.fromEntries(entries) as Certificates;
}

/** Days from now to that date, rounded. */
function daysUntil(date: string): number {
  return Math.round((Date.parse(date) - Date.now()) / DAY_MILLISECONDS);
}

const isIn = (value: number, [least, most]: readonly [number, number]) => value >= least && value <= most;

describe('dates', () => {
  const FIVE_YEARS = [1825, 1827] as const;

  it.each<[CardProfileName, number]>([
    ['expired', -30],
    ['expiring-soon', 60],
  ])('of %s end at day %i after five years, within those of its authorities', async (profile, days) => {
    const certificates = readCertificates(await factory.newCard(profile));
    for (const role of ['signing', 'authentication'] as const) {
      const { validFrom, validTo } = certificates[role];
      expect(daysUntil(validTo)).toBe(days);
      expect(isIn(days - daysUntil(validFrom), FIVE_YEARS)).toBe(true);
      const authority = certificates[`${role}-ca`];
      expect(authority.validFrom).toBe(validFrom);
      expect(Date.parse(authority.validTo)).toBeGreaterThan(Date.now());
      expect(certificates[role].verify(authority.publicKey)).toBe(true);
    }
  });

  it('of not-yet-valid begin in a year, within those of its authorities', async () => {
    const certificates = readCertificates(await factory.newCard('not-yet-valid'));
    for (const role of ['signing', 'authentication'] as const) {
      const { validFrom, validTo } = certificates[role];
      expect(daysUntil(validFrom)).toBe(365);
      expect(isIn(daysUntil(validTo) - 365, FIVE_YEARS)).toBe(true);
      const authority = certificates[`${role}-ca`];
      expect(Math.abs(daysUntil(authority.validFrom))).toBe(0);
      expect(Date.parse(authority.validTo)).toBeGreaterThan(Date.parse(validTo));
      expect(certificates[role].verify(authority.publicKey)).toBe(true);
    }
  });

  it('are those of the authorities that tests trust, whose keys are the same', async () => {
    const directory = factory.newDirectory();
    const [card, expired] = [await open(directory, 'default'), await open(directory, 'expired')];
    const trusted = expired.testAuthorities();
    const certificates = readCertificates(expired);
    expect(hex(trusted.signing)).toBe(hex(certificates['signing-ca'].raw));
    expect(hex(trusted.authentication)).toBe(hex(certificates['authentication-ca'].raw));
    const authority = new X509Certificate(card.testAuthorities().signing);
    expect(certificates.signing.verify(authority.publicKey)).toBe(true);
  });
});

describe('unlisted-ca', () => {
  it('carries authorities of the same name and other keys than those that tests trust', async () => {
    const directory = factory.newDirectory();
    const card = await open(directory, 'unlisted-ca');
    const certificates = readCertificates(card);
    const trusted = card.testAuthorities();
    const listed = (await open(directory, 'default')).testAuthorities();
    expect(hex(trusted.signing)).toBe(hex(listed.signing));
    expect(hex(trusted.authentication)).toBe(hex(listed.authentication));
    for (const role of ['signing', 'authentication'] as const) {
      const authority = certificates[`${role}-ca`];
      const other = new X509Certificate(trusted[role]);
      expect(certificates[role].verify(authority.publicKey)).toBe(true);
      expect(certificates[role].verify(other.publicKey)).toBe(false);
      expect(authority.subject).toBe(other.subject);
      expect(authority.publicKey.equals(other.publicKey)).toBe(false);
    }
  });
});

describe('the key behind 券面事項入力補助AP', () => {
  it.each<CardProfileName>(['default', 'unlisted-ca', 'next-card'])(
    'of %s certifies the key in EF 0004, over the value of 5F4E',
    async (profile) => {
      const card = await factory.newCard(profile);
      succeed(card, selectAid(TEXT_AID), selectEf('0004'));
      const file = readCurrentFile(card);
      const body = file.subarray(10, 10 + 0x129);
      const signature = file.subarray(-256);
      const root = createPublicKey({
        key: Buffer.from(card.testAuthorities().attributes),
        format: 'der',
        type: 'spki',
      });
      expect(verify('sha256', body, root, signature)).toBe(true);
      expect(verify('sha256', body.subarray(32), root, signature)).toBe(false);
      expect(root.asymmetricKeyDetails?.modulusLength).toBe(2048);
    },
  );
});

describe('next-card', () => {
  async function nextCard(): Promise<VirtualCard> {
    const card = await factory.newCard('next-card');
    succeed(card, selectAid(NEXT_AID));
    return card;
  }

  it('has another application with the same files', async () => {
    const card = await nextCard();
    expect(send(card, selectAid(JPKI_AID))).toBe('6a82');
    for (const fileId of ['0001', '0002', '0006', '0008', '000a', '000b', '0017', '0018', '001a', '001b']) {
      expect([fileId, send(card, selectEf(fileId))]).toEqual([fileId, '9000']);
    }
  });

  it('holds P-384 keys in certificates signed with ecdsa-with-SHA384, without parameters, for ten years', async () => {
    const certificates = readCertificates(await nextCard(), NEXT_AID);
    for (const certificate of Object.values(certificates)) {
      const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
      expect([asymmetricKeyType, asymmetricKeyDetails?.namedCurve]).toEqual(['ec', 'secp384r1']);
      const { signature, signatureAlgorithm } = Certificate.fromBER(Uint8Array.from(certificate.raw));
      for (const { algorithmId, algorithmParams } of [signature, signatureAlgorithm]) {
        expect([algorithmId, algorithmParams]).toEqual(['1.2.840.10045.4.3.3', undefined]);
      }
      expect(isIn(daysUntil(certificate.validTo), [3651, 3653])).toBe(true);
    }
    expect(certificates.signing.verify(certificates['signing-ca'].publicKey)).toBe(true);
    expect(certificates.authentication.verify(certificates['authentication-ca'].publicKey)).toBe(true);
    expect(certificates.authentication.verify(certificates['signing-ca'].publicKey)).toBe(false);
  });

  it.each([
    ['signing', '001a', 'signing'],
    ['authentication', '0017', 'authentication'],
  ] as const)('signs a bare SHA-384 digest with the %s key, r and s of 48 bytes each', async (_name, key, role) => {
    const card = await nextCard();
    const { publicKey } = readCertificates(card, NEXT_AID)[role];
    succeed(card, `00200098${AUTHENTICATION_PIN}`, `0020009b${SIGNING_PIN}`, selectEf(key));
    for (let count = 0; count < 40; count += 1) {
      const content = Buffer.from(`content ${String(count)}`);
      const digest = createHash('sha384').update(content).digest('hex');
      const response = unhex(send(card, `802a008030${digest}00`));
      expect(response).toHaveLength(98);
      const signature = response.subarray(0, 96);
      const ecdsa = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
      expect(verify('sha384', content, ecdsa, signature)).toBe(true);
      expect(verify('sha384', Buffer.from('something else'), ecdsa, signature)).toBe(false);
    }
  });

  it('signs nothing else, asks for the whole signature, and never the same one twice', async () => {
    const card = await nextCard();
    succeed(card, `00200098${AUTHENTICATION_PIN}`, selectEf('0017'));
    const digest = '5a'.repeat(48);
    expect(send(card, `802a00802f${'5a'.repeat(47)}00`)).toBe('6700');
    expect(send(card, `802a008031${'5a'.repeat(49)}00`)).toBe('6700');
    expect(send(card, `802a008043${'5a'.repeat(67)}00`)).toBe('6700');
    expect(send(card, `802a008030${digest}40`)).toBe('6c60');
    const first = send(card, `802a008030${digest}60`);
    expect(first).toMatch(/9000$/);
    expect(send(card, `802a008030${digest}00`)).not.toBe(first);
  });

  it('keeps each key behind its PIN', async () => {
    const card = await nextCard();
    succeed(card, `0020009b${SIGNING_PIN}`, selectEf('0017'));
    expect(send(card, `802a008030${'5a'.repeat(48)}00`)).toBe('6982');
  });

  it('has one PIN of four digits for both applications, with one counter', async () => {
    const card = await nextCard();
    expect(send(card, '00200098 0430303030')).toBe('63c2');
    succeed(card, selectAid(TEXT_AID), selectEf('0011'));
    expect(send(card, '00200080')).toBe('63c2');
    succeed(card, selectEf('0002'));
    expect(send(card, '00b0000001')).toBe('6982');
    succeed(card, selectEf('0011'), `00200080${AUTHENTICATION_PIN}`, '00240180 0438373635', selectEf('0002'));
    expect(send(card, '00b0000001')).toBe('ff9000');
    succeed(card, selectAid(NEXT_AID));
    expect(send(card, `00200098${AUTHENTICATION_PIN}`)).toBe('63c2');
    expect(send(card, '00200098 0438373635')).toBe('9000');
  });
});

describe('materials side by side', () => {
  const OTHERS = ['expired', 'expiring-soon', 'not-yet-valid', 'unlisted-ca', 'next-card'] as const;
  const file = (directory: string, kind?: string) =>
    join(directory, kind === undefined ? 'virtual-card.json' : `virtual-card-${kind}.json`);

  it('leave the card itself as it is, and are made once', async () => {
    const directory = factory.newDirectory();
    const before = readFileSync(file(directory));
    for (const profile of OTHERS) {
      const card = await open(directory, profile);
      const again = await open(directory, profile);
      expect(hex(again.testAuthorities().signing)).toBe(hex(card.testAuthorities().signing));
      if (process.platform !== 'win32') expect(statSync(file(directory, profile)).mode & 0o777).toBe(0o600);
    }
    expect(readFileSync(file(directory))).toEqual(before);
    expect(readdirSync(directory).sort()).toEqual(
      ['virtual-card.json', ...OTHERS.map((kind) => `virtual-card-${kind}.json`)].sort(),
    );
  });

  it('have PINs of their own', async () => {
    const directory = factory.newDirectory();
    const expired = await open(directory, 'expired');
    succeed(expired, selectAid(JPKI_AID));
    expect(send(expired, '00200098 0430303030')).toBe('63c2');
    const card = await open(directory, 'contact-1');
    succeed(card, selectAid(JPKI_AID));
    expect(send(card, '00200098')).toBe('63c3');
    const again = await open(directory, 'expired');
    succeed(again, selectAid(JPKI_AID));
    expect(send(again, '00200098')).toBe('63c2');
  });

  it('come with the card where there is none yet, and without a directory', async () => {
    const directory = join(factory.newDirectory(), 'new');
    await open(directory, 'next-card');
    expect(readdirSync(directory).sort()).toEqual(['virtual-card-next-card.json', 'virtual-card.json']);
    const card = await openVirtualCard({ profile: 'not-yet-valid', clock: () => new Date('2026-01-02T03:04:05Z') });
    card.powerOn();
    const { validFrom } = readCertificates(card).authentication;
    expect(new Date(validFrom).toISOString()).toBe('2027-01-02T03:04:05.000Z');
  });

  it('are refused where their file is damaged', async () => {
    const directory = factory.newDirectory();
    await open(directory, 'next-card');
    const path = file(directory, 'next-card');
    const state = JSON.parse(readFileSync(path, 'utf8')) as { signing: unknown; authentication: unknown };
    writeFileSync(path, JSON.stringify({ ...state, signing: state.authentication }));
    await expect(open(directory, 'next-card')).rejects.toThrow(VirtualCardStateError);
    await open(directory, 'default');
  });
});
