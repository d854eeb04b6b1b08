/**
 * People with accounts of their own on one machine: real users of Linux, by `useradd`, each with a home and a run-time
 * directory. The accounts and the loopback they share are in namespaces that go with `close`, so that nothing is left behind
 * and no port is anybody else's. Needs Linux and root.
 */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeFrame, FrameDecoder } from '../../main/node/bridge-socket/index.js';
import { CHROMIUM_EXTENSION_ID, type NativeCall } from '../../sdk/protocol/index.js';
import { copyCommandLine } from '../../tools/packaging/program-files.js';

const REPOSITORY = join(import.meta.dirname, '../..');
const FIRST_UID = 61_001;
const WAIT_MILLISECONDS = 30_000;

/** Runs in namespaces of its own; FOLDER is this test's, the names follow. */
const SETUP = `
set -eu
mount --make-rprivate /
mkdir -p "$FOLDER/accounts" "$FOLDER/run" "$FOLDER/homes"
mount -t tmpfs tmpfs "$FOLDER/accounts"
mkdir "$FOLDER/accounts/upper" "$FOLDER/accounts/work"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$FOLDER/accounts/upper,workdir=$FOLDER/accounts/work" /etc
ip link set lo up
uid=$FIRST_UID
for name in "$@"; do
  useradd --uid "$uid" --user-group --create-home --base-dir "$FOLDER/homes" --shell /bin/sh "$name"
  chmod 700 "$FOLDER/homes/$name"
  install -d -m 700 -o "$name" -g "$name" "$FOLDER/run/$name"
  uid=$((uid + 1))
done
mkdir -m 1777 "$FOLDER/shared"
echo ready
exec cat
`;

/** What is missing for `openMachine`; undefined where nothing is. */
export function usersMissing(): string | undefined {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return 'several users need Linux and root';
  const { status } = spawnSync('unshare', ['--mount', '--net', 'sh', '-c', 'command -v useradd ip nsenter setpriv']);
  return status === 0 ? undefined : 'unshare, useradd, ip, nsenter and setpriv are needed, and the right to use them';
}

export type Environment = Readonly<Record<string, string>>;

