import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CardConnection, CardReaders } from '../../main/core/ports.js';
import type { ScheduledFault } from '../../native/virtual-card/index.js';
import { findReader, untilCardPresent } from '../support/card-presence.js';
import { AUTHENTICATION_PIN, hex, JPKI_AID, selectAid, selectEf, unhex } from '../support/virtual-card.js';

/** A card port under test, with one reader whose virtual card the test can move. */
export interface CardReadersFixture {
  readonly readers: CardReaders;
  readonly readerName: string;
  /** Resolves when the service sees the card. `readers` learn of it at the same time, and are not asked. */
  insertCard(): Promise<void>;
  /** Resolves when the service sees that there is none. */
  removeCard(): Promise<void>;
  insertFault(fault: ScheduledFault): void;
  close(): Promise<void>;
}

export interface CardReadersSuite {
  readonly virtual: boolean;
  /** A fixture whose card is not in the reader. */
  open(): Promise<CardReadersFixture>;
  /** Why it cannot run here. */
  readonly missing?: string | undefined;
}

const QUERY_TRIES = '00200080';
const PIN_EF = selectEf('0018');
const CERTIFICATE_EF = selectEf('000a');

/** How long nothing has to happen before it counts as nothing. */
const QUIET_MILLISECONDS = 300;

