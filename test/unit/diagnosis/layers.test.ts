import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BELOW,
  DIAGNOSIS_LAYERS,
  GOVERNMENT_LAYERS,
  type DiagnosisLayer,
} from '../../../main/core/diagnosis/diagnosis.js';
import { FINDINGS, findingEntry, type DiagnosisFinding } from '../../../main/core/diagnosis/findings.js';
import type { BrowserState, DiagnosisPorts, PortHolder } from '../../../main/core/diagnosis/diagnosis-ports.js';
import { createTrustAnchors, type TrustAnchors } from '../../../main/core/trust/trust-anchors.js';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import {
  CARD_PROFILES,
  type CardProfile,
  type CardProfileName,
  type VirtualCard,
} from '../../../native/virtual-card/index.js';
import { CardFactory, JPKI_AID, selectAid, selectEf, send, succeed, TEXT_AID } from '../../support/virtual-card.js';
import {
  cardReaders,
  clockAt,
  diagnose,
  fakeReader,
  fakeReaders,
  pcscError,
  portsOver,
  type PortDifferences,
} from './fixture.js';

let factory: CardFactory;
beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => {
  factory.remove();
});

const seen = new Set<DiagnosisFinding>();

/** The finding of `layer`, written down as one that can come. */
async function findingOf(layer: DiagnosisLayer, ports: Parameters<typeof diagnose>[0]): Promise<DiagnosisFinding> {
  const report = await diagnose(ports);
  for (const { finding } of report.results) seen.add(finding);
  return report.of(layer).finding;
}

async function onCard(profile: CardProfileName | CardProfile, differences: PortDifferences = {}) {
  const card = await factory.newCard(profile);
  return { card, ports: portsOver(cardReaders(card), differences) };
}

describe('a diagnosis of a PC and a card that are well', () => {
  it('finds every layer in order, and takes no PIN try', async () => {
    const { card, ports } = await onCard('default');
    const report = await diagnose(ports);
    expect(report.results.map(({ layer }) => layer)).toEqual([...DIAGNOSIS_LAYERS]);
    expect(report.results.map(({ status }) => status)).toEqual(DIAGNOSIS_LAYERS.map(() => 'ok'));
    expect(report.of('pin').details).toEqual({ authentication: 3, signing: 5, profile: 3, 'number-b': 10 });
    const verifies = card.log.filter(({ ins }) => ins === 0x20);
    expect(verifies.length).toBeGreaterThan(0);
    // Empty ones, which ask for the tries left.
    expect(verifies.map(({ lc }) => lc)).toEqual(verifies.map(() => 0));
  });

  it('reads neither name nor address nor the signing certificate', async () => {
    const { card, ports } = await onCard('default');
    await diagnose(ports);
    const reads = card.log.filter(({ ins }) => ins === 0xb0).map(({ application, fileId }) => [application, fileId]);
    expect(reads.length).toBeGreaterThan(0);
    expect(reads.filter(([application]) => application !== 'jpki')).toEqual([]);
    expect(reads.filter(([, fileId]) => fileId === 0x0001)).toEqual([]);
  });
});

