import { createHash } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleasePackage } from '../../../sdk/protocol/index.js';
import { isSystemError } from '../../../native/system-error.js';
import { ClientError } from '../../core/errors.js';
import type { DownloadResult } from '../../core/updates/updates.js';
import { fileError } from '../file-source.js';
import { HttpExchangeError, type HttpExchange } from '../http-exchange.js';

/** As `exchangeInParts`. */
export type FetchInParts = (options: HttpExchange, take: (chunk: Uint8Array) => void | Promise<void>) => Promise<void>;

export interface PackageDownload {
  readonly package: ReleasePackage;
  readonly version: string;
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

const LONGEST_DOWNLOAD_MILLISECONDS = 60 * 60 * 1_000;
/** Names that are tried where files of earlier downloads are still there. */
const MOST_NAMES = 100;

/**
 * Writes a package into a folder, under a name that nothing there has. It has its name only once its length and its SHA-256
 * are those of the feed.
 * @throws ClientError `ERR_INTERNAL_FILE`, `ERR_USER_CANCELLED`
 */
export async function downloadPackage(fetch: FetchInParts, download: PackageDownload): Promise<DownloadResult> {
  const { path, file } = await reserve(download);
  const partial = partOf(path);
  try {
    const failure = await fetchInto({ partial, file }, fetch, download);
    if (failure !== undefined) return { status: 'failed', failure };
    await rename(partial, path);
    return { status: 'saved', path };
  } catch (thrown) {
    if (download.signal?.aborted === true) throw new ClientError('ERR_USER_CANCELLED', 'cancelled', { cause: thrown });
    throw thrown instanceof ClientError ? thrown : fileError(path, thrown);
  } finally {
    await rm(partial, { force: true });
    await removeEmpty(path);
  }
}

interface PartialFile {
  readonly partial: string;
  readonly file: FileHandle;
}

/** Closes the file. */
async function fetchInto({ partial, file }: PartialFile, fetch: FetchInParts, download: PackageDownload) {
  const { url, size, sha256 } = download.package;
  const hash = createHash('sha256');
  let length = 0;
  let unwritten: Error | undefined;
  try {
    await fetch(
      {
        url,
        maxBytes: size,
        timeoutMilliseconds: LONGEST_DOWNLOAD_MILLISECONDS,
        ...(download.signal && { signal: download.signal }),
      },
      async (chunk) => {
        hash.update(chunk);
        length += chunk.length;
        await file.writeFile(chunk).catch((error: unknown) => {
          unwritten = fileError(partial, error);
          throw unwritten;
        });
      },
    );
    await file.sync();
  } catch (thrown) {
    if (unwritten !== undefined) throw unwritten;
    if (!(thrown instanceof HttpExchangeError) || download.signal?.aborted === true) throw thrown;
    return thrown.reason === 'too-long' ? 'size' : (`http-${thrown.reason}` as const);
  } finally {
    await file.close();
  }
  if (length !== size) return 'size';
  return hash.digest('hex') === sha256 ? undefined : 'hash';
}

/** What is not complete or not checked yet. Some browsers name theirs in the same way. */
const partOf = (path: string): string => `${path}.part`;

/** Takes a name and that of its part, so that neither a file of the person's nor another download is written over or removed. */
async function reserve({ package: { kind }, version, folder }: PackageDownload) {
  for (let number = 1; number <= MOST_NAMES; number++) {
    const suffix = number === 1 ? '' : `-${number}`;
    const path = join(folder, `madoguchi-${version}${suffix}.${kind}`);
    const own = await create(path);
    await own?.close();
    const file = own && (await createPart(path));
    if (file) return { path, file };
  }
  throw fileError(folder, new Error('too many files of this name'));
}

async function createPart(path: string): Promise<FileHandle | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await create(partOf(path));
    return file;
  } finally {
    if (!file) await rm(path, { force: true });
  }
}

/** Undefined where something has the name, be it a link. */
async function create(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return undefined;
    throw fileError(path, error);
  }
}

/** What was reserved and not filled. */
async function removeEmpty(path: string): Promise<void> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return;
  const { size } = await file.stat();
  await file.close();
  if (size === 0) await rm(path, { force: true });
}
