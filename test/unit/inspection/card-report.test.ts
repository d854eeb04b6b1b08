import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import { cardFindings, mediumOf, type CardReport } from '../../../main/core/inspection/card-report.js';
import type { TrustAnchor } from '../../../main/core/trust/trust-anchors.js';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { CARD_PROFILES, type CardProfileName, type VirtualCard } from '../../../native/virtual-card/index.js';
import { encodeHex, formatDistinguishedName, parseCertificate } from '../../../sdk/formats/index.js';
import { commandSummary, coreClient, type CoreClientOptions } from '../../support/core-client.js';
import { CardFactory } from '../../support/virtual-card.js';

const never = new AbortController().signal;
const onlyReader = () => Promise.reject(new Error('one reader'));

let factory: CardFactory;
beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => {
  factory.remove();
});

function client(card: VirtualCard, options: Partial<CoreClientOptions> = {}) {
  return coreClient({ card, person: {}, ...options });
}

function inspect(card: VirtualCard, options: Partial<CoreClientOptions> = {}): Promise<CardReport> {
  return client(card, options).inspection.inspect(onlyReader, never);
}

const findingsOf = (report: CardReport) => cardFindings(report).map(({ finding, normal }) => [finding, normal]);

describe('what the card tells without a PIN', () => {
  it('is all there on a card in use, at no try', async () => {
    const card = await factory.newCard();
    const report = await inspect(card);
    expect(report).toMatchObject({
      testCard: true,
      medium: 'my-number-card',
      applications: { jpki: { status: 'present' }, text: { status: 'present' } },
      pins: {
        authentication: { status: 'tries-left', triesLeft: 3 },
        signing: { status: 'tries-left', triesLeft: 5 },
        profile: { status: 'tries-left', triesLeft: 3 },
        'number-b': { status: 'tries-left', triesLeft: 10 },
      },
      certificates: { authentication: { status: 'readable', state: 'in-force' }, signing: { status: 'pin-needed' } },
      authorities: {
        authentication: { status: 'readable', standing: 'test', issuer: 'test' },
        signing: { status: 'readable', standing: 'test', issuer: 'test' },
      },
    });
    expect(commandSummary(card).verifies).toBe(0);
  });

  it('reads nothing of the signing certificate, nor of the My Number and its digest', async () => {
    const card = await factory.newCard();
    await inspect(card);
    const reads = card.log.filter(({ ins }) => ins === 0xb0).map(({ application, fileId }) => [application, fileId]);
    expect(reads.length).toBeGreaterThan(0);
    expect(reads.filter(([application]) => application !== 'jpki')).toEqual([]);
    expect(reads.filter(([, fileId]) => fileId === 0x0001)).toEqual([]);
    const textFiles = card.log.filter(({ application, ins }) => application === 'text' && ins !== 0xa4);
    expect(new Set(textFiles.map(({ fileId }) => fileId))).toEqual(new Set([0x0011, 0x0015]));
  });

  it.each<[CardProfileName, object]>([
    ['juki', { medium: 'juki-card' }],
    ['iphone', { medium: 'iphone' }],
    ['expired', { certificates: { authentication: { status: 'readable', state: 'expired', daysLeft: -30 } } }],
    [
      'expiring-soon',
      { certificates: { authentication: { status: 'readable', state: 'expires-soon', daysLeft: 60 } } },
    ],
    ['not-yet-valid', { certificates: { authentication: { status: 'readable', state: 'not-yet-valid' } } }],
    ['next-card', { medium: 'my-number-card', certificates: { authentication: { status: 'readable' } } }],
    ['blocked-63c0', { pins: { authentication: { status: 'blocked' }, signing: { status: 'blocked' } } }],
    ['blocked-6983', { pins: { authentication: { status: 'blocked' }, signing: { status: 'blocked' } } }],
    ['blocked-6984', { pins: { authentication: { status: 'blocked' }, signing: { status: 'blocked' } } }],
    ['first-command-6f00', { certificates: { authentication: { status: 'readable' } } }],
    ['no-short-file-id', { pins: { 'number-b': { status: 'tries-left', triesLeft: 10 } } }],
    ['filler-00', { authorities: { signing: { status: 'readable', standing: 'test' } } }],
  ])('%s', async (profile, expected) => {
    expect(await inspect(await factory.newCard(profile))).toMatchObject(expected);
  });

  it('on a phone: no face, and the authentication certificate behind its PIN, which is normal', async () => {
    const report = await inspect(await factory.newCard('android'));
    expect(report).toMatchObject({
      medium: 'android',
      applications: { text: { status: 'absent' }, visual: { status: 'absent' } },
      pins: {
        authentication: { status: 'tries-left' },
        profile: { status: 'absent' },
        'number-b': { status: 'absent' },
      },
      certificates: { authentication: { status: 'pin-needed' } },
    });
    expect(findingsOf(report)).toEqual([
      ['authentication-certificate-needs-pin', true],
      ['signing-certificate-needs-pin', true],
      ['no-text-application', true],
      ['no-visual-application', true],
    ]);
  });

  it('on a child’s card whose file is empty: the card’s own record tells', async () => {
    const report = await inspect(await factory.newCard('no-signing-certificate'));
    expect(report.certificates.signing).toEqual({ status: 'recorded-absent' });
    expect(findingsOf(report)).toContainEqual(['no-signing-certificate', false]);
    expect(report.pins.signing).toEqual({ status: 'tries-left', triesLeft: 5 });
  });

  it('on a child’s card without the files: certificate and PIN are absent, everything else is there', async () => {
    const report = await inspect(await factory.newCard('no-signing-files'));
    expect(report).toMatchObject({
      certificates: { authentication: { status: 'readable' }, signing: { status: 'absent' } },
      pins: {
        authentication: { status: 'tries-left' },
        signing: { status: 'absent' },
        profile: { status: 'tries-left' },
      },
    });
    expect(findingsOf(report)).toContainEqual(['no-signing-certificate', false]);
  });

  it('on a card without JPKI: the rest, and why it cannot log in', async () => {
    const profile = { ...CARD_PROFILES.default, applicationIdentifier: Uint8Array.of(1, 2, 3, 4, 5) };
    const report = await inspect(await factory.newCard(profile));
    expect(report).toMatchObject({
      medium: 'unknown',
      applications: { jpki: { status: 'absent' }, text: { status: 'present' } },
      pins: { authentication: { status: 'absent' }, profile: { status: 'tries-left', triesLeft: 3 } },
    });
    expect(findingsOf(report)[0]).toEqual(['no-jpki-application', false]);
  });

  it('is an error on a card that has none of the applications', async () => {
    const profile = {
      ...CARD_PROFILES.default,
      applicationIdentifier: Uint8Array.of(1, 2, 3, 4, 5),
      textApplication: false,
    };
    const card = await factory.newCard(profile);
    await expect(inspect(card)).rejects.toMatchObject({ code: 'ERR_CARD_UNSUPPORTED' });
    await expect(client(card).inspection.pinStatus(onlyReader, never)).rejects.toMatchObject({
      code: 'ERR_CARD_UNSUPPORTED',
    });
  });

  it('does not take a PIN that is still verified for tries left', async () => {
    const card = await factory.newCard('verified-survives-reset');
    for (const command of ['00a4040c0ad392f000260100000001', '002000980431323334']) {
      card.transmit(Uint8Array.from(Buffer.from(command, 'hex')));
    }
    expect((await inspect(card)).pins.authentication).toEqual({ status: 'still-verified' });
  });
});

