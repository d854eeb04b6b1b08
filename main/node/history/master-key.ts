import { z } from 'zod';
import type { HistoryKeyPort, HistoryProtection } from '../../core/history/history.js';
import { replace } from './durable-files.js';
import { historyError } from './history-error.js';
import type { HistoryFiles } from './history-files.js';
import { EMPTY_INDEX, writeIndex } from './history-index.js';
import { KEY_BYTES, MasterKeys, newKey } from './history-keys.js';
import type { HistoryKeyFile } from './key-file.js';

export const MASTER_FILE = 'master';
export const INDEX_FILE = 'index';
/** Longest file with the wrapped master key, in bytes; system key stores add little to it. */
export const LARGEST_MASTER = 64 * 1024;

const masterSchema = z.strictObject({
  version: z.literal(1),
  kind: z.enum(['system', 'key-file']),
  wrapped: z.base64().max(LARGEST_MASTER),
});

export interface MasterKeyOptions {
  readonly files: HistoryFiles;
  readonly keyFile: HistoryKeyFile;
  /** Where this shell has one. */
  readonly systemKey?: HistoryKeyPort;
  /** Where it may have one later: asked at each use until there is one. */
  readonly findSystemKey?: FindSystemKey;
}

/** Asks for the system's key store. Undefined where there is none, or it is locked now. */
export type FindSystemKey = () => Promise<HistoryKeyPort | undefined>;

/** The master key as it is wrapped on the disk now. */
interface KnownMaster {
  readonly text: string;
  readonly keys: MasterKeys;
}

/** Unwraps the master key once and keeps what is derived from it; notices when another process made or wrapped another. */
export class MasterKey {
  readonly #files: HistoryFiles;
  readonly #keyFile: HistoryKeyFile;
  readonly #findSystemKey: FindSystemKey | undefined;
  #systemKey: HistoryKeyPort | undefined;
  #known: KnownMaster | undefined;

  constructor({ files, keyFile, systemKey, findSystemKey }: MasterKeyOptions) {
    this.#files = files;
    this.#keyFile = keyFile;
    this.#systemKey = systemKey;
    this.#findSystemKey = findSystemKey;
  }

  /** What protects the key, or would protect a new one. */
  protection(): HistoryProtection {
    const text = this.read();
    const kind = text === undefined ? undefined : parseMaster(text)?.kind;
    return kind ?? (this.#systemKey ? 'system' : 'key-file');
  }

  /** The file as it is. Under the lock, or half of one that is being destroyed may be seen. */
  read(): string | undefined {
    return this.#files.read(MASTER_FILE, LARGEST_MASTER)?.toString('utf8');
  }

  /**
   * @param text as `read` had it; undefined where there is none yet
   * @throws ClientError `history-in-app`, `history-key-missing`
   */
  async unlock(text: string | undefined): Promise<MasterKeys | undefined> {
    if (text === undefined) {
      this.forget();
      return undefined;
    }
    if (this.#known?.text === text) return this.#known.keys;
    return this.#unwrap(text);
  }

  /** Whether `keys` are still those of the disk. Under the lock. */
  isCurrent(keys: MasterKeys | undefined): boolean {
    return this.read() === (keys && this.#known?.keys === keys ? this.#known.text : undefined);
  }

  /** Makes a master key where there is none. */
  async create(): Promise<void> {
    const master = newKey();
    const keys = new MasterKeys(master);
    try {
      const text = await wrapMaster((await this.#askSystemKey()) ?? this.#keyFile, master);
      this.#files.locked(() => {
        if (this.read() !== undefined) return;
        // First, so that a master key without an index always means that one is lost.
        replace(this.#files, INDEX_FILE, writeIndex(keys, EMPTY_INDEX));
        replace(this.#files, MASTER_FILE, Buffer.from(text));
      });
    } finally {
      master.fill(0);
      keys.destroy();
    }
  }

  /** Zeroes what is kept of it. */
  forget(): void {
    this.#known?.keys.destroy();
    this.#known = undefined;
  }

  async #unwrap(text: string): Promise<MasterKeys> {
    const file = parseMaster(text);
    if (!file) throw historyError('history-key-missing');
    const { key, stale } = await (await this.#portFor(file.kind)).unwrap(Buffer.from(file.wrapped, 'base64'));
    try {
      if (key.length !== KEY_BYTES) throw historyError('history-key-missing');
      const kept = await this.#wrapAnew(text, { key, stale, kind: file.kind });
      this.forget();
      const keys = new MasterKeys(key);
      this.#known = { text: kept, keys };
      return keys;
    } finally {
      key.fill(0);
    }
  }

  async #portFor(kind: HistoryProtection): Promise<HistoryKeyPort> {
    const systemKey = await this.#askSystemKey();
    if (kind === 'key-file') return this.#keyFile;
    // Whoever can look for it is the app itself.
    if (!systemKey) throw historyError(this.#findSystemKey ? 'history-key-missing' : 'history-in-app');
    return systemKey;
  }

  async #askSystemKey(): Promise<HistoryKeyPort | undefined> {
    this.#systemKey ??= await this.#findSystemKey?.();
    return this.#systemKey;
  }

  /** Moves the key to the system's key store where it is not there yet, and takes the key file away. */
  async #wrapAnew(
    text: string,
    { key, stale, kind }: { readonly key: Uint8Array; readonly stale: boolean; readonly kind: HistoryProtection },
  ): Promise<string> {
    const port = this.#systemKey;
    if (!port) return text;
    const isToMove = kind === 'key-file' || stale;
    // A key store that is locked just now: as before until the next start.
    const next = isToMove ? await wrapMaster(port, key).catch(() => text) : text;
    if (next === text && (kind === 'key-file' || !this.#keyFile.isThere())) return text;
    return this.#files.locked(() => {
      if (this.read() !== text) return text;
      if (next !== text) replace(this.#files, MASTER_FILE, Buffer.from(next));
      if (this.#keyFile.isThere()) this.#keyFile.destroy();
      return next;
    });
  }
}

async function wrapMaster(port: HistoryKeyPort, master: Uint8Array): Promise<string> {
  const wrapped = Buffer.from(await port.wrap(master)).toString('base64');
  return JSON.stringify({ version: 1, kind: port.kind, wrapped });
}

function parseMaster(text: string): z.infer<typeof masterSchema> | undefined {
  try {
    return masterSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
