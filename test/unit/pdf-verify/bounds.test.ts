import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../sdk/formats/index.js';
import type { DocumentReport } from '../../../sdk/formats/signature-report.js';
import { addToArray, DOCUMENT, pdfStream, TestPdf, type PdfBodies } from '../../support/pdf-attacks.js';
import { processorMilliseconds } from '../../support/processor-time.js';
import { failures, signed, verify } from './fixture.js';

/** Many times what such a document takes; quadratic work would take minutes. */
const LIMIT_MILLISECONDS = 8000;

async function inTime(pdf: TestPdf): Promise<DocumentReport | string> {
  const start = processorMilliseconds();
  try {
    return await verify(pdf);
  } catch (error) {
    if (error instanceof FormatError) return String(error.reason);
    throw error;
  } finally {
    expect(processorMilliseconds() - start).toBeLessThan(LIMIT_MILLISECONDS);
  }
}

const withForm = (more: PdfBodies, fields: string): PdfBodies => ({
  ...DOCUMENT,
  6: addToArray(String(DOCUMENT[6]), '/Fields', fields),
  ...more,
});
const range = (length: number): readonly number[] => Array.from({ length }, (_value, index) => index);
const objects = (first: number, count: number, body: (number: number) => string): PdfBodies =>
  Object.fromEntries(range(count).map((index) => [first + index, body(first + index)]));

describe('a document made to keep a verifier busy', () => {
  it('by fields that lead in circles', async () => {
    const document = withForm(
      { 30: '<< /T (a) /Kids [31 0 R] >>', 31: '<< /T (b) /Kids [30 0 R 31 0 R] >>' },
      '30 0 R',
    );
    expect(failures((await inTime(signed({}, TestPdf.create(document)))) as DocumentReport)).toEqual([]);
    const later = signed({}, signed({}, TestPdf.create(document)));
    expect(failures((await inTime(later)) as DocumentReport)).toEqual([]);
  });

  it('by fields nested too deep', async () => {
    const chain = objects(100, 200, (number) => `<< /T (x) /Kids [${number + 1} 0 R] >>`);
    expect(await inTime(signed({}, TestPdf.create(withForm(chain, '100 0 R'))))).toBe('pdf-too-complex');
  });

  it('by pages that lead in circles', async () => {
    const document = {
      ...DOCUMENT,
      2: '<< /Type /Pages /Kids [3 0 R 2 0 R 30 0 R] /Count 1 >>',
      30: '<< /Kids [2 0 R] >>',
    };
    const stray = signed({ bodies: { 31: '<< /ByteRange 1 >>' } }, TestPdf.create(document));
    expect(failures((await inTime(stray)) as DocumentReport)).toEqual([]);
  });

  it('by too many revisions', async () => {
    let pdf = signed();
    for (let count = 0; count < 200; count += 1) pdf = pdf.revise({});
    expect(await inTime(pdf)).toBe('pdf-too-complex');
  });

  it('by too many signatures', async () => {
    const fields = range(201).map((index) => `${100 + index} 0 R`);
    const many = objects(100, 201, (number) => `<< /FT /Sig /T (s${number}) /V << /Type /Sig /Contents <00> >> >>`);
    const document = withForm(many, fields.join(' '));
    expect(await inTime(signed({}, TestPdf.create(document)))).toBe('pdf-too-complex');
  });

  it('by many signatures in many revisions', async () => {
    let pdf = TestPdf.create();
    for (let count = 0; count < 20; count += 1) pdf = signed({ room: 3000 }, pdf);
    const report = (await inTime(pdf)) as DocumentReport;
    expect(report.signatures).toHaveLength(20);
    expect(failures(report)).toEqual([]);
  });

  it('by objects that lie in each other', async () => {
    const count = 1200;
    const opening = range(count).map((index) => `${1000 + index} 0 obj (`);
    const nested = opening.join('');
    const first = TestPdf.create({ ...DOCUMENT, 30: `(${nested}${')'.repeat(count)}${' '.repeat(300_000)})` });
    const at = Buffer.from(first.bytes).indexOf(nested);
    let offset = at;
    const offsets: Record<number, number> = {};
    for (const [index, text] of opening.entries()) {
      offsets[1000 + index] = offset;
      offset += text.length;
    }
    const pdf = signed({}, first.revise({}, { offsets })).revise({ 4: pdfStream('', 'x') });
    expect(failures((await inTime(pdf)) as DocumentReport).length).toBeGreaterThan(0);
  });

  it('by annotations written out in lists', async () => {
    const note = (index: number): string => `<< /Subtype /Text /Rect [0 0 1 1] /Contents (${index}) >>`;
    const list = (notes: readonly string[]): string => `[7 0 R 8 0 R ${notes.join(' ')}]`;
    const notes = range(1500).map(note);
    const page = String(DOCUMENT[3]).replace(/\/Annots \[.*\]/, '/Annots 30 0 R');
    const pdf = signed({ bodies: { 3: page } }, TestPdf.create({ ...DOCUMENT, 3: page, 30: list(notes) }));
    const report = (await inTime(pdf.revise({ 30: list(notes.toReversed().slice(1)) }))) as DocumentReport;
    expect(report.signatures[0]?.findings.map(({ code }) => code)).toEqual(['pdf-too-complex']);
  });
});
