import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PcscBinding } from '../../../native/pcsc/binding.js';
import { CardServer } from '../../../native/pcsc/card-server.js';
import { decodeFrame, encodeFrame, FrameError } from '../../../native/pcsc/frame.js';
import { parseReplyOrNotice, type Notice, type Operation, type Reply } from '../../../native/pcsc/messages.js';
import { ScardError } from '../../../native/scard-error.js';
import { FakePcsc, STATE_EMPTY, STATE_PRESENT } from './fake-pcsc.js';

const READER = 'Reader 00 00';
const ATR = '3b00';
const CONNECT = { op: 'connect', reader: READER, shareMode: 'exclusive' } as const;
const VERIFY = Uint8Array.of(0x00, 0x20, 0x00, 0x80, 0x04, 0x31, 0x32, 0x33, 0x34);
/** Longer than the card server waits before it lists the readers once more. */
const VERIFICATION_DELAY_MILLISECONDS = 50;
const VERIFICATION_MILLISECONDS = 100;

/** A card server with a hand on both of its ends. */
class Bench {
  readonly pcsc = new FakePcsc();
  readonly notices: Notice['event'][] = [];
  readonly exits: boolean[] = [];
  readonly server: CardServer;
  readonly #waiting = new Map<number, (answer: { reply: Reply; body: Uint8Array }) => void>();
  #latest = 0;

  constructor(loadBinding?: () => PcscBinding) {
    this.server = new CardServer({
      loadBinding: loadBinding ?? (() => this.pcsc.binding),
      send: (frame) => this.#receive(frame),
      exit: (callsRunning) => this.exits.push(callsRunning),
      verificationDelayMilliseconds: VERIFICATION_DELAY_MILLISECONDS,
    });
  }

  async ask(operation: Operation, body?: Uint8Array): Promise<{ reply: Reply; body: Uint8Array; request: Uint8Array }> {
    this.#latest += 1;
    const id = this.#latest;
    const answer = new Promise<{ reply: Reply; body: Uint8Array }>((resolve) => this.#waiting.set(id, resolve));
    const request = encodeFrame({ id, ...operation }, body);
    this.server.handleFrame(request);
    return { ...(await answer), request };
  }

  async readers(): Promise<unknown> {
    const { reply } = await this.ask({ op: 'list' });
    return 'readers' in reply ? reply.readers : reply;
  }

  async connect(): Promise<number> {
    const { reply } = await this.ask(CONNECT);
    return 'connection' in reply ? reply.connection : 0;
  }

  /** A reader with a card, known to the server. */
  async insertCard(): Promise<void> {
    this.pcsc.names = [READER];
    const listed = this.readers();
    await sleep(20);
    this.pcsc.setStatus(READER, 0x0001_0000 | STATE_PRESENT, ATR);
    await listed;
  }

  #receive(frame: Uint8Array): void {
    const { unverifiedHeader, body } = decodeFrame(frame);
    const message = parseReplyOrNotice(unverifiedHeader);
    if (!message) throw new Error('the server sent what is no message');
    if ('event' in message) this.notices.push(message.event);
    else this.#waiting.get(message.id)?.({ reply: message, body });
  }
}

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(async () => {
  bench.pcsc.held = undefined;
  await bench.server.end();
});

describe('list', () => {
  test('waits for the first enumeration, also of no readers', async () => {
    expect(await bench.readers()).toEqual([]);
  });

  test('waits for the first status of every reader', async () => {
    bench.pcsc.names = [READER, 'Reader 01 00'];
    let listed: unknown;
    const listing = bench.readers().then((readers) => (listed = readers));
    await sleep(20);
    bench.pcsc.setStatus(READER, STATE_PRESENT, ATR);
    await sleep(20);
    expect(listed).toBeUndefined();
    bench.pcsc.setStatus('Reader 01 00', STATE_EMPTY);
    await listing;
    expect(listed).toEqual([
      { name: READER, cardPresent: true, insertion: 1 },
      { name: 'Reader 01 00', cardPresent: false, insertion: 0 },
    ]);
  });

  test('does not wait for a reader that goes', async () => {
    bench.pcsc.names = [READER];
    const listing = bench.readers();
    await sleep(20);
    bench.pcsc.unplug(READER);
    expect(await listing).toEqual([]);
  });

  test('finds a reader that pcsclite missed', async () => {
    expect(await bench.readers()).toEqual([]);
    bench.pcsc.names = [READER];
    await sleep(VERIFICATION_MILLISECONDS);
    expect(bench.notices).toContain('changed');
    bench.pcsc.setStatus(READER, STATE_EMPTY);
    expect(await bench.readers()).toEqual([{ name: READER, cardPresent: false, insertion: 0 }]);
  });

  test('reports a service that is not there, and asks again', async () => {
    let running = false;
    bench = new Bench(() => {
      if (!running) throw new Error('SCardEstablishContext error: Service not available.(0x8010001d)');
      return bench.pcsc.binding;
    });
    expect(await bench.readers()).toMatchObject({ outcome: 'failed', scard: 'SCARD_E_NO_SERVICE' });
    running = true;
    expect(await bench.readers()).toEqual([]);
  });

  test('reports a missing binding', async () => {
    bench = new Bench(() => {
      throw new ScardError('MADOGUCHI_BINDING_MISSING');
    });
    expect(await bench.readers()).toMatchObject({ outcome: 'failed', scard: 'MADOGUCHI_BINDING_MISSING' });
  });
});

