/**
 * PDFs for tests, written and signed here by hand so that nothing of `sdk/formats/pdf` takes part: a sound document with a
 * form, further revisions of it, right and wrong, and signatures.
 */
import { deflateSync } from 'node:zlib';
import { buildCms } from './test-cms.js';
import type { TestHolder } from './test-pki.js';

/** Bodies of indirect objects by number, one character for each octet; null frees the number. */
export type PdfBodies = Readonly<Record<number, string | null>>;

export interface RevisionTemplate {
  /** Further entries of the trailer. */
  readonly trailer?: string;
  /** Default: a table. */
  readonly xref?: 'table' | 'stream';
  /** Numbers of those objects that go into an object stream; the cross-reference section must be a stream then. */
  readonly compressed?: readonly number[];
  /** Offsets to be told in place of the true ones. */
  readonly offsets?: Readonly<Record<number, number>>;
  /** `/Prev`; null leaves it out. Default: the last `startxref`. */
  readonly previous?: number | null;
  /** `/Root`, default `1 0 R`. */
  readonly root?: string;
  /** What follows `%%EOF`. Default: a line feed. */
  readonly ending?: string;
}

export interface SignatureTemplate {
  readonly holder: TestHolder;
  /** Makes the CMS; default: of the standard form over `content`. */
  readonly cms?: (content: Uint8Array) => Uint8Array;
  readonly subFilter?: string;
  readonly type?: string;
  /** Further entries of the signature dictionary. */
  readonly dictionary?: string;
  /** In place of the whole signature dictionary; holds `BYTE_RANGE` and `CONTENTS`. */
  readonly body?: string;
  /** Further entries of the field. */
  readonly field?: string;
  readonly fieldName?: string;
  readonly rect?: string;
  /** Octets that `/Contents` has room for. */
  readonly room?: number;
  /** An unsigned field that is signed in place of a new one. */
  readonly existingField?: number;
  /** Other objects that the same revision changes. */
  readonly bodies?: PdfBodies;
  readonly revision?: RevisionTemplate;
  /** Makes another ByteRange of the right one before the digest is made. */
  readonly range?: (range: ByteRange) => readonly (number | string)[];
}

export type ByteRange = readonly [number, number, number, number];

/** Stand in a signature dictionary for what is known only later. As wide as what takes their place. */
export const BYTE_RANGE = `[${'*'.repeat(64)}]`;
export const CONTENTS = '<>';

export const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

export function pdfStream(dictionary: string, data: string): string {
  return `<< ${dictionary} /Length ${data.length} >>\nstream\n${data}\nendstream`;
}

export const FORM_STREAM = '/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 5 0 R >> >>';

/** One page with a text, a form with the fields `amount` (filled in) and `remark` (empty), and an appearance for each. */
export const DOCUMENT: PdfBodies = {
  1: '<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R >>',
  2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
  3: '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> /Annots [7 0 R 8 0 R] >>',
  4: pdfStream('', 'BT /F1 12 Tf 20 150 Td (Pay the amount below) Tj ET'),
  5: '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  6: '<< /Fields [7 0 R 8 0 R] /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 5 0 R >> >> >>',
  7: '<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (100 yen) /Rect [20 100 220 120] /P 3 0 R /AP << /N 9 0 R >> >>',
  8: '<< /Type /Annot /Subtype /Widget /FT /Tx /T (remark) /Rect [20 60 220 80] /P 3 0 R /AP << /N 10 0 R >> >>',
  9: pdfStream(FORM_STREAM, 'BT /F1 12 Tf 2 5 Td (100 yen) Tj ET'),
  10: pdfStream(FORM_STREAM, ''),
};

/** A document as bytes, with what its objects are. Never changed: each step makes a new one. */
export class TestPdf {
  readonly bytes: Uint8Array;
  readonly bodies: PdfBodies;

  /** The number that a new object may take. */
  readonly nextNumber: number;

  private constructor(bytes: Uint8Array, bodies: PdfBodies, nextNumber: number) {
    this.bytes = bytes;
    this.bodies = bodies;
    this.nextNumber = nextNumber;
  }

