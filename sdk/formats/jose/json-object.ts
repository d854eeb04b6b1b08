import { decodeUtf8 } from '../bytes.js';
import { FormatError } from '../format-error.js';

const MAX_DEPTH = 8;
const MAX_VALUES = 1024;

/**
 * A JSON object (RFC 8259) from octets, as strictly as RFC 7515 §4 wants a JOSE header: well-formed UTF-8 without a byte
 * order mark, no member name twice in any object however it is escaped, nothing behind it; at most 8 levels and 1,024 values.
 * @throws FormatError `ERR_SIGN_FORMAT`, `jws-header-json`, or `jws-header-duplicate` for a name given twice
 */
export function readJsonObject(unverifiedBytes: Uint8Array): ReadonlyMap<string, unknown> {
  const text = decodeUtf8(unverifiedBytes);
  if (text === undefined) throw malformed('the header is not UTF-8');
  const reader = new JsonReader(text);
  const value = reader.value(1);
  reader.end();
  if (!(value instanceof Map)) throw malformed('the header is not an object');
  return value as ReadonlyMap<string, unknown>;
}

const WHITE_SPACE = /[ \t\n\r]*/y;
const LITERAL = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Objects become maps, so that no name means anything to the language. */
class JsonReader {
  readonly #text: string;
  #offset = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): unknown {
    this.#values += 1;
    if (depth > MAX_DEPTH || this.#values > MAX_VALUES) throw malformed('the header is too large');
    if (this.#takes('{')) return this.#object(depth);
    if (this.#takes('[')) return this.#array(depth);
    return this.#literal();
  }

  end(): void {
    this.#skipWhiteSpace();
    if (this.#offset !== this.#text.length) throw malformed('the header does not end where it should');
  }

  #object(depth: number): ReadonlyMap<string, unknown> {
    const members = new Map<string, unknown>();
    if (this.#takes('}')) return members;
    do {
      const name = this.#literal();
      if (typeof name !== 'string') throw malformed('a member has no name');
      if (members.has(name)) {
        throw new FormatError('ERR_SIGN_FORMAT', 'a header member is given twice', { reason: 'jws-header-duplicate' });
      }
      this.#expect(':');
      members.set(name, this.value(depth + 1));
    } while (this.#takes(','));
    this.#expect('}');
    return members;
  }

  #array(depth: number): readonly unknown[] {
    const values: unknown[] = [];
    if (this.#takes(']')) return values;
    do values.push(this.value(depth + 1));
    while (this.#takes(','));
    this.#expect(']');
    return values;
  }

  #literal(): unknown {
    this.#skipWhiteSpace();
    LITERAL.lastIndex = this.#offset;
    const literal = LITERAL.exec(this.#text)?.[0];
    if (literal === undefined) throw malformed('the header is not JSON');
    this.#offset += literal.length;
    try {
      return JSON.parse(literal);
    } catch (cause) {
      throw malformed('the header is not JSON', cause);
    }
  }

  #takes(character: string): boolean {
    this.#skipWhiteSpace();
    if (this.#text[this.#offset] !== character) return false;
    this.#offset += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#takes(character)) throw malformed('the header is not JSON');
  }

  #skipWhiteSpace(): void {
    WHITE_SPACE.lastIndex = this.#offset;
    this.#offset += WHITE_SPACE.exec(this.#text)?.[0].length ?? 0;
  }
}

function malformed(message: string, cause?: unknown): FormatError {
  return new FormatError('ERR_SIGN_FORMAT', message, { cause, reason: 'jws-header-json' });
}
