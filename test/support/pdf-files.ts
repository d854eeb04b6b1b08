import { promisify } from 'node:util';
import { deflateSync, inflate as nodeInflate } from 'node:zlib';
import type { Inflate } from '../../sdk/formats/pdf/ports.js';

const inflateZlib = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(nodeInflate);

export const inflate: Inflate = async (bytes, maxLength) =>
  new Uint8Array(await inflateZlib(bytes, { maxOutputLength: Math.max(maxLength, 1) }));

/** Text of one octet for each character, U+0000 to U+00FF. */
export const octets = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Objects by number, each as it is written between `obj` and `endobj`. */
export type ObjectTexts = Readonly<Record<number, string>>;

export interface PdfTextOptions {
  /** Entries of the trailer besides `Size`. */
  readonly trailer?: string;
  readonly endOfLine?: string;
  readonly header?: string;
}

/** A document with one cross-reference table. */
export function pdfOf(objects: ObjectTexts, options: PdfTextOptions = {}): Uint8Array {
  const { trailer = '/Root 1 0 R', endOfLine = ' \n', header = '%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n' } = options;
  let text = header;
  const numbers = Object.keys(objects).map(Number);
  const size = Math.max(...numbers) + 1;
  const lines = [`0000000000 65535 f${endOfLine}`];
  for (let number = 1; number < size; number += 1) {
    const object = objects[number];
    const kind = object === undefined ? '00000 f' : '00000 n';
    lines.push(`${(object === undefined ? 0 : text.length).toString().padStart(10, '0')} ${kind}${endOfLine}`);
    if (object !== undefined) text += `${number} 0 obj\n${object}\nendobj\n`;
  }
  const xref = `xref\n0 ${size}\n${lines.join('')}trailer\n<< /Size ${size} ${trailer} >>\n`;
  return octets(`${text}${xref}startxref\n${text.length}\n%%EOF\n`);
}

/** A stream object's text, not encoded. */
export function streamText(data: string, entries = ''): string {
  return `<< /Length ${data.length} ${entries} >>\nstream\n${data}\nendstream`;
}

const PAGE_CONTENT = 'BT /F1 24 Tf 72 700 Td (Test) Tj ET';

/** A catalog, one page of A4 size with a line of text, and what is added. */
export function onePage(
  options: { catalog?: string; page?: string; pages?: string; more?: ObjectTexts } & PdfTextOptions = {},
): Uint8Array {
  const objects: ObjectTexts = {
    1: `<< /Type /Catalog /Pages 2 0 R ${options.catalog ?? ''} >>`,
    2: `<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] ${options.pages ?? ''} >>`,
    3: `<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> ${options.page ?? ''} >>`,
    4: streamText(PAGE_CONTENT),
    5: '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...options.more,
  };
  return pdfOf(objects, options);
}

/** `bytes` with a further revision of these objects, and a cross-reference table for them. */
export function appendRevision(
  bytes: Uint8Array,
  objects: ObjectTexts,
  options: { trailer?: string; previous?: number } = {},
): Uint8Array {
  const base = String.fromCharCode(...bytes);
  const previous = options.previous ?? Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(base)?.[1]);
  const numbers = Object.keys(objects).map(Number);
  const size = Math.max(...numbers, Number(/\/Size (\d+)/.exec(base)?.[1]) - 1) + 1;
  let text = base;
  let entries = '';
  for (const number of numbers) {
    entries += `${number} 1\n${text.length.toString().padStart(10, '0')} 00000 n \n`;
    text += `${number} 0 obj\n${objects[number] ?? ''}\nendobj\n`;
  }
  const trailer = `<< /Size ${size} /Root 1 0 R /Prev ${previous} ${options.trailer ?? ''} >>`;
  return octets(`${text}xref\n${entries}trailer\n${trailer}\nstartxref\n${text.length}\n%%EOF\n`);
}

export interface StreamPdfOptions {
  /** PNG prediction of the cross-reference stream's rows (ISO 15948 §9.2); undefined: not predicted. */
  readonly png?: 0 | 1 | 2 | 3 | 4;
  /** Objects that go into an object stream. */
  readonly packed?: readonly number[];
  readonly entries?: string;
}

/** A document with one cross-reference stream, compressed. */
export function streamPdfOf(
  objects: ObjectTexts,
  { png, packed = [], entries = '' }: StreamPdfOptions = {},
): Uint8Array {
  const size = Math.max(...Object.keys(objects).map(Number)) + 3;
  const [objectStream, xref] = [size - 2, size - 1];
  const rows = new Map<number, readonly [number, number, number]>([[0, [0, 0, 65535]]]);
  let text = '%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n';
  const append = (number: number, object: string): void => {
    rows.set(number, [1, text.length, 0]);
    text += `${number} 0 obj\n${object}\nendobj\n`;
  };
  for (const [number, object] of Object.entries(objects)) {
    if (!packed.includes(Number(number))) append(Number(number), object);
  }
  packed.forEach((number, index) => rows.set(number, [2, objectStream, index]));
  if (packed.length > 0) append(objectStream, objectStreamText(objects, packed));
  rows.set(xref, [1, text.length, 0]);
  const table = Array.from({ length: size }, (_, number) => {
    const [type, second, third] = rows.get(number) ?? [0, 0, 0];
    return [type, (second >> 16) & 0xff, (second >> 8) & 0xff, second & 0xff, third >> 8, third & 0xff];
  });
  const predicted = png === undefined ? table.flat() : predictPng(table, png);
  const parameters = png === undefined ? '' : `/DecodeParms << /Predictor ${10 + png} /Columns 6 >>`;
  const keys = `/Type /XRef /W [1 3 2] /Size ${size} /Root 1 0 R ${parameters} ${entries}`;
  const start = text.length;
  text += `${xref} 0 obj\n${deflatedStreamText(Uint8Array.from(predicted), keys)}\nendobj\n`;
  return octets(`${text}startxref\n${start}\n%%EOF\n`);
}

function objectStreamText(objects: ObjectTexts, packed: readonly number[]): string {
  let bodies = '';
  let directory = '';
  for (const number of packed) {
    directory += `${number} ${bodies.length} `;
    bodies += `${objects[number] ?? ''} `;
  }
  const entries = `/Type /ObjStm /N ${packed.length} /First ${directory.length}`;
  return deflatedStreamText(octets(directory + bodies), entries);
}

function deflatedStreamText(data: Uint8Array, entries: string): string {
  return streamText(String.fromCharCode(...deflateSync(data)), `/Filter /FlateDecode ${entries}`);
}

function predictPng(rows: readonly (readonly number[])[], kind: 0 | 1 | 2 | 3 | 4): number[] {
  return rows.flatMap((row, index) => {
    const above = rows[index - 1] ?? row.map(() => 0);
    const at = (values: readonly number[], column: number): number => values[column] ?? 0;
    const guess = (column: number): number => {
      const [left, up, upLeft] = [at(row, column - 1), at(above, column), at(above, column - 1)];
      return [0, left, up, (left + up) >> 1, paeth(left, up, upLeft)][kind] ?? 0;
    };
    return [kind, ...row.map((value, column) => (value - guess(column)) & 0xff)];
  });
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const [toLeft, toUp, toUpLeft] = [left, up, upLeft].map((value) => Math.abs(estimate - value));
  if (toLeft === undefined || toUp === undefined || toUpLeft === undefined) return 0;
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

/** The text of a document with something in it changed; the first occurrence must be there. */
export function edited(bytes: Uint8Array, search: string, replacement: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  if (!text.includes(search)) throw new Error(`not in the document: ${search}`);
  return octets(text.replace(search, () => replacement));
}
