/** Bytes of the length before every message of the vpcd protocol, big-endian. */
const LENGTH_BYTES = 2;
const LONGEST_PAYLOAD = 0xffff;

/** A vpcd message: length, then payload, in one piece, so that it leaves in one TCP segment. */
export function encodeVpcdFrame(payload: Uint8Array): Uint8Array {
  if (payload.length > LONGEST_PAYLOAD) throw new RangeError('vpcd payload is too long');
  // Small typed arrays lie in the engine's own heap, which leaves copies behind when it moves them. These may hold a PIN.
  const frame = new Uint8Array(new ArrayBuffer(LENGTH_BYTES + payload.length));
  frame[0] = payload.length >> 8;
  frame[1] = payload.length & 0xff;
  frame.set(payload, LENGTH_BYTES);
  return frame;
}

/** A message announces more bytes than its reader takes. The stream cannot be used further. */
export class VpcdFrameError extends Error {
  override readonly name = 'VpcdFrameError';
}

/** Takes the payloads out of a byte stream. Holds no more than one unfinished message. */
export class VpcdFrameReader {
  readonly #longestPayload: number;
  #pending: Uint8Array = new Uint8Array(0);

  /** @param longestPayload in bytes; a longer one is refused as soon as it is announced */
  constructor(longestPayload: number = LONGEST_PAYLOAD) {
    this.#longestPayload = longestPayload;
  }

  /**
   * Each payload is a copy; whoever gets it zeroes it when done. The bytes kept in between are zeroed here.
   * @throws VpcdFrameError
   */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    const bytes = Uint8Array.from(Buffer.concat([this.#pending, chunk]));
    this.#pending.fill(0);
    let offset = 0;
    for (;;) {
      const end = frameEnd(bytes, offset);
      if (end !== undefined && end - offset - LENGTH_BYTES > this.#longestPayload) {
        bytes.fill(0);
        throw new VpcdFrameError('vpcd payload is too long');
      }
      if (end === undefined || end > bytes.length) break;
      yield bytes.slice(offset + LENGTH_BYTES, end);
      offset = end;
    }
    this.#pending = bytes.slice(offset);
    bytes.fill(0);
  }
}

function frameEnd(bytes: Uint8Array, offset: number): number | undefined {
  const high = bytes[offset];
  const low = bytes[offset + 1];
  if (high === undefined || low === undefined) return undefined;
  return offset + LENGTH_BYTES + ((high << 8) | low);
}
