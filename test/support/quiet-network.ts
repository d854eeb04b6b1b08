/**
 * A network of its own for one program, in which every packet that it sends is counted: one interface whose other end nobody hears, by
 * which all addresses are reached, name servers included. Nothing of it outlives the program. Linux only.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const isRoot = process.getuid?.() === 0;
const NAMESPACES = ['--mount', '--net', '--propagation', 'private', ...(isRoot ? [] : ['--map-root-user'])];
const ENTRY = ['--net', ...(isRoot ? [] : ['--user', '--preserve-credentials'])];

/** Without version 6, whose interfaces announce themselves; an address of it is reached by no way then. */
const SETUP = `
echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
ip link set lo up
ip link add out0 type veth peer name far0
ip link set far0 up
ip address add 198.51.100.2/24 dev out0
ip link set out0 up
ip neighbour add 198.51.100.1 lladdr 02:00:00:00:00:01 dev out0 nud permanent
ip route add default via 198.51.100.1
mount --bind "$1" /etc/resolv.conf
mount --bind "$2" /etc/hosts
shift 2
exec "$@"
`;

/** Why `startQuiet` cannot work here; undefined where it can. */
export function quietNetworkMissing(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (spawnSync('ip', ['-V']).error) return 'ip is missing (Debian package iproute2)';
  const probe = ['sh', '-ec', 'ip link add out0 type veth peer name far0 && mount --bind /dev/null /etc/resolv.conf'];
  const { status } = spawnSync('unshare', [...NAMESPACES, ...probe]);
  return status === 0 ? undefined : 'this machine does not let this user make networks';
}

export class QuietProgram {
  readonly #child: ChildProcess;
  #output = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (bytes: Buffer) => {
        this.#output += bytes.toString();
      });
  }

  /** Starts a program of Node's in a network of its own, with the names of `hosts`. `folder` takes two files. */
  static start(
    folder: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
    hosts = '127.0.0.1 localhost\n',
  ): QuietProgram {
    const names = join(folder, 'hosts');
    writeFileSync(names, hosts);
    const resolver = join(folder, 'resolv.conf');
    writeFileSync(resolver, 'nameserver 192.0.2.53\noptions timeout:1 attempts:1\n');
    const command = ['sh', '-ec', SETUP, 'sh', resolver, names, process.execPath, ...args];
    const child = spawn('unshare', [...NAMESPACES, ...command], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, NODE_OPTIONS: '', ...environment },
    });
    return new QuietProgram(child);
  }

  /** Everything it has said so far. */
  get output(): string {
    return this.#output;
  }

  /** Waits until it has said this. */
  async said(text: string): Promise<void> {
    const deadline = performance.now() + 20_000;
    while (!this.#output.includes(text)) {
      if (this.#child.exitCode !== null || performance.now() > deadline)
        throw new Error(`not said: ${text}\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Has it do something, and waits until that is done. */
  async order(name: string): Promise<unknown> {
    this.#child.send({ name });
    const [answer] = (await once(this.#child, 'message')) as [unknown];
    return answer;
  }

  /** Packets that have left it since it was started, by interface. */
  sent(): Readonly<Record<string, number>> {
    const pid = String(this.#child.pid);
    const { stdout } = spawnSync('nsenter', ['--target', pid, ...ENTRY, 'ip', '-json', '-statistics', 'link'], {
      encoding: 'utf8',
    });
    const links = JSON.parse(stdout) as { ifname: string; stats64: { tx: { packets: number } } }[];
    return Object.fromEntries(links.map(({ ifname, stats64 }) => [ifname, stats64.tx.packets]));
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
