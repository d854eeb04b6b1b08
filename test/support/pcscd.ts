/**
 * A pcscd of the test's own, with the two readers of vpcd, beside whatever the machine runs.
 *
 * pcscd's socket path is compiled in; a mount namespace gives it a `/run/pcscd` of its own, which is a temporary
 * directory outside, where programs reach the socket by `PCSCLITE_CSOCK_NAME` (`Pcscd.env`). Pathname sockets cross
 * namespaces, so that programs under test run as always and need no privilege.
 *
 * vpcd writes each message in two segments, and Nagle's algorithm holds the second back until the kernel acknowledges
 * the first, 40 ms later. The network namespace is there for a loopback route with `quickack`, which takes 0.2 ms per
 * APDU, and so that vpcd's ports meet no one else's. A relay brings them out to free ports (`Pcscd.vpcdPorts`).
 *
 * Needs pcscd, vsmartcard-vpcd, iproute2 and util-linux, and root or unprivileged user namespaces. All processes end
 * with the test, however it ends.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VPCD_DRIVER = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
const VPCD_PORT = 0x8c7b;
const SLOTS = [0, 1] as const;
const VPCD: ReaderDriver = {
  friendlyName: 'Virtual PCD',
  library: VPCD_DRIVER,
  deviceName: `/dev/null:0x${VPCD_PORT.toString(16)}`,
};

/** Names that pcscd gives to the readers of vpcd. */
export const VPCD_READERS = ['Virtual PCD 00 00', 'Virtual PCD 00 01'] as const;

export interface Pcscd {
  /** To be added to the environment of programs that shall use this pcscd. */
  readonly env: { readonly PCSCLITE_CSOCK_NAME: string };
  /** TCP ports on 127.0.0.1 where a virtual card comes into the first and the second reader. */
  readonly vpcdPorts: readonly [number, number];
  /** Begins the service. Resolves when it answers. */
  start(): Promise<void>;
  /** Ends the service in order, as an administrator does. Cards go out. */
  stop(): Promise<void>;
  /** Ends the service as a crash does. */
  kill(): Promise<void>;
  /** Stops and starts. */
  restart(): Promise<void>;
  /** The service is there and answers nothing, until `resume`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends everything and removes every trace. */
  close(): Promise<void>;
}

export interface ReaderDriver {
  /** Name of the reader; pcscd adds ` 00 00`. */
  readonly friendlyName: string;
  /** Path of the compiled driver. */
  readonly library: string;
  /** Given to the driver. A file that exists. */
  readonly deviceName: string;
}

export interface PcscdOptions {
  /** No reader at all in place of vpcd's two. */
  readonly withoutReaders?: boolean;
  /** One more reader, by a driver of the test's own. */
  readonly driver?: ReaderDriver;
  /** Leaves it to `start` to begin the service. */
  readonly stopped?: boolean;
}

/** Why `startPcscd` cannot work on this machine, in words that name what to install; undefined where it can. */
export function pcscdMissing(): string | undefined {
  if (process.platform !== 'linux') return 'a private pcscd needs Linux';
  const programs = { pcscd: 'pcscd', ip: 'iproute2', unshare: 'util-linux', setpriv: 'util-linux' };
  for (const [program, debianPackage] of Object.entries(programs)) {
    if (spawnSync(program, ['--version']).error) return `${program} is missing (Debian package ${debianPackage})`;
  }
  if (!existsSync(VPCD_DRIVER)) return 'vpcd is missing (Debian package vsmartcard-vpcd)';
  const { status } = spawnSync('unshare', [...namespaceOptions(), 'true']);
  return status === 0 ? undefined : 'this user may not make mount and network namespaces';
}

