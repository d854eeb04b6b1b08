import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { linuxPeerProcesses } from '../../../native/peer-process/linux.js';
import type { PeerConnection, PeerProcess } from '../../../native/peer-process/index.js';

const onLinux = process.platform === 'linux';
if (!onLinux) process.stderr.write('connections are looked up by /proc on Linux only: skipped here\n');

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'madoguchi-peers-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A server that hands out the ends of its connections, held open. */
async function listen(host: string): Promise<{ port: number; next: () => Promise<Socket> }> {
  const waiting: ((socket: Socket) => void)[] = [];
  const server: Server = createServer((socket) => {
    closers.push(() => socket.destroy());
    socket.on('error', () => undefined);
    waiting.shift()?.(socket);
  });
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return { port: (server.address() as AddressInfo).port, next: () => new Promise((resolve) => waiting.push(resolve)) };
}

function connectionOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): PeerConnection {
  if (!localAddress || !localPort || !remoteAddress || !remotePort) throw new Error('the connection is gone');
  return { localAddress, localPort, remoteAddress, remotePort };
}

const CONNECT = `
const socket = require('node:net').connect({ port: Number(process.argv[1]), host: '127.0.0.1' });
socket.on('error', () => undefined);
process.stdin.on('end', () => process.exit()).resume();
`;

/** A process of `executable`, a Node by whatever name, that connects and stays. */
function connector(executable: string, port: number): ChildProcess {
  const child = spawn(executable, ['-e', CONNECT, String(port)], { stdio: ['pipe', 'ignore', 'inherit'] });
  closers.push(() => new Promise((resolve) => child.once('close', resolve).kill('SIGKILL')));
  return child;
}

describe.skipIf(!onLinux)('a peer on Linux', () => {
  it.each(['127.0.0.1', '::1'])('over %s is of the same user, and its program is found', async (host) => {
    const { port, next } = await listen(host);
    const accepted = next();
    const socket = connect({ port, host });
    closers.push(() => socket.destroy());
    const peer = await linuxPeerProcesses().identify(connectionOf(await accepted));
    expect(peer.user).toBe('same');
    expect(await peer.program()).toEqual({ name: basename(process.execPath), kind: 'program' });
  });

  it('with another user’s id is another’s, and its program is not looked for', async () => {
    const { port, next } = await listen('127.0.0.1');
    const accepted = next();
    const socket = connect({ port, host: '127.0.0.1' });
    closers.push(() => socket.destroy());
    const self = (process.geteuid?.() ?? 0) + 1;
    const peer = await linuxPeerProcesses({ self }).identify(connectionOf(await accepted));
    expect(peer.user).toBe('other');
    expect(await peer.program()).toBeUndefined();
  });

  it('that has closed its end is gone', async () => {
    const { port, next } = await listen('127.0.0.1');
    const accepted = next();
    const socket = connect({ port, host: '127.0.0.1' });
    const connection = connectionOf(await accepted);
    await new Promise((resolve) => socket.once('close', resolve).resetAndDestroy());
    expect((await linuxPeerProcesses().identify(connection)).user).toBe('gone');
  });

  it('is unknown where the tables are not those of this kernel, missing or closed', async () => {
    const { port, next } = await listen('127.0.0.1');
    const accepted = next();
    const socket = connect({ port, host: '127.0.0.1' });
    closers.push(() => socket.destroy());
    const connection = connectionOf(await accepted);
    const root = temporaryFolder();
    expect((await linuxPeerProcesses({ root }).identify(connection)).user).toBe('unknown');
    mkdirSync(join(root, 'self/net'), { recursive: true });
    writeFileSync(join(root, 'self/net/tcp'), '  sl  local_address rem_address   st\n');
    expect((await linuxPeerProcesses({ root }).identify(connection)).user).toBe('unknown');
    expect((await linuxPeerProcesses({ root }).identify({ ...connection, remoteAddress: 'x' })).user).toBe('unknown');
  });

  it('is a program, though it calls itself a browser from a folder of this user', async () => {
    const folder = temporaryFolder();
    const fake = join(folder, 'firefox');
    copyFileSync(process.execPath, fake);
    // As an ordinary user owns it; as root, anybody may write it.
    chmodSync(fake, process.geteuid?.() === 0 ? 0o777 : 0o755);
    const { port, next } = await listen('127.0.0.1');
    const accepted = next();
    connector(fake, port);
    const connection = connectionOf(await accepted);
    const peer = await linuxPeerProcesses().identify(connection);
    expect(await peer.program()).toEqual({ name: 'firefox', kind: 'program' });
  });

  it('keeps its program’s name when an update has deleted the file', async () => {
    const folder = temporaryFolder();
    const program = join(folder, 'some program');
    copyFileSync(process.execPath, program);
    chmodSync(program, 0o755);
    const { port, next } = await listen('127.0.0.1');
    const accepted = next();
    connector(program, port);
    const connection = connectionOf(await accepted);
    rmSync(program);
    const peer = await linuxPeerProcesses().identify(connection);
    expect(await peer.program()).toEqual({ name: 'some program', kind: 'program' });
  });

  it('is told of each of many connections at once', async () => {
    const { port, next } = await listen('127.0.0.1');
    const accepted = Array.from({ length: 100 }, () => next());
    const sockets = Array.from({ length: 100 }, () => connect({ port, host: '127.0.0.1' }));
    closers.push(() => sockets.forEach((socket) => socket.destroy()));
    const peers = linuxPeerProcesses();
    const found: PeerProcess[] = await Promise.all(
      accepted.map(async (socket) => peers.identify(connectionOf(await socket))),
    );
    expect(new Set(found.map(({ user }) => user))).toEqual(new Set(['same']));
  });
});
