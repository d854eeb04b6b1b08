import { readUploadResult } from './answers.js';
import type { Channel } from './channel.js';
import { sizeOf, type Content } from './content.js';
import { listen, type Environment } from './environment.js';
import { malformedAnswer } from './errors.js';

/** How far the contents of a call are on their way to the client. */
export interface UploadProgress {
  /** Bytes that have arrived. A content arrives whole. */
  readonly sentBytes: number;
  readonly totalBytes: number;
}

/** Milliseconds for one content; the client gives up before. */
const UPLOAD_TIMEOUT = 45_000;

export interface UploadCall {
  readonly environment: Environment;
  readonly signal: AbortSignal | undefined;
  readonly onUploadProgress: ((progress: UploadProgress) => void) | undefined;
}

/** Contents sent ahead of one request. Until a session has taken them over, `discard` them where there will be none. */
export class Uploads {
  readonly #channel: Channel;
  readonly #call: UploadCall;
  readonly #ids: string[] = [];

  constructor(channel: Channel, call: UploadCall) {
    this.#channel = channel;
    this.#call = call;
  }

  /**
   * One after another; answers the id of each.
   * @throws MadoguchiError; the reason of the call's signal when it aborts
   */
  async send(contents: ReadonlySet<Content>): Promise<ReadonlyMap<Content, string>> {
    const { environment, signal, onUploadProgress } = this.#call;
    const totalBytes = [...contents].reduce((total, content) => total + sizeOf(content), 0);
    const ids = new Map<Content, string>();
    let sentBytes = 0;
    const stopListening = listen(environment, 'pagehide', () => void this.discard());
    try {
      for (const content of contents) {
        onUploadProgress?.({ sentBytes, totalBytes });
        const answer = await this.#channel.upload?.(content, { signal, timeout: UPLOAD_TIMEOUT });
        const { uploadId, size } = readUploadResult(answer);
        this.#ids.push(uploadId);
        // A file that has changed meanwhile is not what the page asked to have signed.
        if (size !== sizeOf(content)) throw malformedAnswer();
        ids.set(content, uploadId);
        sentBytes += size;
      }
      onUploadProgress?.({ sentBytes, totalBytes });
      return ids;
    } finally {
      stopListening();
    }
  }

  /** What a session has taken over by now stays: that session removes it. */
  async discard(): Promise<void> {
    const ids = this.#ids.splice(0);
    await Promise.all(ids.map(async (id) => this.#channel.discardUpload?.(id).catch(() => undefined)));
  }
}
