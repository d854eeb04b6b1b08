import { lstatSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { ClientError } from '../../core/errors.js';
import { replaceFileSync } from '../replace-file.js';

/** Larger files are not ours. */
const LARGEST_FILE = 64 * 1024;

/** What is at a path: nothing, our file as it should be, our file otherwise, or somebody else's. */
export type FileState = 'absent' | 'current' | 'outdated' | 'foreign';

/** What was done with a path. `kept` are other people's files. */
export type FileChange = 'written' | 'unchanged' | 'removed' | 'absent' | 'kept';

export interface OwnFile {
  /** Where it is written, with a packager's root before it. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  readonly isOwn: (text: string) => boolean;
}

export function fileState({ path, text, mode, isOwn }: OwnFile): FileState {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 'absent';
  if (!stats.isFile() || stats.size > LARGEST_FILE) return 'foreign';
  const found = attempt(path, () => readFileSync(path, 'utf8'));
  if (!isOwn(found)) return 'foreign';
  const isExecutable = process.platform === 'win32' || (stats.mode & 0o777) === mode;
  return found === text && isExecutable ? 'current' : 'outdated';
}

/** @throws ClientError ERR_INTERNAL_FILE, also where a file of somebody else is in the way */
export function writeOwnFile(file: OwnFile): FileChange {
  const state = fileState(file);
  if (state === 'current') return 'unchanged';
  if (state === 'foreign') throw fileFault(file.path, 'is not a file of Madoguchi');
  return attempt(file.path, () => {
    mkdirSync(dirname(file.path), { recursive: true });
    // Browsers of every user may have to read it.
    replaceFileSync(file.path, file.text, { mode: file.mode });
    return 'written';
  });
}

/** @throws ClientError ERR_INTERNAL_FILE */
export function removeOwnFile(file: OwnFile): FileChange {
  const state = fileState(file);
  if (state === 'absent') return 'absent';
  if (state === 'foreign') return 'kept';
  return attempt(file.path, () => {
    rmSync(file.path);
    return 'removed';
  });
}

function attempt<Result>(path: string, act: () => Result): Result {
  try {
    return act();
  } catch (cause) {
    throw fileFault(path, cause instanceof Error ? cause.message : 'cannot be used', cause);
  }
}

function fileFault(path: string, what: string, cause?: unknown): ClientError {
  return new ClientError('ERR_INTERNAL_FILE', 'a file cannot be used', {
    details: { reason: `${path}: ${what}` },
    cause,
  });
}
