import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { withFileLock } from '../../native/file-lock.js';
import { isSystemError } from '../../native/system-error.js';
import { OPERATIONS, type Operation } from '../../sdk/protocol/index.js';
import { parseRequestOrigin } from '../core/bridge/origin.js';
import { ClientError } from '../core/errors.js';
import type { SiteMemory } from '../core/ports.js';
import { replaceFileSync } from './replace-file.js';

/** More sites than a person decides about. */
const MAX_SITES = 2_000;
/** Larger files are not read; that many sites with the longest names take less. */
const LARGEST_FILE = 1024 * 1024;
const WRITABLE_BY_OTHERS = 0o022;

const siteSchema = z.strictObject({
  origin: z.string().refine(isSerialisedOrigin, 'not a serialised origin'),
  /** `all`: it may ask nothing; `unconfirmed`: nothing is taken that anybody could have sent in its name. */
  blocked: z.enum(['no', 'unconfirmed', 'all']),
  /** Operations whose explanation is shortened. */
  remembered: z.array(z.enum(OPERATIONS)).max(OPERATIONS.length),
});
const fileSchema = z.strictObject({
  version: z.literal(1),
  sites: z
    .array(siteSchema)
    .max(MAX_SITES)
    .refine((sites) => new Set(sites.map(({ origin }) => origin)).size === sites.length, 'a site twice'),
});

/** What the person decided about one site. */
export type Site = Readonly<z.infer<typeof siteSchema>>;

/** The person's own view of what was decided. All throw `ERR_INTERNAL_FILE` as `SiteMemory` does. */
export interface SiteStore extends SiteMemory {
  /** By origin. */
  list(): readonly Site[];
  /** @returns whether it was blocked */
  unblock(origin: string): boolean;
  /** Every remembered consent of the site; a block stays. @returns whether there was one */
  forget(origin: string): boolean;
  /** Everything about all sites, blocks included. The one change that a damaged file lets through. */
  reset(): void;
}

/**
 * What the person decided about sites, in `sites.json` of the state directory, which only its owner can read. Read at every
 * question, so that what another process changes holds at once. While the file is damaged nothing is answered: which sites are
 * blocked is not known then, and none of them shall be back unnoticed.
 */
export function openSiteMemory(stateDirectory: string): SiteStore {
  const file = new SitesFile(stateDirectory);
  const unwritten = new Map<string, Site['blocked']>();
  const site = (origin: string): Site => file.read().get(origin) ?? undecided(origin);
  return {
    isBlocked(origin, confirmed) {
      return [site(origin).blocked, unwritten.get(origin)].some((blocked) => refuses(blocked, confirmed));
    },
    isRemembered: (origin, operation) => site(origin).remembered.includes(operation),
    block: (origin, confirmed) =>
      inPromise(() => {
        // Holds in this process even where it cannot be written.
        unwritten.set(origin, confirmed ? 'all' : 'unconfirmed');
        file.change((sites) => {
          const blocked = confirmed || sites.get(origin)?.blocked === 'all' ? 'all' : 'unconfirmed';
          makeRoom(sites, origin);
          sites.set(origin, { origin, blocked, remembered: [] });
        });
        unwritten.delete(origin);
      }),
    remember: (origin, operation) =>
      inPromise(() => {
        file.change((sites) => {
          const { blocked, remembered } = sites.get(origin) ?? undecided(origin);
          if (!sites.has(origin) && sites.size >= MAX_SITES) throw file.failure('holds too many sites');
          sites.set(origin, { origin, blocked, remembered: [...new Set<Operation>([...remembered, operation])] });
        });
      }),
    list: () => [...file.read().values()].sort((a, b) => (a.origin < b.origin ? -1 : 1)),
    unblock: (origin) =>
      file.change((sites) => {
        const known = sites.get(origin);
        unwritten.delete(origin);
        if (!known || known.blocked === 'no') return false;
        put(sites, { ...known, blocked: 'no' });
        return true;
      }),
    forget: (origin) =>
      file.change((sites) => {
        const known = sites.get(origin);
        if (!known || known.remembered.length === 0) return false;
        put(sites, { ...known, remembered: [] });
        return true;
      }),
    reset() {
      unwritten.clear();
      file.replace(new Map());
    },
  };
}

