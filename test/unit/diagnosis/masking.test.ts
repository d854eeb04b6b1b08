import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DiagnosisDetails, DiagnosisReport } from '../../../main/core/diagnosis/diagnosis.js';
import { maskText } from '../../../main/core/diagnosis/mask.js';
import { reportText } from '../../../main/core/diagnosis/report-text.js';
import { ClientError } from '../../../main/core/errors.js';
import type { ErrorCode } from '../../../sdk/protocol/index.js';
import { diagnose, fakeReader, fakeReaders, portsOver, type PortDifferences } from './fixture.js';
import { processorMilliseconds } from '../../support/processor-time.js';

describe('a reader’s name', () => {
  it.each([
    // What helps stays: maker, model, place.
    ['ACS ACR1252 1S CL Reader [ACR1252 Reader PICC] 00 00', 'ACS ACR1252 1S CL Reader [ACR1252 Reader PICC] 00 00'],
    ['SONY FeliCa RC-S300/P (0403123) 00 00', 'SONY FeliCa RC-S300/P … 00 00'],
    ['Sony FeliCa Port/PaSoRi 4.0 0', 'Sony FeliCa Port/PaSoRi 4.0 0'],
    [
      'NTT Communications Corp. SCR3310-NTTCom USB SmartCard Reader [CCID Interface] (21120601201234) 00 00',
      'NTT Communications Corp. SCR3310-NTTCom USB SmartCard Reader [C…',
    ],
    ['HID Global OMNIKEY 5321 01', 'HID Global OMNIKEY 5321 01'],
    ['Yubico YubiKey OTP+FIDO+CCID 01 00', 'Yubico YubiKey OTP+FIDO+CCID 01 00'],
    ['Generic EMV Smartcard Reader 0', 'Generic EMV Smartcard Reader 0'],
    // What tells which device or whose goes.
    ['ACR1255U-J1-012345', 'ACR1255U-J1-…'],
    ['Reader DC0A1B2C3D4E 00', 'Reader … 00'],
    ['Reader X9K2M4P7', 'Reader …'],
    ['Reader (unclosed 123', 'Reader …'],
    ['花子のリーダー 00', '… 00'],
    ['Reader at 192.168.10.23', 'Reader at …'],
    ['Reader 00:1a:7d:da:71:13', 'Reader …'],
    ['Reader fe80::1ff:fe23:4567:890a', 'Reader …'],
    ['Reader hanako@example.jp', 'Reader …'],
    ['Reader https://intra.example/x', 'Reader …'],
    ['Reader /srv/hanako/reader 0', 'Reader … 0'],
    ['Reader D:\\hanako\\x y', 'Reader …'],
    ['a`b <img src=x> | c', 'a b img src=x c'],
    ['Reader\u202e\u0007\n00', 'Reader…00'],
  ])('%s', (name, masked) => {
    expect(maskText(name, [])).toBe(masked);
    expect(maskText(masked, [])).toBe(masked);
  });

  it.each([
    ['Taro-Reader 00', ['taro'], '…-Reader 00'],
    ['TAROYAMADA PC Reader', ['yamada', 'taroyamada'], '… PC Reader'],
    ['li reader of Li, list', ['li'], '… reader of …, list'],
    ['a.b (c) axb reader', ['a.b', '('], '… axb reader'],
    ['ＴＡＲＯ reader', ['taro'], '… reader'],
    ['ta\u200bro reader', ['taro'], '… reader'],
    ['Jose\u0301 reader', ['José'], '… reader'],
    ["Hanako's reader", [], '… reader'],
  ])('%s, where %j is known', (name, words, masked) => {
    expect(maskText(name, words)).toBe(masked);
  });

  it('of any length and of any characters takes no time and is short', () => {
    const started = processorMilliseconds();
    for (const piece of ['(', '\\', '1:', 'a-', '/', '@', '0.', '…', 'A1', '::', '://', '[ ']) {
      expect(maskText(piece.repeat(200_000), ['aa'])).toBe('…');
      for (let length = 1; length <= 512; length += 7) {
        const text = piece.repeat(length).slice(0, 512);
        expect(maskText(text, ['aa']).length).toBeLessThanOrEqual(64);
      }
    }
    expect(processorMilliseconds() - started).toBeLessThan(1_000);
  });
});

/** What must not be posted, none of it twice the same. */
function planted() {
  const letters = (length: number) => Array.from({ length }, () => 'bcdfghjkmnpqrstvwxz'[randomInt(19)]).join('');
  const user = letters(8);
  return {
    pin: String(randomInt(100_000, 999_999)),
    password: `${letters(3).toUpperCase()}${randomInt(100, 999)}Q7${letters(2).toUpperCase()}`,
    serial: randomBytes(10).toString('hex'),
    readerSerial: String(randomInt(10_000_000, 99_999_999)),
    user,
    home: `/home/${user}`,
    host: `pc-${letters(6)}`,
    realName: letters(9),
    site: `https://${letters(7)}.example`,
    address: `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`,
  };
}

type Planted = ReturnType<typeof planted>;

function leaks(text: string, secrets: Planted): string[] {
  const lower = text.toLowerCase();
  return Object.entries(secrets)
    .filter(([, secret]) => lower.includes(secret.toLowerCase()))
    .map(([kind]) => kind);
}

