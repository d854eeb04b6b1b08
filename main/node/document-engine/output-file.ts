import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { equalBytes } from '../../../sdk/formats/bytes.js';
import type { BoundPart, SignedOutput, SourceSlice } from '../../../sdk/formats/document.js';
import { FormatError } from '../../../sdk/formats/format-error.js';
import type { RandomAccessSource } from '../../../sdk/formats/ports.js';
import { fileError } from '../file-source.js';
import { nodeCrypto } from '../node-crypto.js';

/** Bytes of a slice held at a time. */
const PIECE_BYTES = 1024 * 1024;

/** Where a signed document goes: first under another name beside its own, so that whoever looks sees all of it or nothing. */
export interface OutputFile {
  /**
   * Writes all of it and gives it its name, which must not exist yet: what a person has is never overwritten.
   * @param bound the document as it was digested; where the output has it whole, it must be that still
   * @throws ClientError `ERR_INTERNAL_FILE`; FormatError `ERR_SIGN_DIGEST` (`content-changed`)
   */
  write(output: SignedOutput, bound?: BoundPart): Promise<void>;
  /** Leaves nothing unfinished behind. A second call does nothing. */
  discard(): Promise<void>;
}

/**
 * Begins the file, so that it is known early whether there is a place for it.
 * @throws ClientError `ERR_INTERNAL_FILE`
 */
export async function beginOutputFile(path: string): Promise<OutputFile> {
  // Not made of the name, which may be as long as names can be.
  const unfinished = join(dirname(path), `.madoguchi-${randomBytes(8).toString('hex')}`);
  await withFileErrors(path, async () => (await open(unfinished, 'wx')).close());
  return {
    write: (output, bound) =>
      withFileErrors(path, async () => {
        const file = await open(unfinished, 'w');
        try {
          for (const piece of output) await writePiece(file, piece, bound);
          await file.sync();
        } finally {
          await file.close();
        }
        await giveName(unfinished, path);
      }),
    discard: () => rm(unfinished, { force: true }),
  };
}

async function withFileErrors(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw cause instanceof FormatError ? cause : fileError(path, cause);
  }
}

/** A signed document that is small, in memory. @throws RangeError where it is not */
export async function outputBytes(output: SignedOutput, maxLength: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (const piece of output) {
    length += piece instanceof Uint8Array ? piece.length : piece.end - piece.start;
    if (length > maxLength) throw new RangeError('the output is too large to be held');
    pieces.push(piece instanceof Uint8Array ? piece : await piece.source.read(piece.start, piece.end - piece.start));
  }
  return new Uint8Array(Buffer.concat(pieces));
}

async function writePiece(
  file: FileHandle,
  piece: Uint8Array | SourceSlice,
  bound: BoundPart | undefined,
): Promise<void> {
  if (piece instanceof Uint8Array) {
    await file.writeFile(piece);
    return;
  }
  const { source, start, end } = piece;
  if (start === 0 && end === source.size) {
    await copyWhole(file, source, bound);
    return;
  }
  for (let offset = start; offset < end; offset += PIECE_BYTES) {
    await file.writeFile(await source.read(offset, Math.min(PIECE_BYTES, end - offset)));
  }
}

/** What is copied was digested before the person agreed; a file can be changed without its times telling. */
async function copyWhole(file: FileHandle, source: RandomAccessSource, bound: BoundPart | undefined): Promise<void> {
  const digest = nodeCrypto.startDigest('SHA-256');
  for await (const chunk of source.chunks()) {
    // The digest is made while the system writes.
    const writing = file.writeFile(chunk);
    digest.update(chunk);
    await writing;
  }
  const isSame = bound === undefined || bound.size !== source.size || equalBytes(await digest.digest(), bound.sha256);
  if (!isSame) throw new FormatError('ERR_SIGN_DIGEST', 'the content changed', { reason: 'content-changed' });
}

/** Both fail where the name is taken; on a file system without links the copy may be seen unfinished. */
async function giveName(unfinished: string, path: string): Promise<void> {
  try {
    await link(unfinished, path);
    await rm(unfinished);
  } catch (error) {
    if (!WITHOUT_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await copyFile(unfinished, path, constants.COPYFILE_EXCL);
  }
}

const WITHOUT_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP']);
