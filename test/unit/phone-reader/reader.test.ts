import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CardReaders, ReaderInfo } from '../../../main/core/ports.js';
import { encodeHello } from '../../../native/phone-reader/hello.js';
import type { PhoneCard } from '../../../native/phone-reader/phone-client.js';
import { encodeVpcdFrame, VpcdFrameReader } from '../../../native/virtual-card/vpcd-frames.js';
import {
  openRawTls,
  openTestReader,
  pairedTestPhone,
  TestPhone,
  type TestReader,
  type TestReaderOptions,
} from '../../support/phone-fixture.js';
import { hex, unhex } from '../../support/virtual-card.js';

const READER_NAME = 'Phone (127.0.0.1)';
const ATR = '3b80800101';
const GET_ATR = '04';

let test: TestReader;
let readers: CardReaders;
afterEach(() => test.close());

const open = async (options: TestReaderOptions = {}) => {
  test = await openTestReader(options);
  readers = test.reader.readers;
};
beforeEach(() => open());
const reopen = async (options: TestReaderOptions) => {
  await test.close();
  await open(options);
};

const state = async (): Promise<ReaderInfo | undefined> => (await readers.list())[0];
const connect = (shareMode: 'shared' | 'exclusive' = 'shared') => readers.connect(READER_NAME, { shareMode });
const scardOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (thrown: unknown) => (thrown as { scard?: unknown }).scard,
  );

/** A card that writes down what happens to it and echoes commands. */
class LoggingCard implements PhoneCard {
  readonly atr = unhex(ATR);
  readonly log: string[] = [];
  delay = 0;

  powerOn() {
    this.log.push('on');
  }
  powerOff() {
    this.log.push('off');
  }
  reset() {
    this.log.push('reset');
  }
  async transmit(command: Uint8Array) {
    await sleep(this.delay);
    this.log.push(hex(command));
    return unhex('9000');
  }
}

/** A paired phone that is connected, with a card in its field. */
async function connectedPhone(card: PhoneCard = new LoggingCard()) {
  const phone = await pairedTestPhone(test);
  const connection = await phone.connect(test.reader);
  connection.insertCard(card);
  await test.events.until('card');
  return { phone, connection };
}

type Reply = (bytes: string) => void;

/** A paired phone that answers as `answer` says; payloads and replies are hexadecimal, replies with their length. */
async function strangePhone(answer: (payload: string, reply: Reply) => void) {
  const { identity } = await pairedTestPhone(test);
  const socket = await openRawTls(test.reader.port, identity);
  const frames = new VpcdFrameReader();
  socket.on('data', (chunk: Buffer) => {
    for (const payload of frames.push(chunk)) {
      answer(hex(payload), (bytes) => {
        socket.write(unhex(bytes));
      });
    }
  });
  socket.write(encodeVpcdFrame(encodeHello({ kind: 'paired' })));
  await test.events.until('connected', 2);
  return socket;
}

const framed = (payload: string) => hex(encodeVpcdFrame(unhex(payload)));
const answeringAtr = (other: (payload: string, reply: Reply) => void) => (payload: string, reply: Reply) => {
  if (payload === GET_ATR) reply(framed(ATR));
  else if (payload.length > 2) other(payload, reply);
};

