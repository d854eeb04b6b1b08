import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { RandomAccessSource } from '../../sdk/formats/ports.js';
import { ClientError } from '../core/errors.js';
import type { ArrivingContent, UploadStore } from '../core/ports.js';

const FILE_NAME = /^[0-9a-f]{32}\.upload$/;
const OTHERS = 0o077;
/** Bytes read at a time. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * Uploads as files without a name, in a folder of the state directory that only this user can enter: the system takes them back
 * when the program ends, however it ends. Where it does not let go of the name of an open file (Windows), the name goes when
 * the content is discarded, at the latest here, when the next program starts.
 */
export function openUploadStore(stateDirectory: string): UploadStore {
  const directory = join(stateDirectory, 'uploads');
  removeLeftovers(directory);
  return {
    async create() {
      const path = join(directory, `${randomBytes(16).toString('hex')}.upload`);
      const file = await orUnusable(async () => {
        prepareDirectory(directory);
        return open(path, 'wx+', 0o600);
      });
      const hasName = await unlink(path).then(
        () => false,
        () => true,
      );
      return arriving(new PrivateFile(file, hasName ? path : undefined));
    },
  };
}

function arriving(file: PrivateFile): ArrivingContent {
  const hash = createHash('sha256');
  return {
    async write(chunk) {
      hash.update(chunk);
      await file.append(chunk);
    },
    finish: () =>
      Promise.resolve({
        source: file,
        sha256: new Uint8Array(hash.digest()),
        discard: () => file.discard(),
      }),
    discard: () => file.discard(),
  };
}

/** An open file that nobody else finds. */
class PrivateFile implements RandomAccessSource {
  readonly #file: FileHandle;
  /** Where its name is still there. */
  readonly #path: string | undefined;
  #size = 0;
  #discarded: Promise<void> | undefined;

  constructor(file: FileHandle, path: string | undefined) {
    this.#file = file;
    this.#path = path;
  }

  get size(): number {
    return this.#size;
  }

  append(chunk: Uint8Array): Promise<void> {
    return orUnusable(async () => {
      for (let written = 0; written < chunk.length;) {
        const { bytesWritten } = await this.#file.write(chunk, written, chunk.length - written, this.#size);
        written += bytesWritten;
        this.#size += bytesWritten;
      }
    });
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.#size - offset)));
    await this.#fill(bytes, offset);
    return bytes;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const buffer = new Uint8Array(Math.min(CHUNK_BYTES, this.#size));
    for (let offset = 0; offset < this.#size; offset += buffer.length) {
      const chunk = buffer.subarray(0, Math.min(buffer.length, this.#size - offset));
      await this.#fill(chunk, offset);
      yield chunk;
    }
  }

  discard(): Promise<void> {
    return (this.#discarded ??= this.#remove());
  }

  async #remove(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    // What cannot be removed now is a leftover at the next start.
    if (this.#path !== undefined) await unlink(this.#path).catch(() => undefined);
  }

  #fill(bytes: Uint8Array, offset: number): Promise<void> {
    return orUnusable(async () => {
      for (let filled = 0; filled < bytes.length;) {
        const { bytesRead } = await this.#file.read(bytes, filled, bytes.length - filled, offset + filled);
        if (bytesRead === 0) throw new Error('the file has become shorter');
        filled += bytesRead;
      }
    });
  }
}

function removeLeftovers(directory: string): void {
  try {
    for (const name of readdirSync(directory)) {
      if (FILE_NAME.test(name)) rmSync(join(directory, name), { force: true });
    }
  } catch {
    // None there, or none that can be removed: nothing that keeps the program from its work.
  }
}

/** Whoever else could enter could read what pages send. */
function prepareDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const status = lstatSync(directory);
  const isOurs = process.platform === 'win32' || (status.uid === process.getuid?.() && (status.mode & OTHERS) === 0);
  if (!status.isDirectory() || !isOurs) throw new Error(`${directory} is no folder of this user's own`);
}

async function orUnusable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw new ClientError('ERR_INTERNAL_FILE', 'an upload cannot be kept', { cause });
  }
}
