import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_VALUE_LENGTH, type OneTimeEntry, type OneTimeStore } from '../verifier/index.js';

export interface FileStoreOptions {
  /** A directory of its own, on a local disk. Made where it is missing, for this user only. */
  readonly directory: string;
  /** About how many entries are kept; beyond that, those go that would expire first. Default 10 000. */
  readonly maxEntries?: number;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

const KEY = /^[\w-]{43}$/;
/** Milliseconds after its end for which a file stays, so that nobody's half-written one is taken for an old one. */
const GRACE = 60_000;
const PUTS_PER_SWEEP = 100;

/**
 * A store that survives a restart and is shared by the processes of one PC: a file for each entry, readable by this user
 * only. Which of several processes wins is decided by the file system: `link` for the first `put`, `rename` for the one
 * `take`. For several PCs use a database.
 * @throws Error where others may write to the directory
 */
export async function createFileStore(options: FileStoreOptions): Promise<OneTimeStore> {
  const { directory, maxEntries = 10_000, now = Date.now } = options;
  if (!(maxEntries >= 1)) throw new RangeError('the store has no room for an entry');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { mode } = await stat(directory);
  if (process.platform !== 'win32' && (mode & 0o022) !== 0)
    throw new Error('others may write to the store’s directory');
  const files = new EntryFiles(directory, maxEntries, now);
  await files.sweep();
  return { put: (entry) => files.put(entry), take: (key) => files.take(key) };
}

class EntryFiles {
  readonly #directory: string;
  readonly #maxEntries: number;
  readonly #now: () => number;
  #putsUntilSweep = PUTS_PER_SWEEP;
  #sweepAt = 0;

  constructor(directory: string, maxEntries: number, now: () => number) {
    this.#directory = directory;
    this.#maxEntries = maxEntries;
    this.#now = now;
  }

  async put({ key, value, expiresAt }: OneTimeEntry): Promise<boolean> {
    if (value.length > MAX_VALUE_LENGTH) throw new RangeError('the value is too long');
    this.#putsUntilSweep -= 1;
    if (this.#putsUntilSweep <= 0 || this.#now() >= this.#sweepAt) await this.sweep();
    const draft = this.#passingPath();
    try {
      await writeDraft(draft, value, expiresAt);
      await link(draft, this.#path(key));
      return true;
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }

  async take(key: string): Promise<string | undefined> {
    const taken = this.#passingPath();
    try {
      await rename(this.#path(key), taken);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
    try {
      return await readFile(taken, 'utf8');
    } finally {
      await rm(taken, { force: true });
    }
  }

  /** Removes what is over, and what a process that ended has left behind. */
  async sweep(): Promise<void> {
    this.#putsUntilSweep = PUTS_PER_SWEEP;
    this.#sweepAt = this.#now() + GRACE;
    const entries: { path: string; expiresAt: number }[] = [];
    for (const name of await readdir(this.#directory)) {
      const path = join(this.#directory, name);
      const expiresAt = await modificationTime(path);
      if (expiresAt === undefined) continue;
      if (expiresAt + GRACE <= this.#now()) await rm(path, { force: true });
      else if (KEY.test(name)) entries.push({ path, expiresAt });
    }
    entries.sort((a, b) => b.expiresAt - a.expiresAt);
    for (const { path } of entries.slice(this.#maxEntries)) await rm(path, { force: true });
  }

  #path(key: string): string {
    if (!KEY.test(key)) throw new RangeError('not a key of this store');
    return join(this.#directory, key);
  }

  /** Of a file on its way in or out; no key has this form. */
  #passingPath(): string {
    return join(this.#directory, `${randomUUID()}.tmp`);
  }
}

/** Whole on the disk before it gets its name. Its time of modification is the entry's end. */
async function writeDraft(path: string, value: string, expiresAt: number): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(value, 'utf8');
    const seconds = expiresAt / 1_000;
    await file.utimes(seconds, seconds);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Milliseconds since 1970; undefined where the file is gone. */
async function modificationTime(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