describe('the reader', () => {
  it('is there without a phone, with one, and with its card', async () => {
    const empty = { name: READER_NAME, cardPresent: false, virtual: false, insertion: 0 };
    expect(await readers.list()).toEqual([empty]);
    const { connection } = await connectedPhone();
    expect(await readers.list()).toEqual([{ ...empty, cardPresent: true, insertion: 1 }]);
    connection.removeCard();
    await test.events.until('card', 2);
    expect(await readers.list()).toEqual([{ ...empty, insertion: 1 }]);
  });

  it('has no card any more when the phone is gone', async () => {
    const { connection } = await connectedPhone();
    const held = await connect();
    await connection.close();
    await test.events.until('disconnected', 2);
    expect(await state()).toMatchObject({ cardPresent: false });
    expect(await scardOf(held.transmit(unhex('00b00000')))).toBe('SCARD_W_REMOVED_CARD');
    expect(await scardOf(connect())).toBe('SCARD_E_NO_SMARTCARD');
    await held.disconnect('unpower');
  });

  it('gives power before use, takes it away as asked, and when it is closed', async () => {
    const card = new LoggingCard();
    const { connection } = await connectedPhone(card);
    for (const disposition of ['leave', 'reset', 'unpower', 'leave'] as const) {
      const held = await connect();
      expect(hex(held.atr)).toBe(ATR);
      await held.transmit(unhex('00b00000'));
      await held.disconnect(disposition);
    }
    await readers.close();
    await connection.closed;
    const command = '00b00000';
    expect(card.log).toEqual(['on', command, command, 'reset', command, 'off', 'on', command, 'off', 'off']);
  });

  it('never lets a command be taken for an order', async () => {
    const card = new LoggingCard();
    await connectedPhone(card);
    const held = await connect();
    for (const bytes of ['', '00', '02', '00b000', '00'.repeat(262)]) {
      expect(await scardOf(held.transmit(unhex(bytes)))).toBe('SCARD_F_INTERNAL_ERROR');
    }
    await held.transmit(unhex('00b00000'));
    expect(card.log).toEqual(['on', '00b00000']);
  });

  it('counts another card as another insertion, however quickly it takes the first one’s place', async () => {
    await reopen({ limits: { pollMilliseconds: 60_000 } });
    const phone = await pairedTestPhone(test);
    const connection = await phone.connect(test.reader);
    connection.insertCard(new LoggingCard());
    await test.events.until('card');
    const held = await connect('exclusive');
    const second = new LoggingCard();
    connection.insertCard(second);
    expect(await scardOf(held.transmit(unhex('00b00000')))).toBe('SCARD_W_REMOVED_CARD');
    expect(second.log).toEqual([]);
  });

  it('lets a person cancel while a phone does not answer', async () => {
    let silent = false;
    await strangePhone((payload, reply) => {
      if (payload === GET_ATR && !silent) reply(framed(ATR));
    });
    await test.events.until('card');
    silent = true;
    const cancel = new AbortController();
    const connecting = readers.connect(READER_NAME, { shareMode: 'exclusive', signal: cancel.signal });
    cancel.abort();
    expect(await scardOf(connecting)).toBe('SCARD_E_CANCELLED');
  });
});

