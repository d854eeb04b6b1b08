import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../sdk/formats/index.js';
import {
  addEntry,
  DOCUMENT,
  lastStartXref,
  latin1,
  offsetOf,
  pdfStream,
  TestPdf,
  textOf,
  type PdfBodies,
} from '../../support/pdf-attacks.js';
import { signPdf } from '../../support/sign-pdf.js';
import { failures, signed, verify } from './fixture.js';

const EVIL = pdfStream('', 'BT /F1 12 Tf 20 150 Td (Pay 9999999 yen) Tj ET');
const NEXT = 13;
const ORPHAN = `4 0 obj\n${EVIL}\nendobj\n`;
const PLAIN = signed();
const PREVIOUS = lastStartXref(PLAIN.bytes);

const offset10 = (offset: number): string => String(offset).padStart(10, '0');

/** The end of an update that lists one object. */
function listing(xref: number, object: number): string {
  const trailer = `<< /Size ${NEXT + 1} /Root 1 0 R /Prev ${PREVIOUS} >>`;
  return `xref\n${NEXT} 1\n${offset10(object)} 00000 n \ntrailer\n${trailer}\nstartxref\n${xref}\n%%EOF\n`;
}

/** A signed document with an update that holds an object it lists, and others. */
function update(more: string, edit: (tail: string) => string = (tail) => tail): Uint8Array {
  const signedText = textOf(PLAIN.bytes);
  const text = `${signedText}${NEXT} 0 obj\n<< /Title (x) >>\nendobj\n${more}`;
  return latin1(text + edit(listing(text.length, signedText.length)));
}

const replaced =
  (from: string, to: string) =>
  (tail: string): string => {
    expect(tail).toContain(from);
    return tail.replace(from, to);
  };

/** What the verifier says of the octets: why it refuses them, or its failures. */
async function outcome(bytes: Uint8Array): Promise<string | readonly string[]> {
  try {
    return failures(await verify(bytes));
  } catch (error) {
    if (error instanceof FormatError) return String(error.reason);
    throw error;
  }
}

async function signingReason(bytes: Uint8Array): Promise<string | undefined> {
  try {
    await signPdf(bytes);
    return undefined;
  } catch (error) {
    return error instanceof FormatError ? error.reason : String(error);
  }
}

/** An object that a table calls free, and a stream beside it does not (ISO 32000-2 §7.5.8.4). */
function hybrid(orphan: string): Uint8Array {
  const place = offsetOf(PLAIN.bytes, 4);
  const text = textOf(PLAIN.bytes) + orphan;
  const row = String.fromCharCode(1, place >> 8, place & 0xff, 0);
  const stream = pdfStream(`/Type /XRef /Size ${NEXT + 1} /W [1 2 1] /Index [4 1]`, row);
  const all = `${text}${NEXT} 0 obj\n${stream}\nendobj\n`;
  const trailer = `<< /Size ${NEXT + 1} /Root 1 0 R /Prev ${PREVIOUS} /XRefStm ${text.length} >>`;
  return latin1(`${all}xref\n4 1\n0000000000 00001 f \ntrailer\n${trailer}\nstartxref\n${all.length}\n%%EOF\n`);
}

