import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { encodeFrame, findSocket, isClientServing, socketAddresses } from '../../../main/node/bridge-socket/index.js';
import { LIMITS, NATIVE_LIMITS } from '../../../sdk/protocol/index.js';
import { ORIGIN, only, OTHER_ORIGIN } from '../bridge/fakes.js';
import { eventually } from '../../support/eventually.js';
import { codeOf, open, RawHost, request, serveClient, STATUS_RESULT, temporaryState } from './fixture.js';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('skipped: the socket against another user: run as root');

const STATUS = { method: 'status' };

describe('the place of the client’s socket', () => {
  const environment = { XDG_RUNTIME_DIR: '/run/user/1000', HOME: '/person', XDG_STATE_HOME: '/person/.local/state' };
  const usual = '/person/.local/state/madoguchi';

  it('is the run-time directory, else the state directory', () => {
    const addresses = { stateDirectory: usual, environment, platform: 'linux' } as const;
    expect(socketAddresses(addresses)).toEqual(['/run/user/1000/madoguchi/bridge', `${usual}/run/bridge`]);
    const without = { ...addresses, environment: { ...environment, XDG_RUNTIME_DIR: '' } };
    expect(socketAddresses(without)).toEqual([`${usual}/run/bridge`]);
    const relative = { ...addresses, environment: { ...environment, XDG_RUNTIME_DIR: 'run' } };
    expect(socketAddresses(relative)).toEqual([`${usual}/run/bridge`]);
  });

  it('is its own for a state directory of its own', () => {
    const addresses = socketAddresses({ stateDirectory: '/tmp/state', environment, platform: 'linux' });
    expect(addresses).toEqual(['/tmp/state/run/bridge']);
  });

  it('is none whose path a socket cannot have', () => {
    const stateDirectory = `/tmp/${'a'.repeat(100)}`;
    expect(socketAddresses({ stateDirectory, environment: {}, platform: 'linux' })).toEqual([]);
    expect(socketAddresses({ stateDirectory: '/tmp/s', environment: {}, platform: 'darwin' })).toHaveLength(1);
  });

  it('is on Windows a pipe whose name has the user in it', () => {
    const [name] = socketAddresses({ stateDirectory: 'C:\\state', environment: {}, platform: 'win32' });
    expect(name).toMatch(/^\\\\\.\\pipe\\madoguchi-.+-[0-9a-f]{16}$/);
  });
});

