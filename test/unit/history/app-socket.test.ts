import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EndedRequest } from '../../../main/core/history/history-entry.js';
import { encodeFrame, FrameDecoder } from '../../../main/node/bridge-socket/index.js';
import { openHistory, type OpenedHistory } from '../../../main/node/history/index.js';
import { systemClock } from '../../../main/node/system.js';
import { FakeSystemKey, logIn, losses, origins } from './fixture.js';

let state: string;
let systemKey: FakeSystemKey;
let opened: OpenedHistory[];
let events: string[];

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'madoguchi-app-'));
  systemKey = new FakeSystemKey();
  opened = [];
  events = [];
});
afterEach(async () => {
  await Promise.all(opened.map((history) => history.close()));
  rmSync(state, { recursive: true, force: true });
});

function open(isApp: boolean): OpenedHistory {
  const history = openHistory({
    stateDirectory: state,
    ...(isApp && { systemKey }),
    keeping: () => ({ record: true, keepDays: 90 }),
    clock: systemClock,
    log: { event: (name) => void events.push(name) },
  });
  opened.push(history);
  return history;
}

const socketPath = (): string => join(state, 'run', 'app');

/** The app with its socket open, and one entry of its own. */
async function startApp(): Promise<OpenedHistory> {
  const app = open(true);
  await app.record(logIn('https://app.example'));
  while (!existsSync(socketPath())) await new Promise((resolve) => setTimeout(resolve, 10));
  return app;
}

describe('the command line beside the app', () => {
  it('has everything done by the app, and the key stays there', async () => {
    const app = await startApp();
    const command = open(false);
    await command.record(logIn('https://command.example'));
    expect(await origins(command)).toEqual(['https://command.example', 'https://app.example']);
    expect(await command.list()).toEqual(await app.list());
    expect((await command.list()).protection).toBe('system');
    expect((await command.list({ origin: 'https://app.example', limit: 1 })).entries).toHaveLength(1);
    expect(await command.verify()).toEqual(await app.verify());
    const [entry] = (await command.list()).entries;
    expect(await command.erase({ kind: 'entry', id: entry?.id ?? '' })).toBe(1);
    expect(await origins(app)).toEqual(['https://app.example']);
    expect(await command.expire()).toBe(0);
    expect(await command.erase({ kind: 'day', day: entry?.day ?? '' })).toBe(1);
    expect(await origins(app)).toEqual([]);
    expect(existsSync(join(state, 'history', 'key'))).toBe(false);
  });

  it('gets the stamp of the app, whatever it sends', async () => {
    await startApp();
    await open(false).record(logIn('https://command.example'));
    const raw = await rawConnection();
    const facts = { ...(await open(false).list()).entries[0], id: 'f'.repeat(32), at: '2000-01-01T00:00:00.000Z' };
    raw.write(encodeFrame({ id: 1, call: { method: 'history.record', facts } }, 'BE'));
    await once(raw, 'close');
    expect((await open(false).list()).entries).toHaveLength(2);
  });

  it('gets long lists whole', async () => {
    const app = await startApp();
    const items = Array.from({ length: 1_000 }, () => ({
      kind: 'digest' as const,
      name: 'x',
      algorithm: 'SHA-512' as const,
      digest: 'a'.repeat(128),
    }));
    const request: EndedRequest = logIn('https://long.example');
    for (let index = 0; index < 10; index += 1)
      await app.record({ ...request, consent: { ...request.consent, items } });
    for (let index = 0; index < 120; index += 1) await app.record(request);
    const listing = await open(false).list();
    expect(listing.entries).toHaveLength(131);
    expect(listing).toEqual(await app.list());
    // One of them is recorded from here, too.
    await open(false).record({ ...request, consent: { ...request.consent, items } });
    expect((await app.list()).entries[0]?.items).toHaveLength(1_000);
  });

  it('says so where the app does not run, and the app tells later what was not recorded', async () => {
    const app = await startApp();
    await app.close();
    const inApp = { code: 'ERR_INTERNAL_FILE', details: { reason: 'history-in-app' } };
    const command = open(false);
    await expect(command.list()).rejects.toMatchObject(inApp);
    await expect(command.verify()).rejects.toMatchObject(inApp);
    await expect(command.record(logIn('https://lost.example'))).rejects.toMatchObject(inApp);
    expect(events.filter((name) => name === 'history.failed')).toHaveLength(1);
    expect(existsSync(join(state, 'history', 'key'))).toBe(false);
    const again = open(true);
    expect(await origins(again)).toEqual(['https://app.example']);
    expect(await losses(again)).toEqual(['not-recorded 1']);
    expect(existsSync(join(state, 'history', 'unrecorded'))).toBe(false);
    // Everything can go without the app.
    expect(await command.erase({ kind: 'all' })).toBe(1);
    expect(await origins(again)).toEqual([]);
  });

  it('began the history: the app takes it over with the key', async () => {
    const command = open(false);
    await command.record(logIn('https://first.example'));
    expect((await command.list()).protection).toBe('key-file');
    const app = await startApp();
    expect(await origins(app)).toEqual(['https://app.example', 'https://first.example']);
    expect(existsSync(join(state, 'history', 'key'))).toBe(false);
    expect(await origins(command)).toEqual(['https://app.example', 'https://first.example']);
    expect((await command.list()).protection).toBe('system');
  });
});

