/** The lexical conventions and basic objects of ISO 32000-2 §7.2 and §7.3, read from a window of the document. */
import { PdfArray, PdfDictionary, PdfName, PdfReference, PdfString, type PdfObject } from './objects.js';
import { refusePdf } from './pdf-error.js';

/** Thrown where the window ends before what is being read does; whoever opened it opens a larger one. */
export class WindowEnd extends Error {
  override readonly name = 'WindowEnd';
}

export interface LexerOptions {
  /** Where the window begins, in octets from the start of the source; undefined for what is not in the source as such. */
  readonly base?: number | undefined;
  /** Whether nothing follows the window. Otherwise `WindowEnd` is thrown at its end. */
  readonly isWhole: boolean;
  /** Octets from the start of the window. */
  readonly position?: number;
}

/** Arrays and dictionaries inside each other. */
const MAX_NESTING = 100;
/** Objects in one window, arrays and dictionaries counted as many as they are heavier. */
const MAX_OBJECTS = 1_000_000;
const CONTAINER_OBJECTS = 8;
const END = -1;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BACKSLASH = 0x5c;

/** Table 1 and table 2 of §7.2.3: 1 for white space, 2 for delimiters, 0 for regular characters. */
const CHARACTER_CLASS = new Uint8Array(256);
for (const octet of [0x00, 0x09, LINE_FEED, 0x0c, CARRIAGE_RETURN, 0x20]) CHARACTER_CLASS[octet] = 1;
for (const character of '()<>[]{}/%') CHARACTER_CLASS[character.charCodeAt(0)] = 2;

export function isWhiteSpace(octet: number): boolean {
  return CHARACTER_CLASS[octet] === 1;
}

const isRegular = (octet: number): boolean => CHARACTER_CLASS[octet] === 0;
const isDigit = (octet: number): boolean => octet >= 0x30 && octet <= 0x39;

