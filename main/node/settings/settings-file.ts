import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { withFileLock } from '../../../native/file-lock.js';
import { isSystemError } from '../../../native/system-error.js';
import { ClientError } from '../../core/errors.js';
import type { UnverifiedSettings } from '../../core/settings/settings.js';
import { replaceFileSync } from '../replace-file.js';

/** Name of the file in the state directory. */
export const SETTINGS_FILE = 'settings.json';

/** Larger files are not read, nor written. */
const LARGEST_FILE = 64 * 1024;
const WRITABLE_BY_OTHERS = 0o022;
const VERSION = 1;

/** Members that this version does not know are a newer one's; they are kept as they are. */
const fileSchema = z.looseObject({
  version: z.literal(VERSION),
  values: z.record(z.string(), z.unknown()),
});
const newerSchema = z.looseObject({ version: z.int().min(VERSION + 1) });

type Values = Readonly<Record<string, unknown>>;
type Damage = Extract<UnverifiedSettings, { status: 'damaged' }>['kind'];

/** What the file says, or why it says nothing. */
type Content =
  | { readonly status: 'read'; readonly members: Values; readonly unverifiedValues: Values }
  | { readonly status: 'damaged'; readonly kind: Damage; readonly cause?: unknown };

/** The file with the person's decisions, whose values nobody has looked at here. */
export class SettingsFile {
  readonly path: string;
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    this.path = join(directory, SETTINGS_FILE);
  }

  /** Never throws. No file: no decisions. */
  read(): UnverifiedSettings {
    return this.#read();
  }

  /**
   * Changes what is there now, while no other process does. What is damaged stays as it is.
   * @throws ClientError `ERR_INTERNAL_FILE`
   */
  change(change: (unverifiedValues: Values) => Values): void {
    this.#locked(() => {
      const content = this.#read();
      if (content.status === 'damaged') {
        throw this.#failure(`is damaged (${content.kind}); madoguchi settings reset begins a new one`, content.cause);
      }
      this.#write({ ...content.members, version: VERSION, values: change(content.unverifiedValues) });
    });
  }

  /** Whatever is there. @throws ClientError `ERR_INTERNAL_FILE` */
  replace(values: Values): void {
    this.#locked(() => {
      this.#write({ version: VERSION, values });
    });
  }

  #read(): Content {
    try {
      const status = statSync(this.path);
      if (!status.isFile()) return { status: 'damaged', kind: 'unreadable' };
      if (status.size > LARGEST_FILE) return { status: 'damaged', kind: 'too-large' };
      if (process.platform !== 'win32' && (status.mode & WRITABLE_BY_OTHERS) !== 0) {
        return { status: 'damaged', kind: 'not-protected' };
      }
      return parse(readFileSync(this.path, 'utf8'));
    } catch (cause) {
      if (isSystemError(cause, 'ENOENT')) return { status: 'read', members: {}, unverifiedValues: {} };
      return { status: 'damaged', kind: 'unreadable', cause };
    }
  }

  #locked(work: () => void): void {
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      withFileLock(`${this.path}.lock`, work);
    } catch (thrown) {
      throw thrown instanceof ClientError ? thrown : this.#failure('cannot be written', thrown);
    }
  }

  #write(members: Values): void {
    const text = `${JSON.stringify(members, null, 2)}\n`;
    if (Buffer.byteLength(text) > LARGEST_FILE) throw this.#failure('would be too large');
    replaceFileSync(this.path, text);
  }

  #failure(what: string, cause?: unknown): ClientError {
    const details = { reason: `${this.path} ${what}` };
    return new ClientError('ERR_INTERNAL_FILE', 'settings cannot be kept', { details, cause });
  }
}

function parse(text: string): Content {
  let members: unknown;
  try {
    members = JSON.parse(text);
  } catch (cause) {
    return { status: 'damaged', kind: 'malformed', cause };
  }
  const parsed = fileSchema.safeParse(members);
  if (parsed.success) return { status: 'read', members: parsed.data, unverifiedValues: parsed.data.values };
  const kind = newerSchema.safeParse(members).success ? 'newer-version' : 'malformed';
  return { status: 'damaged', kind, cause: parsed.error };
}
