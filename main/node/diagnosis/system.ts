import { existsSync, readFileSync } from 'node:fs';
import { hostname, homedir, release, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import type { DiagnosedSystem } from '../../core/diagnosis/diagnosis.js';

/** What of the process and its system is looked at; another one in tests. */
export interface SystemFacts {
  readonly platform: NodeJS.Platform;
  readonly architecture: string;
  readonly environment: NodeJS.ProcessEnv;
  /** As `os.release()`. */
  readonly release: string;
  /** Where the system's files are. */
  readonly root: string;
}

export function currentFacts(): SystemFacts {
  return {
    platform: process.platform,
    architecture: process.arch,
    environment: process.env,
    release: release(),
    root: '/',
  };
}

/** System, desktop and session. The core keeps of it what is on its lists. */
export function describeSystem(facts: SystemFacts): DiagnosedSystem {
  const { platform, architecture, environment } = facts;
  const kernel = /^\d+(?:\.\d+){0,2}/.exec(facts.release)?.[0];
  const sandbox = sandboxOf(facts);
  const common = { architecture, ...(kernel !== undefined && { kernel }), ...(sandbox !== undefined && { sandbox }) };
  const isRemote = /^rdp-/i.test(environment['SESSIONNAME'] ?? '');
  if (platform === 'win32') return { ...common, name: 'windows', ...(isRemote && { session: 'remote' }) };
  if (platform === 'darwin') return { ...common, name: 'macos' };
  const { name, version } = readOsRelease(facts);
  const desktop = desktopOf(environment);
  const session = environment['SSH_CONNECTION'] ? 'remote' : environment['XDG_SESSION_TYPE']?.toLowerCase();
  return {
    ...common,
    name,
    ...(version !== undefined && { version }),
    ...(desktop !== undefined && { desktop }),
    ...(session !== undefined && session !== '' && { session }),
  };
}

/** `ID` and `VERSION_ID` of os-release(5). */
function readOsRelease({ platform, root }: SystemFacts): { readonly name: string; readonly version?: string } {
  const text = ['etc/os-release', 'usr/lib/os-release'].map((path) => readIfAny(join(root, path))).find(Boolean) ?? '';
  const field = (key: string): string | undefined => new RegExp(`^${key}=["']?([^"'\\n]*)`, 'm').exec(text)?.[1];
  const version = field('VERSION_ID');
  return { name: field('ID') ?? platform, ...(version ? { version } : {}) };
}

/** The first name of the list that is no distribution's own: `ubuntu:GNOME`, `X-Cinnamon`. */
function desktopOf(environment: NodeJS.ProcessEnv): string | undefined {
  const names = (environment['XDG_CURRENT_DESKTOP'] ?? '').toLowerCase().split(':').filter(Boolean);
  return names.find((name) => name !== 'ubuntu' && name !== 'pop')?.replace(/^x-/, '');
}

function sandboxOf({ environment, root, release: kernel }: SystemFacts): string | undefined {
  if (environment['SNAP']) return 'snap';
  if (environment['FLATPAK_ID'] || existsSync(join(root, '.flatpak-info'))) return 'flatpak';
  if (environment['WSL_DISTRO_NAME'] || /microsoft/i.test(kernel)) return 'wsl';
  const isContainer = ['.dockerenv', 'run/.containerenv'].some((path) => existsSync(join(root, path)));
  return isContainer ? 'container' : undefined;
}

const NAMING_VARIABLES = [
  'USER',
  'LOGNAME',
  'USERNAME',
  'SUDO_USER',
  'USERDOMAIN',
  'COMPUTERNAME',
  'HOSTNAME',
] as const;

/** Names of this user and this PC, as the system has them: account, real name, home, host. */
export function identifyingWords({ environment, root }: SystemFacts): readonly string[] {
  const account = attempt(() => userInfo().username);
  const host = hostname();
  const words = [
    account,
    ...NAMING_VARIABLES.map((name) => environment[name]),
    basename(environment['HOME'] ?? environment['USERPROFILE'] ?? ''),
    basename(attempt(() => homedir()) ?? ''),
    host,
    ...host.split('.').slice(0, 1),
    ...realNames(account, readIfAny(join(root, 'etc/passwd')) ?? ''),
  ];
  return [...new Set(words.filter((word) => word !== undefined).map((word) => word.trim()))].filter(Boolean);
}

/** The whole name and its parts, from the comment field of passwd(5). */
function realNames(account: string | undefined, passwd: string): readonly string[] {
  const line = passwd.split('\n').find((entry) => account !== undefined && entry.startsWith(`${account}:`));
  const comment = line?.split(':')[4]?.split(',')[0] ?? '';
  return [comment, ...comment.split(/\s+/)];
}

function readIfAny(path: string): string | undefined {
  return attempt(() => readFileSync(path, 'utf8'));
}

function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