describe('the PC/SC service', () => {
  it.each([
    ['ERR_PCSC_BINDING_MISSING', 'binding-missing'],
    ['ERR_PCSC_PROCESS', 'card-process-lost'],
    ['ERR_PCSC_NO_READER', 'service-answers'],
    ['ERR_INTERNAL', 'check-failed'],
  ] as const)('with %s: %s', async (code, finding) => {
    const ports = portsOver(fakeReaders({ list: pcscError(code) }));
    expect(await findingOf('pcsc-service', ports)).toBe(finding);
  });

  it.each([
    ['not-installed', 'service-not-installed'],
    ['socket-inactive', 'service-socket-inactive'],
    ['not-running', 'service-not-running'],
    ['access-denied', 'service-access-denied'],
    ['disabled', 'service-disabled'],
    ['answers', 'service-failed'],
    ['unknown', 'service-failed'],
  ] as const)('that does not answer, being %s: %s', async (state, finding) => {
    const list = pcscError('ERR_PCSC_UNAVAILABLE', 'SCARD_E_NO_SERVICE');
    const ports = portsOver(fakeReaders({ list }), { computer: { serviceState: () => Promise.resolve(state) } });
    const report = await diagnose(ports);
    expect(report.of('pcsc-service')).toMatchObject({
      finding,
      status: 'failed',
      details: { code: 'ERR_PCSC_UNAVAILABLE', scard: 'SCARD_E_NO_SERVICE' },
    });
    await findingOf('pcsc-service', ports);
  });

  it.each(['ERR_PCSC_TIMEOUT', 'ERR_PCSC_FAILURE'] as const)(
    'that takes connections and fails with %s',
    async (code) => {
      const computer = { serviceState: () => Promise.resolve('answers' as const) };
      expect(await findingOf('pcsc-service', portsOver(fakeReaders({ list: pcscError(code) }), { computer }))).toBe(
        'service-failed',
      );
    },
  );

  it('that says itself that this user may not', async () => {
    const ports = portsOver(fakeReaders({ list: pcscError('ERR_PCSC_FAILURE') }), {
      computer: { isAccessDenied: () => true },
    });
    expect(await findingOf('pcsc-service', ports)).toBe('service-access-denied');
  });

  it('that begins with a reader is no failure; that there is no reader is', async () => {
    const ports = portsOver(fakeReaders({ list: pcscError('ERR_PCSC_UNAVAILABLE') }), {
      computer: { serviceState: () => Promise.resolve('starts-with-reader') },
    });
    expect(await findingOf('pcsc-service', ports)).toBe('service-starts-with-reader');
    expect(await findingOf('reader', ports)).toBe('no-reader');
  });

  it('has no part in the test card', async () => {
    const { ports } = await onCard('default', { readerKind: 'test-card' });
    expect(await findingOf('pcsc-service', ports)).toBe('service-not-needed');
    expect(await findingOf('reader', ports)).toBe('test-card-reader');
  });
});

describe('the readers', () => {
  it('there are, by the name of one, without its serial number', async () => {
    const list = [fakeReader('Empty Reader 00 00', false), fakeReader('SONY FeliCa RC-S300/P (1234567) 01 00')];
    const report = await diagnose(portsOver(fakeReaders({ list })));
    expect(report.of('reader')).toEqual({
      layer: 'reader',
      status: 'ok',
      finding: 'readers-found',
      details: { readers: 2, reader: 'SONY FeliCa RC-S300/P … 01 00' },
    });
    seen.add('readers-found');
  });

  it.each([
    [undefined, 'no-reader'],
    [0, 'no-reader'],
    [1, 'reader-without-driver'],
  ] as const)('are none, with %s devices plugged in: %s', async (devices, finding) => {
    const ports = portsOver(fakeReaders({ list: [] }), {
      computer: { smartCardDevices: () => Promise.resolve(devices) },
    });
    expect(await findingOf('reader', ports)).toBe(finding);
  });

  it('are others than the chosen one', async () => {
    const ports = portsOver(fakeReaders({}), { selection: { kind: 'name', readerName: 'Another' } });
    expect(await findingOf('reader', ports)).toBe('chosen-reader-missing');
  });

  it('is a phone, of which no name is told', async () => {
    const list = [fakeReader("Hanako's phone")];
    const report = await diagnose(portsOver(fakeReaders({ list }), { readerKind: 'phone' }));
    expect(report.of('reader')).toMatchObject({ finding: 'phone-connected', details: {} });
    seen.add('phone-connected');
  });

  it('is a phone that is waited for in vain', async () => {
    const ports = portsOver(fakeReaders({ list: [] }), { readerKind: 'phone', cardWaitMilliseconds: 20 });
    expect(await findingOf('reader', ports)).toBe('phone-not-connected');
  });
});

