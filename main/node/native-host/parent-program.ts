import { readlinkSync } from 'node:fs';

const DELETED = / \(deleted\)$/;

/** Path of the program that started this process, where the system tells: Linux only. */
export function parentProgram(platform: NodeJS.Platform = process.platform): string | undefined {
  if (platform !== 'linux') return undefined;
  try {
    // A browser that was updated while it runs has a file that is gone.
    return readlinkSync(`/proc/${process.ppid}/exe`).replace(DELETED, '');
  } catch {
    return undefined;
  }
}
