import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CardConnection } from '../../../main/core/ports.js';
import { ScardError, type ScardName } from '../../../native/scard-error.js';
import {
  VIRTUAL_READER_NAME,
  virtualCardReaders,
  type VirtualCard,
  type VirtualCardReaders,
} from '../../../native/virtual-card/index.js';
import {
  AUTHENTICATION_PIN,
  CardFactory,
  hex,
  JPKI_AID,
  selectAid,
  selectEf,
  unhex,
} from '../../support/virtual-card.js';

let factory: CardFactory;
let card: VirtualCard;
let readers: VirtualCardReaders;

beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => factory.remove());
beforeEach(async () => {
  card = await factory.newCard();
  card.powerOff();
  readers = virtualCardReaders(card);
});

const connect = (shareMode: 'shared' | 'exclusive' = 'shared') => readers.connect(VIRTUAL_READER_NAME, { shareMode });

async function transmit(connection: CardConnection, command: string): Promise<string> {
  return hex(await connection.transmit(unhex(command)));
}

async function scardOf(failing: Promise<unknown>): Promise<ScardName> {
  const thrown: unknown = await failing.then(
    () => new Error('nothing failed'),
    (error: unknown) => error,
  );
  if (thrown instanceof ScardError) return thrown.scard;
  throw thrown;
}