/** Starts a private pcscd. One per test file is enough: starting takes about 0.3 s. */
export async function startPcscd(options: PcscdOptions = {}): Promise<Pcscd> {
  const missing = pcscdMissing();
  if (missing !== undefined) throw new Error(missing);
  const directory = mkdtempSync(join(tmpdir(), 'madoguchi-pcscd-'));
  const runDirectory = join(directory, 'run');
  const namespace = enterNamespace(directory, runDirectory, options);
  const relays: Relay[] = [];
  const close = async () => {
    await Promise.all(relays.map((relay) => relay.close()));
    await namespace.close();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await namespace.done('ready');
    for (const slot of SLOTS) relays.push(await openRelay(join(directory, `vpcd-${slot}.sock`)));
    if (options.stopped !== true) await namespace.order('start');
  } catch (thrown) {
    await close();
    throw thrown;
  }
  const [first, second] = relays;
  return {
    env: { PCSCLITE_CSOCK_NAME: join(runDirectory, 'pcscd.comm') },
    vpcdPorts: [first?.port ?? 0, second?.port ?? 0],
    start: () => namespace.order('start'),
    stop: () => namespace.order('stop'),
    kill: () => namespace.order('kill'),
    restart: async () => {
      await namespace.order('stop');
      await namespace.order('start');
    },
    pause: () => namespace.order('pause'),
    resume: () => namespace.order('resume'),
    close,
  };
}

function namespaceOptions(): string[] {
  const options = ['--mount', '--net', '--propagation', 'private'];
  return process.getuid?.() === 0 ? options : [...options, '--map-root-user'];
}

/** Arguments: this Node, the program to run, then the program's own. */
const SET_UP_NAMESPACE = `
set -e
run_directory=$1; shift
mount -t tmpfs none /run
mkdir /run/pcscd
mount --bind "$run_directory" /run/pcscd
ip link set lo up
ip route change local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1 quickack 1
exec "$@"
`;

interface NamespaceProcess {
  order(order: string): Promise<void>;
  done(order: string): Promise<void>;
  close(): Promise<void>;
}

function enterNamespace(directory: string, runDirectory: string, options: PcscdOptions): NamespaceProcess {
  const configuration = join(directory, 'reader.conf.d');
  for (const path of [runDirectory, configuration]) mkdirSync(path);
  if (options.withoutReaders !== true) writeFileSync(join(configuration, 'vpcd'), readerEntry(VPCD));
  if (options.driver) writeFileSync(join(configuration, 'driver'), readerEntry(options.driver));
  const program = [process.execPath, join(import.meta.dirname, 'pcscd-namespace.mjs')];
  const args = ['sh', '-c', SET_UP_NAMESPACE, 'sh', runDirectory, ...program, directory, configuration, `${VPCD_PORT}`];
  const child = spawn('unshare', [...namespaceOptions(), ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const exited = once(child, 'exit');
  const done = (order: string) => answerTo(child, order);
  return {
    done,
    order: async (order) => {
      const answer = done(order);
      child.send(order);
      await answer;
    },
    close: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

function readerEntry({ friendlyName, library, deviceName }: ReaderDriver): string {
  return [
    `FRIENDLYNAME "${friendlyName}"`,
    `DEVICENAME ${deviceName}`,
    `LIBPATH ${library}`,
    `CHANNELID 0x${VPCD_PORT.toString(16)}`,
    '',
  ].join('\n');
}

function answerTo(child: ChildProcess, order: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      const answer = message as { order: string; error?: string };
      if (answer.order !== order) return;
      finish();
      if (answer.error === undefined) resolve();
      else reject(new Error(`${order}: ${answer.error}`));
    };
    const onExit = (exitCode: number | null) => {
      finish();
      reject(new Error(`${order}: the namespace ended with exit code ${String(exitCode)}`));
    };
    const finish = () => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
  });
}

interface Relay {
  readonly port: number;
  close(): Promise<void>;
}

/** Carries bytes between a free TCP port and a Unix socket. */
async function openRelay(path: string): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (outer) => {
    const inner = connect(path);
    for (const [from, to] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
