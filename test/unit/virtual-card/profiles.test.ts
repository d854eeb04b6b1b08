import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CARD_PROFILE_NAMES,
  CARD_PROFILES,
  openVirtualCard,
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
  withoutFiller,
} from '../../support/virtual-card.js';

const WRONG_PIN = '0430303030';
const SIGN_ONE_BYTE = '802a0080010100';
const QUERY = '00200080';

let factory: CardFactory;

beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => factory.remove());

/** A new card of that profile with the JPKI application selected. */
async function jpkiCard(profile: CardProfileName): Promise<VirtualCard> {
  const card = await factory.newCard(profile);
  succeed(card, selectAid(JPKI_AID));
  return card;
}

function read(card: VirtualCard, fileId: string): Uint8Array {
  succeed(card, selectEf(fileId));
  return readCurrentFile(card);
}

function status(card: VirtualCard, pinFileId: string): string {
  succeed(card, selectEf(pinFileId));
  return send(card, QUERY);
}

describe('answers to reset', () => {
  it.each<[CardProfileName, string]>([
    ['contact-1', '3be000ff8131fe4514'],
    ['contact-2', '3bda13ff8131fb468012392f31c173c601c03b'],
    ['contact-3', '3bc5ff8131fb458073c6010000'],
    ['contact-4', '3bf59100ff918171fe400042000100d1d6'],
    ['contact-5', '3bf59100ff918171fe4000420001b3a115'],
    ['type-b-6', '3b888001000005e0b381a1007f'],
    ['type-b-7', '3b888001000041e0b381a1003b'],
    ['type-b-8', '3b888001004b51ff0081d100bc'],
    ['type-b-9', '3b888001004b51ffb381d1000f'],
  ])('of %s is %s, and the card works', async (profile, atr) => {
    const card = await factory.newCard(profile);
    expect(hex(card.powerOn())).toBe(atr);
    expect(card.atr.slice(1).reduce((check, byte) => check ^ byte, 0)).toBe(0);
    succeed(card, selectAid(JPKI_AID), selectEf('0018'), `${QUERY}${AUTHENTICATION_PIN}`, selectEf('0017'));
    expect(send(card, SIGN_ONE_BYTE)).toHaveLength(2 * 258);
  });

  it('differ and nothing else does, contact-3 excepted, which announces no extended length', () => {
    const names = CARD_PROFILE_NAMES.filter((name) => /^(contact|type-b)-/.test(name));
    for (const name of names) {
      const { atr, ...others } = CARD_PROFILES[name];
      const { atr: defaultAtr, ...expected } = CARD_PROFILES.default;
      expect(others).toEqual(name === 'contact-3' ? { ...expected, extendedLength: false } : expected);
      expect(hex(atr) === hex(defaultAtr)).toBe(name === 'contact-2');
    }
  });
});

describe('filler', () => {
  it.each([
    ['filler-ff', 0xff],
    ['filler-00', 0x00],
  ] as const)('of %s follows the certificates', async (profile, byte) => {
    const card = await jpkiCard(profile);
    succeed(card, `0020009b${SIGNING_PIN}`);
    for (const fileId of ['0001', '0002', '000a', '000b']) {
      const content = read(card, fileId);
      const { length } = withoutFiller(content);
      expect(hex(content.subarray(length))).toBe(hex(new Uint8Array(400).fill(byte)));
      expect(new X509Certificate(content).raw).toHaveLength(length);
    }
  });
});

describe('addressing', () => {
  const extendedRead = '00b0000000 0000';

  it.each([
    ['no-extended-length', '6700'],
    ['contact-3', '6700'],
    ['default', '9000'],
  ] as const)('with extended length is answered by %s with %s', async (profile, statusWord) => {
    const card = await jpkiCard(profile);
    succeed(card, selectEf('000a'));
    expect(send(card, extendedRead).slice(-4)).toBe(statusWord);
    expect(send(card, '00b0000000').slice(-4)).toBe('9000');
  });

  it('by short identifier is refused by no-short-file-id, which then selects', async () => {
    const card = await jpkiCard('no-short-file-id');
    for (const command of ['00200098', '00b08a0000', '802a0097010100']) expect(send(card, command)).toBe('6a86');
    expect(status(card, '0018')).toBe('63c3');
  });
});

