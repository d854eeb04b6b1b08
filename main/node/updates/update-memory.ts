import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { MAX_FEED_LENGTH } from '../../core/updates/judge-feed.js';
import type { Log } from '../../core/ports.js';
import { replaceFileSync } from '../replace-file.js';

const LARGEST_FILE = MAX_FEED_LENGTH + 4_096;

const memorySchema = z.strictObject({
  version: z.literal(1),
  /** Where this installation stands in a roll-out, 0 to 99. It leaves this file for nowhere. */
  place: z.int().min(0).max(99),
  /** When an answer came last, and whether the person had asked. */
  checkedAt: z.iso.datetime().optional(),
  askedByPerson: z.boolean().optional(),
  /** The newest feed that was ever accepted. */
  seen: z.strictObject({ edition: z.int().min(1), jws: z.string().max(MAX_FEED_LENGTH) }).optional(),
});
export type UpdateMemory = z.infer<typeof memorySchema>;

/** What is kept in `updates.json` of the state directory. A damaged file is begun anew; without a place to write, nothing is. */
export class UpdateMemoryFile {
  readonly #directory: string;
  readonly #path: string;
  readonly #log: Log;
  /** Where nothing can be kept, for as long as the program runs. */
  #unkept: UpdateMemory | undefined;

  constructor(stateDirectory: string, log: Log) {
    this.#directory = stateDirectory;
    this.#path = join(stateDirectory, 'updates.json');
    this.#log = log;
  }

  read(): UpdateMemory {
    return this.#unkept ?? this.#parse() ?? { version: 1, place: randomInt(100) };
  }

  write(memory: UpdateMemory): void {
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      replaceFileSync(this.#path, JSON.stringify(memory));
      this.#unkept = undefined;
    } catch {
      this.#unkept = memory;
      this.#log.event('update.not-remembered');
    }
  }

  #parse(): UpdateMemory | undefined {
    try {
      const status = statSync(this.#path);
      if (!status.isFile() || status.size > LARGEST_FILE) return undefined;
      return memorySchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      return undefined;
    }
  }
}
