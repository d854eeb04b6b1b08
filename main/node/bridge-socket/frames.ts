/**
 * Frames of native messaging: length (32 bits, unsigned), then that many bytes of JSON in UTF-8. The browsers write the
 * length in the machine's own byte order; our socket has it big-endian.
 */

export type ByteOrder = 'LE' | 'BE';

const LENGTH_BYTES = 4;

/** Bytes that are no frame. The stream they came from cannot be used further. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** One frame around `message` as JSON. */
export function encodeFrame(message: object, order: ByteOrder): Buffer {
  const json = Buffer.from(JSON.stringify(message), 'utf8');
  const length = Buffer.alloc(LENGTH_BYTES);
  if (order === 'LE') length.writeUInt32LE(json.length);
  else length.writeUInt32BE(json.length);
  return Buffer.concat([length, json]);
}

/** Cuts a stream into frames. Holds what has arrived of one frame and nothing else, and allocates nothing on a mere promise. */
export class FrameDecoder {
  readonly #order: ByteOrder;
  readonly #maximumBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** @param maximumBytes of a frame, its length prefix not counted */
  constructor(order: ByteOrder, maximumBytes: number) {
    this.#order = order;
    this.#maximumBytes = maximumBytes;
  }

  /** Whether the stream may end here. */
  get isBetweenFrames(): boolean {
    return this.#bytes === 0;
  }

  /**
   * The frames that `chunk` completes, without their prefixes.
   * @throws FrameError where a frame is empty or longer than it may be
   */
  push(chunk: Buffer): Buffer[] {
    if (chunk.length === 0) return [];
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const frames: Buffer[] = [];
    for (let length = this.#nextLength(); length !== undefined; length = this.#nextLength()) {
      if (this.#bytes < LENGTH_BYTES + length) break;
      const all = this.#joined();
      frames.push(all.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
      const rest = all.subarray(LENGTH_BYTES + length);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#bytes = rest.length;
    }
    return frames;
  }

  #nextLength(): number | undefined {
    if (this.#bytes < LENGTH_BYTES) return undefined;
    const start = (this.#chunks[0]?.length ?? 0) < LENGTH_BYTES ? this.#joined() : this.#chunks[0];
    if (start === undefined) return undefined;
    const length = this.#order === 'LE' ? start.readUInt32LE() : start.readUInt32BE();
    if (length === 0 || length > this.#maximumBytes) throw new FrameError('frame length out of range');
    return length;
  }

  #joined(): Buffer {
    const [only] = this.#chunks;
    if (only !== undefined && this.#chunks.length === 1) return only;
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }
}