describe('the card', () => {
  it.each([
    ['ERR_PCSC_SHARING_VIOLATION', 'reader-busy'],
    ['ERR_CARD_CHANGED', 'reader-busy'],
    ['ERR_CARD_ABSENT', 'card-removed'],
    ['ERR_CARD_REMOVED', 'card-removed'],
    ['ERR_CARD_RESPONSE', 'card-unresponsive'],
    ['ERR_PCSC_TIMEOUT', 'card-unresponsive'],
    ['ERR_PCSC_READER_GONE', 'reader-failed'],
    ['ERR_PCSC_FAILURE', 'reader-failed'],
    ['ERR_PCSC_PROCESS', 'reader-failed'],
    ['ERR_INTERNAL', 'check-failed'],
  ] as const)('with %s: %s', async (code, finding) => {
    expect(await findingOf('card', portsOver(fakeReaders({ connect: pcscError(code) })))).toBe(finding);
  });

  it('that the reader cannot power is no question of which card it is', async () => {
    const connect = pcscError('ERR_CARD_UNSUPPORTED', 'SCARD_W_UNSUPPORTED_CARD');
    expect(await findingOf('card', portsOver(fakeReaders({ connect })))).toBe('card-unresponsive');
  });

  it('that this user may not use', async () => {
    const ports = portsOver(fakeReaders({ connect: pcscError('ERR_PCSC_FAILURE') }), {
      computer: { isAccessDenied: () => true },
    });
    expect(await findingOf('card', ports)).toBe('card-access-denied');
  });

  it('that is not there', async () => {
    const list = [fakeReader('ACS ACR1252 00 00', false)];
    expect(await findingOf('card', portsOver(fakeReaders({ list })))).toBe('card-absent');
  });

  it('that is one of several', async () => {
    const { ports } = await onCard('default');
    const readers = {
      ...ports.readers,
      list: async () => (await ports.readers.list()).flatMap((reader) => [reader, { ...reader, name: 'Another' }]),
    };
    expect(await findingOf('card', { ...ports, readers })).toBe('several-cards');
  });
});

describe('what is on the card', () => {
  const unknownAid = Uint8Array.from(Buffer.from('f000000001', 'hex'));
  const noJpki = { ...CARD_PROFILES.default, applicationIdentifier: unknownAid };

  it('application, on a card whose certificates were taken away: no-jpki-application', async () => {
    const { ports } = await onCard(noJpki);
    expect(await findingOf('application', ports)).toBe('no-jpki-application');
  });

  it.each<[DiagnosisLayer, CardProfileName, DiagnosisFinding]>([
    ['application', 'default', 'jpki-present'],
    ['application', 'next-card', 'jpki-present'],
    ['certificate', 'default', 'certificate-in-force'],
    ['certificate', 'android', 'certificate-needs-pin'],
    ['certificate', 'expired', 'certificate-expired'],
    ['certificate', 'expiring-soon', 'certificate-expires-soon'],
    ['certificate', 'not-yet-valid', 'certificate-not-yet-valid'],
    ['certificate', 'no-signing-files', 'no-signing-certificate'],
    ['pin', 'default', 'pins-ready'],
    ['pin', 'blocked-63c0', 'pin-blocked'],
    ['pin', 'blocked-6983', 'pin-blocked'],
    ['pin', 'blocked-6984', 'pin-blocked'],
    ['clock', 'not-yet-valid', 'clock-before-certificate'],
  ])('%s, on %s: %s', async (layer, profile, finding) => {
    const { ports } = await onCard(profile);
    expect(await findingOf(layer, ports)).toBe(finding);
  });

  it.each<[string, Partial<TrustAnchors>]>([
    ['is none that is known', { standingOf: () => Promise.resolve({ standing: 'unlisted' }) }],
    ['is known, and did not issue it', { issued: () => Promise.resolve(false) }],
  ])('certificate, where its authority %s', async (_, differences) => {
    const trust = { ...createTrustAnchors([], nodeCrypto), ...differences };
    const { ports } = await onCard('default', { trust });
    expect(await findingOf('certificate', ports)).toBe('issuer-unknown');
  });

  it('tells that only name and address are closed', async () => {
    const { card, ports } = await onCard('default');
    enterWrong(card, { application: TEXT_AID, pinFile: '0011', times: 3 });
    expect(await findingOf('pin', ports)).toBe('profile-pin-blocked');
  });

  it('tells each PIN apart', async () => {
    const { ports } = await onCard('blocked-6983');
    const report = await diagnose(ports);
    expect(report.of('pin').details).toMatchObject({ authentication: 'blocked', signing: 'blocked', profile: 3 });
  });

  it('tells one try left, when the card says so', async () => {
    const { card, ports } = await onCard('default');
    enterWrong(card, { application: JPKI_AID, pinFile: '0018', times: 2 });
    expect(await findingOf('pin', ports)).toBe('one-try-left');
  });
});