describe('insertions', () => {
  const insertion = async () => ((await bench.readers()) as { insertion: number }[])[0]?.insertion;

  test('count a card that went and came between two statuses', async () => {
    await bench.insertCard();
    const first = await insertion();
    bench.pcsc.setStatus(READER, 0x0001_0000 | STATE_PRESENT, ATR);
    await turn();
    expect(await insertion()).toBe(first);
    bench.pcsc.setStatus(READER, 0x0003_0000 | STATE_PRESENT, ATR);
    await turn();
    expect(await insertion()).not.toBe(first);
  });

  test('differ for a reader that went and came', async () => {
    await bench.insertCard();
    const first = await insertion();
    bench.pcsc.unplug(READER);
    bench.pcsc.plug(READER);
    await sleep(10);
    bench.pcsc.setStatus(READER, 0x0001_0000 | STATE_PRESENT, ATR);
    await turn();
    expect(await insertion()).not.toBe(first);
  });
});

describe('connections', () => {
  test('do not share a reader object, and use it again', async () => {
    await bench.insertCard();
    const [first, second] = [await bench.connect(), await bench.connect()];
    expect(first).not.toBe(second);
    const made = bench.pcsc.readersMade;
    await bench.ask({ op: 'disconnect', connection: first, disposition: 'leave' });
    await bench.connect();
    expect(bench.pcsc.readersMade).toBe(made);
  });

  test('give the answer to reset', async () => {
    await bench.insertCard();
    expect(Buffer.from((await bench.ask(CONNECT)).body).toString('hex')).toBe(ATR);
  });

  test('never use a reader again that did not let its card go', async () => {
    await bench.insertCard();
    const connection = await bench.connect();
    bench.pcsc.failures.disconnect = 'SCardDisconnect error: text(0x80100001)';
    const { reply } = await bench.ask({ op: 'disconnect', connection, disposition: 'unpower' });
    expect(reply).toMatchObject({ outcome: 'failed' });
    delete bench.pcsc.failures.disconnect;
    const made = bench.pcsc.readersMade;
    await bench.connect();
    expect(bench.pcsc.readersMade).toBe(made + 1);
  });

  test('are bounded in number', async () => {
    await bench.insertCard();
    const connections = await Promise.all(Array.from({ length: 12 }, () => bench.connect()));
    expect(new Set(connections).size).toBe(12);
    expect((await bench.ask(CONNECT)).reply).toMatchObject({ outcome: 'failed', scard: 'SCARD_F_INTERNAL_ERROR' });
  });

  test.each([
    ['leave', 0],
    ['reset', 1],
    ['unpower', 2],
  ] as const)('end by %s as PC/SC numbers it', async (disposition, expected) => {
    await bench.insertCard();
    await bench.ask({ op: 'disconnect', connection: await bench.connect(), disposition });
    expect(bench.pcsc.dispositions).toEqual([expected]);
  });

  test('that do not exist have no handle', async () => {
    const failed = { outcome: 'failed', scard: 'SCARD_E_INVALID_HANDLE' };
    expect((await bench.ask({ op: 'transmit', connection: 9 }, VERIFY)).reply).toMatchObject(failed);
    const disconnected = await bench.ask({ op: 'disconnect', connection: 9, disposition: 'leave' });
    expect(disconnected.reply).toMatchObject(failed);
  });

  test('know only readers that are there', async () => {
    expect((await bench.ask(CONNECT)).reply).toMatchObject({ outcome: 'failed', scard: 'SCARD_E_UNKNOWN_READER' });
  });
});