describe('a phone that does not behave', () => {
  const deadlines = { atr: 150, transmit: 150 };

  it('and answers no command is cut off; its late answer is nobody’s', async () => {
    await reopen({ limits: { deadlines, pollMilliseconds: 60_000 } });
    const socket = await strangePhone(
      answeringAtr((_command, reply) => {
        setTimeout(() => {
          reply(framed('9000'));
        }, 300);
      }),
    );
    await test.events.until('card');
    const held = await connect('exclusive');
    expect(await scardOf(held.transmit(unhex('00b00000')))).toBe('SCARD_E_TIMEOUT');
    expect(await scardOf(held.transmit(unhex('00b00000')))).toBe('SCARD_W_REMOVED_CARD');
    await held.disconnect('unpower');
    await test.events.until('disconnected', 2);
    expect(await state()).toMatchObject({ cardPresent: false });
    socket.destroy();

    const { connection } = await connectedPhone();
    await test.events.until('card', 3);
    expect(hex(await (await connect()).transmit(unhex('00b00000')))).toBe('9000');
    await connection.close();
  });

  it('and answers byte by byte is cut off in time', async () => {
    await reopen({ limits: { deadlines, pollMilliseconds: 60_000 } });
    const socket = await strangePhone(
      answeringAtr((_command, reply) => {
        for (let index = 0; index < 20; index += 1) setTimeout(reply, 40 * index, index === 0 ? '0014' : '90');
      }),
    );
    await test.events.until('card');
    const held = await connect();
    const start = performance.now();
    expect(await scardOf(held.transmit(unhex('00b00000')))).toBe('SCARD_E_TIMEOUT');
    expect(performance.now() - start).toBeLessThan(3 * deadlines.transmit);
    socket.destroy();
  });

  it('and does not say whether a card is there is sent away', async () => {
    await reopen({ limits: { deadlines } });
    await strangePhone(() => undefined);
    await test.events.until('disconnected', 2);
    expect(test.events.kinds).not.toContain('card');
  });

  it.each([
    ['announces more than a response holds', '0103'],
    ['announces the most there is', 'ffff'],
    ['sends a response too long', framed('aa'.repeat(259))],
  ])('and %s is cut off', async (_name, bytes) => {
    await reopen({ limits: { deadlines } });
    await strangePhone(
      answeringAtr((_command, reply) => {
        reply(bytes);
      }),
    );
    await test.events.until('card');
    const held = await connect();
    expect(await scardOf(held.transmit(unhex('00b00000')))).toBe('SCARD_E_INSUFFICIENT_BUFFER');
    await test.events.until('disconnected', 2);
  });

  it.each([
    ['endless', '3b'.repeat(34)],
    ['cut short', '3b'],
    ['none', '9000'],
  ])('and tells an answer to reset that is %s is cut off', async (_name, atr) => {
    await strangePhone((_payload, reply) => {
      reply(framed(atr));
    });
    await test.events.until('disconnected', 2);
    expect(test.events.kinds).not.toContain('card');
  });

  it.each([
    ['answers twice', (reply: Reply) => [framed('9000'), framed('6300')].forEach(reply)],
    ['answers twice in one piece', (reply: Reply) => reply(framed('9000') + framed('6300'))],
  ])('and %s is cut off before the next command', async (_name, answer) => {
    await reopen({ limits: { deadlines } });
    await strangePhone(
      answeringAtr((_command, reply) => {
        answer(reply);
      }),
    );
    await test.events.until('card');
    const held = await connect();
    await held.transmit(unhex('00b00000')).catch(() => undefined);
    await test.events.until('disconnected', 2);
    expect(await scardOf(held.transmit(unhex('00b00001')))).toBe('SCARD_W_REMOVED_CARD');
  });

  it('and lies about its card is told apart from nobody: responses are passed on as they are', async () => {
    await strangePhone(
      answeringAtr((_command, reply) => {
        reply(framed('00'));
      }),
    );
    await test.events.until('card');
    expect(hex(await (await connect()).transmit(unhex('00b00000')))).toBe('00');
  });

  it('and hangs does not keep the reader from closing', async () => {
    await strangePhone(answeringAtr(() => undefined));
    await test.events.until('card');
    const held = await connect();
    const pending = scardOf(held.transmit(unhex('00b00000')));
    const start = performance.now();
    await readers.close();
    await pending;
    await held.disconnect('unpower');
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

it('a card taken away during a command is gone at once', async () => {
  const card = new LoggingCard();
  const { connection } = await connectedPhone(Object.assign(card, { nextDelayMilliseconds: 60_000 }));
  const held = await connect();
  const response = scardOf(held.transmit(unhex('00b00000')));
  await sleep(30);
  connection.removeCard();
  expect(await response).toBe('SCARD_W_REMOVED_CARD');
  expect(card.log).toEqual(['on', 'off']);
});

it('a phone that comes back is another insertion', async () => {
  const { phone, connection } = await connectedPhone();
  const held = await connect();
  await connection.close();
  await test.events.until('disconnected', 2);
  const card = new LoggingCard();
  const again = await phone.connect(test.reader);
  again.insertCard(card);
  await test.events.until('card', 3);
  expect(await state()).toMatchObject({ cardPresent: true, insertion: 2 });
  expect(await scardOf(held.transmit(unhex('00b00000')))).toBe('SCARD_W_REMOVED_CARD');
  await held.disconnect('unpower');
  expect(card.log).toEqual([]);
});

it('two phones by turns keep their cards apart', async () => {
  const first = await connectedPhone();
  await first.connection.close();
  await test.events.until('card', 2);
  const other = new TestPhone('Other');
  const connection = await other.scan(test.reader.startPairing());
  connection.insertCard(new LoggingCard());
  await test.events.until('card', 3);
  expect(await state()).toMatchObject({ insertion: 2 });
});
