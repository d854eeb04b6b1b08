import { open, readFile, rm, stat } from 'node:fs/promises';
import { displayText } from '../core/consent/display-text.js';
import { ClientError } from '../core/errors.js';

/** Largest file this command reads whole, in bytes: signatures, certificates. */
const MAX_WHOLE_FILE_BYTES = 16 * 1024 * 1024;

/** UTF-16 code units of an error's reason; a path has at most 4096 bytes. */
const MAX_REASON_LENGTH = 8_192;

/** @throws ClientError ERR_INTERNAL_FILE, with the system's reason. */
export async function readWholeFile(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_WHOLE_FILE_BYTES) throw new Error('larger than this command reads');
    return new Uint8Array(await readFile(path));
  } catch (error) {
    throw fileError(path, error);
  }
}

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

/** Writes a file at once. @throws as `createNewFile` */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  const file = await createNewFile(path);
  try {
    await file.write(bytes);
  } finally {
    await file.discard();
  }
}

/** What happened to which file, by the system's own reason. */
export function fileError(path: string, error: unknown): ClientError {
  const known = error instanceof ClientError ? error.message : 'unknown reason';
  const cause = error instanceof ClientError ? error.cause : error;
  const reason = displayText(`${path}: ${cause instanceof Error ? cause.message : known}`, MAX_REASON_LENGTH);
  return new ClientError('ERR_INTERNAL_FILE', 'a file could not be read or written', {
    details: { reason },
    cause: error,
  });
}