  static create(bodies: PdfBodies = DOCUMENT, template: RevisionTemplate = {}): TestPdf {
    const empty = new TestPdf(latin1('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n'), {}, 1);
    return empty.revise(bodies, { previous: null, ...template });
  }

  /** The body of an object that must be there. */
  body(number: number): string {
    const body = this.bodies[number];
    if (body === undefined || body === null) throw new Error(`no object ${number}`);
    return body;
  }

  /** An incremental update with these objects. */
  revise(changes: PdfBodies, template: RevisionTemplate = {}): TestPdf {
    const bodies = { ...this.bodies, ...changes };
    const isFirst = Object.keys(this.bodies).length === 0;
    const size = Math.max(this.nextNumber, ...numbersOf(changes).map((number) => number + 1));
    const writer = new RevisionWriter(this.bytes, changes, { isFirst, size });
    // The object stream and the cross-reference stream, where there are any, take two numbers.
    return new TestPdf(writer.write(template), bodies, template.xref === 'stream' ? size + 2 : size);
  }

  /** The same document with other octets. */
  withBytes(bytes: Uint8Array): TestPdf {
    return new TestPdf(bytes, this.bodies, this.nextNumber);
  }

  /** The same document with `from`, which occurs, replaced by text of the same length, at its last occurrence. */
  patched(from: string, to: string): TestPdf {
    const text = textOf(this.bytes);
    const at = text.lastIndexOf(from);
    if (at < 0 || from.length !== to.length) throw new Error(`cannot patch ${from}`);
    return this.withBytes(latin1(text.slice(0, at) + to + text.slice(at + from.length)));
  }

  /** A revision with one more signature, by default in a field of its own without a place on the page. */
  sign(template: SignatureTemplate): TestPdf {
    const value = this.nextNumber;
    const field = template.existingField ?? value + 1;
    const changes = {
      [value]: template.body ?? signatureDictionary(template),
      ...(template.existingField === undefined
        ? this.#withField(field, signatureField(template, value))
        : { [field]: addEntry(this.body(field), `/V ${value} 0 R`) }),
      ...template.bodies,
    };
    const revised = this.revise(expandContents(changes, template.room ?? 8192), template.revision);
    const bytes = seal(revised.bytes, template);
    const body = textOf(bytes).split(`\n${value} 0 obj\n`).at(-1)?.split('\nendobj', 1)[0] ?? null;
    return new TestPdf(bytes, { ...revised.bodies, [value]: body }, revised.nextNumber);
  }

  /** The changes that put a widget field into the form and onto the page. */
  #withField(field: number, body: string): PdfBodies {
    return {
      [field]: body,
      6: addEntry(addToArray(this.body(6), '/Fields', `${field} 0 R`), '/SigFlags 3'),
      3: addToArray(this.body(3), '/Annots', `${field} 0 R`),
    };
  }
}

function numbersOf(bodies: Readonly<Record<number, unknown>>): readonly number[] {
  return Object.keys(bodies).map(Number);
}

/** The dictionary with one more entry, which takes the place of an earlier one with an unstructured value. */
export function addEntry(body: string, entry: string): string {
  const key = entry.split(' ', 1)[0] ?? '';
  const without = body.replace(new RegExp(`${key} (?:\\d+ 0 R|[^/<>\\[\\]()]+|\\([^)]*\\)) ?`), '');
  return without.replace(/ ?>>$/, ` ${entry} >>`);
}

export function addToArray(body: string, key: string, item: string): string {
  if (!body.includes(`${key} [`)) return addEntry(body, `${key} [${item}]`);
  return body.replace(`${key} [`, `${key} [${item} `);
}

export function signatureDictionary(template: Omit<SignatureTemplate, 'holder'>): string {
  const type = template.type ?? '/Sig';
  const subFilter = template.subFilter ?? '/adbe.pkcs7.detached';
  const head = `<< /Type ${type} /Filter /Adobe.PPKLite /SubFilter ${subFilter} /Name (Test) /M (D:20260102030405+09'00')`;
  return `${head} /ByteRange ${BYTE_RANGE} /Contents ${CONTENTS} ${template.dictionary ?? ''} >>`;
}