describe('transmit', () => {
  test('answers with the response', async () => {
    await bench.insertCard();
    const { reply, body } = await bench.ask({ op: 'transmit', connection: await bench.connect() }, VERIFY);
    expect(reply).toMatchObject({ outcome: 'done' });
    expect(Buffer.from(body).toString('hex')).toBe('9000');
    expect(bench.pcsc.transmitted).toEqual([Buffer.from(VERIFY)]);
  });

  test.each([undefined, 'SCardTransmit error: text(0x80100069)'])(
    'zeroes the command (failure: %s)',
    async (failure) => {
      await bench.insertCard();
      const connection = await bench.connect();
      if (failure !== undefined) bench.pcsc.failures.transmit = failure;
      const { request } = await bench.ask({ op: 'transmit', connection }, VERIFY);
      await turn();
      expect(request.every((byte) => byte === 0)).toBe(true);
      expect(bench.pcsc.scrubbed).toEqual([Buffer.alloc(VERIFY.length)]);
    },
  );

  test('takes a response without status word for a card that went', async () => {
    await bench.insertCard();
    bench.pcsc.response = Buffer.alloc(0);
    const { reply } = await bench.ask({ op: 'transmit', connection: await bench.connect() }, VERIFY);
    expect(reply).toMatchObject({ outcome: 'failed', scard: 'SCARD_E_NOT_TRANSACTED' });
  });

  test.each([0, 3, 262])('refuses a command of %i bytes', async (length) => {
    await bench.insertCard();
    const { reply } = await bench.ask({ op: 'transmit', connection: await bench.connect() }, new Uint8Array(length));
    expect(reply).toMatchObject({ outcome: 'failed', scard: 'SCARD_F_INTERNAL_ERROR' });
    expect(bench.pcsc.transmitted).toEqual([]);
  });

  test('refuses what is no request', () => {
    expect(() => bench.server.handleFrame(encodeFrame({ id: 1, op: 'exec' }))).toThrow(FrameError);
    expect(() => bench.server.handleFrame(new Uint8Array(3))).toThrow(FrameError);
  });
});

describe('features', () => {
  const FEATURES = { op: 'features', reader: READER } as const;

  test('are asked of a reader without a card', async () => {
    bench.pcsc.names = [READER];
    bench.pcsc.controlAnswers.set(0x42000d48, Buffer.from('060442330006', 'hex'));
    const asking = bench.ask(FEATURES);
    await sleep(20);
    bench.pcsc.setStatus(READER, STATE_EMPTY);
    expect((await asking).reply).toMatchObject({ outcome: 'done', features: { pinPad: true, usbId: null } });
  });

  test('are only those of readers that are there', async () => {
    expect((await bench.ask(FEATURES)).reply).toMatchObject({ outcome: 'failed', scard: 'SCARD_E_UNKNOWN_READER' });
  });

  test('are left to the next process by one that retires', async () => {
    await bench.insertCard();
    bench.pcsc.held = [];
    const running = bench.ask(CONNECT);
    await turn();
    bench.pcsc.end('SCardGetStatusChange error: RPC transport error.(0x80100013)');
    await turn();
    expect((await bench.ask(FEATURES)).reply).toMatchObject({ outcome: 'retired' });
    const [connect] = bench.pcsc.held;
    bench.pcsc.held = undefined;
    connect?.();
    await running;
  });
});

describe('the end', () => {
  test('of the service: says so, finishes what runs, begins nothing, exits', async () => {
    await bench.insertCard();
    const connection = await bench.connect();
    bench.pcsc.held = [];
    const running = bench.ask({ op: 'transmit', connection }, VERIFY);
    bench.pcsc.end('SCardGetStatusChange error: RPC transport error.(0x80100013)');
    await turn();
    expect(bench.notices.at(-1)).toBe('retiring');
    expect((await bench.ask({ op: 'list' })).reply).toMatchObject({ outcome: 'retired' });
    expect((await bench.ask(CONNECT)).reply).toMatchObject({ outcome: 'retired' });
    expect(bench.exits).toEqual([]);
    bench.pcsc.failures.disconnect = 'SCardDisconnect error: text(0x80100003)';
    const [answerTransmit] = bench.pcsc.held;
    bench.pcsc.held = undefined;
    answerTransmit?.();
    expect((await running).reply).toMatchObject({ outcome: 'done' });
    await sleep(20);
    expect(bench.exits).toEqual([false]);
  });

  test('of the program: takes the power of every card, then exits', async () => {
    await bench.insertCard();
    await bench.connect();
    await bench.connect();
    await bench.server.end();
    expect(bench.pcsc.dispositions).toEqual([2, 2]);
    expect(bench.exits).toEqual([false]);
  });

  test('of the program while a card hangs: exits all the same', async () => {
    await bench.insertCard();
    await bench.connect();
    bench.pcsc.held = [];
    await bench.server.end();
    expect(bench.exits).toEqual([true]);
  });

  test('comes when much has piled up and nobody is connected', async () => {
    await bench.insertCard();
    const connection = await bench.connect();
    for (let round = 0; round < 8; round += 1) {
      bench.pcsc.plug(`Reader 0${round} 01`);
      await sleep(5);
      bench.pcsc.setStatus(`Reader 0${round} 01`, STATE_EMPTY);
      await sleep(VERIFICATION_MILLISECONDS);
    }
    await bench.readers();
    expect(bench.notices).not.toContain('retiring');
    await bench.ask({ op: 'disconnect', connection, disposition: 'leave' });
    await turn();
    expect(bench.notices.at(-1)).toBe('retiring');
    expect(bench.exits).toEqual([false]);
    expect(bench.pcsc.servicesClosed).toBe(bench.pcsc.servicesMade - 1);
  });
});
