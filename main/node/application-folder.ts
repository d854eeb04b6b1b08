import { opendir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { inflateRaw } from 'node:zlib';
import type { SignedOutput } from '../../sdk/formats/document.js';
import { FormatError } from '../../sdk/formats/index.js';
import { memorySource } from '../../sdk/formats/memory-source.js';
import type { RandomAccessSource } from '../../sdk/formats/ports.js';
import type { ApplicationFiles } from '../../sdk/formats/profiles/egov-kousei.js';
import { KOUSEI } from '../../sdk/formats/profiles/kousei-document.js';
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

const MAX_FILES = 1000;
/** Octets of a whole archive once it is decompressed. All forms are in memory at once. */
const MAX_TOTAL_BYTES = 128 * 1024 * 1024;
/** More than this only where the archive has its share of it: XML shrinks to a tenth or so. */
const MAX_INFLATED_BYTES = 16 * 1024 * 1024;
const MAX_INFLATION = 100;

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
  for await (const name of namesOfFiles(folder)) {
    addOnce(names, name, name);
    if (names.size > MAX_FILES) throw refused('egov-too-many-files', 'too many files in the folder');
  }
  return names;
}

async function* namesOfFiles(folder: string): AsyncGenerator<string> {
  for await (const entry of await opendir(folder)) if (entry.isFile()) yield entry.name;
}

/**
 * Finds files of a folder as `openApplication` does; the folder may be any, and is read once, when it is first asked.
 * @returns by its bare name, how a file is called on the disk; undefined where there is none, or several compose to the name
 */
export function fileFinder(folder: string): (unverifiedName: string) => Promise<string | undefined> {
  let read: Promise<ReadonlyMap<string, string | undefined>> | undefined;
  return async (unverifiedName) => {
    read ??= anyFileNames(folder);
    return (await read).get(unverifiedName.normalize('NFC'));
  };
}

async function anyFileNames(folder: string): Promise<ReadonlyMap<string, string | undefined>> {
  const names = new Map<string, string | undefined>();
  for await (const name of namesOfFiles(folder)) {
    const composed = name.normalize('NFC');
    names.set(composed, names.has(composed) ? undefined : name);
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
    const maxTotalSize = Math.min(MAX_TOTAL_BYTES, Math.max(MAX_INFLATED_BYTES, source.size * MAX_INFLATION));
    const zip = await readZip(source, { maxEntries: MAX_FILES, maxTotalSize });
    // What is copied on must not hide anything in octets behind its data either.
    for (const entry of zip.entries) await readZipEntry(zip, entry, nodeInflateRaw);
    const kouseiEntry = findKousei(zip);
    const entries = entriesBeside(zip, kouseiEntry);
    return {
      files: {
        list: () => [...entries.keys(), ...elsewhere(zip, entries)],
        open: async (unverifiedName) => {
          const entry = entries.get(unverifiedName.normalize('NFC'));
          return entry && memorySource(await readZipEntry(zip, entry, nodeInflateRaw));
        },
      },
      kousei: memorySource(await readZipEntry(zip, kouseiEntry, nodeInflateRaw)),
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

/** Files that are not beside `kousei.xml`, by their paths from the archive's own folder, `/`. */
function elsewhere({ entries }: ZipDirectory, beside: ReadonlyMap<string, ZipEntry>): readonly string[] {
  const known = new Set(beside.values());
  return entries.filter((entry) => !entry.isFolder && !known.has(entry)).map(({ name }) => `/${name}`);
}

/** `InflateRaw` over `node:zlib`. */
export const nodeInflateRaw: InflateRaw = async (deflated, maxLength) => {
  const { buffer, engine } = await inflateWithInfo(deflated, Math.max(1, maxLength));
  // Written to the engine: what it took of the input.
  if (engine.bytesWritten !== deflated.length) throw new Error('octets behind the compressed data');
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
};

/** What `info` makes of a result. */
interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

function inflateWithInfo(deflated: Uint8Array, maxOutputLength: number): Promise<Inflated> {
  return new Promise((resolve, reject) => {
    inflateRaw(deflated, { maxOutputLength, info: true }, (error, result) => {
      if (error) reject(error);
      else resolve(result as unknown as Inflated);
    });
  });
}

function missing(): FormatError {
  return refused('egov-kousei-missing', 'not exactly one kousei.xml');
}

function refused(reason: string, message: string): FormatError {
  return new FormatError('ERR_SIGN_FORMAT', message, { reason });
}
