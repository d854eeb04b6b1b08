import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { RandomAccessSource } from '../../sdk/formats/ports.js';
import { displayText } from '../core/consent/display-text.js';
import { ClientError } from '../core/errors.js';

/** Bytes read at a time; two such buffers exist while a file is read. */
const CHUNK_BYTES = 1024 * 1024;

/** A regular file, open until `close`. */
export interface FileSource extends RandomAccessSource {
  close(): Promise<void>;
}

/**
 * A regular file as a source: in order it is read in turns into two buffers, so that reading and digesting overlap, never
 * whole. Each reading fails when it is no longer the file, or no longer as long, as it was here, or was written to since.
 * @param signal ends readings in order with `ERR_USER_CANCELLED`
 * @throws ClientError `ERR_INTERNAL_FILE`, from here and from every reading
 */
export async function openFileSource(path: string, signal?: AbortSignal): Promise<FileSource> {
  const file = await openFile(path);
  try {
    const identity = await identify(file);
    return {
      size: Number(identity.size),
      chunks: () => readChunks(path, identity, signal),
      async read(offset, length) {
        try {
          const bytes = await readAt(file, offset, Math.max(0, Math.min(length, Number(identity.size) - offset)));
          await requireUnchanged(file, identity);
          return bytes;
        } catch (cause) {
          throw fileError(path, cause);
        }
      },
      close: () => file.close(),
    };
  } catch (cause) {
    await file.close();
    throw fileError(path, cause);
  }
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0)
      throw new ClientError('ERR_INTERNAL_FILE', 'the file has changed', { details: { errno: 'CHANGED' } });
    filled += bytesRead;
  }
  return bytes;
}

interface FileIdentity {
  readonly size: bigint;
  readonly device: bigint;
  readonly inode: bigint;
  /** Nanoseconds. */
  readonly modified: bigint;
  /** Of the last change of content or metadata, in nanoseconds; unlike `modified`, no program can set it back. */
  readonly changed: bigint;
}

async function identify(file: FileHandle): Promise<FileIdentity> {
  const status = await file.stat({ bigint: true });
  if (!status.isFile())
    throw new ClientError('ERR_INTERNAL_FILE', 'not a regular file', { details: { errno: 'NOT_A_FILE' } });
  const { size, dev: device, ino: inode, mtimeNs: modified, ctimeNs: changed } = status;
  return { size, device, inode, modified, changed };
}

async function requireUnchanged(file: FileHandle, expected: FileIdentity): Promise<void> {
  const { size, device, inode, modified, changed } = await identify(file);
  const isSameFile = device === expected.device && inode === expected.inode;
  const isSame = isSameFile && size === expected.size && modified === expected.modified && changed === expected.changed;
  if (!isSame) throw new ClientError('ERR_INTERNAL_FILE', 'the file has changed', { details: { errno: 'CHANGED' } });
}

/** Without O_NONBLOCK, which Windows does not have, opening a named pipe waits for somebody to write to it. */
const OPEN_FLAGS = constants.O_RDONLY | ((constants as Partial<typeof constants>).O_NONBLOCK ?? 0);

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, OPEN_FLAGS);
  } catch (cause) {
    throw fileError(path, cause);
  }
}

function cancelled(): ClientError {
  return new ClientError('ERR_USER_CANCELLED', 'cancelled while a file was read');
}

/** UTF-16 code units of an error's reason; a path has at most 4096 bytes. */
const MAX_REASON_LENGTH = 8_192;

/**
 * What happened to which file: `details` have the path as `file`, the system's name of the error (`ENOENT`) or ours
 * (`CHANGED`, `NOT_A_FILE`) as `errno`, and both in words as `reason`.
 */
export function fileError(path: string, cause: unknown): ClientError {
  const isOther = cause instanceof ClientError && cause.code !== 'ERR_INTERNAL_FILE';
  if (isOther || (cause instanceof ClientError && cause.details['file'] !== undefined)) return cause;
  const why = cause instanceof Error ? cause.message : 'unknown reason';
  const errno = cause instanceof ClientError ? cause.details['errno'] : systemErrorCode(cause);
  return new ClientError('ERR_INTERNAL_FILE', 'a file could not be read or written', {
    details: {
      file: displayText(path, MAX_REASON_LENGTH),
      reason: displayText(`${path}: ${why}`, MAX_REASON_LENGTH),
      ...(errno !== undefined && { errno }),
    },
    cause,
  });
}

function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

async function* readChunks(
  path: string,
  identity: FileIdentity,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const file = await openFile(path);
  let pending: Promise<number> | undefined;
  try {
    await requireUnchanged(file, identity);
    let current = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    let other = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    let offset = 0;
    pending = startRead(file, current, offset);
    for (let length = await pending; length > 0; length = await pending) {
      if (signal?.aborted) throw cancelled();
      const chunk = current.subarray(0, length);
      offset += length;
      pending = startRead(file, other, offset);
      yield chunk;
      [current, other] = [other, current];
    }
    await requireUnchanged(file, identity);
    if (BigInt(offset) !== identity.size)
      throw new ClientError('ERR_INTERNAL_FILE', 'the file has changed', { details: { errno: 'CHANGED' } });
  } catch (cause) {
    throw fileError(path, cause);
  } finally {
    // A read under way when the consumer stops early must not meet a closed file.
    await pending?.catch(() => 0);
    await file.close();
  }
}

/** Its failure is looked at when its bytes are needed; until then nobody waits for it, which Node takes for a defect. */
function startRead(file: FileHandle, buffer: Buffer, position: number): Promise<number> {
  const reading = file.read(buffer, 0, buffer.length, position).then(({ bytesRead }) => bytesRead);
  reading.catch(() => undefined);
  return reading;
}
