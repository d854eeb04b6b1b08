import { open, readFile, stat } from 'node:fs/promises';
import { ClientError } from '../core/errors.js';

/** Largest file this command reads whole, in bytes: signatures, certificates. */
const MAX_WHOLE_FILE_BYTES = 16 * 1024 * 1024;

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

/**
 * Writes a file that must not exist yet: what a person signed before is never overwritten by accident.
 * @throws ClientError ERR_INTERNAL_FILE
 */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(bytes);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(path, error);
  }
}

/** What happened to which file, by the system's own reason. */
export function fileError(path: string, error: unknown): ClientError {
  const known = error instanceof ClientError ? error.message : 'unknown reason';
  const cause = error instanceof ClientError ? error.cause : error;
  const reason = `${path}: ${cause instanceof Error ? cause.message : known}`;
  return new ClientError('ERR_INTERNAL_FILE', 'a file could not be read or written', {
    details: { reason },
    cause: error,
  });
}
