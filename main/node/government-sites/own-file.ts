import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { withFileLock } from '../../../native/file-lock.js';
import { isSystemError } from '../../../native/system-error.js';
import { ClientError } from '../../core/errors.js';
import { replaceFileSync } from '../replace-file.js';

/** Rights of others that make a file unfit to be believed: to write it, or to read it as well. */
const TO_WRITE = 0o022;
const TO_READ_OR_WRITE = 0o077;

export interface OwnFileOptions {
  readonly path: string;
  /** Larger files are not read, in bytes. */
  readonly largest: number;
  /** What is in it is nobody else's business. */
  readonly secret: boolean;
}

/** A small file of the state directory, written whole. All members throw `ERR_INTERNAL_FILE`. */
export class OwnFile {
  readonly #options: OwnFileOptions;

  constructor(options: OwnFileOptions) {
    this.#options = options;
  }

  /** Undefined where there is none. The caller zeroes what is secret. */
  read(): Buffer | undefined {
    const { path, largest, secret } = this.#options;
    let file: number | undefined;
    try {
      file = openSync(path, 'r');
      const stats = fstatSync(file);
      if (!stats.isFile() || stats.size > largest) throw this.failure('is no such file');
      const forbidden = secret ? TO_READ_OR_WRITE : TO_WRITE;
      if (process.platform !== 'win32' && (stats.mode & forbidden) !== 0) throw this.failure('is open to others');
      return readFileSync(file);
    } catch (thrown) {
      if (isSystemError(thrown, 'ENOENT')) return undefined;
      throw thrown instanceof ClientError ? thrown : this.failure('cannot be read', thrown);
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  /** Runs `work` while no other process does, with what writes the file in one step. */
  change<Result>(work: (write: (content: Uint8Array | string) => void) => Result): Result {
    const { path } = this.#options;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      return withFileLock(`${path}.lock`, () => work((content) => replaceFileSync(path, content)));
    } catch (thrown) {
      throw thrown instanceof ClientError ? thrown : this.failure('cannot be written', thrown);
    }
  }

  failure(what: string, cause?: unknown): ClientError {
    const details = { reason: `${this.#options.path} ${what}` };
    return new ClientError('ERR_INTERNAL_FILE', 'what is kept about government sites cannot be used', {
      details,
      cause,
    });
  }
}