type Sites = Map<string, Site>;

function undecided(origin: string): Site {
  return { origin, blocked: 'no', remembered: [] };
}

function refuses(blocked: Site['blocked'] | undefined, confirmed: boolean): boolean {
  return blocked === 'all' || (blocked === 'unconfirmed' && !confirmed);
}

function put(sites: Sites, site: Site): void {
  if (site.blocked === 'no' && site.remembered.length === 0) sites.delete(site.origin);
  else sites.set(site.origin, site);
}

/** A block is worth more than what saves reading. Where everything is blocks, the file refuses to be written. */
function makeRoom(sites: Sites, origin: string): void {
  if (sites.size < MAX_SITES || sites.has(origin)) return;
  const other = [...sites.values()].find(({ blocked }) => blocked === 'no');
  if (other) sites.delete(other.origin);
}

class SitesFile {
  readonly #directory: string;
  readonly #path: string;
  /** The text read last with what it says, so that the same text is not checked again. */
  #known: { readonly text: string; readonly sites: ReadonlyMap<string, Site> } | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, 'sites.json');
  }

  /** @throws ClientError `ERR_INTERNAL_FILE` */
  read(): ReadonlyMap<string, Site> {
    const text = this.#readText();
    if (text === undefined) return new Map();
    if (this.#known?.text !== text) this.#known = { text, sites: this.#parse(text) };
    return this.#known.sites;
  }

  /** Changes what is there now, while no other process does. @throws ClientError `ERR_INTERNAL_FILE` */
  change<Result>(change: (sites: Sites) => Result): Result {
    return this.#locked(() => {
      const sites = new Map(this.read());
      const result = change(sites);
      this.#write(sites);
      return result;
    });
  }

  /** @throws ClientError `ERR_INTERNAL_FILE` */
  replace(sites: Sites): void {
    this.#locked(() => {
      this.#write(sites);
    });
  }

  failure(what: string, cause?: unknown): ClientError {
    const details = { reason: `${this.#path} ${what}` };
    return new ClientError('ERR_INTERNAL_FILE', 'what was decided about sites cannot be used', { details, cause });
  }

  #locked<Result>(work: () => Result): Result {
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      return withFileLock(`${this.#path}.lock`, work);
    } catch (thrown) {
      throw thrown instanceof ClientError ? thrown : this.failure('cannot be written', thrown);
    }
  }

  #readText(): string | undefined {
    try {
      const status = statSync(this.#path);
      if (!status.isFile()) throw this.failure('is not a file');
      if (status.size > LARGEST_FILE) throw this.failure('is too large');
      if (process.platform !== 'win32' && (status.mode & WRITABLE_BY_OTHERS) !== 0) {
        throw this.failure('can be changed by others');
      }
      return readFileSync(this.#path, 'utf8');
    } catch (thrown) {
      if (isSystemError(thrown, 'ENOENT')) return undefined;
      throw thrown instanceof ClientError ? thrown : this.failure('cannot be read', thrown);
    }
  }

  #parse(text: string): ReadonlyMap<string, Site> {
    try {
      const { sites } = fileSchema.parse(JSON.parse(text));
      return new Map(sites.map((site) => [site.origin, site]));
    } catch (thrown) {
      throw this.failure('is damaged; madoguchi sites reset begins a new one', thrown);
    }
  }

  #write(sites: Sites): void {
    if (sites.size > MAX_SITES) throw this.failure('holds too many sites');
    const text = `${JSON.stringify({ version: 1, sites: [...sites.values()] }, null, 2)}\n`;
    replaceFileSync(this.#path, text);
  }
}

/** As a promise that rejects with whatever `work` throws. */
function inPromise(work: () => void): Promise<void> {
  return new Promise((resolve) => {
    work();
    resolve();
  });
}

function isSerialisedOrigin(value: string): boolean {
  try {
    return parseRequestOrigin(value) === value;
  } catch {
    return false;
  }
}
