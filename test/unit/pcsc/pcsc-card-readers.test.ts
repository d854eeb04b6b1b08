import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CardReaders } from '../../../main/core/ports.js';
import { decodeFrame, encodeFrame } from '../../../native/pcsc/frame.js';
import { pcscCardReaders, type CardProcessChannel } from '../../../native/pcsc/index.js';
import { parseRequest, type Request } from '../../../native/pcsc/messages.js';

const READER = { name: 'Reader 00 00', cardPresent: true, insertion: 1 };
const VERIFY = Uint8Array.of(0x00, 0x20, 0x00, 0x80, 0x04, 0x31, 0x32, 0x33, 0x34);
const DEADLINES = { start: 50, list: 100, connect: 100, transmit: 100, disconnect: 100 };

/** A card process made of answers. */
class FakeProcess implements CardProcessChannel {
  readonly requests: Request[] = [];
  readonly frames: Uint8Array[] = [];
  /** Answers at once where set; otherwise the test does. */
  autoReply: ((request: Request) => object | undefined) | undefined = defaultReply;
  killed = false;
  ended = false;
  #onFrame: (frame: Uint8Array) => void = () => undefined;
  #onExit: (reason: string) => void = () => undefined;

  send(frame: Uint8Array): void {
    const request = parseRequest(decodeFrame(frame.slice()).unverifiedHeader);
    if (!request) throw new Error('not a request');
    this.requests.push(request);
    this.frames.push(frame);
    const reply = this.autoReply?.(request);
    if (reply) queueMicrotask(() => this.say(reply, request.op === 'transmit' ? Uint8Array.of(0x90, 0x00) : undefined));
  }

  onFrame(listener: (frame: Uint8Array) => void): void {
    this.#onFrame = listener;
  }

  onExit(listener: (reason: string) => void): void {
    this.#onExit = listener;
  }

  end(): void {
    this.ended = true;
    this.exit();
  }

  kill(): void {
    this.killed = true;
    this.exit();
  }

  say(header: object, body?: Uint8Array): void {
    this.#onFrame(encodeFrame(header, body));
  }

  sayBytes(bytes: Uint8Array): void {
    this.#onFrame(bytes);
  }

