import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CardReaders } from '../../main/core/ports.js';
import type { PcscCardReadersOptions } from '../../native/pcsc/index.js';
import type { VirtualCard, VpcdConnection } from '../../native/virtual-card/index.js';
import { findReader, untilCardPresent } from '../support/card-presence.js';
import { madoguchi } from '../support/command-line.js';
import { putIntoVpcd, readersOf } from '../support/pcsc-fixture.js';
import { pcscdMissing, startPcscd, VPCD_READERS, type Pcscd } from '../support/pcscd.js';
import { CardFactory, JPKI_AID, selectAid, selectEf, unhex } from '../support/virtual-card.js';

const missing = pcscdMissing();
if (missing !== undefined) console.warn(`skipped: asking readers of pcscd for a PIN pad: ${missing}`);
const compilerMissing = spawnSync('cc', ['--version']).error && 'a C compiler is missing';
const noDriver = missing ?? compilerMissing;
if (noDriver !== undefined) console.warn(`skipped: a reader of pcscd with a PIN pad: ${noDriver}`);

const DRIVER_SOURCE = join(import.meta.dirname, '../support/pin-pad-driver.c');
const KEY_READER = 'Key Reader 00 00';
const [WITH_CARD, WITHOUT_CARD] = VPCD_READERS;
const AUTHENTICATION_PIN_FILE = '0018';
const QUERY_TRIES = unhex('00200080');

/** vpcd knows no control call at all: how a reader without features answers through a real service. */
describe.skipIf(missing !== undefined)('readers of vpcd, asked for a PIN pad', () => {
  let pcscd: Pcscd;
  let factory: CardFactory;
  let card: VirtualCard;
  let inserted: VpcdConnection;
  let readers: CardReaders;

  beforeAll(async () => {
    pcscd = await startPcscd();
    factory = await CardFactory.create();
    card = await factory.newCard();
    inserted = await putIntoVpcd(card, pcscd);
    readers = readersOf(pcscd);
    await untilCardPresent(readers, WITH_CARD, true);
  });
  afterAll(async () => {
    await readers.close();
    await inserted.close();
    await pcscd.close();
    factory.remove();
  });

  const pinPads = async () => (await readers.list({ pinPads: true })).map(({ name, pinPad }) => [name, pinPad]);

  test('have none, card or not', async () => {
    expect(await pinPads()).toEqual([
      [WITH_CARD, 'none'],
      [WITHOUT_CARD, 'none'],
    ]);
  });

  test('leave a card in use as it is', async () => {
    const connection = await readers.connect(WITH_CARD, { shareMode: 'shared' });
    await connection.transmit(unhex(selectAid(JPKI_AID)));
    await connection.transmit(unhex(selectEf(AUTHENTICATION_PIN_FILE)));
    const { insertion } = await findReader(readers, WITH_CARD);
    card.clearLog();
    await pinPads();
    expect(card.log).toEqual([]);
    expect(await connection.transmit(QUERY_TRIES)).toEqual(unhex('63c3'));
    expect((await findReader(readers, WITH_CARD)).insertion).toBe(insertion);
    await connection.disconnect('unpower');
  });

  test('tell nothing while a program holds them, which is not disturbed', async () => {
    const connection = await readers.connect(WITH_CARD, { shareMode: 'exclusive' });
    expect(await pinPads()).toEqual([
      [WITH_CARD, 'unknown'],
      [WITHOUT_CARD, 'none'],
    ]);
    expect(await connection.transmit(unhex(selectAid(JPKI_AID)))).toEqual(unhex('9000'));
    await connection.disconnect('unpower');
    expect(await pinPads()).toContainEqual([WITH_CARD, 'none']);
  });

  test('can be asked any number of times', async () => {
    for (let round = 0; round < 40; round += 1) await pinPads();
    expect(await pinPads()).toHaveLength(2);
  });

  test('are reported by the command line', async () => {
    const { exitCode, stdout } = await madoguchi(['readers', '--json'], { env: pcscd.env });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`"pinPad":"none"`);
  });
});

/** A reader that says it has keys: a driver without a device, so that real bytes go all the way to a driver. */
describe.skipIf(noDriver !== undefined)('a reader that announces a PIN pad', () => {
  const directory = mkdtempSync(join(tmpdir(), 'madoguchi-pin-pad-'));
  const library = join(directory, 'driver.so');
  const callLog = join(directory, 'calls');
  let pcscd: Pcscd;

  beforeAll(async () => {
    execFileSync('cc', ['-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-o', library, DRIVER_SOURCE]);
    writeFileSync(callLog, '');
    const driver = { friendlyName: 'Key Reader', library, deviceName: callLog };
    pcscd = await startPcscd({ withoutReaders: true, driver });
  });
  afterAll(async () => {
    await pcscd.close();
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(() => {
    writeFileSync(callLog, '');
  });
  /** Control code and input of each control call, in hexadecimal. */
  const calls = () => readFileSync(callLog, 'utf8').split('\n').slice(0, -1);

  const pinPad = async (options: PcscCardReadersOptions = {}) => {
    const readers = readersOf(pcscd, options);
    try {
      return (await readers.list({ pinPads: true })).map(({ name, pinPad }) => [name, pinPad]);
    } finally {
      await readers.close();
    }
  };

  test('is reported, by questions alone', async () => {
    expect(await pinPad()).toEqual([[KEY_READER, 'present-not-used']]);
    expect(calls()).toEqual(['42000d48 ', '42330012 ']);
  });

  test('has none where the list of quirks knows its USB id', async () => {
    const quirks = [{ quirk: 'false-pin-pad', name: undefined, usbId: '1234:5678' }] as const;
    expect(await pinPad({ quirks })).toEqual([[KEY_READER, 'none']]);
  });

  test('is told to a person as not used', async () => {
    const { stdout } = await madoguchi(['--language', 'en', 'readers'], { env: pcscd.env });
    expect(stdout).toBe(
      `${KEY_READER} (card present)\n  Has a PIN pad, which is not used: PINs are entered on this PC.\n`,
    );
  });

  test('gets the structures, had it been asked for a PIN, byte by byte', () => {
    const program = join(import.meta.dirname, '../support/pin-pad-program.mjs');
    const env = { ...process.env, ...pcscd.env };
    const answers: unknown = JSON.parse(
      execFileSync(process.execPath, [program, KEY_READER], { env, encoding: 'utf8' }),
    );
    const success = { outcome: 'answered', statusWord: 0x9000 };
    expect(answers).toEqual({ verified: success, changed: success });
    expect(calls()).toEqual([
      '42000d48 ',
      '42330006 1e1e8204000404020111040000000009000000002000800400000000',
      '42330007 1e1e82040000000404010202110401020000000009000000002401800400000000',
    ]);
  });
});
