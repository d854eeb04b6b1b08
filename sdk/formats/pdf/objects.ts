/** The objects of ISO 32000-2 §7.3. Numbers, booleans and null are those of the language. */

export type PdfObject =
  null | boolean | number | PdfName | PdfString | PdfArray | PdfDictionary | PdfStream | PdfReference;

/** A name, without its `/` and with `#xx` undone: one character, U+0000 to U+00FF, for each octet. */
export class PdfName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export class PdfString {
  readonly bytes: Uint8Array;
  readonly form: 'literal' | 'hexadecimal';
  /**
   * Octets from the start of the source where the string is written, delimiters included (`end` exclusive). Undefined
   * inside an object stream and for a string that was made here.
   */
  readonly location: { readonly start: number; readonly end: number } | undefined;

  constructor(
    bytes: Uint8Array,
    form: 'literal' | 'hexadecimal' = 'literal',
    location?: { readonly start: number; readonly end: number },
  ) {
    this.bytes = bytes;
    this.form = form;
    this.location = location;
  }
}

export class PdfArray {
  readonly items: readonly PdfObject[];

  constructor(items: readonly PdfObject[]) {
    this.items = items;
  }
}

export class PdfDictionary {
  /** Without the entries whose value is null, which are as if they were not there (§7.3.7). */
  readonly entries: ReadonlyMap<string, PdfObject>;
  /** Keys that are written more than once; the last value counts here, another one may elsewhere. */
  readonly repeatedKeys: readonly string[];

  constructor(entries: ReadonlyMap<string, PdfObject>, repeatedKeys: readonly string[] = []) {
    this.entries = entries;
    this.repeatedKeys = repeatedKeys;
  }

  /** The value as written, which may be a reference. */
  get(key: string): PdfObject | undefined {
    return this.entries.get(key);
  }

  /** A copy with other values; undefined or null takes an entry away. */
  with(changes: Readonly<Record<string, PdfObject | undefined>>): PdfDictionary {
    const entries = new Map(this.entries);
    for (const [key, value] of Object.entries(changes)) {
      if (value === undefined || value === null) entries.delete(key);
      else entries.set(key, value);
    }
    return new PdfDictionary(entries);
  }
}

/** A stream, still encoded and not read. */
export class PdfStream {
  readonly dictionary: PdfDictionary;
  /** Octets from the start of the source. */
  readonly start: number;
  /** Octets, checked: `endstream` follows. */
  readonly length: number;

  constructor(dictionary: PdfDictionary, start: number, length: number) {
    this.dictionary = dictionary;
    this.start = start;
    this.length = length;
  }
}

export class PdfReference {
  readonly number: number;
  readonly generation: number;

  constructor(number: number, generation: number) {
    this.number = number;
    this.generation = generation;
  }
}

/** A dictionary of these entries, in this order; undefined ones are left out. */
export function pdfDictionary(entries: Readonly<Record<string, PdfObject | undefined>>): PdfDictionary {
  return new PdfDictionary(new Map()).with(entries);
}

/** Whether it is this very name. */
export function isName(object: PdfObject | undefined, name: string): boolean {
  return object instanceof PdfName && object.name === name;
}

/** An integer from 0 up to the largest exact one; undefined for anything else. */
export function naturalNumber(object: PdfObject | undefined): number | undefined {
  return typeof object === 'number' && Number.isSafeInteger(object) && object >= 0 ? object : undefined;
}