function signatureField(template: SignatureTemplate, value: number): string {
  const name = template.fieldName ?? `Signature${value}`;
  const rect = template.rect ?? '[0 0 0 0]';
  const head = `<< /Type /Annot /Subtype /Widget /FT /Sig /F 132 /T (${name}) /Rect ${rect} /P 3 0 R`;
  return `${head} /V ${value} 0 R ${template.field ?? ''} >>`;
}

function expandContents(changes: PdfBodies, room: number): PdfBodies {
  const contents = `<${'00'.repeat(room)}>`;
  return Object.fromEntries(
    Object.entries(changes).map(([number, body]) => [
      number,
      body?.replace(`/Contents ${CONTENTS}`, `/Contents ${contents}`) ?? null,
    ]),
  );
}

/** Fills in the last ByteRange and, from the octets it names, the Contents behind it. */
function seal(bytes: Uint8Array, template: SignatureTemplate): Uint8Array {
  const text = textOf(bytes);
  const rangeAt = text.lastIndexOf(BYTE_RANGE);
  if (rangeAt < 0) return bytes;
  const contentsAt = text.indexOf(`/Contents <${'00'.repeat(64)}`, text.lastIndexOf('obj', rangeAt));
  // Nothing to be sealed: the range may say anything.
  if (contentsAt < 0) return latin1(text.replace(BYTE_RANGE, '[0 1 2 3]'.padEnd(BYTE_RANGE.length)));
  const start = contentsAt + '/Contents '.length;
  const end = text.indexOf('>', start) + 1;
  const right: ByteRange = [0, start, end, bytes.length - end];
  const range = template.range?.(right) ?? right;
  const filled = Buffer.from(bytes);
  filled.write(`[${range.join(' ')}`.padEnd(BYTE_RANGE.length - 1) + ']', rangeAt, 'latin1');
  const content = rangedOctets(filled, range.every((value) => typeof value === 'number') ? range : right);
  const cms = template.cms?.(content) ?? buildCms({ content, signers: [{ holder: template.holder }] });
  const hex = Buffer.from(cms).toString('hex');
  if (hex.length > end - start - 2) throw new Error('no room for the CMS');
  filled.write(hex, start + 1, 'latin1');
  return new Uint8Array(filled);
}

/** What a range names; nothing where it cannot be. */
function rangedOctets(bytes: Uint8Array, range: readonly number[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let index = 0; index + 1 < range.length; index += 2) {
    const start = range[index] ?? 0;
    parts.push(bytes.subarray(start, start + (range[index + 1] ?? 0)));
  }
  return new Uint8Array(Buffer.concat(parts));
}

class RevisionWriter {
  readonly #parts: Uint8Array[];
  readonly #changes: PdfBodies;
  readonly #options: { readonly isFirst: boolean; readonly size: number };
  readonly #base: Uint8Array;
  #length: number;
  /** Type and fields of each entry, as in a cross-reference stream. */
  readonly #entries = new Map<number, readonly [number, number, number]>();

  constructor(base: Uint8Array, changes: PdfBodies, options: { isFirst: boolean; size: number }) {
    this.#base = base;
    this.#parts = [base];
    this.#length = base.length;
    this.#changes = changes;
    this.#options = options;
  }

