/**
 * The part of a PC's configuration that decides about browsers, private to the programs started here: names of hosts,
 * trusted authorities, and the administrator's policies. A mount namespace holds it, and the machine's own stays as it
 * is. A process namespace ends whatever a browser left running.
 *
 * Needs util-linux, and root or unprivileged user namespaces.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HttpsSite } from './https-site.js';

/** Text by relative path. */
export type ConfigurationFiles = Readonly<Record<string, string>>;

export interface PrivateSystemOptions {
  readonly site: HttpsSite;
  /** A folder of `/etc` with what is in it on this machine and these files; others keep theirs. */
  readonly configuration?: { readonly folder: string; readonly files: ConfigurationFiles };
  /** Files below `HOME`, there before the program starts. */
  readonly homeFiles?: ConfigurationFiles;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface PrivateProcess {
  readonly child: ChildProcess;
  /** An empty folder, the process's `HOME`; removed in the end. */
  readonly home: string;
  /** What it wrote to standard error so far, for messages of failing tests. */
  stderr(): string;
  /** The first group of the first match in standard error; rejects when the process ends before, or after 30 s. */
  saying(pattern: RegExp): Promise<string>;
  /** Ends the process and everything it started. */
  close(): Promise<void>;
}

const HOSTS = '/etc/hosts';
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
const START_TIMEOUT = 30_000;
/** Characters kept of what a browser says. */
const STDERR_LENGTH = 200_000;

/**
 * Runs the arguments until they end, or until nobody holds the other end of standard input: the test has ended, however it
 * did. The shell is the first process of its namespace; with it the kernel ends all others.
 */
const RUN = `
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
{ cat <&3 >/dev/null; kill -KILL $program; } &
wait $program
`;

/** Why no private system can be made here, in words that name what is missing; undefined where one can. */
export function privateSystemMissing(): string | undefined {
  if (process.platform !== 'linux') return 'private configuration of browsers needs Linux';
  const { status } = spawnSync('unshare', [...namespaceOptions(), 'true']);
  return status === 0 ? undefined : 'this user may not make mount and process namespaces';
}

/** Starts a program that sees the site's names, trusts its authority and obeys the given policies. */
export function startPrivately(command: readonly string[], options: PrivateSystemOptions): PrivateProcess {
  const directory = mkdtempSync(join(tmpdir(), 'madoguchi-browser-'));
  const home = join(directory, 'home');
  mkdirSync(home);
  writeFiles(home, options.homeFiles ?? {});
  const mounts = prepareMounts(directory, options);
  const script = [...mounts.map(([from, to]) => `mount --bind '${from}' '${to}'`), RUN].join('\n');
  const child = spawn('unshare', [...namespaceOptions(), 'sh', '-ec', script, 'sh', ...command], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, HOME: home, XDG_RUNTIME_DIR: home, ...options.env, NODE_OPTIONS: '' },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_LENGTH);
    child.emit('said');
  });
  const closed = once(child, 'close');
  return {
    child,
    home,
    stderr: () => stderr,
    saying: (pattern) =>
      waitFor(
        child,
        () => pattern.exec(stderr)?.[1],
        () => stderr,
      ),
    close: async () => {
      child.kill('SIGKILL');
      await closed;
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function namespaceOptions(): string[] {
  const options = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'];
  return process.getuid?.() === 0 ? options : [...options, '--map-root-user'];
}

/** Writes what shall be seen, and says where. */
function prepareMounts(directory: string, { site, configuration }: PrivateSystemOptions): [string, string][] {
  const hosts = join(directory, 'hosts');
  writeFileSync(hosts, `${readFileSync(HOSTS, 'utf8')}\n${site.names.map((name) => `127.0.0.1 ${name}\n`).join('')}`);
  const mounts: [string, string][] = [[hosts, HOSTS]];
  if (existsSync(AUTHORITIES)) {
    const authorities = join(directory, 'authorities.pem');
    writeFileSync(authorities, `${readFileSync(AUTHORITIES, 'utf8')}\n${site.authority.pem}`);
    mounts.push([authorities, AUTHORITIES]);
  }
  if (configuration !== undefined) {
    const folder = join(directory, 'configuration');
    cpSync(configuration.folder, folder, { recursive: true, verbatimSymlinks: true });
    writeFiles(folder, configuration.files);
    mounts.push([folder, configuration.folder]);
  }
  return mounts;
}

function writeFiles(folder: string, files: ConfigurationFiles): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

function waitFor(child: ChildProcess, read: () => string | undefined, stderr: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      child.off('said', look).off('close', giveUp);
      settle();
    };
    const look = (): void => {
      const found = read();
      if (found !== undefined) finish(() => resolve(found));
    };
    const giveUp = (): void => finish(() => reject(new Error(`the program did not start; it said:\n${stderr()}`)));
    const timer = setTimeout(giveUp, START_TIMEOUT);
    child.on('said', look).on('close', giveUp);
    look();
  });
}
