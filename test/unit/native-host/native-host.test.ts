import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { endianness } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { encodeFrame } from '../../../main/node/bridge-socket/index.js';
import { wakeCommandPath } from '../../../main/node/native-host/index.js';
import { FIREFOX_EXTENSION_ID, NATIVE_LIMITS } from '../../../sdk/protocol/index.js';
import { only, ORIGIN } from '../bridge/fakes.js';
import { eventually } from '../../support/eventually.js';
import {
  codeOf,
  EXTENSION_ARGUMENT,
  HostedBrowser,
  open,
  request,
  serveClient,
  STATUS_RESULT,
  temporaryState,
} from './fixture.js';

const STATUS = { method: 'status' };
const ORDER = endianness();

describe('the native messaging host', () => {
  it('passes calls and answers, many at a time', async () => {
    const state = temporaryState();
    const { operations } = await serveClient(state);
    const browser = new HostedBrowser(state);
    browser.send(request(1, open()));
    await eventually(() => expect(browser.answers).toHaveLength(1));
    const sessionId = browser.answers[0]?.envelope.result?.sessionId ?? '';
    browser.send(request(2, { method: 'poll', sessionId, waitSeconds: 25 }));
    browser.send(...Array.from({ length: 100 }, (_, index) => request(100 + index, STATUS)));
    await eventually(() => expect(browser.answers).toHaveLength(101));
    expect(only(operations.authentications).request.requester).toMatchObject({ origin: ORIGIN, route: 'extension' });
    browser.send(request(3, { method: 'cancel', sessionId }));
    await eventually(() => expect(codeOf(browser.answers, 2)).toBe('ERR_USER_CANCELLED'));
  });

  it('ends with its input, and takes its sessions along', async () => {
    const state = temporaryState();
    const { operations } = await serveClient(state);
    const browser = new HostedBrowser(state);
    browser.send(request(1, open()));
    await eventually(() => expect(operations.authentications).toHaveLength(1));
    browser.input.end();
    expect(await browser.ended).toBeUndefined();
    await eventually(() => expect(only(operations.authentications).signal.aborted).toBe(true));
  });

  it('answers what was under way when the client ends, and finds the next client', async () => {
    const state = temporaryState();
    const { socket } = await serveClient(state);
    const browser = new HostedBrowser(state);
    browser.send(request(1, open()));
    await eventually(() => expect(browser.answers).toHaveLength(1));
    const sessionId = browser.answers[0]?.envelope.result?.sessionId ?? '';
    browser.send(request(2, { method: 'poll', sessionId, waitSeconds: 25 }), request(3, STATUS));
    await eventually(() => expect(browser.answers).toHaveLength(2));
    await socket.close();
    await eventually(() => expect(codeOf(browser.answers, 2)).toBe('ERR_PROTOCOL_UNREACHABLE'));
    await serveClient(state);
    browser.send(request(4, STATUS));
    await eventually(() => expect(browser.answers.at(-1)).toEqual({ id: 4, envelope: STATUS_RESULT }));
  });

  it('is for the Madoguchi extension', async () => {
    const state = temporaryState();
    for (const callerArguments of [
      [],
      ['chrome-extension://aaaabbbbccccddddeeeeffffgggghhhh/'],
      [`x${EXTENSION_ARGUMENT}`],
    ]) {
      expect(await new HostedBrowser(state, { callerArguments }).ended).toBe('ERR_ORIGIN_NOT_ALLOWED');
    }
    const firefox = new HostedBrowser(state, { callerArguments: ['/person/manifest.json', FIREFOX_EXTENSION_ID] });
    firefox.input.end();
    expect(await firefox.ended).toBeUndefined();
  });

  const bytes = (text: string): Buffer => {
    const length = encodeFrame({}, ORDER).subarray(0, 4);
    length[ORDER === 'LE' ? 'writeUInt32LE' : 'writeUInt32BE'](Buffer.byteLength(text));
    return Buffer.concat([length, Buffer.from(text)]);
  };
  it.each([
    ['a length that is too large', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['a length of 0', Buffer.alloc(4)],
    ['what is no JSON', bytes('{"id":1')],
    ['a byte order mark', bytes(`\ufeff${JSON.stringify(request(1, STATUS))}`)],
    ['malformed UTF-8', Buffer.concat([bytes('"aaa"').subarray(0, 5), Buffer.from([0xff, 0xfe, 0xfd, 0x22])])],
    ['deep JSON', bytes('['.repeat(1_000_000))],
    ['many values', bytes(`[${'1,'.repeat(100_000)}1]`)],
    ['a member twice', bytes(`{"id":1,"id":1,"origin":"${ORIGIN}","call":{"method":"status"}}`)],
    ['no origin', encodeFrame({ id: 1, call: STATUS }, ORDER)],
    ['an unknown member', encodeFrame({ ...request(1, STATUS), program: 'firefox' }, ORDER)],
    ['a number that is none', encodeFrame(request(-1, STATUS), ORDER)],
    ['two calls of one number', Buffer.concat([1, 2].map(() => encodeFrame(request(1, STATUS), ORDER)))],
    [
      'too many calls',
      Buffer.concat(
        Array.from({ length: NATIVE_LIMITS.outstandingCalls + 1 }, (_, id) => encodeFrame(request(id, STATUS), ORDER)),
      ),
    ],
  ])('ends for %s, and nothing of it goes to the client', async (_what, sent) => {
    const browser = new HostedBrowser(temporaryState());
    browser.input.write(sent);
    expect(await browser.ended).toBe('ERR_PROTOCOL_MALFORMED');
  });

  it('ends for a message that its input cuts off', async () => {
    const browser = new HostedBrowser(temporaryState());
    browser.input.end(encodeFrame(request(1, STATUS), ORDER).subarray(0, 20));
    expect(await browser.ended).toBe('ERR_PROTOCOL_MALFORMED');
  });
});

describe('a client that is not running', () => {
  const seconds = (milliseconds: number): string => `setTimeout(() => undefined, ${milliseconds})`;
  /** A program that leaves a mark and runs for a while. */
  const record = (state: string, mark: string, command = [process.execPath, '-e', markScript(mark)]): void => {
    writeFileSync(wakeCommandPath(state), JSON.stringify({ command }), { mode: 0o600 });
  };
  const markScript = (mark: string): string =>
    `require('node:fs').appendFileSync(${JSON.stringify(mark)}, 'woken\\n'); ${seconds(300)}`;

  it('is said to be, where nothing is recorded that starts it', async () => {
    const browser = new HostedBrowser(temporaryState());
    browser.send(request(1, STATUS), request(2, open()));
    await eventually(() => expect(browser.answers).toHaveLength(2));
    const error = { code: 'ERR_PROTOCOL_UNREACHABLE', retriable: true, details: { reason: 'client-not-running' } };
    for (const { envelope } of browser.answers) expect(envelope.error).toMatchObject(error);
  });

  it('is started by a request, once for many, and not by a look', async () => {
    const state = temporaryState();
    const mark = join(state, 'mark');
    record(state, mark);
    const browser = new HostedBrowser(state);
    browser.send(request(1, STATUS));
    await eventually(() => expect(codeOf(browser.answers, 1)).toBe('ERR_PROTOCOL_UNREACHABLE'));
    expect(existsSync(mark)).toBe(false);
    browser.send(request(2, open()), request(3, open()));
    await vi.waitFor(() => expect(existsSync(mark)).toBe(true), { timeout: 5_000 });
    await serveClient(state);
    await vi.waitFor(() => expect(browser.answers).toHaveLength(3), { timeout: 5_000 });
    expect(browser.answers.slice(1).every(({ envelope }) => envelope.ok)).toBe(true);
    expect(readFileSync(mark, 'utf8')).toBe('woken\n');
  });

  it('that does not come up is not started again and again', async () => {
    const state = temporaryState();
    const mark = join(state, 'mark');
    record(state, mark);
    const browser = new HostedBrowser(state, { wakeMilliseconds: 500 });
    for (let id = 1; id <= 3; id++) {
      browser.send(request(id, open()));
      await vi.waitFor(() => expect(codeOf(browser.answers, id)).toBe('ERR_PROTOCOL_UNREACHABLE'), { timeout: 5_000 });
    }
    expect(readFileSync(mark, 'utf8')).toBe('woken\n');
  });

  it('is not started by a file that others may write, or that is no command', async () => {
    const state = temporaryState();
    const mark = join(state, 'mark');
    const attempt = async (): Promise<void> => {
      const browser = new HostedBrowser(state, { wakeMilliseconds: 300 });
      browser.send(request(1, open()));
      await vi.waitFor(() => expect(codeOf(browser.answers, 1)).toBe('ERR_PROTOCOL_UNREACHABLE'), { timeout: 5_000 });
    };
    record(state, mark);
    chmodSync(wakeCommandPath(state), 0o622);
    await attempt();
    chmodSync(wakeCommandPath(state), 0o600);
    for (const text of ['', '[]', '{"command":[]}', '{"command":"sh"}', '{"command":["sh"],"shell":true}']) {
      writeFileSync(wakeCommandPath(state), text);
      await attempt();
    }
    record(state, mark, ['/nonexistent/program']);
    await attempt();
    expect(existsSync(mark)).toBe(false);
  });
});

describe('a client that cannot be trusted', () => {
  async function impersonate(state: string, answer: Buffer): Promise<Server> {
    const path = join(state, 'run', 'bridge');
    mkdirSync(dirname(path), { mode: 0o700, recursive: true });
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.write(answer));
    }).listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    chmodSync(path, 0o600);
    onTestFinished(() => void server.close());
    return server;
  }

  it.each([
    ['a length that is too large', Buffer.from([0x7f, 0xff, 0xff, 0xff])],
    ['what is no answer', encodeFrame({ id: 1, result: 1 }, 'BE')],
    ['what is no JSON', Buffer.from([0, 0, 0, 1, 0x7b])],
  ])('and sends %s is left', async (_what, sent) => {
    const state = temporaryState();
    await impersonate(state, sent);
    const browser = new HostedBrowser(state);
    browser.send(request(1, STATUS));
    await eventually(() => expect(codeOf(browser.answers, 1)).toBe('ERR_PROTOCOL_UNREACHABLE'));
  });

  it('answers nothing that was not asked', async () => {
    const state = temporaryState();
    await impersonate(
      state,
      Buffer.concat([
        encodeFrame({ id: 9, envelope: STATUS_RESULT }, 'BE'),
        encodeFrame({ id: 1, envelope: STATUS_RESULT }, 'BE'),
      ]),
    );
    const browser = new HostedBrowser(state);
    browser.send(request(1, STATUS));
    await eventually(() => expect(browser.answers).toEqual([{ id: 1, envelope: STATUS_RESULT }]));
  });

  it('and stands where others could have put it is not spoken to', async () => {
    const state = temporaryState();
    let connections = 0;
    const server = await impersonate(state, encodeFrame({ id: 1, envelope: STATUS_RESULT }, 'BE'));
    server.on('connection', () => connections++);
    chmodSync(join(state, 'run'), 0o755);
    const browser = new HostedBrowser(state);
    browser.send(request(1, STATUS));
    await eventually(() => expect(codeOf(browser.answers, 1)).toBe('ERR_PROTOCOL_UNREACHABLE'));
    expect(connections).toBe(0);
  });
});