describe('blocked PINs', () => {
  it.each([
    ['blocked-63c0', '63c0'],
    ['blocked-6983', '6983'],
    ['blocked-6984', '6984'],
  ] as const)('of %s answer %s to everything and lose nothing', async (profile, statusWord) => {
    const stateDirectory = factory.newDirectory();
    const card = await openVirtualCard({ stateDirectory, profile });
    card.powerOn();
    succeed(card, selectAid(JPKI_AID));
    for (const [fileId, pin] of [
      ['0018', AUTHENTICATION_PIN],
      ['001b', SIGNING_PIN],
      ['0018', WRONG_PIN],
    ] as const) {
      expect(status(card, fileId)).toBe(statusWord);
      expect(send(card, `${QUERY}${pin}`)).toBe(statusWord);
      expect(status(card, fileId)).toBe(statusWord);
    }
    succeed(card, selectEf('0017'));
    expect(send(card, SIGN_ONE_BYTE)).toBe('6982');
    succeed(card, selectAid(TEXT_AID));
    expect(status(card, '0011')).toBe('63c3');

    const unblocked = await openVirtualCard({ stateDirectory });
    unblocked.powerOn();
    succeed(unblocked, selectAid(JPKI_AID));
    expect([status(unblocked, '0018'), status(unblocked, '001b')]).toEqual(['63c3', '63c5']);
  });
});

describe('first-command-6f00', () => {
  it('answers the first command after power-up with 6F00, without effect', async () => {
    const card = await factory.newCard('first-command-6f00');
    expect(send(card, selectAid(JPKI_AID))).toBe('6f00');
    expect(card.log.at(-1)).toMatchObject({ statusWord: 0x6f00, application: undefined });
    expect(send(card, selectAid(JPKI_AID))).toBe('9000');
    card.reset();
    expect(send(card, selectAid(JPKI_AID))).toBe('9000');
    card.powerOff();
    card.powerOn();
    expect(send(card, selectAid(JPKI_AID))).toBe('6f00');
  });

  it('spends no try, whatever the first command is', async () => {
    const card = await jpkiCardAfterFirst();
    succeed(card, `00200098${AUTHENTICATION_PIN}`);
    card.powerOff();
    card.powerOn();
    expect(send(card, `00200098${WRONG_PIN}`)).toBe('6f00');
    succeed(card, selectAid(JPKI_AID));
    expect(status(card, '0018')).toBe('63c3');
  });

  async function jpkiCardAfterFirst(): Promise<VirtualCard> {
    const card = await factory.newCard('first-command-6f00');
    send(card, '00200098');
    succeed(card, selectAid(JPKI_AID));
    return card;
  }
});

describe('a verified PIN', () => {
  it.each([
    ['verified-query-9000', '9000'],
    ['verified-query-63cx', '63c3'],
  ] as const)('of %s is told as %s', async (profile, statusWord) => {
    const card = await jpkiCard(profile);
    expect(status(card, '0018')).toBe('63c3');
    succeed(card, `${QUERY}${AUTHENTICATION_PIN}`);
    expect(status(card, '0018')).toBe(statusWord);
    expect(status(card, '001b')).toBe('63c5');
    succeed(card, selectEf('0017'));
    expect(send(card, SIGN_ONE_BYTE)).toHaveLength(2 * 258);
  });

  it.each([
    ['SELECT of the application', (card: VirtualCard) => succeed(card, selectAid(JPKI_AID))],
    ['SELECT of the other application', (card: VirtualCard) => succeed(card, selectAid(TEXT_AID), selectAid(JPKI_AID))],
    [
      'warm reset',
      (card: VirtualCard) => {
        card.reset();
        succeed(card, selectAid(JPKI_AID));
      },
    ],
  ])('of verified-survives-reset is verified after %s, not after power-off', async (_name, end) => {
    const card = await jpkiCard('verified-survives-reset');
    succeed(card, `0020009b${SIGNING_PIN}`);
    end(card);
    expect(status(card, '001b')).toBe('9000');
    expect(status(card, '0018')).toBe('63c3');
    succeed(card, selectEf('001a'));
    expect(send(card, SIGN_ONE_BYTE)).toHaveLength(2 * 258);
    card.powerOff();
    card.powerOn();
    succeed(card, selectAid(JPKI_AID));
    expect(status(card, '001b')).toBe('63c5');
    succeed(card, selectEf('001a'));
    expect(send(card, SIGN_ONE_BYTE)).toBe('6982');
  });

  it('of verified-survives-reset is lost by a wrong entry; a warm reset deselects all the same', async () => {
    const card = await jpkiCard('verified-survives-reset');
    succeed(card, `00200098${AUTHENTICATION_PIN}`);
    card.reset();
    expect(send(card, '00b0000000')).toBe('6986');
    succeed(card, selectAid(JPKI_AID));
    expect(send(card, `00200098${WRONG_PIN}`)).toBe('63c2');
    expect(status(card, '0018')).toBe('63c2');
  });
});

