import { opendir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import type { SignedOutput } from '../../sdk/formats/document.js';
import { FormatError } from '../../sdk/formats/index.js';
import { memorySource } from '../../sdk/formats/memory-source.js';
import type { RandomAccessSource } from '../../sdk/formats/ports.js';
import type { ApplicationFiles } from '../../sdk/formats/profiles/egov-kousei.js';
import {
  readZip,
  readZipEntry,
  type InflateRaw,
  type ZipDirectory,
  type ZipEntry,
} from '../../sdk/formats/zip/read-zip.js';
import { replaceZipEntry } from '../../sdk/formats/zip/replace-entry.js';
import { ClientError } from '../core/errors.js';
import { openFileSource, type FileSource } from './file-source.js';

const KOUSEI = 'kousei.xml';

const MAX_FILES = 1000;
/** Octets of a whole archive once it is decompressed, and of one file of it, which is decompressed in memory. */
const MAX_TOTAL_BYTES = 512 * 1024 * 1024;
const MAX_FILE_BYTES = 128 * 1024 * 1024;

/** An e-Gov application, in a folder or a ZIP archive, open until `close`. */
export interface Application {
  /** The files beside `kousei.xml`, itself included. */
  readonly files: ApplicationFiles;
  readonly kousei: RandomAccessSource;
  /**
   * What to write for a signed `kousei.xml`: a copy of the archive in which nothing else has changed, or the file alone
   * where the application is a folder.
   */
  packed(kousei: Uint8Array): SignedOutput;
  close(): Promise<void>;
}

/**
 * Opens a folder, an archive, or the `kousei.xml` of a folder. In an archive the application may be one folder down, as
 * e-Gov hands it out.
 * @throws ClientError `ERR_INTERNAL_FILE`
 * @throws FormatError `ERR_SIGN_FORMAT`: `egov-kousei-missing`, `egov-too-many-files`, or a reason of ZIP
 */
export async function openApplication(path: string): Promise<Application> {
  const status = await stat(path).catch((cause: unknown) => {
    throw new ClientError('ERR_INTERNAL_FILE', 'the application cannot be read', { cause });
  });
  if (status.isDirectory()) return openFolder(path);
  if (basename(path) === KOUSEI) return openFolder(dirname(path));
  return openArchive(path);
}

async function openFolder(folder: string): Promise<Application> {
  const names = await fileNames(folder);
  if (!names.has(KOUSEI)) throw missing();
  const open = new Map<string, Promise<FileSource>>();
  const openOnce = (name: string): Promise<FileSource> => {
    const source = open.get(name) ?? openFileSource(join(folder, name));
    open.set(name, source);
    return source;
  };
  return {
    files: {
      list: () => [...names.keys()],
      open: async (unverifiedName) => {
        const name = names.get(unverifiedName.normalize('NFC'));
        return name === undefined ? undefined : openOnce(name);
      },
    },
    kousei: await openOnce(KOUSEI),
    packed: (kousei) => [kousei],
    async close() {
      const sources = await Promise.allSettled(open.values());
      for (const source of sources) if (source.status === 'fulfilled') await source.value.close();
    },
  };
}

/**
 * Names on the disk by their composed form: macOS hands out `が` as two characters. Only what is a file right here counts,
 * never a link to somewhere else.
 */
async function fileNames(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for await (const entry of await opendir(folder)) {
    if (!entry.isFile()) continue;
    addOnce(names, entry.name, entry.name);
    if (names.size > MAX_FILES) throw refused('egov-too-many-files', 'too many files in the folder');
  }
  return names;
}

function addOnce<Value>(files: Map<string, Value>, name: string, value: Value): void {
  const composed = name.normalize('NFC');
  if (files.has(composed)) throw refused('egov-duplicate-name', 'two files of one name');
  files.set(composed, value);
}

async function openArchive(path: string): Promise<Application> {
  const source = await openFileSource(path);
  try {
    const zip = await readZip(source, { maxEntries: MAX_FILES, maxTotalSize: MAX_TOTAL_BYTES });
    const kouseiEntry = findKousei(zip);
    const entries = entriesBeside(zip, kouseiEntry);
    return {
      files: {
        list: () => [...entries.keys()],
        open: async (unverifiedName) => {
          const entry = entries.get(unverifiedName.normalize('NFC'));
          return entry && memorySource(await readSmallEntry(zip, entry));
        },
      },
      kousei: memorySource(await readSmallEntry(zip, kouseiEntry)),
      packed: (kousei) => replaceZipEntry(zip, kouseiEntry, kousei),
      close: () => source.close(),
    };
  } catch (thrown) {
    await source.close();
    throw thrown;
  }
}

function findKousei({ entries }: ZipDirectory): ZipEntry {
  const found = entries.filter(({ name }) => name.split('/').at(-1) === KOUSEI);
  const [entry] = found;
  // Two applications in one archive, or one with a decoy.
  if (entry === undefined || found.length > 1) throw missing();
  return entry;
}

/** Files by their bare names. */
function entriesBeside({ entries }: ZipDirectory, kousei: ZipEntry): ReadonlyMap<string, ZipEntry> {
  const folder = kousei.name.slice(0, -KOUSEI.length);
  const files = new Map<string, ZipEntry>();
  for (const entry of entries) {
    if (entry.isFolder || !entry.name.startsWith(folder)) continue;
    const name = entry.name.slice(folder.length);
    if (!name.includes('/')) addOnce(files, name, entry);
  }
  return files;
}

async function readSmallEntry(zip: ZipDirectory, entry: ZipEntry): Promise<Uint8Array> {
  if (entry.size > MAX_FILE_BYTES) throw refused('zip-too-large', 'a file of the archive is too large');
  return readZipEntry(zip, entry, nodeInflateRaw);
}

const inflateRawAsync = promisify(inflateRaw);

/** `InflateRaw` over `node:zlib`. */
export const nodeInflateRaw: InflateRaw = async (deflated, maxLength) =>
  new Uint8Array(await inflateRawAsync(deflated, { maxOutputLength: Math.max(1, maxLength) }));

function missing(): FormatError {
  return refused('egov-kousei-missing', 'not exactly one kousei.xml');
}

function refused(reason: string, message: string): FormatError {
  return new FormatError('ERR_SIGN_FORMAT', message, { reason });
}
