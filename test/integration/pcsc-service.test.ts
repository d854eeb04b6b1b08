import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ClientError } from '../../main/core/errors.js';
import type { CardReaders } from '../../main/core/ports.js';
import { findReader, untilCardPresent } from '../support/card-presence.js';
import { descendants, isRunning, processorSeconds } from '../support/child-processes.js';
import { putIntoVpcd, readersOf } from '../support/pcsc-fixture.js';
import { pcscdMissing, startPcscd, VPCD_READERS, type Pcscd } from '../support/pcscd.js';
import { CardFactory, JPKI_AID, selectAid, unhex } from '../support/virtual-card.js';

const missing = pcscdMissing();
const [READER] = VPCD_READERS;
const SELECT_JPKI = unhex(selectAid(JPKI_AID));

describe('a PC/SC service that comes and goes', () => {
  let pcscd: Pcscd;
  let factory: CardFactory;
  let readers: CardReaders;

  beforeAll(async () => {
    if (missing !== undefined) return;
    pcscd = await startPcscd({ stopped: true });
    factory = await CardFactory.create();
  });
  afterAll(async () => {
    if (missing !== undefined) return;
    await pcscd.close();
    factory.remove();
  });
  beforeEach(({ skip }) => {
    if (missing !== undefined) skip(missing);
    readers = readersOf(pcscd, { serviceRetryMilliseconds: 200, deadlines: { list: 1000 } });
  });
  afterEach(async () => {
    await readers.close();
    await pcscd.stop();
  });

  async function insertCard() {
    const card = await factory.newCard();
    await putIntoVpcd(card, pcscd);
    await untilCardPresent(readers, READER, true);
    return card;
  }

  async function expectToWork(): Promise<void> {
    await insertCard();
    const connection = await readers.connect(READER, { shareMode: 'exclusive' });
    expect(await connection.transmit(SELECT_JPKI)).toEqual(unhex('9000'));
    await connection.disconnect('unpower');
  }

  test('is unavailable until it starts', async () => {
    const unavailable = { code: 'ERR_PCSC_UNAVAILABLE', retriable: true, details: { scard: 'SCARD_E_NO_SERVICE' } };
    await expect(readers.list()).rejects.toMatchObject(unavailable);
    await expect(readers.connect(READER, { shareMode: 'shared' })).rejects.toMatchObject(unavailable);
    await pcscd.start();
    expect((await readers.list()).map(({ name }) => name)).toEqual(VPCD_READERS);
    await expectToWork();
  });

  test('is noticed when it starts', async () => {
    await expect(readers.list()).rejects.toMatchObject({ code: 'ERR_PCSC_UNAVAILABLE' });
    const changed = readers.changed(new AbortController().signal).then(() => 'told');
    expect(await Promise.race([changed, sleep(500, 'nothing')])).toBe('nothing');
    await pcscd.start();
    await changed;
    expect(await readers.list()).toHaveLength(2);
  });

  test('is noticed when it stops', async () => {
    const { signal } = new AbortController();
    await pcscd.start();
    await readers.list();
    await pcscd.stop();
    for (;;) {
      const listed = await readers.list().catch((thrown: unknown) => thrown);
      if (listed instanceof ClientError) {
        expect(listed.code).toBe('ERR_PCSC_UNAVAILABLE');
        return;
      }
      await readers.changed(signal);
    }
  });

  test.each(['stop', 'kill'] as const)('%s during a command: the command fails, the next ones work', async (how) => {
    await pcscd.start();
    const card = await insertCard();
    const before = await findReader(readers, READER);
    const connection = await readers.connect(READER, { shareMode: 'exclusive' });
    card.insertFault({ at: 0, fault: { delayMilliseconds: 1500 } });
    const failed = expect(connection.transmit(SELECT_JPKI)).rejects.toMatchObject({ code: 'ERR_PCSC_UNAVAILABLE' });
    await sleep(200);
    await pcscd[how]();
    await failed;
    await connection.disconnect('unpower');
    await pcscd.start();
    await expectToWork();
    expect((await findReader(readers, READER)).insertion).toBeGreaterThan(before.insertion);
  });

  test('restarts between two commands: the connection is over, a new one works', async () => {
    await pcscd.start();
    await insertCard();
    const connection = await readers.connect(READER, { shareMode: 'exclusive' });
    await pcscd.restart();
    await expect(connection.transmit(SELECT_JPKI)).rejects.toMatchObject({ code: 'ERR_PCSC_UNAVAILABLE' });
    await connection.disconnect('unpower');
    await expectToWork();
  });

  test('hangs: the deadline holds, and it works when it goes on', async () => {
    await pcscd.start();
    await pcscd.pause();
    const hasty = readersOf(pcscd, { deadlines: { start: 500, list: 500 } });
    const started = performance.now();
    await expect(hasty.list()).rejects.toMatchObject({ code: 'ERR_PCSC_TIMEOUT' });
    expect(performance.now() - started).toBeLessThan(3000);
    await pcscd.resume();
    expect(await hasty.list()).toHaveLength(2);
    await hasty.close();
    await expectToWork();
  });
});

test('a service without readers has none, and none is waited for idly', async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const pcscd = await startPcscd({ withoutReaders: true });
  const readers = readersOf(pcscd);
  try {
    expect(await readers.list()).toEqual([]);
    await sleep(1500);
    const [cardProcess = 0] = descendants(process.pid, 'card-process.js').filter(isRunning);
    const before = processorSeconds(cardProcess);
    const abort = new AbortController();
    const changed = readers.changed(abort.signal).then(() => 'told');
    expect(await Promise.race([changed, sleep(2500, 'nothing')])).toBe('nothing');
    expect(processorSeconds(cardProcess) - before).toBeLessThan(0.03);
    abort.abort();
    await changed;
  } finally {
    await readers.close();
    await pcscd.close();
  }
});

test('the first list is right in each of ten processes', async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const pcscd = await startPcscd();
  const factory = await CardFactory.create();
  try {
    const observers = readersOf(pcscd);
    await putIntoVpcd(await factory.newCard(), pcscd);
    await untilCardPresent(observers, READER, true);
    await observers.close();
    for (let round = 0; round < 10; round += 1) {
      const readers = readersOf(pcscd);
      const listed = (await readers.list()).map(({ name, cardPresent }) => [name, cardPresent]);
      await readers.close();
      expect(listed).toEqual([
        [VPCD_READERS[0], true],
        [VPCD_READERS[1], false],
      ]);
    }
  } finally {
    await pcscd.close();
    factory.remove();
  }
});
