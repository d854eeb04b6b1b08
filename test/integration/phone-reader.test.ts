import { spawn, spawnSync } from 'node:child_process';
import { createHash, verify, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Requester } from '../../main/core/consent/consent-model.js';
import type { CardReaders } from '../../main/core/ports.js';
import {
  forgetPhone,
  openPhoneReader,
  openUsbPhoneReader,
  pairedPhones,
  qrCodeText,
  type PhoneReader,
} from '../../main/node/phone-reader.js';
import { connectPhoneOverUsb } from '../../native/phone-reader/phone-client.js';
import type { VirtualCard } from '../../native/virtual-card/index.js';
import { untilCardPresent } from '../support/card-presence.js';
import { commandSummary, coreClient } from '../support/core-client.js';
import { LOOPBACK, openWiretap, RecordedEvents, TestPhone } from '../support/phone-fixture.js';
import { CardFactory } from '../support/virtual-card.js';

const ORIGIN = 'https://service.example';
const NONCE = 'A'.repeat(44);
const requester: Requester = { kind: 'local-program', claimedOrigin: ORIGIN };
const request = { operation: 'authenticate', requester, origin: ORIGIN, challengeNonce: NONCE } as const;
const never = new AbortController().signal;
const READER_NAME = `Phone (${LOOPBACK})`;

/** VERIFY with the authentication PIN, whichever way the PIN's file is named. */
const hasVerify = (bytes: Buffer) => /002000[89][0-9a-f]0431323334/.test(bytes.toString('hex'));

let factory: CardFactory;
let stateDirectory: string;
let events: RecordedEvents;
let reader: PhoneReader;
let card: VirtualCard;
beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => {
  factory.remove();
});
beforeEach(async () => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'madoguchi-phone-state-'));
  events = new RecordedEvents();
  reader = await openPhoneReader({ stateDirectory, address: LOOPBACK, port: 0, onEvent: events.record });
  card = await factory.newCard();
  card.powerOff();
  card.clearLog();
});
afterEach(async () => {
  await reader.readers.close();
  rmSync(stateDirectory, { recursive: true });
});

const authenticate = (cardReaders: CardReaders, pins: readonly string[] = ['1234']) =>
  coreClient({ card, cardReaders, person: { decide: () => 'agreed', pins } }).operations.authenticate(request, never);

type Token = Awaited<ReturnType<typeof authenticate>>;
const sha256 = (text: string) => createHash('sha256').update(text).digest();

function expectGoodToken(token: Token): void {
  const certificate = new X509Certificate(Buffer.from(token.unverifiedCertificate, 'base64'));
  const signed = Buffer.concat([sha256(ORIGIN), sha256(NONCE)]);
  expect(verify('RSA-SHA256', signed, certificate.publicKey, Buffer.from(token.signature, 'base64'))).toBe(true);
}

describe('an authentication with the card on a phone', () => {
  test('works over TLS, and nobody on the network sees the PIN', async () => {
    const wiretap = await openWiretap(reader.port);
    const invitation = reader.startPairing();
    const phone = new TestPhone();
    const connection = await phone.scan({ uri: invitation.uri.replace(`:${reader.port}/`, `:${wiretap.port}/`) });
    connection.insertCard(card);
    await untilCardPresent(reader.readers, READER_NAME, true);

    expectGoodToken(await authenticate(reader.readers));
    expect(commandSummary(card)).toMatchObject({ verifies: 1, signatures: 1 });
    await connection.close();
    expect(card.powered).toBe(false);

    const seen = Buffer.concat([wiretap.toPhone(), wiretap.toReader()]);
    expect(seen.length).toBeGreaterThan(3000);
    expect(hasVerify(seen)).toBe(false);
    wiretap.close();
  });

  test('works over USB on loopback, where who listens sees the PIN', async () => {
    const usb = await openUsbPhoneReader({ port: 0 });
    const wiretap = await openWiretap(usb.port);
    const connection = await connectPhoneOverUsb(wiretap.port);
    connection.insertCard(card);
    await untilCardPresent(usb.readers, 'Phone (USB)', true);
    expectGoodToken(await authenticate(usb.readers));
    expect(hasVerify(wiretap.toPhone())).toBe(true);
    await connection.close();
    await usb.readers.close();
    wiretap.close();
  });

  test('fails when the phone goes in the middle, spends no try twice, and works when it is back', async () => {
    const phone = new TestPhone();
    const first = await phone.scan(reader.startPairing());
    let commands = 0;
    first.insertCard({
      ...{ atr: card.atr, powerOn: () => card.powerOn(), powerOff: () => card.powerOff(), reset: () => card.reset() },
      transmit: async (command) => {
        commands += 1;
        if (command[1] === 0x20 && command.length > 5) void first.close();
        return card.transmit(command);
      },
    });
    await untilCardPresent(reader.readers, READER_NAME, true);
    await expect(authenticate(reader.readers, ['1234', '1234'])).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' });
    expect(commands).toBeGreaterThan(3);
    expect(commandSummary(card)).toMatchObject({ verifies: 1, signatures: 0 });
    expect(card.powered).toBe(false);

    const again = await phone.connect(reader);
    again.insertCard(card);
    await untilCardPresent(reader.readers, READER_NAME, true);
    expectGoodToken(await authenticate(reader.readers));
    await again.close();
  });

  test('tells the person of a wrong PIN and how often it may be wrong yet', async () => {
    const connection = await new TestPhone().scan(reader.startPairing());
    connection.insertCard(card);
    await untilCardPresent(reader.readers, READER_NAME, true);
    await expect(authenticate(reader.readers, ['9999'])).rejects.toMatchObject({ code: 'ERR_PIN_INCORRECT' });
    expect(commandSummary(card)).toMatchObject({ verifies: 1 });
    await connection.close();
  });
});