/** One machine with people on it. */
export class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), 'mdg-users-'));
  /** A folder as `/tmp` is: everybody may make files there. */
  readonly shared = join(this.folder, 'shared');
  readonly #program = join(this.folder, 'app', 'bin', 'madoguchi.js');
  readonly #keeper: ChildProcessWithoutNullStreams;
  readonly #started = new Set<ChildProcessWithoutNullStreams>();

  private constructor(names: readonly string[]) {
    chmodSync(this.folder, 0o755);
    copyCommandLine(REPOSITORY, join(this.folder, 'app'));
    const env = { ...process.env, FOLDER: this.folder, FIRST_UID: String(FIRST_UID) };
    this.#keeper = spawn('unshare', ['--mount', '--net', 'sh', '-c', SETUP, 'sh', ...names], { env });
  }

  static async open(names: readonly string[]): Promise<Machine> {
    const machine = new Machine(names);
    await said(machine.#keeper, 'ready');
    return machine;
  }

  home(name: string): string {
    return join(this.folder, 'homes', name);
  }

  runtime(name: string): string {
    return join(this.folder, 'run', name);
  }

  /** A command of `name`'s, as after a login of their own. */
  start(name: string, command: readonly string[], environment: Environment = {}): ChildProcessWithoutNullStreams {
    const variables = {
      HOME: this.home(name),
      USER: name,
      XDG_RUNTIME_DIR: this.runtime(name),
      PATH: '/usr/local/bin:/usr/bin:/bin',
      LANG: 'C.UTF-8',
      ...environment,
    };
    const inMachine = ['--target', String(this.#keeper.pid), '--mount', '--net', '--wd=/'];
    const asUser = ['setpriv', `--reuid=${name}`, `--regid=${name}`, '--init-groups'];
    const env = ['env', '-i', ...Object.entries(variables).map(([key, value]) => `${key}=${value}`)];
    const child = spawn('nsenter', [...inMachine, ...asUser, ...env, ...command]);
    child.stdin.on('error', () => undefined);
    this.#started.add(child);
    child.once('close', () => this.#started.delete(child));
    return child;
  }

  /** Runs a command to its end. */
  async run(name: string, command: readonly string[], environment: Environment = {}): Promise<Ended> {
    const child = this.start(name, command, environment);
    child.stdin.end();
    const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      return () => Buffer.concat(chunks).toString('utf8');
    });
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, stdout: stdout?.() ?? '', stderr: stderr?.() ?? '' };
  }

  /** `node -e SCRIPT`, which prints JSON. */
  async ask(name: string, script: string, values: readonly unknown[] = []): Promise<unknown> {
    const words = [process.execPath, '-e', script, ...values.map((value) => JSON.stringify(value))];
    const { stdout, stderr } = await this.run(name, words);
    if (stdout === '') throw new Error(`${name}: ${stderr}`);
    return JSON.parse(stdout);
  }

  madoguchi(name: string, words: readonly string[], environment: Environment = {}): Promise<Ended> {
    return this.run(name, [process.execPath, this.#program, ...words], environment);
  }

  /** The person starts `madoguchi serve`, with a test card of their own, and agrees to what is asked. */
  async serve(name: string, environment: Environment = {}): Promise<ServingClient> {
    const words = ['--reader', 'virtual', '--verbose', '--json', 'serve', '--approve-all'];
    const child = this.start(name, [process.execPath, this.#program, ...words], environment);
    return ServingClient.of(child);
  }

  /** The person's browser starts the native messaging host. */
  host(name: string, environment: Environment = {}): NativeHost {
    const words = ['native-host', `chrome-extension://${CHROMIUM_EXTENSION_ID}/`];
    return new NativeHost(this.start(name, [process.execPath, this.#program, ...words], environment));
  }

  async close(): Promise<void> {
    const closed = [...this.#started].map((child) => once(child, 'close'));
    for (const child of this.#started) child.kill('SIGKILL');
    await Promise.all(closed);
    const gone = once(this.#keeper, 'close');
    this.#keeper.stdin.end();
    await gone;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `madoguchi serve` of one person. */
export class ServingClient {
  /** Null where none is free. */
  port: number | null = null;
  readonly #child: ChildProcessWithoutNullStreams;
  #log = '';

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
  }

  /** @throws Error with what it said, where it ended instead of serving */
  static async of(child: ChildProcessWithoutNullStreams): Promise<ServingClient> {
    const client = new ServingClient(child);
    const printed = await said(child, '\n');
    const { result } = JSON.parse(printed) as { result?: { port: number | null } };
    if (result === undefined) throw new Error(printed);
    client.port = result.port;
    return client;
  }

  /** Names of its log's events so far. */
  get events(): string[] {
    const lines = this.#log.split('\n').filter((line) => line.startsWith('{"level"'));
    return lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await closed;
  }
}

export interface HostAnswer {
  readonly ok: boolean;
  readonly result?: {
    readonly sessionId?: string;
    readonly status?: string;
    readonly output?: { readonly token?: Token };
  };
  readonly error?: { readonly code: string };
}

interface Token {
  readonly unverifiedCertificate: string;
}

const ORIGIN = 'https://service.example';
const AUTHENTICATE = { operation: 'authenticate', challengeNonce: 'A'.repeat(44) };

/** The native messaging host, spoken to as a browser speaks to it. */
export class NativeHost {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (answer: HostAnswer) => void>();
  #lastId = 0;

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    const decoder = new FrameDecoder(endianness(), 1024 * 1024);
    child.stdout.on('data', (chunk: Buffer) => {
      for (const frame of decoder.push(chunk)) {
        const { id, envelope } = JSON.parse(frame.toString('utf8')) as { id: number; envelope: HostAnswer };
        this.#waiting.get(id)?.(envelope);
      }
    });
  }

  call(call: NativeCall): Promise<HostAnswer> {
    const id = ++this.#lastId;
    this.#child.stdin.write(encodeFrame({ id, origin: ORIGIN, call }, endianness()));
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  /** A whole log-in; the certificate that signed it, or the code of what stood in the way. */
  async logIn(): Promise<string> {
    const opened = await this.call({ method: 'open', request: JSON.stringify(AUTHENTICATE) });
    const { sessionId } = opened.result ?? {};
    if (sessionId === undefined) return opened.error?.code ?? '';
    for (;;) {
      const polled = await this.call({ method: 'poll', sessionId, waitSeconds: 10 });
      if (polled.result?.status === 'pending') continue;
      return polled.result?.output?.token?.unverifiedCertificate ?? polled.error?.code ?? '';
    }
  }

  async end(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.stdin.end();
    await closed;
  }
}

/** Waits until a process has printed `text`; what it printed. */
async function said(child: ChildProcessWithoutNullStreams, text: string): Promise<string> {
  let printed = '';
  let failure = '';
  child.stderr.on('data', (chunk: Buffer) => (failure += chunk.toString('utf8')));
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error(`not said: ${text}\n${printed}${failure}`));
    const timer = setTimeout(fail, WAIT_MILLISECONDS);
    child.once('close', () => {
      clearTimeout(timer);
      fail();
    });
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8');
      if (!printed.includes(text)) return;
      clearTimeout(timer);
      resolve(printed);
    });
  });
}