/** What every implementation of the `CardReaders` port keeps to. */
export function describeCardReaders(name: string, suite: CardReadersSuite): void {
  describe(name, () => {
    let fixture: CardReadersFixture;
    let readers: CardReaders;

    beforeEach(async ({ skip }) => {
      if (suite.missing !== undefined) skip(suite.missing);
      fixture = await suite.open();
      readers = fixture.readers;
    });
    afterEach(() => fixture.close());

    const reader = () => findReader(readers, fixture.readerName);
    const insertCard = async () => {
      await fixture.insertCard();
      await untilCardPresent(readers, fixture.readerName, true);
    };
    const removeCard = async () => {
      await fixture.removeCard();
      await untilCardPresent(readers, fixture.readerName, false);
    };
    const connect = (shareMode: 'shared' | 'exclusive' = 'shared') =>
      readers.connect(fixture.readerName, { shareMode });

    test('lists the reader without and with its card', async () => {
      expect(await reader()).toMatchObject({ cardPresent: false, virtual: suite.virtual });
      await insertCard();
      expect(await reader()).toMatchObject({ cardPresent: true, virtual: suite.virtual });
    });

    test('numbers insertions', async () => {
      await insertCard();
      const first = (await reader()).insertion;
      await (await connect()).disconnect('unpower');
      expect((await reader()).insertion).toBe(first);
      await removeCard();
      await insertCard();
      expect((await reader()).insertion).toBeGreaterThan(first);
    });

    test('connects to no reader that is not there, and to no card that is not in', async () => {
      await expect(readers.connect('No Such Reader', { shareMode: 'shared' })).rejects.toMatchObject({
        code: 'ERR_PCSC_READER_GONE',
      });
      await expect(connect()).rejects.toMatchObject({ code: 'ERR_CARD_ABSENT' });
    });

    test('does not connect for a signal that has aborted', async () => {
      await insertCard();
      const connecting = readers.connect(fixture.readerName, { shareMode: 'shared', signal: AbortSignal.abort() });
      await expect(connecting).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
      await connect('exclusive');
    });

    test('gives the answer to reset', async () => {
      await insertCard();
      expect(hex((await connect()).atr)).toMatch(/^3b/);
    });

    test('answers commands in order, up to 256 bytes and status word', async () => {
      await insertCard();
      const connection = await connect();
      const commands = [selectAid(JPKI_AID), CERTIFICATE_EF, '00b0000000', '00b0000004', selectEf('ffff')];
      const responses = await Promise.all(commands.map((command) => transmit(connection, command)));
      expect(responses.map((response) => response.slice(-4))).toEqual(['9000', '9000', '9000', '9000', '6a82']);
      expect(responses.map((response) => response.length / 2)).toEqual([2, 2, 258, 6, 2]);
      expect(responses[2]?.slice(0, 8)).toBe(responses[3]?.slice(0, 8));
    });

    test('leaves the command to its owner', async () => {
      await insertCard();
      const command = unhex(selectAid(JPKI_AID));
      await (await connect()).transmit(command);
      expect(command).toEqual(unhex(selectAid(JPKI_AID)));
    });

    test('shares the card among those who share it', async () => {
      await insertCard();
      const connections = await Promise.all([connect('shared'), connect('shared')]);
      for (const connection of connections) expect(await transmit(connection, selectAid(JPKI_AID))).toBe('9000');
      await expect(connect('exclusive')).rejects.toMatchObject({ code: 'ERR_PCSC_SHARING_VIOLATION' });
      for (const connection of connections) await connection.disconnect('leave');
      await connect('exclusive');
    });

    test('gives the card to one who wants it alone', async () => {
      await insertCard();
      const connection = await connect('exclusive');
      for (const shareMode of ['shared', 'exclusive'] as const) {
        await expect(connect(shareMode)).rejects.toMatchObject({ code: 'ERR_PCSC_SHARING_VIOLATION' });
      }
      expect(await transmit(connection, selectAid(JPKI_AID))).toBe('9000');
      await connection.disconnect('leave');
      await connect('shared');
    });

    test.each([
      ['leave', '9000'],
      ['reset', '6986'],
      ['unpower', '6986'],
    ] as const)('%s after use: a PIN query without selection is answered %s', async (disposition, expected) => {
      await insertCard();
      const connection = await connect('exclusive');
      for (const command of [selectAid(JPKI_AID), PIN_EF, `00200080${AUTHENTICATION_PIN}`]) {
        expect(await transmit(connection, command)).toBe('9000');
      }
      await connection.disconnect(disposition);
      expect(await transmit(await connect(), QUERY_TRIES)).toBe(expected);
    });

    test('tells those who share the card that one of them reset it', async () => {
      await insertCard();
      const [first, second] = [await connect('shared'), await connect('shared')];
      await first.disconnect('reset');
      await expect(transmit(second, QUERY_TRIES)).rejects.toMatchObject({ code: 'ERR_CARD_CHANGED' });
    });

    test('ends a connection once', async () => {
      await insertCard();
      const connection = await connect('exclusive');
      await Promise.all([connection.disconnect('unpower'), connection.disconnect('leave')]);
      await connection.disconnect('unpower');
      await expect(transmit(connection, QUERY_TRIES)).rejects.toMatchObject({ code: 'ERR_PCSC_FAILURE' });
      await connect('exclusive');
    });

    test('reports a card that was removed between two commands', async () => {
      await insertCard();
      const connection = await connect('exclusive');
      await removeCard();
      await expect(transmit(connection, QUERY_TRIES)).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' });
      await connection.disconnect('unpower');
      await expect(connect()).rejects.toMatchObject({ code: 'ERR_CARD_ABSENT' });
    });

    test('reports a card that was removed during a command', async () => {
      await insertCard();
      const connection = await connect('exclusive');
      fixture.insertFault({ at: 0, fault: 'remove' });
      await expect(transmit(connection, QUERY_TRIES)).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' });
      await connection.disconnect('unpower');
    });

    test('reports a card that was removed while it worked', async () => {
      await insertCard();
      const connection = await connect('exclusive');
      fixture.insertFault({ at: 0, fault: { delayMilliseconds: 5000 } });
      const working = expect(transmit(connection, QUERY_TRIES)).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' });
      await removeCard();
      await working;
    });

    test('never lets a connection reach the next card', async () => {
      await insertCard();
      const connection = await connect('exclusive');
      await removeCard();
      await insertCard();
      await expect(transmit(connection, QUERY_TRIES)).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' });
      await connection.disconnect('unpower');
      expect(await transmit(await connect('exclusive'), selectAid(JPKI_AID))).toBe('9000');
    });

    test('tells when a card comes and goes', async () => {
      const { signal } = new AbortController();
      await quiet(readers);
      const insertion = readers.changed(signal);
      await fixture.insertCard();
      await insertion;
      await quiet(readers);
      const removal = readers.changed(signal);
      await fixture.removeCard();
      await removal;
    });

    test('tells of what came between the look and the wait', async () => {
      await quiet(readers);
      await fixture.insertCard();
      await sleep(QUIET_MILLISECONDS);
      const abort = new AbortController();
      const changed = readers.changed(abort.signal).then(() => 'told');
      expect(await Promise.race([changed, sleep(QUIET_MILLISECONDS, 'nothing')])).toBe('told');
    });

    test('is quiet while nothing happens, until the signal aborts', async () => {
      await insertCard();
      await quiet(readers);
      const abort = new AbortController();
      const changed = readers.changed(abort.signal).then(() => 'told');
      expect(await Promise.race([changed, sleep(QUIET_MILLISECONDS, 'nothing')])).toBe('nothing');
      abort.abort();
      expect(await changed).toBe('told');
    });

    test('ends everything when closed', async () => {
      await insertCard();
      await quiet(readers);
      const connection = await connect('exclusive');
      const changed = readers.changed(new AbortController().signal);
      await readers.close();
      await readers.close();
      await changed;
      await expect(transmit(connection, QUERY_TRIES)).rejects.toMatchObject({ name: 'ClientError' });
      await connection.disconnect('unpower');
      await expect(readers.list()).rejects.toMatchObject({ code: 'ERR_PCSC_FAILURE' });
    });
  });
}

async function transmit(connection: CardConnection, command: string): Promise<string> {
  return hex(await connection.transmit(unhex(command)));
}

/** Resolves when the readers were looked at and nothing has changed for a while. */
async function quiet(readers: CardReaders): Promise<void> {
  for (;;) {
    await readers.list();
    const abort = new AbortController();
    const changed = readers.changed(abort.signal).then(() => 'changed');
    const first = await Promise.race([changed, sleep(QUIET_MILLISECONDS, 'quiet')]);
    abort.abort();
    await changed;
    if (first === 'quiet') return;
  }
}