describe('paired phones', () => {
  test('can be listed and forgotten while the reader is on or off', async () => {
    const phone = new TestPhone('電話');
    const connection = await phone.scan(reader.startPairing());
    await events.until('connected');
    const [paired] = pairedPhones(stateDirectory);
    expect(paired).toMatchObject({ name: '電話' });
    expect(reader.pairedPhones()).toEqual([paired]);
    await connection.close();
    await events.until('disconnected');

    expect(forgetPhone(stateDirectory, paired?.fingerprint ?? '')).toBe(true);
    expect(forgetPhone(stateDirectory, paired?.fingerprint ?? '')).toBe(false);
    const again = await phone.connect(reader);
    await again.closed;
    expect(await events.untilRefused()).toEqual(['unknown-phone']);
  });

  test('are reported as unreadable where their file is', () => {
    const directory = join(stateDirectory, 'phone-reader');
    expect(readdirSync(directory)).toEqual(['identity.json']);
    writeFileSync(join(directory, 'paired-phones.json'), '{', { mode: 0o600 });
    const failure = expect.objectContaining({ code: 'ERR_INTERNAL_FILE' }) as unknown;
    for (const list of [() => pairedPhones(stateDirectory), () => reader.pairedPhones()]) {
      let thrown: unknown;
      try {
        list();
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toEqual(failure);
    }
  });
});

test.each([
  ['address', '192.0.2.99', 0],
  ['port', LOOPBACK, undefined],
] as const)('what cannot be used is reported: %s', async (problem, address, port) => {
  const opening = openPhoneReader({ stateDirectory, address, port: port ?? reader.port });
  const details = { application: 'phone', reason: problem };
  await expect(opening).rejects.toMatchObject({ code: 'ERR_PCSC_UNAVAILABLE', details });
});

test('the QR code is a square with a quiet zone, the same for the same text only', () => {
  const { uri } = reader.startPairing();
  const lines = qrCodeText(uri).split('\n');
  const [first = ''] = lines;
  const size = first.length;
  expect(lines.every((line) => line.length === size)).toBe(true);
  expect(lines).toHaveLength(Math.ceil(size / 2));
  // A version of QR codes has 17 + 4n modules a side; four more on each side are quiet.
  expect((size - 8 - 17) % 4).toBe(0);
  expect(first).toBe('█'.repeat(size));
  expect(lines.slice(0, -1).every((line) => line.startsWith('████') && line.endsWith('████'))).toBe(true);
  expect(size).toBeLessThanOrEqual(60);
  expect(qrCodeText(uri)).toBe(lines.join('\n'));
  expect(qrCodeText(reader.startPairing().uri)).not.toBe(lines.join('\n'));
});

/** Connects to the port of 127.0.0.1 given, and prints `closed` when it is cut off, or `asked` when it is asked. */
const STRANGER = `
const socket = require('node:net').connect(Number(process.argv[1]), '127.0.0.1');
const say = (word) => { console.log(word); process.exit(); };
socket.on('data', () => say('asked'));
socket.on('close', () => say('closed'));
socket.on('error', () => undefined);
`;

const NOBODY = 65534;
const othersMissing = (() => {
  if (process.platform !== 'linux') return 'who owns a connection is known on Linux only';
  if (process.getuid?.() !== 0) return 'starting a program as another user needs root';
  const { status } = spawnSync(process.execPath, ['--version'], { uid: NOBODY, gid: NOBODY });
  return status === 0 ? undefined : 'another user cannot run this Node';
})();

describe('the loopback reader', () => {
  test.each([
    ['a program of another user is cut off', NOBODY, 'closed', 'refused'],
    ['one of the same user is not', 0, 'asked', 'connected'],
  ] as const)('%s', async (_name, uid, expected, kind) => {
    const usbEvents = new RecordedEvents();
    const usb = await openUsbPhoneReader({ port: 0, onEvent: usbEvents.record });
    const child = spawn(process.execPath, ['-e', STRANGER, String(usb.port)], {
      ...{ uid, gid: uid, cwd: '/' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = (await once(child.stdout, 'data')) as [Buffer];
    expect(output.toString().trim()).toBe(expected);
    await usbEvents.until(kind);
    if (kind === 'refused') expect(usbEvents.refusals).toEqual(['other-user']);
    await usb.readers.close();
  });

  beforeEach(({ skip }) => {
    if (othersMissing !== undefined) skip(othersMissing);
  });
});
