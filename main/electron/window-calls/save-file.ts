import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileError } from '../../node/file-source.js';

/**
 * Writes a file where the person chose to have it, in place of one that is there: they agreed to that. Whoever looks sees
 * the old one or all of the new one. Only this user can read it.
 * @throws ClientError `ERR_INTERNAL_FILE`
 */
export async function saveFile(path: string, bytes: Uint8Array): Promise<void> {
  // Not made of the name, which may be as long as names can be.
  const unfinished = join(dirname(path), `.madoguchi-${randomBytes(8).toString('hex')}`);
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (cause) {
    throw fileError(path, cause);
  } finally {
    await rm(unfinished, { force: true });
  }
}
