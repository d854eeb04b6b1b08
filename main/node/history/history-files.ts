import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from '../../../native/file-lock.js';
import { isSystemError } from '../../../native/system-error.js';

const OTHERS = 0o077;
const LOCK = 'lock';

/** The history's folder as the store sees it: each call is one step, after which the PC may stop. Names are plain names. */
export interface HistoryFiles {
  /** Names of everything there but locks; none where there is no folder. */
  names(): string[];
  /** Whether it is a file rather than a folder, a link or nothing. */
  isFile(name: string): boolean;
  /** Undefined where there is no such file. Throws where it is no plain file of this user's alone, or longer. */
  read(name: string, longest: number): Buffer | undefined;
  /** Makes a file that is not there yet, empty. */
  create(name: string): void;
  /** Writes at a place of a file that is there; `end` appends. */
  write(name: string, bytes: Uint8Array, at: number | 'end'): void;
  /** What was written stays written. */
  sync(name: string): void;
  /** Takes the place of what has the name. */
  rename(from: string, to: string): void;
  /** Nothing happens where there is no such file. */
  remove(name: string): void;
  /** Names stay as they are. */
  syncFolder(): void;
  /** Runs `work` while no other process and no other thread does. Makes the folder where `work` may write. */
  locked<Result>(work: () => Result): Result;
}

/** A file or folder that is not this user's alone. */
export class NotPrivateError extends Error {
  override readonly name = 'NotPrivateError';
}

/** @param folder made, with mode 0700, once something is to be written */
export function openHistoryFiles(folder: string): HistoryFiles {
  const path = (name: string): string => join(folder, name);
  return {
    names() {
      try {
        return readdirSync(folder).filter((name) => name !== LOCK && !name.startsWith(`${LOCK}.`));
      } catch (thrown) {
        if (isSystemError(thrown, 'ENOENT')) return [];
        throw thrown;
      }
    },
    isFile: (name) => lstatSync(path(name), { throwIfNoEntry: false })?.isFile() ?? false,
    read: (name, longest) => readPrivate(path(name), longest),
    create: (name) => closeSync(openSync(path(name), 'wx', 0o600)),
    write: (name, bytes, at) => {
      withFile(path(name), at === 'end' ? constants.O_WRONLY | constants.O_APPEND : constants.O_WRONLY, (file) => {
        writeAll(file, bytes, at === 'end' ? undefined : at);
      });
    },
    sync: (name) => withFile(path(name), constants.O_RDWR, fsyncSync),
    rename: (from, to) => renameSync(path(from), path(to)),
    remove(name) {
      try {
        unlinkSync(path(name));
      } catch (thrown) {
        if (!isSystemError(thrown, 'ENOENT')) throw thrown;
      }
    },
    syncFolder() {
      // Windows opens no folders; it keeps names by itself.
      if (process.platform !== 'win32') withFile(folder, constants.O_RDONLY, fsyncSync);
    },
    locked(work) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      requirePrivateFolder(folder);
      return withFileLock(path(LOCK), work);
    },
  };
}

/** Nothing is followed to another place. */
const PLAIN = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;

function withFile<Result>(path: string, flags: number, work: (file: number) => Result): Result {
  const file = openSync(path, flags | PLAIN);
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Uint8Array, at: number | undefined): void {
  for (let written = 0; written < bytes.length;) {
    const place = at === undefined ? null : at + written;
    written += writeSync(file, bytes, written, bytes.length - written, place);
  }
}

function readPrivate(path: string, longest: number): Buffer | undefined {
  try {
    return withFile(path, constants.O_RDONLY, (file) => {
      const status = fstatSync(file);
      if (!status.isFile()) throw new Error('not a file');
      requirePrivate(status);
      if (status.size > longest) throw new Error('too large');
      return readAll(file, status.size);
    });
  } catch (thrown) {
    if (isSystemError(thrown, 'ENOENT')) return undefined;
    throw thrown;
  }
}

function readAll(file: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let filled = 0;
  while (filled < size) {
    const count = readSync(file, bytes, filled, size - filled, filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function requirePrivateFolder(folder: string): void {
  const status = lstatSync(folder);
  if (!status.isDirectory()) throw new NotPrivateError('no folder');
  requirePrivate(status);
}

function requirePrivate({ uid, mode }: { readonly uid: number; readonly mode: number }): void {
  if (process.platform === 'win32') return;
  if (uid !== process.getuid?.() || (mode & OTHERS) !== 0) throw new NotPrivateError('open to others');
}
