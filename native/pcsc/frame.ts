/**
 * Frames between the program and its card process, in both directions: length of the rest (4 bytes), length of the
 * header (4 bytes), header (JSON, UTF-8), body (bytes to the end). Numbers are unsigned and big-endian.
 *
 * Commands of a card hold PINs. A frame is therefore bytes in one buffer that has an owner who zeroes it; JSON carries
 * none of them, and no serializer makes copies that nobody can reach.
 */

/** Bytes of a whole frame, prefix included. */
export const MAX_FRAME_BYTES = 65_536;

const LENGTH_BYTES = 4;
const PREFIX_BYTES = 2 * LENGTH_BYTES;

/** Bytes that are no frame. The stream they came from cannot be used further. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

export interface Frame {
  /** Parsed and not otherwise checked. */
  readonly unverifiedHeader: unknown;
  /** A view on the frame's buffer: gone when that is zeroed. */
  readonly body: Uint8Array;
}

/** @throws FrameError where the frame would be longer than `MAX_FRAME_BYTES` */
export function encodeFrame(header: object, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  const headerBytes = new TextEncoder().encode(JSON.stringify(header));
  const length = PREFIX_BYTES + headerBytes.length + body.length;
  if (length > MAX_FRAME_BYTES) throw new FrameError('frame is too long');
  const frame = new Uint8Array(length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, length - LENGTH_BYTES);
  view.setUint32(LENGTH_BYTES, headerBytes.length);
  frame.set(headerBytes, PREFIX_BYTES);
  frame.set(body, PREFIX_BYTES + headerBytes.length);
  return frame;
}

/** Reads one whole frame. @throws FrameError */
export function decodeFrame(frame: Uint8Array): Frame {
  if (frame.length < PREFIX_BYTES || frame.length > MAX_FRAME_BYTES) throw new FrameError('frame length out of range');
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const bodyStart = PREFIX_BYTES + view.getUint32(LENGTH_BYTES);
  if (view.getUint32(0) !== frame.length - LENGTH_BYTES || bodyStart > frame.length) {
    throw new FrameError('frame lengths disagree');
  }
  return {
    unverifiedHeader: parseHeader(frame.subarray(PREFIX_BYTES, bodyStart)),
    body: frame.subarray(bodyStart),
  };
}

function parseHeader(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new FrameError('frame header is not JSON', { cause });
  }
}

/** Cuts a byte stream into frames. Holds no more than one unfinished frame. */
export class FrameReader {
  readonly #prefix = new Uint8Array(LENGTH_BYTES);
  #prefixFilled = 0;
  #frame: Uint8Array | undefined;
  #frameFilled = 0;

  /**
   * Copies `chunk`, which the caller may zero afterwards, and returns the frames that became whole. Each is a buffer of
   * its own; whoever gets it zeroes it.
   * @throws FrameError as soon as a length is out of range
   */
  push(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      rest = rest.subarray(this.#frame ? this.#fillFrame(this.#frame, rest) : this.#fillPrefix(rest));
      const frame = this.#takeWhole();
      if (frame) frames.push(frame);
    }
    return frames;
  }

  #fillPrefix(bytes: Uint8Array): number {
    const taken = Math.min(LENGTH_BYTES - this.#prefixFilled, bytes.length);
    this.#prefix.set(bytes.subarray(0, taken), this.#prefixFilled);
    this.#prefixFilled += taken;
    if (this.#prefixFilled === LENGTH_BYTES) this.#begin();
    return taken;
  }

  #begin(): void {
    const length = LENGTH_BYTES + new DataView(this.#prefix.buffer).getUint32(0);
    if (length < PREFIX_BYTES || length > MAX_FRAME_BYTES) throw new FrameError('frame length out of range');
    this.#frame = new Uint8Array(length);
    this.#frame.set(this.#prefix);
    this.#frameFilled = LENGTH_BYTES;
    this.#prefixFilled = 0;
  }

  #fillFrame(frame: Uint8Array, bytes: Uint8Array): number {
    const taken = Math.min(frame.length - this.#frameFilled, bytes.length);
    frame.set(bytes.subarray(0, taken), this.#frameFilled);
    this.#frameFilled += taken;
    return taken;
  }

  #takeWhole(): Uint8Array | undefined {
    const frame = this.#frame;
    if (!frame || this.#frameFilled < frame.length) return undefined;
    this.#frame = undefined;
    return frame;
  }
}