/** A PC on which everything that a stranger chooses is as bad as can be. */
function hostilePc(secrets: Planted, connectCode: ErrorCode, listCode?: ErrorCode) {
  const everything = Object.values(secrets).join(' ');
  const words = [secrets.user, secrets.host, secrets.realName];
  const details = { scard: everything, reason: everything, path: secrets.home, serial: secrets.serial };
  const name = `ACS ${secrets.user} ${everything} (${secrets.readerSerial}) ${secrets.realName}`;
  const readers = fakeReaders({
    list: listCode ? new ClientError(listCode, everything, { details }) : [fakeReader(name)],
    connect: new ClientError(connectCode, everything, { details, cause: new Error(everything) }),
  });
  const differences: PortDifferences = {
    computer: {
      programVersion: `0.1.0-${secrets.user}`,
      identifyingWords: () => Promise.resolve(words),
      serviceState: () => Promise.reject(new Error(everything)),
      system: () =>
        Promise.resolve({
          name: secrets.host,
          version: secrets.address,
          kernel: `6.1.0-${secrets.user}`,
          architecture: secrets.user,
          desktop: secrets.realName,
          session: secrets.home,
          sandbox: secrets.pin,
        }),
      bridgePorts: () =>
        Promise.resolve(
          [1, 2, 3].map((port) => ({ port, holder: { kind: 'other-program', unverifiedName: name } as const })),
        ),
      browsers: () =>
        Promise.resolve([
          { browser: secrets.user, packaging: 'native', registration: 'absent' },
          { browser: secrets.home, packaging: 'native', registration: 'current' },
        ]),
    },
  };
  return portsOver(readers, differences);
}

describe('a report from a PC full of what must not be posted', () => {
  it.each([
    ['ERR_PCSC_FAILURE', undefined],
    ['ERR_CARD_RESPONSE', undefined],
    ['ERR_INTERNAL', undefined],
    ['ERR_CARD_UNSUPPORTED', undefined],
    ['ERR_CARD_ABSENT', 'ERR_PCSC_UNAVAILABLE'],
    ['ERR_CARD_ABSENT', 'ERR_INTERNAL'],
    ['ERR_CARD_ABSENT', 'ERR_PCSC_PROCESS'],
  ] as const)('has none of it where the card says %s and the list %s', async (connectCode, listCode) => {
    const secrets = planted();
    const report = await diagnose(hostilePc(secrets, connectCode, listCode));
    expect(leaks(JSON.stringify(report), secrets)).toEqual([]);
    expect(leaks(reportText(report), secrets)).toEqual([]);
    expect(report.results).toHaveLength(9);
  });

  it.each(Object.keys(planted()) as (keyof Planted)[])('has no %s that a short name brings', async (kind) => {
    const secrets = planted();
    const words = [secrets.user, secrets.host, secrets.realName];
    const secret = secrets[kind];
    for (const name of [`${secret} 00`, `ACS ${secret.toUpperCase()}`, `x-${secret}_y`, `[${secret}]`, `(${secret}`]) {
      const holder = { kind: 'other-program', unverifiedName: name } as const;
      const ports = portsOver(fakeReaders({ list: [fakeReader(name)] }), {
        computer: {
          identifyingWords: () => Promise.resolve(words),
          bridgePorts: () => Promise.resolve([{ port: 41731, holder }]),
        },
      });
      const report = await diagnose(ports);
      expect([name, ...leaks(JSON.stringify(report) + reportText(report), secrets)]).toEqual([name]);
    }
  });

  it('would be caught by this test if it had', () => {
    const secrets = planted();
    for (const [kind, secret] of Object.entries(secrets)) {
      expect(leaks(`Reader ${secret.toUpperCase()} 00`, secrets)).toContain(kind);
    }
  });

  it('has none of it as text, even where the report itself is full of it', () => {
    const secrets = planted();
    const everything = Object.values(secrets).join(' ');
    // Names of one word that nobody registered are known to `maskText` alone, and only where they are told to it.
    const details: DiagnosisDetails = {
      [everything]: secrets.home,
      reader: `(${everything})`,
      code: everything,
      scard: secrets.password,
      registered: secrets.user,
      compared: secrets.realName,
      port: Number(secrets.readerSerial),
      ratio: Number.NaN,
    };
    const hostile = {
      at: everything,
      programVersion: everything,
      system: { name: everything, architecture: secrets.user, desktop: secrets.realName, version: secrets.address },
      results: [
        { layer: 'card', status: 'failed', finding: 'card-unresponsive', details, remedy: 'reseat-card' },
        { layer: everything, status: everything, finding: everything, details },
        { layer: 'card', status: 'failed', finding: everything, details },
        { layer: 'pin', status: 'not-checked', finding: 'lower-layer-failed', details, standsInTheWay: everything },
      ],
    } as unknown as DiagnosisReport;
    const text = reportText(hostile);
    expect(leaks(text, secrets)).toEqual([]);
    expect(text).toContain('card: **failed**, card-unresponsive');
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });
});

describe('the report as text', () => {
  const healthy = async () =>
    reportText({ ...(await diagnose(portsOver(fakeReaders({})))), at: '2026-11-21T10:00:00Z' });

  it('is Markdown, one line a layer, by stable names', async () => {
    expect((await healthy()).split('\n')).toEqual([
      '### Madoguchi diagnosis',
      '',
      '- Version: 0.1.0',
      '- System: debian 12, x64',
      '- Time of this PC: 2026-11-21T10:00:00Z',
      '',
      '- pcsc-service: **ok**, service-answers',
      '- reader: **ok**, readers-found; readers=`1` reader=`ACS ACR1252 00 00`',
      '- card: **failed**, card-removed; code=`ERR_CARD_ABSENT`',
      '- application: **not-checked**, lower-layer-failed, because of card',
      '- certificate: **not-checked**, lower-layer-failed, because of card',
      '- pin: **not-checked**, lower-layer-failed, because of card',
      '- bridge-port: **ok**, client-answers; port=`41731`',
      '- browser: **ok**, extension-registered; registered=`firefox`',
      '- clock: **ok**, clock-plausible; compared=`program-release`',
      '',
      'Names, serial numbers, addresses and dates of certificates are not in this report.',
      '',
    ]);
  });
});