/** Value of a hexadecimal digit, -1 for anything else. */
function hexDigit(octet: number): number {
  if (isDigit(octet)) return octet - 0x30;
  const letter = octet | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Octets of the letters that stand for something else after a backslash. */
const ESCAPES: ReadonlyMap<number, number> = new Map([
  [0x6e, LINE_FEED],
  [0x72, CARRIAGE_RETURN],
  [0x74, 0x09],
  [0x62, 0x08],
  [0x66, 0x0c],
]);

/** Walks a window from left to right. All methods throw `WindowEnd`, or FormatError `ERR_SIGN_FORMAT` `pdf-syntax`. */
export class PdfLexer {
  readonly #bytes: Uint8Array;
  readonly #base: number | undefined;
  readonly #isWhole: boolean;
  #position: number;
  #objects = 0;
  #isPlain = true;

  constructor(bytes: Uint8Array, options: LexerOptions) {
    this.#bytes = bytes;
    this.#base = options.base;
    this.#isWhole = options.isWhole;
    this.#position = options.position ?? 0;
  }

  /** Octets from the start of the window. */
  get position(): number {
    return this.#position;
  }

  /** Whether neither comments nor numbers with a sign or a point were passed, which some readers do not take everywhere. */
  get isPlain(): boolean {
    return this.#isPlain;
  }

  /** Passes white space and comments. */
  skipWhiteSpace(): void {
    for (;;) {
      const octet = this.#peek();
      if (octet === 0x25) this.#skipLine();
      else if (octet !== END && isWhiteSpace(octet)) this.#position += 1;
      else return;
    }
  }

  get isAtEnd(): boolean {
    this.skipWhiteSpace();
    return this.#peek() === END;
  }

  /** Takes `word` if it comes next, after white space, and is not the beginning of a longer one. */
  tryKeyword(word: string): boolean {
    this.skipWhiteSpace();
    for (let index = 0; index < word.length; index += 1) {
      if (this.#peek(index) !== word.charCodeAt(index)) return false;
    }
    const next = this.#peek(word.length);
    if (next !== END && isRegular(next)) return false;
    this.#position += word.length;
    return true;
  }

  keyword(word: string): void {
    if (!this.tryKeyword(word)) this.#refuse(`${word} expected`);
  }

  /** An unsigned integer without sign or point. */
  natural(): number {
    this.skipWhiteSpace();
    return this.#tryNatural() ?? this.#refuse('integer expected');
  }

  /** After `stream`: CR LF or LF, not CR alone (§7.3.8.1). */
  endOfStreamKeyword(): void {
    if (this.#peek() === CARRIAGE_RETURN) this.#position += 1;
    if (this.#peek() !== LINE_FEED) this.#refuse('no end of line after stream');
    this.#position += 1;
  }

  /** The next object, whatever it is. */
  object(): PdfObject {
    return this.#object(0);
  }

  #object(depth: number): PdfObject {
    if (depth > MAX_NESTING) refusePdf('pdf-too-deep', 'objects nested too deep');
    this.#count(1);
    this.skipWhiteSpace();
    const octet = this.#peek();
    if (isDigit(octet)) return this.#numberOrReference();
    switch (octet) {
      case 0x2f:
        return this.#name();
      case 0x28:
        return this.#literalString();
      case 0x5b:
        return this.#array(depth);
      case 0x3c:
        return this.#peek(1) === 0x3c ? this.#dictionary(depth) : this.#hexadecimalString();
      case 0x2b:
      case 0x2d:
      case 0x2e:
        return this.#number();
      default:
        return this.#constant();
    }
  }

  #constant(): PdfObject {
    if (this.tryKeyword('null')) return null;
    if (this.tryKeyword('true')) return true;
    if (this.tryKeyword('false')) return false;
    return this.#refuse('not an object');
  }

  /** `12`, `1.5` or `12 0 R`. */
  #numberOrReference(): number | PdfReference {
    const start = this.#position;
    const number = this.#tryNatural();
    if (number === undefined) {
      this.#position = start;
      return this.#number();
    }
    const end = this.#position;
    this.skipWhiteSpace();
    const generation = this.#tryNatural();
    if (generation !== undefined && this.tryKeyword('R')) return new PdfReference(number, generation);
    this.#position = end;
    return number;
  }

  /** Undefined, and somewhere inside, where a real number or something else stands. */
  #tryNatural(): number | undefined {
    const start = this.#position;
    let value = 0;
    while (isDigit(this.#peek())) {
      value = value * 10 + this.#peek() - 0x30;
      this.#position += 1;
    }
    const next = this.#peek();
    const isEnd = next === END || !isRegular(next);
    return this.#position > start && isEnd && Number.isSafeInteger(value) ? value : undefined;
  }

  #number(): number {
    this.#isPlain = false;
    const start = this.#position;
    this.#skipRegular();
    const text = String.fromCharCode(...this.#bytes.subarray(start, Math.min(this.#position, start + 64)));
    const isNumber = this.#position - start <= 64 && /^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(text);
    return isNumber ? Number(text) : this.#refuse('not a number');
  }

  #name(): PdfName {
    const start = this.#position + 1;
    this.#position = start;
    this.#skipRegular();
    let name = '';
    for (let index = start; index < this.#position; index += 1) {
      const octet = this.#bytes[index] ?? 0;
      const escaped = octet === 0x23 ? this.#nameEscape(index) : undefined;
      if (escaped !== undefined) index += 2;
      name += String.fromCharCode(escaped ?? octet);
    }
    return new PdfName(name);
  }

  /** `#xx`. A `#` without two digits stands for itself, as before PDF 1.2. */
  #nameEscape(index: number): number | undefined {
    if (index + 2 >= this.#position) return undefined;
    const high = hexDigit(this.#bytes[index + 1] ?? 0);
    const low = hexDigit(this.#bytes[index + 2] ?? 0);
    return high < 0 || low < 0 ? undefined : high * 16 + low;
  }

  #literalString(): PdfString {
    const start = this.#position;
    this.#position += 1;
    const octets: number[] = [];
    for (let open = 1; ;) {
      let octet = this.#take();
      if (octet === BACKSLASH) {
        this.#escape(octets);
        continue;
      }
      if (octet === 0x28) open += 1;
      else if (octet === 0x29 && --open === 0) break;
      else if (octet === CARRIAGE_RETURN) {
        if (this.#peek() === LINE_FEED) this.#position += 1;
        octet = LINE_FEED;
      }
      octets.push(octet);
    }
    return new PdfString(Uint8Array.from(octets), 'literal', this.#location(start));
  }

  /** What follows a backslash (table 3): a letter, up to three octal digits, an end of line to be dropped, or itself. */
  #escape(octets: number[]): void {
    const octet = this.#take();
    if (octet === CARRIAGE_RETURN) {
      if (this.#peek() === LINE_FEED) this.#position += 1;
    } else if (octet >= 0x30 && octet <= 0x37) {
      let value = octet - 0x30;
      for (let digits = 1; digits < 3 && this.#peek() >= 0x30 && this.#peek() <= 0x37; digits += 1) {
        value = value * 8 + this.#take() - 0x30;
      }
      octets.push(value & 0xff);
    } else if (octet !== LINE_FEED) {
      octets.push(ESCAPES.get(octet) ?? octet);
    }
  }

  #hexadecimalString(): PdfString {
    const start = this.#position;
    this.#position += 1;
    const octets: number[] = [];
    let high = -1;
    for (let octet = this.#take(); octet !== 0x3e; octet = this.#take()) {
      if (isWhiteSpace(octet)) continue;
      const digit = hexDigit(octet);
      if (digit < 0) this.#refuse('not a hexadecimal digit');
      if (high < 0) high = digit;
      else {
        octets.push(high * 16 + digit);
        high = -1;
      }
    }
    // A missing last digit is 0 (§7.3.4.3).
    if (high >= 0) octets.push(high * 16);
    return new PdfString(Uint8Array.from(octets), 'hexadecimal', this.#location(start));
  }

  #location(start: number): { start: number; end: number } | undefined {
    return this.#base === undefined ? undefined : { start: this.#base + start, end: this.#base + this.#position };
  }

  #count(objects: number): void {
    this.#objects += objects;
    if (this.#objects > MAX_OBJECTS) refusePdf('pdf-too-large', 'too many objects in one');
  }

  #array(depth: number): PdfArray {
    this.#count(CONTAINER_OBJECTS);
    this.#position += 1;
    const items: PdfObject[] = [];
    for (;;) {
      this.skipWhiteSpace();
      if (this.#peek() === 0x5d) break;
      items.push(this.#object(depth + 1));
    }
    this.#position += 1;
    return new PdfArray(items);
  }

  #dictionary(depth: number): PdfDictionary {
    this.#count(CONTAINER_OBJECTS);
    this.#position += 2;
    const entries = new Map<string, PdfObject>();
    const repeatedKeys: string[] = [];
    for (;;) {
      this.skipWhiteSpace();
      if (this.#peek() === 0x3e && this.#peek(1) === 0x3e) break;
      if (this.#peek() !== 0x2f) this.#refuse('key of a dictionary expected');
      const { name } = this.#name();
      const value = this.#object(depth + 1);
      if (entries.has(name)) repeatedKeys.push(name);
      entries.set(name, value);
    }
    this.#position += 2;
    for (const [name, value] of entries) if (value === null) entries.delete(name);
    return new PdfDictionary(entries, repeatedKeys);
  }

  #skipRegular(): void {
    for (let octet = this.#peek(); octet !== END && isRegular(octet); octet = this.#peek()) this.#position += 1;
  }

  #skipLine(): void {
    this.#isPlain = false;
    for (let octet = this.#peek(); octet !== END; octet = this.#peek()) {
      if (octet === LINE_FEED || octet === CARRIAGE_RETURN) return;
      this.#position += 1;
    }
  }

  #take(): number {
    const octet = this.#peek();
    if (octet === END) this.#refuse('unfinished string');
    this.#position += 1;
    return octet;
  }

  #peek(ahead = 0): number {
    const octet = this.#bytes[this.#position + ahead];
    if (octet !== undefined) return octet;
    if (!this.#isWhole) throw new WindowEnd();
    return END;
  }

  #refuse(reason: string): never {
    refusePdf('pdf-syntax', reason);
  }
}