function rawConnection(): Promise<Socket> {
  const socket = connect(socketPath());
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.once('connect', () => resolve(socket)));
}

const frame = (json: string): Buffer => {
  const bytes = Buffer.from(json);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

describe('the app’s socket', () => {
  it('is this user’s alone', async () => {
    await startApp();
    expect(statSync(socketPath()).mode & 0o777).toBe(0o600);
    expect(statSync(join(state, 'run')).mode & 0o777).toBe(0o700);
  });

  it.each<[string, Buffer]>([
    ['no frame', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['an empty frame', Buffer.alloc(4)],
    ['the promise of a gigabyte', Buffer.from([0x40, 0, 0, 0])],
    ['a frame over the limit', Buffer.from([0, 0x10, 0, 1])],
    ['no JSON', frame('{')],
    ['another call', frame('{"id":0,"call":{"method":"history.export"}}')],
    ['a key asked for', frame('{"id":0,"call":{"method":"history.key"}}')],
    ['a member too many', frame('{"id":0,"call":{"method":"history.verify","all":true}}')],
    ['a member twice', frame('{"id":0,"id":1,"call":{"method":"history.verify"}}')],
    ['no day', frame('{"id":0,"call":{"method":"history.erase","erasure":{"kind":"day","day":"../../etc"}}}')],
    ['deep nesting', frame('['.repeat(1_000) + ']'.repeat(1_000))],
    [
      'one id twice',
      Buffer.concat([1, 1].map((id) => frame(`{"id":${String(id)},"call":{"method":"history.verify"}}`))),
    ],
    [
      'too many calls at once',
      Buffer.concat(
        Array.from({ length: 9 }, (_, id) => frame(`{"id":${String(id)},"call":{"method":"history.verify"}}`)),
      ),
    ],
  ])('ends a connection with %s, and serves the next', async (_what, bytes) => {
    const app = await startApp();
    const socket = await rawConnection();
    const closed = once(socket, 'close');
    socket.resume();
    socket.write(bytes);
    await closed;
    expect(events).toContain('app.socket.refused');
    expect(await origins(open(false))).toEqual(['https://app.example']);
    expect(await losses(app)).toEqual([]);
  });

  it('answers a call that comes in pieces', async () => {
    await startApp();
    const socket = await rawConnection();
    const answers: Buffer[] = [];
    const decoder = new FrameDecoder('BE', 1024 * 1024);
    const ended = new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        answers.push(...decoder.push(chunk));
        if (answers.length > 0) resolve();
      });
    });
    for (const byte of frame('{"id":7,"call":{"method":"history.verify"}}')) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    expect(JSON.parse(answers[0]?.toString() ?? '')).toMatchObject({
      id: 7,
      envelope: { ok: true, result: { entries: 1 } },
    });
    socket.destroy();
  });
});

describe('what stands in the app’s place', () => {
  /** A history whose key an app has that does not run. */
  async function leftAlone(): Promise<void> {
    const app = await startApp();
    await app.close();
  }

  it('gets nothing where others could have put it there', async () => {
    await leftAlone();
    let heard = 0;
    const server = createServer(() => (heard += 1)).listen(socketPath());
    await once(server, 'listening');
    chmodSync(socketPath(), 0o666);
    await expect(open(false).list()).rejects.toMatchObject({ details: { reason: 'history-in-app' } });
    expect(heard).toBe(0);
    server.close();
  });

  it.each<[string, string]>([
    ['no answer', 'x'],
    ['entries that are none', '{"id":0,"entries":[{"id":"x"}]}'],
    ['another result', '{"id":0,"envelope":{"ok":true,"result":{"entries":[]}}}'],
    [
      'an error of its own',
      '{"id":0,"envelope":{"ok":false,"error":{"code":"ERR_OTHER","message":"","retriable":false,"details":{}}}}',
    ],
  ])('is not believed with %s', async (_what, json) => {
    await leftAlone();
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(frame(json));
    }).listen(socketPath());
    await once(server, 'listening');
    chmodSync(socketPath(), 0o600);
    await expect(open(false).list()).rejects.toMatchObject({ details: { reason: 'history-in-app' } });
    server.close();
  });

  it('is no file', async () => {
    await leftAlone();
    mkdirSync(join(state, 'run'), { recursive: true, mode: 0o700 });
    writeFileSync(socketPath(), '', { mode: 0o600 });
    await expect(open(false).list()).rejects.toMatchObject({ details: { reason: 'history-in-app' } });
  });
});
