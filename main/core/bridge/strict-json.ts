import { LIMITS } from '../../../sdk/protocol/index.js';
import { ClientError } from '../errors.js';

export interface JsonBounds {
  /** Nesting of brackets. */
  readonly depth: number;
  /** Commas and opening brackets. */
  readonly structure: number;
}

/** Of a request. The largest valid one, a thousand digests to sign, has about 5030 commas and brackets, however it is signed. */
const REQUEST_BOUNDS: JsonBounds = { depth: LIMITS.jsonDepth, structure: 5 * LIMITS.signItemsMost + 120 };

/**
 * Parses JSON (RFC 8259) from `unverifiedBytes`, more strictly than the language: no byte order mark, no malformed UTF-8,
 * no member name twice in one object however it is escaped, and no more nesting and structure than `bounds`, so that the
 * time taken is that of a few scans of the text.
 * @throws ClientError `ERR_PROTOCOL_MALFORMED`
 */
export function parseStrictJson(unverifiedBytes: Uint8Array, bounds: JsonBounds = REQUEST_BOUNDS): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(unverifiedBytes);
    checkStructure(text, bounds);
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof ClientError) throw cause;
    throw malformed('the body is not JSON in UTF-8', cause);
  }
}

/**
 * Walks strings and brackets without deciding whether the text is JSON; `JSON.parse` decides that. On text that is JSON
 * a bracket, comma or colon outside strings is always structure, so nothing can hide from this walk.
 */
function checkStructure(text: string, bounds: JsonBounds): void {
  /** One entry for each open bracket: the names seen in an object, undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let structure = 0;
  for (let index = 0; index < text.length; index++) {
    switch (text.charAt(index)) {
      case '"': {
        const end = endOfString(text, index);
        if (isFollowedByColon(text, end)) addName(open.at(-1), text.slice(index, end));
        index = end - 1;
        continue;
      }
      case '{':
      case '[':
        open.push(text[index] === '{' ? new Set() : undefined);
        if (open.length > bounds.depth) throw malformed('the body is nested too deeply');
        break;
      case '}':
      case ']':
        open.pop();
        continue;
      case ',':
        break;
      default:
        continue;
    }
    if (++structure > bounds.structure) throw malformed('the body has too many values');
  }
}

/** Index after the closing quotation mark of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let escapes = quote;
    while (text[escapes - 1] === '\\') escapes--;
    if ((quote - escapes) % 2 === 0) return quote + 1;
  }
  throw malformed('the body has a string without an end');
}

function isFollowedByColon(text: string, index: number): boolean {
  let next = index;
  while (next < text.length && ' \t\n\r'.includes(text.charAt(next))) next++;
  return text[next] === ':';
}

/** `literal` is compared as the name it stands for: `"a"` and `"\u0061"` are the same member. */
function addName(names: Set<string> | undefined, literal: string): void {
  const name = JSON.parse(literal) as string;
  if (names?.has(name)) throw malformed('the body names a member twice');
  names?.add(name);
}

function malformed(message: string, cause?: unknown): ClientError {
  return new ClientError('ERR_PROTOCOL_MALFORMED', message, { cause });
}
