import { randomBytes } from 'node:crypto';
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface ReplaceFileOptions {
  /** Permissions, whatever the process's mask. Only this user can read the file unless given. */
  readonly mode?: number;
}

const OWN = 0o600;

/**
 * Writes a whole file beside `path` and has it take that place: whoever looks, also after a crash, finds the old one or all of
 * the new one. A link at `path` is replaced, not followed. Where it fails, nothing is left but what was there.
 * @throws the system's errors
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  { mode = OWN }: ReplaceFileOptions = {},
): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await writeFile(temporary, content, { mode: OWN, flag: 'wx', flush: true });
    if (mode !== OWN) await chmod(temporary, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The same at once, for what happens under a lock. @throws as `replaceFile` */
export function replaceFileSync(
  path: string,
  content: string | Uint8Array,
  { mode = OWN }: ReplaceFileOptions = {},
): void {
  const temporary = temporaryBeside(path);
  try {
    writeFileSync(temporary, content, { mode: OWN, flag: 'wx', flush: true });
    if (mode !== OWN) chmodSync(temporary, mode);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Not made of the file's own name, which may be as long as names can be. */
function temporaryBeside(path: string): string {
  return join(dirname(path), `.madoguchi-${randomBytes(8).toString('hex')}`);
}
