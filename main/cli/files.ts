import { lstat, open, rm } from 'node:fs/promises';
import { fileError } from '../node/file-source.js';

/** A file that did not exist before and is still empty. */
export interface NewFile {
  readonly path: string;
  /** @throws ClientError ERR_INTERNAL_FILE */
  write(bytes: Uint8Array): Promise<void>;
  /** Removes it again where nothing was written. */
  discard(): Promise<void>;
}

/**
 * Makes a file that must not exist yet: what a person has is never overwritten by accident, and that there is no room for a
 * result is known before anything is asked.
 * @throws ClientError ERR_INTERNAL_FILE
 */
export async function createNewFile(path: string): Promise<NewFile> {
  const file = await open(path, 'wx').catch((error: unknown) => {
    throw fileError(path, error);
  });
  let written = false;
  return {
    path,
    async write(bytes) {
      try {
        await file.writeFile(bytes);
        written = true;
        await file.close();
      } catch (error) {
        throw fileError(path, error);
      }
    },
    async discard() {
      if (written) return;
      await file.close().catch(() => undefined);
      await rm(path, { force: true });
    },
  };
}

/** @throws ClientError ERR_INTERNAL_FILE where something has this name already */
export async function assertAbsent(path: string): Promise<void> {
  const found = await lstat(path).then(
    () => true,
    () => false,
  );
  if (found) throw fileError(path, Object.assign(new Error('EEXIST: file already exists'), { code: 'EEXIST' }));
}

/** Writes a file at once. @throws as `createNewFile` */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  const file = await createNewFile(path);
  try {
    await file.write(bytes);
  } finally {
    await file.discard();
  }
}