  write(template: RevisionTemplate): Uint8Array {
    if (this.#options.isFirst) this.#entries.set(0, [0, 0, 65535]);
    const compressed = template.compressed ?? [];
    for (const number of numbersOf(this.#changes)) {
      const body = this.#changes[number];
      if (compressed.includes(number)) continue;
      if (body === null || body === undefined) this.#entries.set(number, [0, 0, 1]);
      else this.#object(number, body);
    }
    if (compressed.length > 0) this.#objectStream(compressed);
    for (const number of numbersOf(template.offsets ?? {})) {
      this.#entries.set(number, [1, template.offsets?.[number] ?? 0, 0]);
    }
    // A section must say something.
    if (this.#entries.size === 0 && template.xref !== 'stream') this.#entries.set(0, [0, 0, 65535]);
    const previous = template.previous === undefined ? lastStartXref(this.#base) : template.previous;
    const entries = `/Root ${template.root ?? '1 0 R'} /ID [<00> <00>] ${template.trailer ?? ''}`;
    const trailer = entries + (previous === null ? '' : ` /Prev ${previous}`);
    const start = template.xref === 'stream' ? this.#xrefStream(trailer) : this.#xrefTable(trailer);
    this.#push(`startxref\n${start}\n%%EOF${template.ending ?? '\n'}`);
    return new Uint8Array(Buffer.concat(this.#parts));
  }

  #push(text: string): void {
    const bytes = latin1(text);
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  #object(number: number, body: string): void {
    this.#entries.set(number, [1, this.#length, 0]);
    this.#push(`${number} 0 obj\n${body}\nendobj\n`);
  }

  #objectStream(numbers: readonly number[]): void {
    const container = this.#options.size;
    const bodies = numbers.map((number) => this.#changes[number] ?? 'null');
    let offset = 0;
    const header = numbers.map((number, index) => {
      const pair = `${number} ${offset}`;
      offset += (bodies[index]?.length ?? 0) + 1;
      this.#entries.set(number, [2, container, index]);
      return pair;
    });
    const head = `${header.join(' ')} `;
    const data = textOf(deflateSync(latin1(head + bodies.join(' '))));
    this.#object(
      container,
      pdfStream(`/Type /ObjStm /N ${numbers.length} /First ${head.length} /Filter /FlateDecode`, data),
    );
  }

  #xrefTable(trailer: string): number {
    const start = this.#length;
    const lines = ['xref'];
    for (const section of sections([...this.#entries.keys()])) {
      lines.push(`${section[0] ?? 0} ${section.length}`);
      for (const number of section) {
        const [type, offset, generation] = this.#entries.get(number) ?? [0, 0, 0];
        lines.push(`${pad(offset, 10)} ${pad(generation, 5)} ${type === 1 ? 'n' : 'f'} `);
      }
    }
    this.#push(`${lines.join('\n')}\ntrailer\n<< /Size ${this.#options.size} ${trailer} >>\n`);
    return start;
  }

  #xrefStream(trailer: string): number {
    const start = this.#length;
    const number = this.#options.size + 1;
    this.#entries.set(number, [1, start, 0]);
    const all = sections([...this.#entries.keys()]);
    const index = all.map((section) => `${section[0] ?? 0} ${section.length}`).join(' ');
    const rows = all.flat().flatMap((entry) => {
      const [type, second, third] = this.#entries.get(entry) ?? [0, 0, 0];
      return [type, second >> 24, second >> 16, second >> 8, second, third >> 8, third].map((octet) => octet & 0xff);
    });
    const data = textOf(deflateSync(Uint8Array.from(rows)));
    const head = `/Type /XRef /Size ${number + 1} /W [1 4 2] /Index [${index}] /Filter /FlateDecode ${trailer}`;
    this.#push(`${number} 0 obj\n${pdfStream(head, data)}\nendobj\n`);
    return start;
  }
}

function pad(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

/** Runs of consecutive numbers. */
function sections(numbers: readonly number[]): number[][] {
  const result: number[][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = result.at(-1);
    if (last?.at(-1) === number - 1) last.push(number);
    else result.push([number]);
  }
  return result;
}

export function lastStartXref(bytes: Uint8Array): number {
  const found = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(textOf(bytes.subarray(-64)));
  if (found === null) throw new Error('no startxref');
  return Number(found[1]);
}

/** Where an object was last written. */
export function offsetOf(bytes: Uint8Array, number: number): number {
  return textOf(bytes).lastIndexOf(`\n${number} 0 obj\n`) + 1;
}
