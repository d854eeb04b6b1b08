import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CardReaders } from '../../main/core/ports.js';
import { decodeFrame, encodeFrame } from '../../native/pcsc/frame.js';
import { spawnCardProcess, type pcscCardReaders } from '../../native/pcsc/index.js';
import type { VirtualCard, VpcdConnection } from '../../native/virtual-card/index.js';
import { findReader, untilCardPresent } from '../support/card-presence.js';
import {
  descendants,
  isRunning,
  occurrencesInMemory,
  openFiles,
  processorSeconds,
} from '../support/child-processes.js';
import { putIntoVpcd, readersOf } from '../support/pcsc-fixture.js';
import { pcscdMissing, startPcscd, VPCD_READERS, type Pcscd } from '../support/pcscd.js';
import { AUTHENTICATION_PIN, CardFactory, JPKI_AID, selectAid, selectEf, unhex } from '../support/virtual-card.js';

const missing = pcscdMissing();
const [READER, OTHER_READER] = VPCD_READERS;
const SELECT_JPKI = unhex(selectAid(JPKI_AID));
const OK = unhex('9000');
const LATE = { at: 0, fault: { delayMilliseconds: 1500 } } as const;
const PROGRAM = join(import.meta.dirname, '../support/card-program.mjs');

/** Processor time that a process which only waits may use in `IDLE_MILLISECONDS`: 1 %. */
const IDLE_MILLISECONDS = 3000;
const IDLE_SECONDS = 0.03;