describe('the client’s socket', () => {
  it('is for its user alone', async () => {
    const { socket } = await serveClient(temporaryState());
    expect(lstatSync(socket.address).mode & 0o777).toBe(0o600);
    expect(lstatSync(dirname(socket.address)).mode & 0o777).toBe(0o700);
    expect(findSocket(socket.address)).toBe(true);
  });

  it('is found while a client serves, where nobody else could have put it', async () => {
    const state = temporaryState();
    const isServing = () => isClientServing({ stateDirectory: state, environment: {}, platform: 'linux' });
    expect(await isServing()).toBe(false);
    const { socket, log } = await serveClient(state);
    expect(await isServing()).toBe(true);
    chmodSync(dirname(socket.address), 0o755);
    expect(await isServing()).toBe(false);
    chmodSync(dirname(socket.address), 0o700);
    await socket.close();
    expect(await isServing()).toBe(false);
    expect(log.events.map(({ name }) => name)).toEqual(['bridge.socket.listening']);
  });

  it.skipIf(!isRoot)('cannot be reached by another user', async () => {
    const { socket, log } = await serveClient(temporaryState());
    // The other user's program reaches what everybody may, so that the refusal is that of this socket.
    const script = `const { connect } = require('node:net'); const { statSync } = require('node:fs');
      statSync(process.argv[2]);
      connect(process.argv[1]).on('connect', () => process.exit(0)).on('error', ({ code }) => { console.log(code); process.exit(7); });`;
    const attack = (): { status: number | null; stdout: string } =>
      spawnSync(process.execPath, ['-e', script, socket.address, dirname(dirname(socket.address))], {
        uid: NOBODY,
        gid: NOBODY,
        cwd: '/',
        encoding: 'utf8',
      });
    expect(attack()).toMatchObject({ status: 7, stdout: 'EACCES\n' });
    // The socket's own mode holds where the directory's does not.
    chmodSync(dirname(socket.address), 0o755);
    expect(attack()).toMatchObject({ status: 7, stdout: 'EACCES\n' });
    expect(log.events.filter(({ name }) => name !== 'bridge.socket.listening')).toEqual([]);
  });

  it.each(['group', 'everybody'])('is not made in a directory that %s may enter', async (who) => {
    const state = temporaryState();
    mkdirSync(join(state, 'run'));
    chmodSync(join(state, 'run'), who === 'group' ? 0o750 : 0o707);
    await expect(serveClient(state)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
  });

  it('is not made through a link', async () => {
    const state = temporaryState();
    mkdirSync(join(state, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(state, 'elsewhere'), join(state, 'run'));
    await expect(serveClient(state)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
  });

  it.skipIf(!isRoot)('is neither made nor used in another user’s directory', async () => {
    const state = temporaryState();
    mkdirSync(join(state, 'run'), { mode: 0o700 });
    chownSync(join(state, 'run'), NOBODY, NOBODY);
    await expect(serveClient(state)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
    expect(() => findSocket(join(state, 'run', 'bridge'))).toThrow();
  });

  it('does not take the place of a file', async () => {
    const state = temporaryState();
    mkdirSync(join(state, 'run'), { mode: 0o700 });
    writeFileSync(join(state, 'run', 'bridge'), 'mine');
    await expect(serveClient(state)).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
    expect(existsSync(join(state, 'run', 'bridge'))).toBe(true);
  });

  it('takes the place of a socket that nobody serves, and is left to the client that does', async () => {
    const state = temporaryState();
    mkdirSync(join(state, 'run'), { mode: 0o700 });
    leaveStaleSocket(join(state, 'run', 'bridge'));
    const { socket } = await serveClient(state);
    await expect(serveClient(state)).rejects.toThrow('another client');
    const host = new RawHost(socket.address);
    host.hello();
    host.send(request(1, STATUS));
    await eventually(() => expect(host.answers).toEqual([{ id: 1, envelope: STATUS_RESULT }]));
    await socket.close();
    expect(existsSync(socket.address)).toBe(false);
  });
});

/** As a client leaves it that was killed. */
function leaveStaleSocket(path: string): void {
  const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'));`;
  spawnSync(process.execPath, ['-e', script, path]);
  chmodSync(path, 0o600);
  expect(lstatSync(path).isSocket()).toBe(true);
}

describe('a host at the client’s socket', () => {
  it('opens, waits for and gets a result, as the extension of the browser it names', async () => {
    const { socket, operations } = await serveClient(temporaryState());
    const host = new RawHost(socket.address);
    host.hello(process.execPath);
    host.send(request(1, open()));
    await eventually(() => expect([host.answers.length, operations.calls]).toEqual([1, 1]));
    expect(only(operations.authentications).request).toMatchObject({
      requester: { origin: ORIGIN, route: 'extension', confirmed: true, caller: { kind: 'program', name: 'node' } },
    });
    const sessionId = host.answers[0]?.envelope.result?.sessionId ?? '';
    host.send(request(2, { method: 'poll', sessionId, waitSeconds: 25 }), request(3, STATUS));
    await eventually(() => expect(host.answers.at(-1)?.id).toBe(3));
    host.send(request(4, { method: 'poll', sessionId, waitSeconds: 0 }, OTHER_ORIGIN));
    await eventually(() => expect(codeOf(host.answers, 4)).toBe('ERR_PROTOCOL_SESSION_UNKNOWN'));
    host.send(request(5, { method: 'cancel', sessionId }));
    await eventually(() => expect(codeOf(host.answers, 2)).toBe('ERR_USER_CANCELLED'));
    expect(only(operations.authentications).signal.aborted).toBe(true);
  });

  it('takes its sessions along when it ends', async () => {
    const { socket, operations } = await serveClient(temporaryState());
    const host = new RawHost(socket.address);
    host.hello();
    host.send(request(1, open()));
    await eventually(() => expect(operations.authentications).toHaveLength(1));
    host.socket.destroy();
    await eventually(() => expect(only(operations.authentications).signal.aborted).toBe(true));
  });

  it.each([
    ['null', 'ERR_ORIGIN_MISSING'],
    ['', 'ERR_ORIGIN_MISSING'],
    ['https://service.example/', 'ERR_ORIGIN_NOT_ALLOWED'],
    ['http://service.example', 'ERR_ORIGIN_NOT_ALLOWED'],
    ['http://localhost:8080', 'ERR_ORIGIN_NOT_ALLOWED'],
    ['file://', 'ERR_ORIGIN_NOT_ALLOWED'],
    ['chrome-extension://jookiaoicdnbmkpebimjhjhjcphohcki', 'ERR_ORIGIN_NOT_ALLOWED'],
    ['https://user@service.example', 'ERR_ORIGIN_NOT_ALLOWED'],
    ['https://SERVICE.example', 'ERR_ORIGIN_NOT_ALLOWED'],
  ])('gets nothing for the origin “%s”', async (origin, code) => {
    const { socket, operations } = await serveClient(temporaryState());
    const host = new RawHost(socket.address);
    host.hello();
    host.send(request(1, open(), origin), request(2, STATUS, origin));
    await eventually(() => expect([codeOf(host.answers, 1), codeOf(host.answers, 2)]).toEqual([code, code]));
    expect(operations.calls).toBe(0);
  });

  it.each([
    ['JSON with a member twice', '{"operation":"authenticate","operation":"sign"}', 'ERR_PROTOCOL_MALFORMED'],
    ['JSON that is nested too deeply', '['.repeat(100_000), 'ERR_PROTOCOL_MALFORMED'],
    ['no JSON', 'operation=authenticate', 'ERR_PROTOCOL_MALFORMED'],
    ['an unknown member', '{"operation":"authenticate","origin":"https://other.example"}', 'ERR_PROTOCOL_MALFORMED'],
    ['more bytes than a request may have', `"${'窓'.repeat(LIMITS.bodyBytes / 2)}"`, 'ERR_PROTOCOL_BODY_TOO_LARGE'],
  ])('is told of a request with %s, and goes on', async (_what, text, code) => {
    const { socket } = await serveClient(temporaryState());
    const host = new RawHost(socket.address);
    host.hello();
    host.send(request(1, { method: 'open', request: text }), request(2, STATUS));
    await eventually(() => expect(host.answers).toHaveLength(2));
    expect(codeOf(host.answers, 1)).toBe(code);
  });

  const bytes = (text: string): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    return Buffer.concat([length, Buffer.from(text)]);
  };
  const hello = encodeFrame({ madoguchi: 1 }, 'BE');
  it.each([
    ['a length that is too large', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['a length of 0', Buffer.alloc(4)],
    ['a length in the other byte order', Buffer.from([17, 0, 0, 0])],
    ['HTTP', Buffer.from('GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')],
    ['no hello', encodeFrame(request(1, STATUS), 'BE')],
    ['another version', encodeFrame({ madoguchi: 2 }, 'BE')],
    ['a hello with more than it has', encodeFrame({ madoguchi: 1, origin: ORIGIN }, 'BE')],
    ['what is no JSON', Buffer.concat([hello, bytes('{')])],
    ['deep JSON', Buffer.concat([hello, bytes('['.repeat(1_000_000))])],
    [
      'a member twice',
      Buffer.concat([hello, bytes(`{"id":1,"id":2,"origin":"${ORIGIN}","call":{"method":"status"}}`)]),
    ],
    ['an unknown member', Buffer.concat([hello, encodeFrame({ ...request(1, STATUS), caller: 'x' }, 'BE')])],
    ['an unknown method', Buffer.concat([hello, encodeFrame(request(1, { method: 'openRedirect' }), 'BE')])],
    ['a second hello', Buffer.concat([hello, hello])],
    ['an origin without end', Buffer.concat([hello, encodeFrame(request(1, STATUS, 'h'.repeat(300)), 'BE')])],
  ])('is cut off for %s', async (_what, sent) => {
    const { socket, operations } = await serveClient(temporaryState());
    const host = new RawHost(socket.address);
    host.socket.write(sent);
    await host.closed;
    expect(host.answers).toEqual([]);
    expect(operations.calls).toBe(0);
  });

  it('is cut off for the number of a call under way, and for too many calls', async () => {
    const { socket } = await serveClient(temporaryState());
    const calls = (ids: readonly number[]): Buffer =>
      Buffer.concat([hello, ...ids.map((id) => encodeFrame(request(id, STATUS), 'BE'))]);
    for (const ids of [[1, 1], Array.from({ length: NATIVE_LIMITS.outstandingCalls + 1 }, (_, id) => id)]) {
      const host = new RawHost(socket.address);
      host.socket.write(calls(ids));
      await host.closed;
    }
  });

  it('that stays silent is dropped, and there are not too many of them', async () => {
    const { socket } = await serveClient(temporaryState());
    const hosts = Array.from({ length: 40 }, () => new RawHost(socket.address));
    let closed = 0;
    for (const host of hosts) void host.closed.then(() => closed++);
    await eventually(() => expect(closed).toBeGreaterThanOrEqual(24));
    expect(closed).toBe(24);
    await vi.waitFor(() => expect(closed).toBe(40), { timeout: 8_000 });
  });
});

describe('a socket that somebody else could have made', () => {
  it('is not used', async () => {
    const state = temporaryState();
    const path = join(state, 'run', 'bridge');
    mkdirSync(dirname(path), { mode: 0o755 });
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    expect(() => findSocket(path)).toThrow();
    chmodSync(dirname(path), 0o700);
    expect(() => findSocket(path)).toThrow();
    chmodSync(path, 0o600);
    expect(findSocket(path)).toBe(true);
    server.close();
    rmSync(path, { force: true });
    expect(findSocket(path)).toBe(false);
  });
});
