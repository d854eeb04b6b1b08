import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { PhoneReaderError } from './phone-reader-error.js';

/** Larger files are not read. */
const LARGEST_FILE = 64 * 1024;
const OTHERS = 0o077;

/**
 * A file that only its owner can read, always whole: written to a new file that then takes the old one's place.
 * Failures are `PhoneReaderError`s of problem `state`.
 */
export class PrivateFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The text, or undefined where there is no file. Refuses one that others may read: what was in it is not secret. */
  read(): string | undefined {
    try {
      const { size, mode } = statSync(this.#path);
      if (size > LARGEST_FILE) throw this.defect('is too large');
      if (process.platform !== 'win32' && (mode & OTHERS) !== 0) throw this.defect('can be read by others');
      return readFileSync(this.#path, 'utf8');
    } catch (thrown) {
      if (isSystemError(thrown, 'ENOENT')) return undefined;
      throw thrown instanceof PhoneReaderError ? thrown : this.defect('cannot be read', thrown);
    }
  }

  /** Puts `text` in the place of what is there. */
  replace(text: string): void {
    this.#write(text, renameSync);
  }

  /** Writes `text` unless another process was first. @returns whether it was written */
  create(text: string): boolean {
    try {
      this.#write(text, linkSync);
      return true;
    } catch (thrown) {
      if (thrown instanceof PhoneReaderError && isSystemError(thrown.cause, 'EEXIST')) return false;
      throw thrown;
    }
  }

  /** The error for this file; it names the path. */
  defect(what: string, cause?: unknown): PhoneReaderError {
    return new PhoneReaderError('state', `${this.#path} ${what}`, cause === undefined ? undefined : { cause });
  }

  #write(text: string, putInPlace: (from: string, to: string) => void): void {
    const temporary = `${this.#path}.${randomBytes(8).toString('hex')}`;
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
      putInPlace(temporary, this.#path);
    } catch (thrown) {
      throw this.defect('cannot be written', thrown);
    } finally {
      rmSync(temporary, { force: true });
    }
  }
}

function isSystemError(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}
