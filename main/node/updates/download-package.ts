import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
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
  const path = await reserve(download);
  const partial = `${path}.part`;
  try {
    const failure = await fetchInto(partial, fetch, download);
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

async function fetchInto(partial: string, fetch: FetchInParts, download: PackageDownload) {
  const { url, size, sha256 } = download.package;
  const file = await open(partial, 'wx', 0o600);
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

/** Takes a name, so that neither a file of the person's nor another download of ours is written over. */
async function reserve({ package: { kind }, version, folder }: PackageDownload): Promise<string> {
  for (let number = 1; number <= MOST_NAMES; number++) {
    const suffix = number === 1 ? '' : `-${number}`;
    const path = join(folder, `madoguchi-${version}${suffix}.${kind}`);
    try {
      await (await open(path, 'wx', 0o600)).close();
      return path;
    } catch (error) {
      if (!isSystemError(error, 'EEXIST')) throw fileError(path, error);
    }
  }
  throw fileError(folder, new Error('too many files of this name'));
}

/** What was reserved and not filled. */
async function removeEmpty(path: string): Promise<void> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return;
  const { size } = await file.stat();
  await file.close();
  if (size === 0) await rm(path, { force: true });
}
