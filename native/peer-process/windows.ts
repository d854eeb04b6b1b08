import { join } from 'node:path/win32';
import { FreshReads } from './fresh-reads.js';
import { peerOf, peerWithProgram, type PeerConnection, type PeerProcesses, type PeerUser } from './peer-process.js';
import { programByName } from './program-names.js';
import { runTool, type RunTool } from './run-tool.js';

/** For how long, in milliseconds, and of how many processes it is remembered whose they are. */
const REMEMBERED_MILLISECONDS = 60_000;
const REMEMBERED_PROCESSES = 64;

/** Session of Windows' services, which is no person's. */
const SERVICES_SESSION = 0;

/** A process as tasklist lists it. Its texts are in the console's encoding, to be compared with one another only. */
export interface WindowsProcess {
  readonly imageName: string;
  readonly session: number;
  /** `DOMAIN\name`; undefined where this user may not know. */
  readonly userName: string | undefined;
}

/** By netstat for the process and tasklist for its user, both of which say so to every user. */
export function windowsPeerProcesses(run: RunTool = runTool, selfPid = process.pid): PeerProcesses {
  const system = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32');
  const connections = new FreshReads(() => run(join(system, 'netstat.exe'), ['-ano']).catch(() => ''));
  const processes = new ProcessList((pid) =>
    run(join(system, 'tasklist.exe'), ['/v', '/nh', '/fo', 'csv', '/fi', `PID eq ${pid}`]),
  );
  return {
    async identify(connection) {
      const pid = findNetstatPid(await connections.get(), connection);
      if (pid === undefined) return peerOf('unknown');
      const [peer, self] = await Promise.all([processes.get(pid), processes.get(selfPid)]);
      const user = compareUsers(peer, self);
      if (user === 'other' || peer === undefined) return peerOf(user);
      return peerWithProgram(user, () => programByName(peer.imageName));
    },
  };
}

/** What tasklist said, for as long as a process id is not likely to be given to another process. */
class ProcessList {
  readonly #ask: (pid: number) => Promise<string>;
  readonly #known = new Map<
    number,
    { readonly until: number; readonly process: Promise<WindowsProcess | undefined> }
  >();

  constructor(ask: (pid: number) => Promise<string>) {
    this.#ask = ask;
  }

  get(pid: number): Promise<WindowsProcess | undefined> {
    const now = performance.now();
    const known = this.#known.get(pid);
    if (known && known.until > now) return known.process;
    this.#known.delete(pid);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size < REMEMBERED_PROCESSES) break;
      this.#known.delete(oldest);
    }
    const process = this.#ask(pid).then(
      (output) => parseTasklistRow(output, pid),
      () => undefined,
    );
    this.#known.set(pid, { until: now + REMEMBERED_MILLISECONDS, process });
    return process;
  }
}

/**
 * A user's name that both may know decides. Where it is hidden, another session is another person's, but a service, which
 * may relay what the person's own browser sends, is nobody's.
 */
export function compareUsers(peer: WindowsProcess | undefined, self: WindowsProcess | undefined): PeerUser {
  if (peer === undefined || self?.userName === undefined) return 'unknown';
  if (peer.userName !== undefined) return peer.userName === self.userName ? 'same' : 'other';
  return peer.session === self.session || peer.session === SERVICES_SESSION ? 'unknown' : 'other';
}

/** Process at the other end, by its own row: `TCP local remote state pid`. State names are in the system's language. */
export function findNetstatPid(output: string, connection: PeerConnection): number | undefined {
  const there = hostAndPort(connection.remoteAddress, connection.remotePort);
  const here = hostAndPort(connection.localAddress, connection.localPort);
  for (const line of output.split(/\r?\n/)) {
    const [protocol, local, remote, ...rest] = line.trim().split(/\s+/);
    const pid = Number(rest.at(-1));
    // Process 0 stands for a connection that nobody holds any more.
    if (protocol === 'TCP' && local === there && remote === here && Number.isInteger(pid) && pid > 0) return pid;
  }
  return undefined;
}

/** Columns: image, process, session name, session, memory, status, user, time, title. Headings are in the system's language. */
export function parseTasklistRow(output: string, pid: number): WindowsProcess | undefined {
  for (const line of output.split(/\r?\n/)) {
    const cells = [...line.matchAll(/"([^"]*)"/g)].map(([, cell = '']) => cell);
    const [imageName = '', listedPid, , session = '', , , userName = ''] = cells;
    if (listedPid !== String(pid) || !/^\d+$/.test(session)) continue;
    return { imageName, session: Number(session), userName: userName.includes('\\') ? userName : undefined };
  }
  return undefined;
}

function hostAndPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