describe('pinStatus', () => {
  it.each<CardProfileName>(['default', 'android', 'no-signing-files', 'blocked-6984', 'next-card'])(
    'says of %s what the whole report says',
    async (profile) => {
      const card = await factory.newCard(profile);
      const { pins, readerName } = await inspect(card);
      card.clearLog();
      expect(await client(card).inspection.pinStatus(onlyReader, never)).toEqual({ pins, readerName });
      expect(card.log.filter(({ ins }) => ins === 0xb0)).toEqual([]);
    },
  );
});

describe('the authorities', () => {
  /** What a release that trusted the test card would list. */
  async function anchorsOf(card: VirtualCard): Promise<TrustAnchor[]> {
    const authorities = card.testAuthorities();
    return Promise.all(
      (['authentication', 'signing'] as const).map(async (role) => {
        const { subject, serialNumber, der } = parseCertificate(authorities[role]);
        return {
          role,
          generation: 4,
          subject: formatDistinguishedName(subject),
          serialNumber,
          obtained: true as const,
          sha256: encodeHex(await nodeCrypto.digest('SHA-256', der)),
          subjectKeyIdentifier: '00',
        };
      }),
    );
  }

  it('are listed where they are on the list, each for its own certificate', async () => {
    const card = await factory.newCard();
    const trustAnchors = await anchorsOf(card);
    const listed = { status: 'readable', standing: 'listed', generation: 4, issuer: 'listed' };
    expect((await inspect(card, { trustAnchors })).authorities).toEqual({ authentication: listed, signing: listed });
    const crossed = trustAnchors.map((anchor) => ({
      ...anchor,
      role: anchor.role === 'signing' ? ('authentication' as const) : ('signing' as const),
    }));
    expect((await inspect(card, { trustAnchors: crossed })).authorities.signing).toMatchObject({ issuer: 'test' });
  });

  it('are not listed on a card with other authorities of the same name', async () => {
    const card = await factory.newCard('unlisted-ca');
    const { authorities } = await inspect(card, { trustAnchors: await anchorsOf(card) });
    expect(authorities.authentication).toMatchObject({ status: 'readable', standing: 'test' });
    expect(authorities.signing).toMatchObject({ status: 'readable', standing: 'test' });
  });
});

