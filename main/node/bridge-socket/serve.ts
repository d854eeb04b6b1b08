import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { ClientError } from '../../core/errors.js';
import type { Log } from '../../core/ports.js';
import { findSocket, prepareDirectory, socketAddresses, type AddressOptions } from './address.js';
import { serveConnection, type ConnectionOptions } from './connection.js';

/** Hosts at a time: one for each running browser. More are dropped. */
const CONNECTIONS = 16;

export interface BridgeSocket {
  /** Path of the socket, or name of the pipe. */
  readonly address: string;
  /** Ends every connection and removes the socket. The bridge is closed by whoever opened it. */
  close(): Promise<void>;
}

/**
 * Serves the bridge contract to native messaging hosts of the same user and to nobody else: a socket of mode 0600 in a
 * directory of mode 0700; on Windows a pipe, whose default access leaves writing to its maker.
 * @returns undefined where another client of this user serves there already
 * @throws ClientError ERR_INTERNAL_FILE where no place for the socket is this user's own alone
 */
export async function startBridgeSocket(
  options: ConnectionOptions & AddressOptions,
): Promise<BridgeSocket | undefined> {
  const { platform, log } = options;
  const serve = (socket: Socket): void => serveConnection(socket, options);
  const [best, ...others] = socketAddresses(options);
  let fault: unknown;
  // As after `su`, where the run-time directory in the environment is another user's. Hosts look at every place.
  for (const address of [best, ...others]) {
    try {
      return await startUserSocket(address, { platform, log, event: 'bridge.socket', serve });
    } catch (thrown) {
      fault ??= thrown;
    }
  }
  throw fault;
}

export interface UserSocketOptions {
  readonly platform: NodeJS.Platform;
  readonly log: Log;
  /** First part of the names of events. */
  readonly event: string;
  readonly serve: (socket: Socket) => void;
}

/**
 * A socket at `address` for programs of this user alone, on the terms of `startBridgeSocket`.
 * @param address undefined where no place's path is short enough
 */
export async function startUserSocket(
  address: string | undefined,
  { platform, log, event, serve }: UserSocketOptions,
): Promise<BridgeSocket | undefined> {
  if (address === undefined) {
    throw new ClientError('ERR_INTERNAL_FILE', 'the socket cannot be used', { details: { reason: 'path too long' } });
  }
  const server = createServer(serve);
  server.maxConnections = CONNECTIONS;
  const connections = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  const release = platform === 'win32' ? await bindPipe(server, address) : await bindSocket(server, address);
  log.event(`${event}.${release ? 'listening' : 'taken'}`);
  if (release === undefined) return undefined;
  // Such as a refused accept when the process runs out of handles: one connection lost, not the program.
  server.on('error', () => log.event(`${event}.accept-failed`));
  return {
    address,
    async close() {
      release();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

type Release = () => void;

async function bindPipe(server: Server, name: string): Promise<Release | undefined> {
  const error = await listen(server, name);
  if (error?.code === 'EADDRINUSE') return undefined;
  if (error) throw error;
  return () => undefined;
}

/** Made under another name and moved into place, so that the socket's mode is right from the first moment it can be found. */
async function bindSocket(server: Server, path: string): Promise<Release | undefined> {
  prepareDirectory(path);
  if (findSocket(path) && (await isServed(path))) return undefined;
  const temporary = `${path}.${randomBytes(4).toString('hex')}`;
  const error = await listen(server, temporary);
  if (error) throw new ClientError('ERR_INTERNAL_FILE', 'the socket cannot be made', { cause: error });
  chmodSync(temporary, 0o600);
  const { ino } = lstatSync(temporary);
  // Takes the place of what a client left that did not end well.
  renameSync(temporary, path);
  return () => {
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === ino) rmSync(path, { force: true });
  };
}

function listen(server: Server, address: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen(address, () => {
      server.off('error', resolve);
      resolve(undefined);
    });
  });
}

/** Whether a client of this user serves the extension, in this process or in another one. */
export async function isClientServing(options: AddressOptions): Promise<boolean> {
  for (const address of socketAddresses(options)) {
    if (isOwnPlace(address, options.platform) && (await isServed(address))) return true;
  }
  return false;
}

/** A place that somebody else could have made serves nobody. */
function isOwnPlace(address: string, platform: NodeJS.Platform): boolean {
  try {
    return platform === 'win32' || findSocket(address);
  } catch {
    return false;
  }
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}
