import { lstatSync, mkdirSync, type Stats } from 'node:fs';
import { createHash } from 'node:crypto';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { ClientError } from '../../core/errors.js';
import { stateDirectory as defaultStateDirectory } from '../state-directory.js';

/** Bytes of a socket's path without the closing zero: `sun_path` of Linux and macOS. */
const LONGEST_PATH: Partial<Record<NodeJS.Platform, number>> = { linux: 107, darwin: 103 };

/** What a socket is called besides its name while it is being made. */
const TEMPORARY_SUFFIX_BYTES = 9;

const OTHERS = 0o077;

export interface AddressOptions {
  readonly stateDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
}

/**
 * Where a client's socket may be, best place first: the user's run-time directory, which is emptied at log-out, else the
 * state directory. The host looks at all, as a browser may have another environment than the client. On Windows the name
 * of a pipe. Places whose path would be too long are left out.
 */
export function socketAddresses({ stateDirectory, environment, platform }: AddressOptions): string[] {
  if (platform === 'win32') return [pipeName(stateDirectory)];
  const runtime = environment['XDG_RUNTIME_DIR'];
  // A client with a state of its own, such as a test's, has a socket of its own.
  const isUsual = stateDirectory === defaultStateDirectory({ ...environment, MADOGUCHI_STATE_DIRECTORY: '' }, platform);
  const directories = [
    ...(runtime?.startsWith('/') && isUsual ? [join(runtime, 'madoguchi')] : []),
    join(stateDirectory, 'run'),
  ];
  const longest = (LONGEST_PATH[platform] ?? 103) - TEMPORARY_SUFFIX_BYTES;
  return directories.map((directory) => join(directory, 'bridge')).filter((path) => Buffer.byteLength(path) <= longest);
}

/** Pipes of all users share one folder, so user and state directory are in the name. */
function pipeName(stateDirectory: string): string {
  const { username } = userInfo();
  const state = createHash('sha256').update(stateDirectory.toLowerCase()).digest('hex').slice(0, 16);
  return `\\\\.\\pipe\\madoguchi-${username}-${state}`;
}

/**
 * Makes the socket's directory, or checks the one that is there.
 * @throws ClientError ERR_INTERNAL_FILE where it is not the user's own alone
 */
export function prepareDirectory(socketPath: string): void {
  const directory = dirname(socketPath);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw untrusted(directory, 'cannot be made', cause);
  }
  checkDirectory(directory);
}

/**
 * Whether a client's socket is at `socketPath`, and nobody but this user can have put it there.
 * @throws ClientError ERR_INTERNAL_FILE where somebody else could have
 */
export function findSocket(socketPath: string): boolean {
  const directory = status(dirname(socketPath));
  if (directory === undefined) return false;
  checkDirectory(dirname(socketPath), directory);
  const socket = status(socketPath);
  if (socket === undefined) return false;
  if (!socket.isSocket()) throw untrusted(socketPath, 'is no socket');
  checkOwner(socketPath, socket);
  return true;
}

function checkDirectory(directory: string, stats = status(directory)): void {
  if (!stats?.isDirectory()) throw untrusted(directory, 'is no directory');
  checkOwner(directory, stats);
}

function checkOwner(path: string, { uid, mode }: Stats): void {
  if (uid !== process.getuid?.()) throw untrusted(path, "is not this user's own");
  if ((mode & OTHERS) !== 0) throw untrusted(path, 'is open to others');
}

function status(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw untrusted(path, 'cannot be looked at', cause);
  }
}

function untrusted(path: string, what: string, cause?: unknown): ClientError {
  const details = { reason: `${path} ${what}` };
  return new ClientError('ERR_INTERNAL_FILE', 'the socket cannot be used', { details, cause });
}