  exit(): void {
    queueMicrotask(() => this.#onExit('test'));
  }
}

function defaultReply({ id, op }: Request): object {
  if (op === 'list') return { id, outcome: 'done', readers: [READER] };
  return op === 'connect' ? { id, outcome: 'done', connection: 1 } : { id, outcome: 'done' };
}

let processes: FakeProcess[];
let prepare: (process: FakeProcess) => void;
let readers: CardReaders;
beforeEach(() => {
  processes = [];
  prepare = () => undefined;
  readers = pcscCardReaders({
    openChannel: () => {
      const process = new FakeProcess();
      prepare(process);
      processes.push(process);
      return process;
    },
    deadlines: DEADLINES,
    serviceRetryMilliseconds: 30,
  });
});
afterEach(() => readers.close());

const latest = () => processes.at(-1) ?? new FakeProcess();
const connect = () => readers.connect(READER.name, { shareMode: 'exclusive' });

describe('the process', () => {
  test('starts when first needed, and once', async () => {
    expect(processes).toHaveLength(0);
    await Promise.all([readers.list(), readers.list(), connect()]);
    expect(processes).toHaveLength(1);
  });

  test('is killed and replaced at a deadline; others lose their answers', async () => {
    const connection = await connect();
    latest().say({ event: 'ready' });
    latest().autoReply = undefined;
    const late = expect(connection.transmit(VERIFY)).rejects.toMatchObject({ scard: 'SCARD_E_TIMEOUT' });
    await sleep(50);
    const other = expect(readers.list()).rejects.toMatchObject({ scard: 'MADOGUCHI_CARD_PROCESS_LOST' });
    await Promise.all([late, other]);
    expect(latest().killed).toBe(true);
    await expect(connection.transmit(VERIFY)).rejects.toMatchObject({ scard: 'MADOGUCHI_CARD_PROCESS_LOST' });
    expect(await readers.list()).toHaveLength(1);
    expect(processes).toHaveLength(2);
  });

  test('is given time to start', async () => {
    prepare = (process) => (process.autoReply = undefined);
    const started = performance.now();
    await expect(readers.list()).rejects.toMatchObject({ scard: 'SCARD_E_TIMEOUT' });
    expect(performance.now() - started).toBeGreaterThan(DEADLINES.start + DEADLINES.list - 5);
  });

  test('fails what runs when it ends, and nothing after', async () => {
    const connection = await connect();
    latest().autoReply = undefined;
    const running = [connection.transmit(VERIFY), readers.list(), connect()];
    latest().exit();
    for (const call of running) await expect(call).rejects.toMatchObject({ scard: 'MADOGUCHI_CARD_PROCESS_LOST' });
    await connection.disconnect('unpower');
    await connect();
    expect(processes).toHaveLength(2);
  });

  test('that retires: its successor answers what it did not begin', async () => {
    await readers.list();
    latest().autoReply = undefined;
    const listing = readers.list();
    const connecting = connect();
    latest().say({ event: 'retiring' });
    latest().say({ id: latest().requests.at(-2)?.id, outcome: 'retired' });
    latest().exit();
    expect(await listing).toHaveLength(1);
    await connecting;
    expect(processes).toHaveLength(2);
  });

  test('that retires: a connection to it has lost its service', async () => {
    const connection = await connect();
    latest().autoReply = undefined;
    latest().say({ event: 'retiring' });
    const running = expect(connection.transmit(VERIFY)).rejects.toMatchObject({ scard: 'SCARD_E_NO_SERVICE' });
    latest().exit();
    await running;
    await expect(connection.transmit(VERIFY)).rejects.toMatchObject({ scard: 'SCARD_E_NO_SERVICE' });
  });

  test('that always retires is not asked for ever', async () => {
    prepare = (process) =>
      (process.autoReply = ({ id }) => {
        process.say({ event: 'retiring' });
        return { id, outcome: 'retired' };
      });
    await expect(readers.list()).rejects.toMatchObject({ scard: 'MADOGUCHI_CARD_PROCESS_LOST' });
    expect(processes.length).toBeLessThan(10);
  });

  test.each([
    ['no frame', Uint8Array.of(1, 2, 3)],
    ['no message', encodeFrame({ id: 1, outcome: 'perhaps' })],
    ['a request', encodeFrame({ id: 1, op: 'list' })],
  ])('is killed when it sends %s', async (_, bytes) => {
    prepare = (process) => (process.autoReply = undefined);
    const listing = expect(readers.list()).rejects.toMatchObject({ scard: 'MADOGUCHI_CARD_PROCESS_LOST' });
    latest().sayBytes(bytes);
    await listing;
    expect(latest().killed).toBe(true);
  });

  test.each([
    ['list', (id: number) => ({ id, outcome: 'done' })],
    ['connect', (id: number) => ({ id, outcome: 'done', readers: [] })],
  ] as const)('cannot answer %s with what belongs to another question', async (op, reply) => {
    prepare = (process) => (process.autoReply = ({ id }) => reply(id));
    const call = op === 'list' ? readers.list() : connect();
    await expect(call).rejects.toMatchObject({ scard: 'MADOGUCHI_CARD_PROCESS_LOST' });
  });

  test('may answer what nobody asked', async () => {
    await readers.list();
    latest().say({ id: 4711, outcome: 'done' });
    expect(await readers.list()).toHaveLength(1);
    expect(processes).toHaveLength(1);
  });
});

describe('connect', () => {
  test('is given up at the signal, and lets a late connection go', async () => {
    await readers.list();
    latest().autoReply = undefined;
    const abort = new AbortController();
    const connecting = readers.connect(READER.name, { shareMode: 'shared', signal: abort.signal });
    abort.abort();
    await expect(connecting).rejects.toMatchObject({ scard: 'SCARD_E_CANCELLED' });
    latest().autoReply = defaultReply;
    latest().say({ id: latest().requests.at(-1)?.id, outcome: 'done', connection: 7 });
    await sleep(10);
    expect(latest().requests.at(-1)).toMatchObject({ op: 'disconnect', connection: 7, disposition: 'leave' });
  });

  test.each(['', 'x'.repeat(300), 'a\0b'])('knows no reader %j', async (name) => {
    await expect(readers.connect(name, { shareMode: 'shared' })).rejects.toMatchObject({
      scard: 'SCARD_E_UNKNOWN_READER',
    });
    expect(processes).toHaveLength(0);
  });
});

describe('a connection', () => {
  test('sends one command at a time', async () => {
    const connection = await connect();
    latest().autoReply = undefined;
    const asked = () => latest().requests.filter(({ op }) => op === 'transmit');
    const calls = [connection.transmit(VERIFY), connection.transmit(VERIFY)];
    await sleep(10);
    expect(asked()).toHaveLength(1);
    latest().say({ id: asked()[0]?.id, outcome: 'failed', scard: 'SCARD_W_REMOVED_CARD', message: '' });
    await expect(calls[0]).rejects.toMatchObject({ scard: 'SCARD_W_REMOVED_CARD' });
    await sleep(10);
    expect(asked()).toHaveLength(2);
    latest().say({ id: asked()[1]?.id, outcome: 'done' }, Uint8Array.of(0x90, 0x00));
    expect(await calls[1]).toEqual(Uint8Array.of(0x90, 0x00));
  });

  test.each([0, 1, 259])('refuses a response of %i bytes', async (length) => {
    const connection = await connect();
    latest().autoReply = ({ id }) => {
      latest().say({ id, outcome: 'done' }, new Uint8Array(length));
      return undefined;
    };
    await expect(connection.transmit(VERIFY)).rejects.toMatchObject({ scard: 'SCARD_E_COMM_DATA_LOST' });
  });

  test.each([0, 3, 262])('sends no command of %i bytes', async (length) => {
    const connection = await connect();
    await expect(connection.transmit(new Uint8Array(length))).rejects.toBeInstanceOf(RangeError);
    expect(latest().requests.filter(({ op }) => op === 'transmit')).toEqual([]);
  });

  test('is disconnected once, whatever comes of it', async () => {
    const connection = await connect();
    latest().autoReply = ({ id, op }) =>
      op === 'disconnect' ? { id, outcome: 'failed', scard: 'SCARD_E_INVALID_HANDLE', message: '' } : undefined;
    await Promise.all([connection.disconnect('unpower'), connection.disconnect('leave')]);
    expect(latest().requests.filter(({ op }) => op === 'disconnect')).toHaveLength(1);
    await expect(connection.transmit(VERIFY)).rejects.toMatchObject({ scard: 'SCARD_E_INVALID_HANDLE' });
  });
});

describe('insertions', () => {
  const insertion = async () => (await readers.list())[0]?.insertion ?? 0;

  test('keep their number within a process, and rise with the next one', async () => {
    const first = await insertion();
    expect(await insertion()).toBe(first);
    latest().autoReply = ({ id }) => ({ id, outcome: 'done', readers: [{ ...READER, insertion: 5 }] });
    const second = await insertion();
    expect(second).toBeGreaterThan(first);
    latest().exit();
    await sleep(5);
    expect(await insertion()).toBeGreaterThan(second);
    expect(processes).toHaveLength(2);
  });

  test('keep their number while no card is in', async () => {
    const first = await insertion();
    latest().autoReply = ({ id }) => ({ id, outcome: 'done', readers: [{ ...READER, cardPresent: false }] });
    expect(await insertion()).toBe(first);
  });
});

describe('changed', () => {
  test('starts a process that can tell', async () => {
    const changed = readers.changed(new AbortController().signal);
    await sleep(10);
    expect(processes).toHaveLength(1);
    latest().say({ event: 'changed' });
    await changed;
  });

  test('asks an unavailable service again after pauses, and tells when it is there', async () => {
    let running = false;
    prepare = (process) => {
      process.autoReply = (request) =>
        running
          ? defaultReply(request)
          : { id: request.id, outcome: 'failed', scard: 'SCARD_E_NO_SERVICE', message: '' };
    };
    await expect(readers.list()).rejects.toMatchObject({ scard: 'SCARD_E_NO_SERVICE' });
    const changed = readers.changed(new AbortController().signal).then(() => 'told');
    expect(await Promise.race([changed, sleep(200, 'nothing')])).toBe('nothing');
    expect(latest().requests.length).toBeGreaterThan(2);
    expect(latest().requests.length).toBeLessThan(10);
    running = true;
    expect(await Promise.race([changed, sleep(200, 'nothing')])).toBe('told');
  });

  test('does not start one process after another when they end at once', async () => {
    prepare = (process) => {
      process.autoReply = undefined;
      process.exit();
    };
    await expect(readers.list()).rejects.toMatchObject({ scard: 'MADOGUCHI_CARD_PROCESS_LOST' });
    const abort = new AbortController();
    const changed = readers.changed(abort.signal);
    await sleep(200);
    abort.abort();
    await changed;
    expect(processes.length).toBeLessThan(10);
  });

  test('does not ask again for a binding that is missing', async () => {
    prepare = (process) => {
      process.autoReply = ({ id }) => ({ id, outcome: 'failed', scard: 'MADOGUCHI_BINDING_MISSING', message: '' });
    };
    const abort = new AbortController();
    const changed = readers.changed(abort.signal);
    await sleep(150);
    expect(latest().requests).toHaveLength(1);
    abort.abort();
    await changed;
  });

  test('ignores what a process says that is no longer in use', async () => {
    await readers.list();
    const [old] = processes;
    old?.say({ event: 'retiring' });
    for (let look = 0; look < 2; look += 1) await readers.list();
    const next = readers.changed(new AbortController().signal).then(() => 'told');
    old?.say({ event: 'changed' });
    expect(await Promise.race([next, sleep(50, 'nothing')])).toBe('nothing');
  });
});

describe('close', () => {
  test('ends the process and all waiting', async () => {
    await readers.list();
    const changed = readers.changed(new AbortController().signal);
    await readers.close();
    await changed;
    expect(latest().ended).toBe(true);
    expect(latest().killed).toBe(false);
    await expect(readers.list()).rejects.toMatchObject({ scard: 'SCARD_E_INVALID_HANDLE' });
    await expect(connect()).rejects.toMatchObject({ scard: 'SCARD_E_INVALID_HANDLE' });
    expect(processes).toHaveLength(1);
  });

  test('of readers that were never used starts nothing', async () => {
    await readers.close();
    expect(processes).toHaveLength(0);
  });
});
