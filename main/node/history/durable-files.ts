import { randomBytes } from 'node:crypto';
import type { HistoryFiles } from './history-files.js';

const TEMPORARY = /\.[0-9a-f]{16}\.new$/;

/** Appends, whole once it returns; a crash leaves any part of it. */
export function append(files: HistoryFiles, name: string, bytes: Uint8Array): void {
  files.write(name, bytes, 'end');
  files.sync(name);
}

/** The whole of a file, new or in the place of the old one. A crash leaves the old one or the new one. */
export function replace(files: HistoryFiles, name: string, bytes: Uint8Array): void {
  const temporary = `${name}.${randomBytes(8).toString('hex')}.new`;
  files.create(temporary);
  files.write(temporary, bytes, 'end');
  files.sync(temporary);
  files.rename(temporary, name);
  files.syncFolder();
}

/** Overwrites a part of a file where it lies. */
export function overwrite(files: HistoryFiles, name: string, bytes: Uint8Array, at: number): void {
  files.write(name, bytes, at);
  files.sync(name);
}

/** Overwrites the beginning of a file, where its key is, and removes it. */
export function shred(files: HistoryFiles, name: string, keyBytes: number): void {
  overwrite(files, name, new Uint8Array(keyBytes), 0);
  files.remove(name);
  files.syncFolder();
}

/** The same; where it cannot be overwritten it is removed at least. */
export function shredOrRemove(files: HistoryFiles, name: string, keyBytes: number): void {
  try {
    shred(files, name, keyBytes);
  } catch {
    files.remove(name);
    files.syncFolder();
  }
}

/** Whether a crash left this half made; under the lock nobody else is making it. */
export function isLeftover(name: string): boolean {
  return TEMPORARY.test(name);
}
