import { fileError } from '../../node/file-source.js';
import { replaceFile } from '../../node/replace-file.js';

/**
 * Writes a file where the person chose to have it, in place of one that is there: they agreed to that. Whoever looks sees
 * the old one or all of the new one. Only this user can read it.
 * @throws ClientError `ERR_INTERNAL_FILE`
 */
export async function saveFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await replaceFile(path, bytes);
  } catch (cause) {
    throw fileError(path, cause);
  }
}
