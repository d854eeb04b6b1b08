import { FormatError, type FormatErrorCode } from '../format-error.js';

/**
 * Walks DER without building anything, for structures too long for a tree. It sees to headers only: definite, minimal
 * lengths that stay within their parent. What the octets of an element mean is the caller's to check.
 */
export class DerCursor {
  readonly bytes: Uint8Array;
  readonly #code: FormatErrorCode;
  /** Where the next element starts. */
  position: number;
  /** Where the elements end. */
  readonly end: number;
  /** Where the contents of the element read last begin; they end at `position`. */
  contentsStart: number;

  constructor(bytes: Uint8Array, code: FormatErrorCode, range: { start: number; end: number }) {
    this.bytes = bytes;
    this.#code = code;
    this.position = range.start;
    this.contentsStart = range.start;
    this.end = range.end;
  }

  get isAtEnd(): boolean {
    return this.position === this.end;
  }

  /** Identifier octet of the next element; undefined at the end. */
  peek(): number | undefined {
    return this.position < this.end ? this.bytes[this.position] : undefined;
  }

  /**
   * Steps over the next element, which must be an `identifier`.
   * @returns where its contents begin
   * @throws FormatError with the cursor's code; so do all methods
   */
  skip(identifier: number): number {
    const { bytes, end } = this;
    let offset = this.position;
    if (offset + 2 > end || bytes[offset] !== identifier) this.refuse('a field is missing or of another type');
    let length = bytes[offset + 1] ?? 0;
    offset += 2;
    if (length >= 0x80) {
      const lengthOctets = length & 0x7f;
      if (lengthOctets < 1 || lengthOctets > 4 || offset + lengthOctets > end) this.refuse('length is not DER');
      length = 0;
      for (const lengthEnd = offset + lengthOctets; offset < lengthEnd; offset += 1) {
        length = length * 256 + (bytes[offset] ?? 0);
      }
      if (length < Math.max(0x80, 256 ** (lengthOctets - 1))) this.refuse('length is not minimal');
    }
    if (length > end - offset) this.refuse('length goes beyond the end');
    this.contentsStart = offset;
    this.position = offset + length;
    return offset;
  }

  /** Steps over the next element. @returns its octets, header included, as a view */
  take(identifier: number): Uint8Array {
    const start = this.position;
    this.skip(identifier);
    return this.bytes.subarray(start, this.position);
  }

  /** Steps over the next element. @returns a cursor over what is inside */
  enter(identifier: number): DerCursor {
    const start = this.skip(identifier);
    return new DerCursor(this.bytes, this.#code, { start, end: this.position });
  }

  /** Refuses anything left over. */
  finish(): void {
    if (!this.isAtEnd) this.refuse('an unexpected field');
  }

  refuse(message: string): never {
    throw new FormatError(this.#code, `DER: ${message}`);
  }
}