describe('an update of a signed document', () => {
  it('passes where all it holds is listed', async () => {
    expect(await outcome(update(''))).toEqual([]);
    expect(await outcome(update('% 4 0 obj\n\0\t\f \r\n'))).toEqual([]);
    expect(await outcome(update('', replaced('startxref', '%Writer-1.0\nstartxref')))).toEqual([]);
    expect(await signingReason(update(''))).toBeUndefined();
  });

  it.each<readonly [string, Uint8Array, string | readonly string[]]>([
    ['an object that is not listed', update(ORPHAN), ['pdf-unlisted-objects']],
    ['one behind a comment', update(`%\r${ORPHAN}`), ['pdf-unlisted-objects']],
    ['something that is no object', update('x'), ['pdf-unlisted-objects']],
    ['an unlisted object in a hybrid file', hybrid(ORPHAN), ['pdf-unlisted-objects', 'pdf-content-changed']],
    ['a real number for Prev', update(ORPHAN, replaced('/Prev ', '/Prev +')), 'pdf-trailer'],
    ['a point in Prev', update(ORPHAN, replaced(`${PREVIOUS} >>`, `${PREVIOUS}.0 >>`)), 'pdf-trailer'],
    ['a key of the trailer twice', update(ORPHAN, replaced('/Prev', '/Size 13 /Prev')), 'pdf-trailer'],
    ['two roots', update('', replaced('/Root 1', '/Root 13 0 R /Root 1')), 'pdf-trailer'],
    ['a comment in the table', update(ORPHAN, replaced('xref\n', 'xref % c\n')), 'pdf-xref'],
    ['a comment in a heading', update(ORPHAN, replaced(' 1\n', ' %c\n 1\n')), 'pdf-xref'],
    ['a comment before the table', update(ORPHAN, (tail) => `%c\n${tail}`), 'pdf-startxref'],
    ['a table without subsections', update(ORPHAN, (tail) => tail.replace(/xref\n13 1\n.*n \n/, 'xref\n')), 'pdf-xref'],
    ['white space of another kind', update(ORPHAN, replaced('startxref\n', 'startxref\u00a0')), 'pdf-truncated'],
  ])('with %s is not taken', async (_name, bytes, expected) => {
    const found = await outcome(bytes);
    if (typeof expected === 'string') expect(found).toBe(expected);
    else expect(new Set(found)).toEqual(new Set(expected));
    expect(await signingReason(bytes)).toBe(typeof expected === 'string' ? expected : 'pdf-unlisted-objects');
  });

  it('may not have sections before those that it continues', async () => {
    const trailer = (previous: string): string => `trailer\n<< /Size ${NEXT} /Root 1 0 R /Prev ${previous} >>\n`;
    const start = PLAIN.bytes.length;
    const first = `xref\n0 1\n0000000000 65535 f \n${trailer('0000000000')}`;
    const second = `xref\n0 1\n0000000000 65535 f \n${trailer(String(PREVIOUS))}`;
    const chained = first.replace('0000000000 >>', `${offset10(start + first.length)} >>`);
    const bytes = latin1(`${textOf(PLAIN.bytes)}${chained}${second}startxref\n${start}\n%%EOF\n`);
    expect(await outcome(bytes)).toBe('pdf-xref');
  });

  it('may not hide from old readers what they saw', async () => {
    expect(await outcome(hybrid(''))).toEqual(['pdf-content-changed']);
  });

  it.each<readonly [string, (first: TestPdf) => PdfBodies]>([
    ['and restores what was before it', (first) => ({ 20: '(x)', 6: first.body(6), 3: first.body(3) })],
    ['and changes nothing', () => ({ 20: '(x)' })],
  ])('may not leave out a signature %s', async (_name, change) => {
    const second = signed({}, PLAIN);
    expect(await outcome(second.bytes)).toEqual([]);
    const skipping = second.revise(change(PLAIN), { previous: PREVIOUS });
    expect(await outcome(skipping.bytes)).toEqual(['pdf-revision-skipped']);
  });
});

describe('a document that was signed with more than it lists', () => {
  it('is told, and not signed by us', async () => {
    const bytes = TestPdf.create({ ...DOCUMENT, 20: `(x)\nendobj\n${ORPHAN}21 0 obj\n(x)` });
    expect(await signingReason(bytes.bytes)).toBe('pdf-unlisted-objects');
    const report = await verify(signed({}, bytes));
    expect(report.findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      'warning pdf-unlisted-objects',
    ]);
  });
});

describe('a key given twice', () => {
  it.each<readonly [string, PdfBodies]>([
    ['in the catalog', { 1: addEntry(String(DOCUMENT[1]), '/Pages 2 0 R /Lang (ja) /Lang (en)') }],
    ['in the page', { 3: addEntry(String(DOCUMENT[3]), '/Rotate 90 /Rotate 0') }],
    ['in a form', { 6: addEntry(String(DOCUMENT[6]), '/Q 0 /Q 1') }],
    ['in a field', { 7: addEntry(String(DOCUMENT[7]), '/Ff 1 /Ff 0') }],
  ])('%s is a failure, and not signed', async (_name, bodies) => {
    const document = TestPdf.create({ ...DOCUMENT, ...bodies });
    expect(await signingReason(document.bytes)).toBe('pdf-repeated-keys');
    expect(await outcome(signed({}, document).bytes)).toEqual(['pdf-repeated-keys']);
  });

  it('in a font is left alone', async () => {
    const font = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /BaseFont /Helvetica >>';
    expect(await outcome(signed({}, TestPdf.create({ ...DOCUMENT, 5: font })).bytes)).toEqual([]);
  });
});