describe('media', () => {
  it.each([
    ['default', 'JPKIAPICCTOKEN2'],
    ['android', 'JPKIAPGPSETOKEN'],
    ['iphone', 'JPKIAPIOSTOKEN'],
    ['juki', 'JPKIAPICCTOKEN'],
    ['next-card', 'JPKIAPICCTOKEN2'],
  ] as const)('%s calls itself %s', async (profile, label) => {
    const card = await factory.newCard(profile);
    succeed(card, selectAid(hex(CARD_PROFILES[profile].applicationIdentifier)), selectEf('0006'));
    expect(send(card, '00b0000020')).toBe(`${Buffer.from(label.padEnd(32)).toString('hex')}9000`);
  });

  it('android has no 券面事項入力補助AP, and its authentication certificate wants the PIN', async () => {
    const card = await jpkiCard('android');
    expect(send(card, selectAid(TEXT_AID))).toBe('6a82');
    succeed(card, selectEf('000a'));
    expect(send(card, '00b0000004')).toBe('6982');
    succeed(card, `0020009b${SIGNING_PIN}`, selectEf('000a'));
    expect(send(card, '00b0000004')).toBe('6982');
    succeed(card, `00200098${AUTHENTICATION_PIN}`);
    const certificate = new X509Certificate(withoutFiller(read(card, '000a')));
    const authority = new X509Certificate(withoutFiller(read(card, '000b')));
    expect(certificate.verify(authority.publicKey)).toBe(true);
  });
});

describe("a child's card", () => {
  it('no-signing-certificate has an EF 0001 of filler, no key, and a PIN', async () => {
    const card = await jpkiCard('no-signing-certificate');
    expect(hex(read(card, '0008'))).toBe('008f00');
    expect(status(card, '001b')).toBe('63c5');
    succeed(card, selectEf('0001'));
    expect(send(card, '00b0000004')).toBe('6982');
    succeed(card, `0020009b${SIGNING_PIN}`);
    expect(new Set(read(card, '0001'))).toEqual(new Set([0xff]));
    expect(send(card, selectEf('001a'))).toBe('6a82');
    expect(withoutFiller(read(card, '0002')).length).toBeGreaterThan(500);
  });

  it('no-signing-files has neither certificate nor key nor PIN', async () => {
    const card = await jpkiCard('no-signing-files');
    expect(hex(read(card, '0008'))).toBe('008f00');
    for (const fileId of ['0001', '001a', '001b']) expect(send(card, selectEf(fileId))).toBe('6a82');
    expect(send(card, '0020009b')).toBe('6a82');
  });

  it.each(['no-signing-certificate', 'no-signing-files'] as const)('%s authenticates', async (profile) => {
    const card = await jpkiCard(profile);
    succeed(card, `00200098${AUTHENTICATION_PIN}`, selectEf('0017'));
    expect(send(card, SIGN_ONE_BYTE)).toHaveLength(2 * 258);
  });

  it('an adult card says that both certificates are there', async () => {
    expect(hex(read(await jpkiCard('default'), '0008'))).toBe('8f8f00');
  });
});
