import { encodeHex } from '../../../sdk/formats/bytes.js';
import { LIMITS, type UploadResult } from '../../../sdk/protocol/index.js';
import { ClientError, toClientError } from '../errors.js';
import type { Policy } from '../policy/policy.js';
import type { Clock, Log, RandomSource, UploadedContent, UploadStore } from '../ports.js';
import { accountOf } from './ask-limits.js';
import { encodeBase64Url } from '../../../sdk/formats/jose/base64-url.js';

const UPLOAD_ID_BYTES = 32;
const KEPT_MILLISECONDS = LIMITS.uploadSeconds * 1_000;

export interface UploadPorts {
  readonly uploads: UploadStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  /** Read at every upload. */
  readonly policy: () => Policy;
}

/** Content on its way in. */
export interface IncomingUpload {
  /** In order. Ends early by throwing. */
  readonly octets: AsyncIterable<Uint8Array>;
  /** As the sender says; undefined where it does not. */
  readonly declaredSize: number | undefined;
}

/** Who sends an upload. */
export interface UploadSender {
  /** Serialised, authorised. */
  readonly origin: string;
  /** The registry has it: what is reserved is for it too. */
  readonly isListed: boolean;
}

/** Whose quotas an upload counts in. */
interface UploadAccount {
  /** As in `AskLimits`: all host names of one registered name. */
  readonly account: string;
  readonly isListed: boolean;
}

interface Upload extends UploadSender, UploadAccount {
  /** Octets that arrived. */
  size: number;
}

interface WaitingUpload extends Upload {
  readonly content: UploadedContent;
  /** Aborts when it no longer waits. */
  readonly settled: AbortController;
}

/**
 * Content that pages sent ahead of a request to sign it. An upload belongs to the origin that sent it, is used by one session,
 * and is gone when that session has ended, when it was deleted, or when nobody used it for `LIMITS.uploadSeconds`.
 */
export class UploadTable {
  readonly #ports: UploadPorts;
  /** Everything that takes room: arriving, waiting, in use. */
  readonly #open = new Set<Upload>();
  /** What waits to be used. */
  readonly #waiting = new Map<string, WaitingUpload>();
  #closed = false;

  constructor(ports: UploadPorts) {
    this.#ports = ports;
  }

  /**
   * Keeps what comes, until there is too much of it.
   * @throws ClientError `ERR_PROTOCOL_BODY_TOO_LARGE`; `ERR_PROTOCOL_UPLOADS_FULL`, retriable; `ERR_INTERNAL_FILE`; whatever
   * `octets` throws
   */
  async receive(
    { origin, isListed }: UploadSender,
    { octets, declaredSize = 0 }: IncomingUpload,
  ): Promise<UploadResult> {
    const account = accountOf({ origin, route: 'loopback', caller: { kind: 'unknown' } }, true);
    const upload: Upload = { origin, account, isListed, size: 0 };
    this.#checkSize(declaredSize, { upload, more: declaredSize });
    this.#checkCount(upload);
    this.#open.add(upload);
    try {
      const content = await this.#store(upload, octets);
      return this.#keep(upload, content);
    } catch (thrown) {
      this.#ports.log.event('bridge.upload.failed', { origin, code: toClientError(thrown).code });
      throw thrown;
    } finally {
      this.#open.delete(upload);
    }
  }

