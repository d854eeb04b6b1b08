import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { digestAlgorithm, signatureAlgorithm, type KeyKind } from '../../sdk/formats/algorithms.js';
import type { ByteSource, DigestAlgorithm, FormatCrypto, SignatureAlgorithm } from '../../sdk/formats/ports.js';
import { ClientError } from '../core/errors.js';

/** What OpenSSL calls the digests of the table. */
const HASH_NAMES = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
} as const satisfies Record<DigestAlgorithm, string>;

/** `FormatCrypto` over `node:crypto`. Byte sources are digested as they are read. */
export const nodeCrypto: FormatCrypto = {
  async digest(algorithm, data) {
    const hash = createHash(HASH_NAMES[digestAlgorithm(algorithm).name]);
    if (data instanceof Uint8Array) return new Uint8Array(hash.update(data).digest());
    for await (const chunk of data.chunks()) hash.update(chunk);
    return new Uint8Array(hash.digest());
  },

  verifySignature(...args) {
    try {
      return Promise.resolve(verifyWithNode(...args));
    } catch {
      // node:crypto throws where a key or an ECDSA value cannot be parsed: no signature by that key holds.
      return Promise.resolve(false);
    }
  },
};

function verifyWithNode(
  algorithm: SignatureAlgorithm,
  subjectPublicKeyInfo: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const entry = signatureAlgorithm(algorithm);
  const key = createPublicKey({ key: Buffer.from(subjectPublicKeyInfo), format: 'der', type: 'spki' });
  if (keyKind(key) !== entry.keyKind) return false;
  return verify(HASH_NAMES[entry.digestAlgorithm], data, { key, dsaEncoding: 'der' }, signature);
}

/** What OpenSSL calls the curves. */
const CURVES: ReadonlyMap<string, KeyKind> = new Map([
  ['prime256v1', 'P-256'],
  ['secp384r1', 'P-384'],
]);

function keyKind(key: KeyObject): KeyKind | undefined {
  if (key.asymmetricKeyType === 'rsa') return 'RSA';
  return CURVES.get(key.asymmetricKeyDetails?.namedCurve ?? '');
}

/** Bytes read at a time; two such buffers exist while a file is read. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * A regular file as a byte source: read in turns into two buffers, so that reading and digesting overlap, never whole.
 * Each `chunks()` opens the file anew and fails when it is no longer the file, or no longer as long, as it was here, or
 * is written to meanwhile.
 * @throws ClientError `ERR_INTERNAL_FILE`, from here and from `chunks()`
 */
export async function fileByteSource(path: string): Promise<ByteSource> {
  const identity = await withFile(path, identify);
  return { size: Number(identity.size), chunks: () => readChunks(path, identity) };
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
  if (!status.isFile()) throw new ClientError('ERR_INTERNAL_FILE', 'not a regular file');
  const { size, dev: device, ino: inode, mtimeNs: modified, ctimeNs: changed } = status;
  return { size, device, inode, modified, changed };
}

async function requireUnchanged(file: FileHandle, expected: FileIdentity): Promise<void> {
  const { size, device, inode, modified, changed } = await identify(file);
  const isSameFile = device === expected.device && inode === expected.inode;
  const isSame = isSameFile && size === expected.size && modified === expected.modified && changed === expected.changed;
  if (!isSame) throw new ClientError('ERR_INTERNAL_FILE', 'the file has changed');
}

async function withFile<Result>(path: string, use: (file: FileHandle) => Promise<Result>): Promise<Result> {
  const file = await openFile(path);
  try {
    return await use(file);
  } catch (cause) {
    throw fileError(cause);
  } finally {
    await file.close();
  }
}

/** Without O_NONBLOCK, which Windows does not have, opening a named pipe waits for somebody to write to it. */
const OPEN_FLAGS = constants.O_RDONLY | ((constants as Partial<typeof constants>).O_NONBLOCK ?? 0);

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, OPEN_FLAGS);
  } catch (cause) {
    throw fileError(cause);
  }
}

function fileError(cause: unknown): ClientError {
  return cause instanceof ClientError
    ? cause
    : new ClientError('ERR_INTERNAL_FILE', 'the file cannot be read', { cause });
}

async function* readChunks(path: string, identity: FileIdentity): AsyncGenerator<Uint8Array> {
  const file = await openFile(path);
  let pending: Promise<number> | undefined;
  try {
    await requireUnchanged(file, identity);
    let current = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    let other = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    let offset = 0;
    pending = startRead(file, current, offset);
    for (let length = await pending; length > 0; length = await pending) {
      const chunk = current.subarray(0, length);
      offset += length;
      pending = startRead(file, other, offset);
      yield chunk;
      [current, other] = [other, current];
    }
    await requireUnchanged(file, identity);
    if (BigInt(offset) !== identity.size) throw new ClientError('ERR_INTERNAL_FILE', 'the file has changed');
  } catch (cause) {
    throw fileError(cause);
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