function enterWrong(
  card: VirtualCard,
  { application, pinFile, times }: { application: string; pinFile: string; times: number },
): void {
  for (let entry = 0; entry < times; entry += 1) {
    succeed(card, selectAid(application), selectEf(pinFile));
    send(card, '00200080 04 30303030');
  }
}

/** Answers of a card that nobody would make on purpose, in front of a card that is well. */
describe('a card that garbles', () => {
  async function garbling(isGarbled: (command: Uint8Array) => boolean, answer: string) {
    const { ports } = await onCard('default');
    const readers: typeof ports.readers = {
      ...ports.readers,
      async connect(name, options) {
        const connection = await ports.readers.connect(name, options);
        return {
          atr: connection.atr,
          transmit: (command) =>
            isGarbled(command) ? Promise.resolve(Buffer.from(answer, 'hex')) : connection.transmit(command),
          disconnect: (disposition) => connection.disconnect(disposition),
        };
      },
    };
    return { ...ports, readers };
  }
  const isSelectOfApplication = (command: Uint8Array) => command[1] === 0xa4 && command[2] === 0x04;

  it('knows none of the applications', async () => {
    expect(await findingOf('application', await garbling(isSelectOfApplication, '6a82'))).toBe('not-a-my-number-card');
  });

  it('refuses to select', async () => {
    const ports = await garbling((command) => isSelectOfApplication(command) && command[14] === 0x01, '6581');
    expect(await findingOf('application', ports)).toBe('application-unreadable');
  });

  it('tells no tries', async () => {
    const isQuery = ({ 1: instruction, length }: Uint8Array) => instruction === 0x20 && length === 4;
    expect(await findingOf('pin', await garbling(isQuery, '6f01'))).toBe('tries-unreadable');
    expect(await findingOf('pin', await garbling(isQuery, '9000'))).toBe('pin-still-verified');
  });

  it('reads no file', async () => {
    const isRead = ({ 1: instruction }: Uint8Array) => instruction === 0xb0;
    expect(await findingOf('certificate', await garbling(isRead, '6581'))).toBe('certificate-unreadable');
  });

  it('has no file for the authentication certificate', async () => {
    const reads = ({ 1: instruction, 2: p1, 5: high, 6: low }: Uint8Array) =>
      (instruction === 0xb0 && p1 === 0x8a) || (instruction === 0xa4 && p1 === 0x02 && high === 0 && low === 0x0a);
    expect(await findingOf('certificate', await garbling(reads, '6a82'))).toBe('no-authentication-certificate');
  });
});