/** Whether `promise` is settled once everything that can run has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.finally(() => (settled = true));
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe('the reader', () => {
  it('is one, says that it is virtual, and holds the card', async () => {
    expect(await readers.list()).toEqual([
      { name: 'Madoguchi Virtual Card', cardPresent: true, virtual: true, insertion: 1 },
    ]);
    const named = virtualCardReaders(card, { readerName: 'Other' });
    expect((await named.list())[0]?.name).toBe('Other');
  });

  it('gives the card power when it is connected to', async () => {
    expect(card.powered).toBe(false);
    const connection = await connect();
    expect(card.powered).toBe(true);
    expect(hex(connection.atr)).toBe('3bda13ff8131fb468012392f31c173c601c03b');
    expect(await transmit(connection, selectAid(JPKI_AID))).toBe('9000');
    expect(await transmit(connection, '00200098')).toBe('63c3');
  });

  it('knows no other reader, and no cancelled request', async () => {
    expect(await scardOf(readers.connect('Other', { shareMode: 'shared' }))).toBe('SCARD_E_UNKNOWN_READER');
    const signal = AbortSignal.abort();
    expect(await scardOf(readers.connect(VIRTUAL_READER_NAME, { shareMode: 'shared', signal }))).toBe(
      'SCARD_E_CANCELLED',
    );
  });

  it('answers commands in order, also when they are given at once', async () => {
    const connection = await connect();
    card.insertFault({ at: 0, fault: { delayMilliseconds: 20 } });
    const answers = [selectAid(JPKI_AID), selectEf('0008'), '00b0000003'].map((command) =>
      transmit(connection, command),
    );
    expect(await Promise.all(answers)).toEqual(['9000', '9000', '8f8f009000']);
  });
});

describe('sharing', () => {
  it('lets many share, and one exclude', async () => {
    const first = await connect('shared');
    const second = await connect('shared');
    expect(await scardOf(connect('exclusive'))).toBe('SCARD_E_SHARING_VIOLATION');
    await first.disconnect('leave');
    expect(await scardOf(connect('exclusive'))).toBe('SCARD_E_SHARING_VIOLATION');
    await second.disconnect('leave');
    const exclusive = await connect('exclusive');
    expect(await scardOf(connect('shared'))).toBe('SCARD_E_SHARING_VIOLATION');
    expect(await scardOf(connect('exclusive'))).toBe('SCARD_E_SHARING_VIOLATION');
    await exclusive.disconnect('unpower');
    await expect(connect('shared')).resolves.toBeDefined();
  });

  it('ends a connection once', async () => {
    const first = await connect();
    await first.disconnect('leave');
    await first.disconnect('unpower');
    expect(card.powered).toBe(true);
    expect(await scardOf(transmit(first, '00200098'))).toBe('SCARD_E_INVALID_HANDLE');
    await connect('exclusive');
  });

  it('disconnects after the commands that were given before', async () => {
    const connection = await connect();
    card.insertFault({ at: 0, fault: { delayMilliseconds: 20 } });
    const answer = transmit(connection, selectAid(JPKI_AID));
    await connection.disconnect('unpower');
    expect(await answer).toBe('9000');
    expect(card.powered).toBe(false);
  });
});

describe('disposition', () => {
  async function verifiedConnection(): Promise<CardConnection> {
    const connection = await connect();
    await transmit(connection, selectAid(JPKI_AID));
    expect(await transmit(connection, `00200098${AUTHENTICATION_PIN}`)).toBe('9000');
    return connection;
  }

  it('leave leaves what was verified to the next connection', async () => {
    await (await verifiedConnection()).disconnect('leave');
    expect(await transmit(await connect(), '00200098')).toBe('9000');
  });

  it.each(['reset', 'unpower'] as const)('%s takes it away', async (disposition) => {
    await (await verifiedConnection()).disconnect(disposition);
    expect(card.powered).toBe(disposition === 'reset');
    const next = await connect();
    expect(await transmit(next, '00b0000000')).toBe('6986');
    await transmit(next, selectAid(JPKI_AID));
    expect(await transmit(next, '00200098')).toBe('63c3');
  });

  it.each(['reset', 'unpower'] as const)('%s makes those who share begin anew', async (disposition) => {
    const other = await connect();
    await (await verifiedConnection()).disconnect(disposition);
    expect(await scardOf(transmit(other, '00200098'))).toBe('SCARD_W_RESET_CARD');
    await other.disconnect('leave');
    expect(await transmit(await connect(), selectAid(JPKI_AID))).toBe('9000');
  });
});

describe('removal', () => {
  it('ends connections, and another insertion does not revive them', async () => {
    const connection = await connect();
    readers.removeCard();
    expect(card.powered).toBe(false);
    expect((await readers.list())[0]).toMatchObject({ cardPresent: false, insertion: 1 });
    expect(await scardOf(transmit(connection, '00200098'))).toBe('SCARD_W_REMOVED_CARD');
    expect(await scardOf(connect())).toBe('SCARD_E_NO_SMARTCARD');
    readers.insertCard();
    expect((await readers.list())[0]).toMatchObject({ cardPresent: true, insertion: 2 });
    expect(await scardOf(transmit(connection, '00200098'))).toBe('SCARD_W_REMOVED_CARD');
  });

  it('does not let an old connection touch the card that is in now', async () => {
    const old = await connect();
    readers.removeCard();
    readers.insertCard();
    const current = await connect();
    await transmit(current, selectAid(JPKI_AID));
    await old.disconnect('unpower');
    expect(await transmit(current, '00200098')).toBe('63c3');
  });

  it('by a fault comes before the command counts', async () => {
    const connection = await connect();
    await transmit(connection, selectAid(JPKI_AID));
    card.insertFault({ at: 0, fault: 'remove' });
    expect(await scardOf(transmit(connection, '00200098 0430303030'))).toBe('SCARD_W_REMOVED_CARD');
    expect((await readers.list())[0]?.cardPresent).toBe(false);
    readers.insertCard();
    const next = await connect();
    await transmit(next, selectAid(JPKI_AID));
    expect(await transmit(next, '00200098')).toBe('63c3');
  });

  it('during a slow command ends it at once', async () => {
    const connection = await connect();
    card.insertFault({ at: 0, fault: { delayMilliseconds: 60_000 } });
    const answer = scardOf(transmit(connection, '00200098'));
    await new Promise((resolve) => setImmediate(resolve));
    readers.removeCard();
    expect(await answer).toBe('SCARD_W_REMOVED_CARD');
    expect(card.log).toEqual([]);
  });

  it('and insertion happen once', async () => {
    readers.insertCard();
    expect((await readers.list())[0]?.insertion).toBe(1);
    readers.removeCard();
    readers.removeCard();
    readers.insertCard();
    expect((await readers.list())[0]?.insertion).toBe(2);
  });
});

describe('changed', () => {
  it('waits for insertion and removal', async () => {
    await readers.list();
    const { signal } = new AbortController();
    const removed = readers.changed(signal);
    expect(await isSettled(removed)).toBe(false);
    readers.removeCard();
    await removed;
    await readers.list();
    const inserted = readers.changed(signal);
    expect(await isSettled(inserted)).toBe(false);
    readers.insertCard();
    await inserted;
  });

  it('does not miss what happened since the list was read', async () => {
    await readers.list();
    readers.removeCard();
    expect(await isSettled(readers.changed(new AbortController().signal))).toBe(true);
  });

  it('ends without an error when it is aborted, before or while it waits', async () => {
    await readers.list();
    await readers.changed(AbortSignal.abort());
    const controller = new AbortController();
    const waiting = readers.changed(controller.signal);
    controller.abort();
    await waiting;
  });
});

describe('close', () => {
  it('ends everything', async () => {
    await readers.list();
    const connection = await connect('exclusive');
    const waiting = readers.changed(new AbortController().signal);
    await readers.close();
    await readers.close();
    await waiting;
    expect(card.powered).toBe(false);
    expect(await scardOf(transmit(connection, '00200098'))).toBe('SCARD_E_INVALID_HANDLE');
    await connection.disconnect('unpower');
    expect(await scardOf(readers.list())).toBe('SCARD_E_INVALID_HANDLE');
    expect(await scardOf(connect())).toBe('SCARD_E_INVALID_HANDLE');
    expect(await scardOf(readers.changed(new AbortController().signal))).toBe('SCARD_E_INVALID_HANDLE');
  });
});
