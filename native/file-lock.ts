import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isSystemError } from './system-error.js';

/** Sections under the lock take a few milliseconds; who waits longer than this meets something that is wrong. */
const LONGEST_WAIT_MILLISECONDS = 2000;
const POLL_MILLISECONDS = 2;

/** A lock this old whose process is gone was left by a crash. */
const ABANDONED_AFTER_MILLISECONDS = 1000;

/** The lock was held all the time. */
export class FileLockTimeoutError extends Error {
  override readonly name = 'FileLockTimeoutError';
}

/**
 * Runs `work` while no other process and no other thread runs one under the same path. The lock is a file with the
 * process's number; one that a crash left is taken over. Waits synchronously, as the card's commands are synchronous.
 * @throws FileLockTimeoutError where the lock does not come free; errors of the file system; whatever `work` throws
 */
export function withFileLock<Result>(path: string, work: () => Result): Result {
  acquire(path);
  try {
    return work();
  } finally {
    rmSync(path, { force: true });
  }
}

function acquire(path: string): void {
  const own = `${path}.${randomBytes(8).toString('hex')}`;
  writeFileSync(own, String(process.pid), { mode: 0o600, flag: 'wx' });
  try {
    const deadline = performance.now() + LONGEST_WAIT_MILLISECONDS;
    while (!tryLink(own, path)) {
      if (performance.now() > deadline) throw new FileLockTimeoutError('the lock is held');
      if (isAbandoned(path)) takeAway(path);
      else pause(POLL_MILLISECONDS);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** A hard link appears with its content or not at all. */
function tryLink(existing: string, path: string): boolean {
  try {
    linkSync(existing, path);
    return true;
  } catch (thrown) {
    if (isSystemError(thrown, 'EEXIST')) return false;
    throw thrown;
  }
}

function isAbandoned(path: string): boolean {
  try {
    const { mtimeMs } = statSync(path);
    return Date.now() - mtimeMs > ABANDONED_AFTER_MILLISECONDS && !isAlive(Number(readFileSync(path, 'utf8')));
  } catch (thrown) {
    if (isSystemError(thrown, 'ENOENT')) return false;
    throw thrown;
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (thrown) {
    return !isSystemError(thrown, 'ESRCH');
  }
}

/** Removes the abandoned lock, and not the one that another process put in its place a moment ago. */
function takeAway(path: string): void {
  const aside = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch (thrown) {
    if (isSystemError(thrown, 'ENOENT')) return;
    throw thrown;
  }
  if (!isAbandoned(aside)) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