describe('the bridge', () => {
  const client: PortHolder = { kind: 'client' };
  const free: PortHolder = { kind: 'free' };
  const otherUsers: PortHolder = { kind: 'other-users-client' };
  const stranger: PortHolder = { kind: 'other-program', unverifiedName: 'python3' };
  const pcWith = (holders: readonly PortHolder[], servesExtension: boolean): DiagnosisPorts => {
    const ports = holders.map((holder, place) => ({ port: 41731 + place, holder }));
    const computer = {
      bridgePorts: () => Promise.resolve(ports),
      servesExtension: () => Promise.resolve(servesExtension),
    };
    return portsOver(fakeReaders({}), { computer });
  };

  it.each<[string, readonly PortHolder[], DiagnosisFinding, object]>([
    ['the first port', [client, free, free], 'client-answers', { port: 41731 }],
    ['a later port', [stranger, client, free], 'client-answers', { port: 41732, taken: 1 }],
    ['no port, all free', [free, free, free], 'client-not-running', {}],
    ['no port, one free', [stranger, otherUsers, free], 'client-not-running', { taken: 2 }],
    ['none left', [otherUsers, stranger, stranger], 'port-taken', { taken: 3, program: 'python3' }],
    ['other users’ alone', [otherUsers, otherUsers, otherUsers], 'other-user-serves', { taken: 3 }],
  ])('on %s', async (_, holders, finding, details) => {
    const given = pcWith(holders, false);
    const report = await diagnose(given);
    expect(report.of('bridge-port')).toMatchObject({ finding, details });
    await findingOf('bridge-port', given);
  });

  it.each<[string, readonly PortHolder[], object]>([
    ['other programs', [otherUsers, stranger, stranger], { taken: 3, program: 'python3' }],
    ['other users', [otherUsers, otherUsers, otherUsers], { taken: 3 }],
    ['other programs in part', [stranger, free, free], { taken: 1, program: 'python3' }],
    ['nobody', [free, free, free], {}],
  ])(
    'is told of as having another way where the extension is served and ports are held by %s',
    async (_, holders, details) => {
      const given = pcWith(holders, true);
      const report = await diagnose(given);
      expect(report.of('bridge-port')).toMatchObject({ finding: 'extension-serves', status: 'attention', details });
      await findingOf('bridge-port', given);
    },
  );

  it('is what counts where there is one, whoever else serves the extension', async () => {
    const report = await diagnose(pcWith([stranger, client, free], true));
    expect(report.of('bridge-port')).toMatchObject({ finding: 'client-answers' });
  });
});

describe('the browsers', () => {
  const native = (browser: string, registration: BrowserState['registration']): BrowserState => {
    return { browser, packaging: 'native', registration };
  };
  const snap: BrowserState = { browser: 'firefox', packaging: 'snap', registration: 'absent' };

  it.each<[DiagnosisFinding, readonly BrowserState[], object]>([
    ['no-known-browser', [], {}],
    ['sandboxed-browser', [snap], { sandboxed: 'firefox-snap' }],
    ['extension-registered', [native('edge', 'current'), snap], { registered: 'edge', sandboxed: 'firefox-snap' }],
    [
      'extension-not-registered',
      [native('chrome', 'absent'), native('edge', 'current')],
      { registered: 'edge', unregistered: 'chrome' },
    ],
    ['extension-outdated', [native('chrome', 'outdated'), native('edge', 'absent')], { unregistered: 'chrome edge' }],
    ['foreign-registration', [native('chrome', 'foreign')], { unregistered: 'chrome' }],
    ['registration-unreadable', [native('chrome', 'unreadable')], { unregistered: 'chrome' }],
  ])('%s', async (finding, browsers, details) => {
    const given = portsOver(fakeReaders({}), { computer: { browsers: () => Promise.resolve(browsers) } });
    const report = await diagnose(given);
    expect(report.of('browser')).toMatchObject({ finding, details });
    await findingOf('browser', given);
  });
});