  /**
   * The contents, for one session alone: all of them or none. Whoever takes them discards them.
   * @throws ClientError `ERR_PROTOCOL_UPLOAD_UNKNOWN`, also for an upload of another origin, or one that is named twice
   */
  take(origin: string, ids: readonly string[]): UploadedContent[] {
    const uploads = ids.map((id) => [id, this.#find(origin, id)] as const);
    if (new Set(ids).size < ids.length) throw unknown();
    return uploads.map(([id, upload]) => {
      const content = this.#settle(id, upload);
      const { source, sha256 } = content;
      return { source, sha256, discard: () => content.discard().then(() => void this.#open.delete(upload)) };
    });
  }

  /**
   * Removes an upload that no session uses.
   * @throws ClientError as `take`
   */
  async delete(origin: string, id: string): Promise<void> {
    await this.#remove(id, this.#find(origin, id));
  }

  /** Removes what waits, and takes nothing more. What sessions use they remove themselves. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#waiting].map(([id, upload]) => this.#remove(id, upload)));
  }

  async #store(upload: Upload, octets: AsyncIterable<Uint8Array>): Promise<UploadedContent> {
    const place = await this.#ports.uploads.create();
    try {
      for await (const chunk of octets) {
        this.#checkSize(upload.size + chunk.length, { upload, more: chunk.length });
        upload.size += chunk.length;
        await place.write(chunk);
      }
      this.#checkOpen();
      return await place.finish();
    } catch (thrown) {
      await place.discard();
      throw thrown;
    }
  }

  #keep(upload: Upload, content: UploadedContent): UploadResult {
    const uploadId = encodeBase64Url(this.#ports.random.bytes(UPLOAD_ID_BYTES));
    const waiting = { ...upload, content, settled: new AbortController() };
    this.#open.add(waiting);
    this.#waiting.set(uploadId, waiting);
    void this.#removeWhenUnused(uploadId, waiting);
    return { uploadId, size: upload.size, sha256: encodeHex(content.sha256) };
  }

  async #removeWhenUnused(id: string, upload: WaitingUpload): Promise<void> {
    await this.#ports.clock.sleep(KEPT_MILLISECONDS, upload.settled.signal);
    if (upload.settled.signal.aborted) return;
    this.#ports.log.event('bridge.upload.expired', { origin: upload.origin });
    await this.#remove(id, upload);
  }

  async #remove(id: string, upload: WaitingUpload): Promise<void> {
    await this.#settle(id, upload).discard();
    this.#open.delete(upload);
  }

  #settle(id: string, { content, settled }: WaitingUpload): UploadedContent {
    this.#waiting.delete(id);
    settled.abort();
    return content;
  }

  #find(origin: string, id: string): WaitingUpload {
    const upload = this.#waiting.get(id);
    if (upload?.origin !== origin) throw unknown();
    return upload;
  }

  #checkOpen(): void {
    if (this.#closed) throw new ClientError('ERR_USER_CANCELLED', 'the client is ending');
  }

  #checkCount({ account, isListed }: UploadAccount): void {
    this.#checkOpen();
    const { signItems } = this.#ports.policy();
    const open = [...this.#open];
    const ofAccount = open.filter((upload) => upload.account === account);
    const unlisted = open.filter((upload) => !upload.isListed);
    const forUnlisted = Math.max(LIMITS.uploadsAltogether - LIMITS.reservedUploads, signItems);
    const isFull =
      ofAccount.length >= Math.max(LIMITS.uploadsPerOrigin, signItems) ||
      (!isListed && unlisted.length >= forUnlisted) ||
      open.length >= forUnlisted + LIMITS.reservedUploads;
    if (isFull) throw full();
  }

  /** @param sums.more octets, to be added to those that are there already */
  #checkSize(size: number, { upload, more }: { readonly upload: UploadAccount; readonly more: number }): void {
    if (size > LIMITS.uploadBytes) {
      throw new ClientError('ERR_PROTOCOL_BODY_TOO_LARGE', `an upload has at most ${LIMITS.uploadBytes} octets`);
    }
    let [ofAccount, unlisted, altogether] = [more, more, more];
    for (const other of this.#open) {
      altogether += other.size;
      if (!other.isListed) unlisted += other.size;
      if (other.account === upload.account) ofAccount += other.size;
    }
    const isFull =
      ofAccount > LIMITS.uploadBytesPerOrigin ||
      (!upload.isListed && unlisted > LIMITS.uploadBytesAltogether - LIMITS.reservedUploadBytes) ||
      altogether > LIMITS.uploadBytesAltogether;
    if (isFull) throw full();
  }
}

function unknown(): ClientError {
  return new ClientError('ERR_PROTOCOL_UPLOAD_UNKNOWN', 'no such upload');
}

function full(): ClientError {
  return new ClientError('ERR_PROTOCOL_UPLOADS_FULL', 'too much was uploaded that nobody signs', { retriable: true });
}