describe('the card process', () => {
  let pcscd: Pcscd;
  let factory: CardFactory;
  let card: VirtualCard;
  let inserted: VpcdConnection;
  let readers: CardReaders;

  beforeAll(async () => {
    if (missing !== undefined) return;
    pcscd = await startPcscd();
    factory = await CardFactory.create();
  });
  afterAll(async () => {
    if (missing !== undefined) return;
    await pcscd.close();
    factory.remove();
  });
  beforeEach(async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    readers = readersOf(pcscd, { deadlines: { transmit: 500 } });
    card = await factory.newCard();
    inserted = await putIntoVpcd(card, pcscd);
    await untilCardPresent(readers, READER, true);
  });
  afterEach(async () => {
    await readers.close();
    await inserted.close();
    expect(cardProcesses()).toEqual([]);
  });

  const connect = (readerName: string = READER) => readers.connect(readerName, { shareMode: 'exclusive' });

  async function expectToWork(): Promise<void> {
    const connection = await connect();
    expect(await connection.transmit(SELECT_JPKI)).toEqual(OK);
    await connection.disconnect('unpower');
  }

  test('is killed during a command: the command fails, the next ones work', async () => {
    const before = await findReader(readers, READER);
    const connection = await connect();
    card.insertFault(LATE);
    const failed = expect(connection.transmit(SELECT_JPKI)).rejects.toMatchObject({ code: 'ERR_PCSC_PROCESS' });
    await sleep(100);
    process.kill(onlyCardProcess(), 'SIGKILL');
    await failed;
    await expect(connection.transmit(SELECT_JPKI)).rejects.toMatchObject({ code: 'ERR_PCSC_PROCESS' });
    await connection.disconnect('unpower');
    await sleep(LATE.fault.delayMilliseconds);
    await expectToWork();
    expect((await findReader(readers, READER)).insertion).toBeGreaterThan(before.insertion);
  });

  test('is killed while nothing runs: whoever waits is told, and the insertion counts as new', async () => {
    const before = await findReader(readers, READER);
    const changed = readers.changed(new AbortController().signal);
    process.kill(onlyCardProcess(), 'SIGKILL');
    await changed;
    await expectToWork();
    expect((await findReader(readers, READER)).insertion).toBeGreaterThan(before.insertion);
  });

  test('is replaced when a card answers too late', async () => {
    const connection = await connect();
    const process = onlyCardProcess();
    card.insertFault(LATE);
    const started = performance.now();
    await expect(connection.transmit(SELECT_JPKI)).rejects.toMatchObject({ code: 'ERR_PCSC_TIMEOUT' });
    expect(performance.now() - started).toBeLessThan(1400);
    await sleep(1500);
    expect(isRunning(process)).toBe(false);
    await expectToWork();
  });

  test('serves one reader while another one hangs', async () => {
    const otherCard = await factory.newCard();
    const otherInserted = await putIntoVpcd(otherCard, pcscd, 1);
    await untilCardPresent(readers, OTHER_READER, true);
    const slow = readersOf(pcscd);
    const [hanging, other] = [
      await slow.connect(READER, { shareMode: 'exclusive' }),
      await slow.connect(OTHER_READER, { shareMode: 'exclusive' }),
    ];
    card.insertFault(LATE);
    const order: string[] = [];
    const late = hanging.transmit(SELECT_JPKI).then(() => order.push('late'));
    for (let command = 0; command < 20; command += 1) expect(await other.transmit(SELECT_JPKI)).toEqual(OK);
    expect(await slow.list()).toHaveLength(2);
    order.push('prompt');
    await late;
    expect(order).toEqual(['prompt', 'late']);
    await slow.close();
    await otherInserted.close();
  });

  test('waits without using the processor', async () => {
    await sleep(1500);
    const process = onlyCardProcess();
    const before = processorSeconds(process);
    await sleep(IDLE_MILLISECONDS);
    expect(processorSeconds(process) - before).toBeLessThan(IDLE_SECONDS);
  });

  test('has nothing left open after a connection', async () => {
    await expectToWork();
    await sleep(1500);
    const process = onlyCardProcess();
    const before = openFiles(process);
    for (let round = 0; round < 20; round += 1) await expectToWork();
    expect(openFiles(process)).toBe(before);
  });

  // As long as a password may be; and longer, because of a freed block so short little is left to find anyhow.
  test.each([16, 128])('forgets a PIN field of %i bytes', async (length) => {
    const connection = await connect();
    const process = onlyCardProcess();
    for (const command of [selectAid(JPKI_AID), selectEf('001b')]) await connection.transmit(unhex(command));
    const pin = randomBytes(length);
    await connection.transmit(Uint8Array.of(0x00, 0x20, 0x00, 0x80, length, ...pin));
    const copies = (): number =>
      occurrencesInMemory(process, pin.subarray(0, 8)) + occurrencesInMemory(process, pin.subarray(-8));
    // The binding frees its own copy without zeroing it. Of a real PIN's block the allocator itself overwrites all but five
    // bytes; the end of a longer one stays until a command of that length takes the block again. Nothing else may be left.
    const afterNext = async (): Promise<number> => {
      const before = copies();
      if (before > 0)
        await connection.transmit(Uint8Array.of(0x00, 0xa4, 0x04, 0x0c, length, ...new Uint8Array(length)));
      return before;
    };
    // The block may be one that another of the binding's threads has to take.
    await expect.poll(afterNext, { interval: 50, timeout: 20_000 }).toBe(0);
    // What is looked for would be found.
    expect(occurrencesInMemory(globalThis.process.pid, pin.subarray(-8))).toBeGreaterThan(0);
  });

  test('ends with a program that is killed, and takes the power of its cards', async () => {
    await readers.close();
    const program = spawn(process.execPath, [PROGRAM, 'verify', READER, AUTHENTICATION_PIN], {
      env: { ...process.env, ...pcscd.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface(program.stdout), 'line');
    const [child] = descendants(program.pid ?? 0, 'card-process.js');
    expect(card.log.at(-1)?.statusWord).toBe(0x9000);
    expect(card.powered).toBe(true);
    const ended = once(program, 'exit');
    program.kill('SIGKILL');
    await ended;
    expect(child).toBeGreaterThan(0);
    await expect.poll(() => isRunning(child ?? 0), { timeout: 3000 }).toBe(false);
    await expect.poll(() => card.powered, { timeout: 1000 }).toBe(false);
  });

  test('does not keep a program running that forgets to close', async () => {
    const program = spawn(process.execPath, [PROGRAM, 'list'], {
      env: { ...process.env, ...pcscd.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(program.stdout), 'line')) as [string];
    expect(JSON.parse(line)).toEqual(VPCD_READERS);
    const exit = once(program, 'exit');
    expect(await Promise.race([exit, sleep(2000, 'still running')])).toEqual([0, null]);
  });
});

describe('the channel to the card process', () => {
  const listRequest = () => encodeFrame({ id: 1, op: 'list' });

  test('zeroes what it sent', async () => {
    const channel = spawnCardProcess();
    const frame = listRequest();
    const replies: unknown[] = [];
    const replied = new Promise<void>((resolve) => {
      channel.onFrame((reply) => {
        replies.push(decodeFrame(reply).unverifiedHeader);
        if (replies.length === 2) resolve();
      });
    });
    const exited = new Promise<string>((resolve) => channel.onExit(resolve));
    channel.send(frame);
    await replied;
    expect(replies).toMatchObject([{ event: 'ready' }, { id: 1 }]);
    expect(frame.every((byte) => byte === 0)).toBe(true);
    channel.end();
    expect(await exited).toBe('exit code 0');
  });

  test.each([
    ['no frame', () => new Uint8Array(8).fill(0xff)],
    ['no request', () => encodeFrame({ id: 1, op: 'exec' })],
  ])('%s ends the process', async (_, frame) => {
    const channel = spawnCardProcess();
    const exited = new Promise<string>((resolve) => channel.onExit(resolve));
    channel.onFrame(() => undefined);
    channel.send(frame());
    expect(await exited).toBe('exit code 70');
  });

  test('reports that pcsclite is not installed', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'madoguchi-native-'));
    try {
      cpSync(join(import.meta.dirname, '../../dist/native'), join(directory, 'native'), { recursive: true });
      writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
      const copy = pathToFileURL(join(directory, 'native/pcsc/index.js')).href;
      const native = (await import(copy)) as { pcscCardReaders: typeof pcscCardReaders };
      const readers = native.pcscCardReaders();
      await expect(readers.list()).rejects.toMatchObject({ scard: 'MADOGUCHI_BINDING_MISSING' });
      await readers.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

function cardProcesses(): number[] {
  return descendants(process.pid, 'card-process.js').filter(isRunning);
}

function onlyCardProcess(): number {
  const [id, ...others] = cardProcesses();
  if (id === undefined || others.length > 0) throw new Error('not exactly one card process');
  return id;
}