describe('faults', () => {
  it('one refused command costs one part; a card that goes fails the report; the next report is whole', async () => {
    const card = await factory.newCard();
    const whole = await inspect(card);
    const commands = card.log.length;
    expect(commands).toBeGreaterThan(10);
    const faults = [
      { statusWord: 0x6f00 },
      { statusWord: 0x6982 },
      { statusWord: 0x6a82 },
      { respond: Uint8Array.from([0xde, 0xad, 0xbe, 0xef, 0x90, 0x00]) },
      { respond: new Uint8Array(258).fill(0x30, 0, 256).fill(0x90, 256, 257) },
      { respond: Uint8Array.of(0x90) },
      'remove',
    ] as const;
    let cases = 0;
    for (const fault of faults) {
      for (let at = 0; at < commands; at += 1) {
        const own = client(card);
        card.clearLog();
        card.insertFault({ at, fault });
        const outcome = await own.inspection.inspect(onlyReader, never).catch((error: unknown) => error);
        if (fault === 'remove') expect(outcome).toMatchObject({ code: 'ERR_CARD_REMOVED' });
        else if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ClientError);
        else expect((outcome as CardReport).readerName).toBe(whole.readerName);
        expect(commandSummary(card).verifies).toBe(0);
        if (fault === 'remove') own.readers.insertCard();
        expect(await own.inspection.inspect(onlyReader, never)).toEqual(whole);
        cases += 1;
      }
    }
    console.log(`card report: ${String(cases)} faults`);
  });
});

describe('mediumOf', () => {
  it.each([
    ['JPKIAPICCTOKEN2', 'my-number-card'],
    ['JPKIAPICCTOKEN', 'juki-card'],
    ['JPKIAPGPSETOKEN', 'android'],
    ['JPKIAPIOSTOKEN', 'iphone'],
    ['JPKIAPICCTOKEN3', 'unknown'],
    ['constructor', 'unknown'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ])('%j', (label, medium) => {
    expect(mediumOf(label)).toBe(medium);
  });
});