describe('the clock', () => {
  it.each<[string, DiagnosisFinding]>([
    ['1970-01-01T00:00:00Z', 'clock-before-release'],
    ['2026-05-31T23:59:59Z', 'clock-before-release'],
    ['2026-06-01T00:00:00Z', 'clock-plausible'],
    ['2046-06-01T00:00:00Z', 'clock-plausible'],
    ['2046-06-01T00:00:01Z', 'clock-far-ahead'],
    ['nonsense', 'clock-before-release'],
  ])('at %s: %s', async (now, finding) => {
    const given = portsOver(fakeReaders({}), { clock: clockAt(new Date(now)) });
    expect(await findingOf('clock', given)).toBe(finding);
    expect((await diagnose(given)).of('clock').details).toEqual({ compared: 'program-release' });
  });

  it('says that it was compared with the certificate too', async () => {
    const { ports } = await onCard('default');
    expect((await diagnose(ports)).of('clock').details).toEqual({ compared: 'program-release certificate' });
  });
});

describe('a layer that failed', () => {
  it('stands in the way of those above it, and of no other', async () => {
    const report = await diagnose(portsOver(fakeReaders({ list: pcscError('ERR_PCSC_BINDING_MISSING') })));
    expect(report.results.map(({ status, standsInTheWay }) => standsInTheWay ?? status)).toEqual([
      'failed',
      ...Array<string>(5).fill('pcsc-service'),
      ...Array<string>(3).fill('ok'),
    ]);
    seen.add('lower-layer-failed');
  });

  it('lets the layers below it and beside it be told', async () => {
    const { ports } = await onCard('expired');
    const report = await diagnose(ports);
    expect(report.of('certificate').status).toBe('failed');
    expect(report.of('pin').status).toBe('ok');
  });

  it('is told, too, where the check itself has a defect', async () => {
    const fail = () => Promise.reject(new Error('a defect'));
    const computer = { bridgePorts: fail, browsers: fail, system: fail, smartCardDevices: fail };
    const report = await diagnose(portsOver(fakeReaders({ list: [] }), { computer }));
    expect(report.results.filter(({ finding }) => finding === 'check-failed').map(({ layer }) => layer)).toEqual([
      'reader',
      'bridge-port',
      'browser',
    ]);
    expect(report.system).toEqual({ name: 'other', architecture: 'other' });
  });
});

/** Nothing is wrong where nobody wants an extension; what to do otherwise is said all the same. */
const OPTIONAL: readonly string[] = ['extension-not-registered', 'extension-outdated', 'sandboxed-browser'];

const ALL_LAYERS: readonly DiagnosisLayer[] = [...DIAGNOSIS_LAYERS, ...GOVERNMENT_LAYERS];

/** Found in a test of their own. */
function ofGovernmentSites(finding: DiagnosisFinding): boolean {
  const { layer } = findingEntry(finding);
  return finding === 'asked-in-app' || GOVERNMENT_LAYERS.some((name) => name === layer);
}

describe('the table of findings', () => {
  it('has exactly one remedy for each that failed, and none where nothing is to be done', () => {
    for (const finding of Object.keys(FINDINGS) as DiagnosisFinding[]) {
      const { status, remedy, action } = findingEntry(finding);
      expect([finding, remedy !== undefined]).toEqual([
        finding,
        status === 'failed' || status === 'attention' || OPTIONAL.includes(finding),
      ]);
      if (action !== undefined) expect(remedy).toBeDefined();
    }
  });

  it('rests each layer on one that comes before it', () => {
    for (const [layer, below] of Object.entries(BELOW)) {
      const place = (name: string) => ALL_LAYERS.findIndex((candidate) => candidate === name);
      expect(place(below)).toBeLessThan(place(layer));
    }
  });

  it('has nothing that no test of these found', () => {
    const names = Object.keys(FINDINGS) as DiagnosisFinding[];
    expect(names.filter((finding) => !seen.has(finding) && !ofGovernmentSites(finding))).toEqual([]);
  });
});
