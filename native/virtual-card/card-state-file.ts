import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MaterialKind } from './card-material.js';
import { CardStateDefect, decodeCardState, decodePins, encodeCardState, type CardState } from './card-state.js';
import { FileLockTimeoutError, withFileLock } from '../file-lock.js';
import type { PinStorage } from './pins.js';
import { isSystemError } from '../system-error.js';

/** Name of the card's file in the state directory; each kind of material is a card of its own. */
function fileName(kind: MaterialKind): string {
  return kind === 'valid' ? 'virtual-card.json' : `virtual-card-${kind}.json`;
}

/** Larger files are not read. A whole card takes about 20 kB. */
const LARGEST_FILE = 256 * 1024;

/** The state file cannot be read, written or trusted. */
export class VirtualCardStateError extends Error {
  override readonly name = 'VirtualCardStateError';
  readonly path: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`virtual card ${path}: ${problem}`, options);
    this.path = path;
  }
}

/**
 * A card in a file that only its owner can read. Written whole to a new file that then takes the old one's place, so
 * that no crash leaves half a card.
 */
export class CardStateFile {
  readonly #directory: string;
  readonly #path: string;

  constructor(directory: string, kind: MaterialKind) {
    this.#directory = directory;
    this.#path = join(directory, fileName(kind));
  }

  /** The card in the file, or undefined where there is none. @throws VirtualCardStateError where it is damaged. */
  load(): CardState | undefined {
    const json = this.#read();
    return json === undefined ? undefined : this.#decode(json, decodeCardState);
  }

  /**
   * Writes a new card unless another process was first.
   * @returns the card that is in the file afterwards
   */
  create(state: CardState): CardState {
    const temporary = this.#writeTemporary(state);
    try {
      linkSync(temporary, this.#path);
      return state;
    } catch (thrown) {
      const existing = isSystemError(thrown, 'EEXIST') ? this.load() : undefined;
      if (existing) return existing;
      throw new VirtualCardStateError(this.#path, 'cannot be created', { cause: thrown });
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  /** The PINs of `state`'s card, read from and written to the file at every use. */
  pinStorage({ material }: CardState): PinStorage {
    const load = () => {
      const json = this.#read();
      if (json === undefined) throw new VirtualCardStateError(this.#path, 'is gone');
      return this.#decode(json, decodePins);
    };
    return {
      load,
      update: (change) =>
        this.#locked(() => {
          const { records, result } = change(load());
          if (records) this.#replace({ material, pins: records });
          return result;
        }),
    };
  }

  #locked<Result>(work: () => Result): Result {
    const path = `${this.#path}.lock`;
    try {
      return withFileLock(path, work);
    } catch (thrown) {
      if (thrown instanceof VirtualCardStateError) throw thrown;
      const problem = thrown instanceof FileLockTimeoutError ? 'is held by another process' : 'cannot be locked';
      throw new VirtualCardStateError(path, problem, { cause: thrown });
    }
  }

  #replace(state: CardState): void {
    const temporary = this.#writeTemporary(state);
    try {
      renameSync(temporary, this.#path);
    } catch (thrown) {
      rmSync(temporary, { force: true });
      throw new VirtualCardStateError(this.#path, 'cannot be written', { cause: thrown });
    }
  }

  #writeTemporary(state: CardState): string {
    const temporary = `${this.#path}.${randomBytes(8).toString('hex')}`;
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      writeFileSync(temporary, encodeCardState(state), { mode: 0o600, flag: 'wx' });
      return temporary;
    } catch (thrown) {
      rmSync(temporary, { force: true });
      throw new VirtualCardStateError(this.#path, 'cannot be written', { cause: thrown });
    }
  }

  #read(): string | undefined {
    try {
      const { size } = statSync(this.#path);
      if (size > LARGEST_FILE) throw new CardStateDefect('too large');
      return readFileSync(this.#path, 'utf8');
    } catch (thrown) {
      if (isSystemError(thrown, 'ENOENT')) return undefined;
      throw this.#damaged(thrown);
    }
  }

  #decode<Decoded>(json: string, decode: (json: string) => Decoded): Decoded {
    try {
      return decode(json);
    } catch (thrown) {
      throw this.#damaged(thrown);
    }
  }

  #damaged(thrown: unknown): VirtualCardStateError {
    if (!(thrown instanceof CardStateDefect)) {
      return new VirtualCardStateError(this.#path, 'cannot be read', { cause: thrown });
    }
    const problem = `damaged (${thrown.message}); delete the file to get a new card`;
    return new VirtualCardStateError(this.#path, problem, { cause: thrown });
  }
}
