import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../../sdk/formats/signature-report.js';
import {
  addEntry,
  addToArray,
  DOCUMENT,
  FORM_STREAM,
  lastStartXref,
  latin1,
  offsetOf,
  pdfStream,
  TestPdf,
  textOf,
  type PdfBodies,
  type RevisionTemplate,
  type SignatureTemplate,
} from '../../support/pdf-attacks.js';
import { failures, holder, signed, summary, verify } from './fixture.js';

/** Numbers of the first signature and its field, and of the next object. */
const SIGNATURE = 11;
const FIELD = 12;
const NEXT = 13;

const CONTENT = pdfStream('', 'BT /F1 12 Tf 20 150 Td (Pay 1000000 yen) Tj ET');
const APPEARANCE = pdfStream(FORM_STREAM, 'BT /F1 12 Tf 2 5 Td (1000000 yen) Tj ET');
const NOTE = '<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents (note) >>';
const FREE_TEXT = '<< /Type /Annot /Subtype /FreeText /Rect [10 10 200 50] /Contents (note) /DA (/F1 12 Tf) >>';

interface Case {
  readonly name: string;
  /** What was signed; default: the document of the fixture. */
  readonly document?: PdfBodies;
  readonly signature?: Partial<SignatureTemplate>;
  /** What a later revision writes, given the signed document. */
  readonly change: (pdf: TestPdf) => PdfBodies;
  readonly revision?: (pdf: TestPdf) => RevisionTemplate;
  /** Findings on the signature. */
  readonly found: readonly string[];
}

/** Findings of the first signature after the change. */
async function findings({ document, signature, change, revision }: Case): Promise<readonly string[]> {
  const pdf = signed(signature, TestPdf.create(document));
  const report = await verify(pdf.revise(change(pdf), revision?.(pdf)));
  const [state, coverage, ...found] = summary(report.signatures[0] ?? expect.fail('no signature'));
  expect([state, coverage]).toEqual(['intact trusted', 'part']);
  expect(verdictOf(report)).toBe(
    found.some((finding) => finding.startsWith('failure')) ? 'total-failed' : 'total-passed',
  );
  return found;
}

const annotate =
  (body: string) =>
  (pdf: TestPdf): PdfBodies => ({
    3: addToArray(pdf.body(3), '/Annots', `${NEXT} 0 R`),
    [NEXT]: body,
  });
const catalog =
  (entry: string) =>
  (pdf: TestPdf): PdfBodies => ({ 1: addEntry(pdf.body(1), entry) });
const replaced =
  (number: number, from: string | RegExp, to: string) =>
  (pdf: TestPdf): PdfBodies => {
    const body = pdf.body(number).replace(from, to);
    expect(body).not.toBe(pdf.body(number));
    return { [number]: body };
  };
/** Fills in the empty field with a new appearance. */
const fill = (pdf: TestPdf): PdfBodies => ({
  8: addEntry(replaced(8, '/N 10 0 R', `/N ${NEXT} 0 R`)(pdf)[8] ?? '', '/V (paid)'),
  [NEXT]: APPEARANCE,
});
const DSS: PdfBodies = {
  [NEXT]: '<< /Certs [14 0 R] /VRI << /AB << /Cert [14 0 R] >> >> >>',
  14: pdfStream('', 'DER'),
};

const HARMLESS: readonly Case[] = [
  { name: 'nothing', change: () => ({}), found: [] },
  {
    name: 'the same objects once more',
    change: ({ bodies }) => ({ 1: bodies[1] ?? '', 4: bodies[4] ?? '', 5: bodies[5] ?? '' }),
    found: [],
  },
  {
    name: 'the same objects in a cross-reference stream',
    change: ({ bodies }) => ({ 1: bodies[1] ?? '', 3: bodies[3] ?? '' }),
    revision: () => ({ xref: 'stream', compressed: [1, 3] }),
    found: [],
  },
  { name: 'an object that nothing uses', change: () => ({ [NEXT]: CONTENT }), found: [] },
  {
    name: 'validation data',
    change: (pdf) => ({ ...catalog(`/DSS ${NEXT} 0 R`)(pdf), ...DSS }),
    found: ['information pdf-later-validation-data'],
  },
  {
    name: 'document information',
    change: () => ({ [NEXT]: '<< /Title (x) >>' }),
    revision: () => ({ trailer: `/Info ${NEXT} 0 R` }),
    found: ['information pdf-later-metadata'],
  },
  {
    name: 'XMP metadata',
    change: (pdf) => ({ ...catalog(`/Metadata ${NEXT} 0 R`)(pdf), [NEXT]: pdfStream('', 'x') }),
    found: ['information pdf-later-metadata'],
  },
  { name: 'an empty field filled in', change: fill, found: ['warning pdf-later-form-fields'] },
  {
    name: 'an empty field filled in, its appearance overwritten',
    change: (pdf) => ({ 8: addEntry(pdf.body(8), '/V (paid)'), 10: APPEARANCE }),
    found: ['warning pdf-later-form-fields'],
  },
  { name: 'a note', change: annotate(NOTE), found: ['warning pdf-later-annotations'] },
  {
    name: 'a note, the list of annotations being an object of its own',
    document: { ...DOCUMENT, 3: String(DOCUMENT[3]).replace(/\/Annots \[.*\]/, '/Annots 20 0 R'), 20: '[7 0 R 8 0 R]' },
    signature: { bodies: { 3: String(DOCUMENT[3]).replace(/\/Annots \[.*\]/, '/Annots 20 0 R') } },
    change: () => ({ 20: '[7 0 R 8 0 R 30 0 R]', 30: NOTE }),
    found: ['warning pdf-later-annotations'],
  },
  {
    name: 'a new field for a further signature',
    change: (pdf) => ({
      6: addToArray(pdf.body(6), '/Fields', `${NEXT} 0 R`),
      ...annotate('<< /Type /Annot /Subtype /Widget /FT /Sig /T (later) /Rect [0 0 0 0] >>')(pdf),
    }),
    found: ['warning pdf-later-signature-field'],
  },
];

describe('a later revision that changes nothing of what was signed', () => {
  it.each(HARMLESS)('$name', async (attack) => {
    expect(await findings(attack)).toEqual(attack.found);
  });
});

const CONTENT_CHANGES: readonly Omit<Case, 'found'>[] = [
  { name: 'the page’s content overwritten (replace)', change: () => ({ 4: CONTENT }) },
  {
    name: 'the page’s content exchanged',
    change: (pdf) => ({ ...replaced(3, '/Contents 4', `/Contents ${NEXT}`)(pdf), [NEXT]: CONTENT }),
  },
  {
    name: 'the page’s content made a list',
    change: (pdf) => ({ ...replaced(3, '4 0 R', `[4 0 R ${NEXT} 0 R]`)(pdf), [NEXT]: CONTENT }),
  },
  { name: 'the page’s content freed', change: () => ({ 4: null }) },
  { name: 'a font overwritten', change: () => ({ 5: '<< /Type /Font /Subtype /Type3 /CharProcs << >> >>' }) },
  { name: 'another size of the page', change: replaced(3, '300 200', '300 900') },
  { name: 'a rotated page', change: (pdf) => ({ 3: addEntry(pdf.body(3), '/Rotate 180') }) },
  {
    name: 'a page’s action',
    change: (pdf) => ({ 3: addEntry(pdf.body(3), '/AA << /O << /S /JavaScript /JS (x) >> >>') }),
  },
  {
    name: 'a page added',
    change: (pdf) => ({ 2: '<< /Type /Pages /Kids [3 0 R 13 0 R] /Count 2 >>', [NEXT]: pdf.body(3) }),
  },
  { name: 'the page removed', change: () => ({ 2: '<< /Type /Pages /Kids [] /Count 0 >>' }) },
  {
    name: 'the page exchanged',
    change: (pdf) => ({ 2: '<< /Type /Pages /Kids [13 0 R] /Count 1 >>', [NEXT]: pdf.body(3) }),
  },
  {
    name: 'another page tree',
    change: (pdf) => ({ ...replaced(1, '/Pages 2', `/Pages ${NEXT}`)(pdf), [NEXT]: pdf.body(2) }),
  },
  { name: 'another catalog', change: (pdf) => ({ [NEXT]: pdf.body(1) }), revision: () => ({ root: `${NEXT} 0 R` }) },
  { name: 'an action on opening', change: catalog('/OpenAction << /S /JavaScript /JS (x) >>') },
  { name: 'scripts by name', change: catalog('/Names << /JavaScript << /Names [] >> >>') },
  { name: 'layers', change: catalog('/OCProperties << /OCGs [] /D << >> >>') },
  { name: 'an action of the document', change: catalog('/AA << /WC << /S /JavaScript /JS (x) >> >>') },
  { name: 'the form drawn anew', change: replaced(6, '/SigFlags', '/NeedAppearances true /SigFlags') },
  { name: 'an XFA form', change: (pdf) => ({ 6: addEntry(pdf.body(6), '/XFA (x)') }) },
  {
    name: 'another default font',
    change: (pdf) => ({ ...replaced(6, '/F1 5 0 R', `/F1 ${NEXT} 0 R`)(pdf), [NEXT]: pdf.body(5) }),
  },
  { name: 'a field removed', change: replaced(6, '7 0 R ', '') },
  { name: 'a field moved on the page', change: replaced(7, '[20 100', '[20 10') },
  { name: 'a field renamed', change: replaced(7, '(amount)', '(amounT)') },
  { name: 'a field made read-only', change: (pdf) => ({ 7: addEntry(pdf.body(7), '/Ff 1') }) },
  { name: 'a field’s action', change: (pdf) => ({ 7: addEntry(pdf.body(7), '/AA << /F 5 0 R >>') }) },
  {
    name: 'a new field over the text',
    change: (pdf) => ({
      6: addToArray(pdf.body(6), '/Fields', `${NEXT} 0 R`),
      ...annotate('<< /Type /Annot /Subtype /Widget /FT /Tx /T (new) /V (x) /Rect [20 140 200 170] >>')(pdf),
    }),
  },
  { name: 'a widget without a field', change: annotate('<< /Type /Annot /Subtype /Widget /Rect [20 140 200 170] >>') },
  {
    name: 'the signature’s value exchanged',
    change: (pdf) => ({ ...replaced(FIELD, '/V 11', `/V ${NEXT}`)(pdf), [NEXT]: pdf.body(SIGNATURE) }),
  },
  {
    name: 'the certification taken away',
    document: { ...DOCUMENT, 1: addEntry(String(DOCUMENT[1]), `/Perms << /DocMDP ${SIGNATURE} 0 R >>`) },
    change: replaced(1, /\/Perms << .*? >>/, ''),
  },
  {
    name: 'an object that the page named in vain (hide)',
    document: { ...DOCUMENT, 3: String(DOCUMENT[3]).replace('4 0 R', '[4 0 R 40 0 R]') },
    change: () => ({ 40: CONTENT }),
  },
  {
    name: 'an object that was there twice (hide-and-replace)',
    document: { ...DOCUMENT, 30: CONTENT, 31: '31 0 obj' },
    signature: { bodies: { 31: `null\nendobj\n4 0 obj\n${CONTENT}` } },
    change: () => ({}),
    revision: ({ bytes }) => ({ offsets: { 4: offsetOf(bytes, 4) } }),
  },
  {
    name: 'one appearance that is page content too',
    document: { ...DOCUMENT, 3: String(DOCUMENT[3]).replace('4 0 R', '[4 0 R 10 0 R]') },
    change: (pdf) => ({ 8: addEntry(pdf.body(8), '/V (paid)'), 10: APPEARANCE }),
  },
  {
    name: 'a certificate that is page content too',
    document: { ...DOCUMENT, 1: addEntry(String(DOCUMENT[1]), '/DSS << /Certs [4 0 R] >>') },
    change: () => ({ 4: CONTENT }),
  },
  {
    name: 'a list of certificates that is a list of page contents too',
    document: {
      ...DOCUMENT,
      1: addEntry(String(DOCUMENT[1]), '/DSS << /Certs 30 0 R >>'),
      3: String(DOCUMENT[3]).replace('/Contents 4', '/Contents 30'),
      30: '[4 0 R]',
    },
    change: () => ({ 4: CONTENT }),
  },
  {
    name: 'appearances that are glyphs of a font too',
    document: {
      ...DOCUMENT,
      5: '<< /Type /Font /Subtype /Type3 /CharProcs 30 0 R >>',
      8: String(DOCUMENT[8]).replace('<< /N 10 0 R >>', '30 0 R'),
      30: '<< /N 10 0 R >>',
    },
    change: (pdf) => ({ 8: addEntry(pdf.body(8), '/V (paid)'), 10: APPEARANCE }),
  },
  {
    name: 'a field that is a node of the page tree too',
    document: {
      ...DOCUMENT,
      2: '<< /Type /Pages /Kids [30 0 R] /Count 1 /FT /Sig /T (tree) >>',
      6: addToArray(String(DOCUMENT[6]), '/Fields', '2 0 R'),
      30: '<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 2 0 R >>',
    },
    change: () => ({
      30: '<< /Type /Pages /Kids [3 0 R 40 0 R] /Count 2 /Parent 2 0 R >>',
      40: '<< /Type /Page /T (page) /V 41 0 R /Contents 42 0 R /MediaBox [0 0 300 200] /Parent 30 0 R >>',
      41: '<< /Type /Sig >>',
      42: CONTENT,
    }),
  },
  {
    name: 'metadata that is page content too',
    document: { ...DOCUMENT, 1: addEntry(String(DOCUMENT[1]), '/Metadata 4 0 R') },
    change: () => ({ 4: CONTENT }),
  },
  {
    name: 'a field that is a page too',
    document: { ...DOCUMENT, 2: '<< /Type /Pages /Kids [3 0 R 40 0 R] /Count 2 >>' },
    change: (pdf) => ({
      6: addToArray(pdf.body(6), '/Fields', '40 0 R'),
      40: '<< /Type /Page /FT /Sig /T (page) /Contents 41 0 R /MediaBox [0 0 300 200] /Parent 2 0 R >>',
      41: CONTENT,
    }),
  },
  {
    name: 'the length of the page’s content',
    document: {
      ...DOCUMENT,
      4: String(DOCUMENT[4]).replace(/\/Length \d+/, '/Length 30 0 R'),
      30: String(/\/Length (\d+)/.exec(String(DOCUMENT[4]))?.[1]),
    },
    change: () => ({ 30: '56 % as before, and more' }),
  },
  {
    name: 'what an object leads to that is only a reference',
    document: { ...DOCUMENT, 3: String(DOCUMENT[3]).replace('/Contents 4', '/Contents 30'), 30: '4 0 R' },
    change: () => ({ 4: CONTENT }),
  },
  {
    name: 'resources that a page shares with the form',
    document: {
      ...DOCUMENT,
      3: String(DOCUMENT[3]).replace(/\/Resources << .*? >> >>/, '/Resources 30 0 R'),
      30: '<< /Font << /F1 5 0 R >> >>',
      6: String(DOCUMENT[6]).replace(/\/DR << .*? >> >>/, '/DR 30 0 R'),
    },
    change: () => ({
      30: '<< /Font << /F1 5 0 R /F2 31 0 R >> >>',
      31: '<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>',
    }),
  },
];

describe('a later revision that changes what was signed', () => {
  it.each(CONTENT_CHANGES)('$name', async (attack) => {
    expect(await findings({ ...attack, found: [] })).toContain('failure pdf-content-changed');
  });

  it.each<Case>([
    {
      name: 'another value',
      change: (pdf) => ({ 7: addEntry(pdf.body(7), '/V (1000000 yen)'), 9: APPEARANCE }),
      found: ['failure pdf-form-value-changed'],
    },
    {
      name: 'another value in an object of its own',
      document: { ...DOCUMENT, 7: String(DOCUMENT[7]).replace('(100 yen)', '30 0 R'), 30: '(100 yen)' },
      change: () => ({ 30: '(1000000 yen)' }),
      found: ['failure pdf-form-value-changed'],
    },
    {
      name: 'a value that is gone',
      change: replaced(7, '/V (100 yen)', ''),
      found: ['failure pdf-form-value-changed'],
    },
    {
      name: 'another appearance, overwritten',
      change: () => ({ 9: APPEARANCE }),
      found: ['failure pdf-appearance-changed'],
    },
    {
      name: 'another appearance, exchanged',
      change: (pdf) => ({ ...replaced(7, '/N 9', `/N ${NEXT}`)(pdf), [NEXT]: APPEARANCE }),
      found: ['failure pdf-appearance-changed'],
    },
    { name: 'a text over the page', change: annotate(FREE_TEXT), found: ['failure pdf-overlay-annotation'] },
    {
      name: 'a note with an appearance',
      change: annotate(addEntry(NOTE, '/AP << /N 9 0 R >>')),
      found: ['failure pdf-overlay-annotation'],
    },
    {
      name: 'a drawing that is gone',
      document: { ...DOCUMENT, 3: addToArray(String(DOCUMENT[3]), '/Annots', '30 0 R'), 30: FREE_TEXT },
      change: replaced(3, '30 0 R ', ''),
      found: ['failure pdf-overlay-annotation'],
    },
    {
      name: 'a drawing that changed',
      document: { ...DOCUMENT, 3: addToArray(String(DOCUMENT[3]), '/Annots', '30 0 R'), 30: FREE_TEXT },
      change: () => ({ 30: FREE_TEXT.replace('note', 'nope') }),
      found: ['failure pdf-overlay-annotation'],
    },
    {
      name: 'a drawing that was not there (hide)',
      document: { ...DOCUMENT, 3: addToArray(String(DOCUMENT[3]), '/Annots', '40 0 R') },
      change: () => ({ 40: FREE_TEXT }),
      found: ['failure pdf-overlay-annotation'],
    },
    {
      name: 'a visible field that waits for a signature',
      change: (pdf) => ({
        6: addToArray(pdf.body(6), '/Fields', '13 0 R'),
        ...annotate('<< /Type /Annot /Subtype /Widget /FT /Sig /T (later) /Rect [0 0 200 90] /AP << /N 9 0 R >> >>')(
          pdf,
        ),
      }),
      found: ['failure pdf-overlay-annotation'],
    },
    {
      name: 'another appearance of the signature',
      document: { ...DOCUMENT, 30: APPEARANCE },
      signature: { rect: '[0 0 90 90]', field: '/AP << /N 30 0 R >>' },
      change: () => ({ 30: CONTENT }),
      found: ['failure pdf-signed-appearance-changed'],
    },
  ])('$name', async (attack) => {
    expect(await findings(attack)).toEqual(attack.found);
  });

  it('by an object stream in place of another one', async () => {
    const document = TestPdf.create(undefined, { xref: 'stream', compressed: [3, 5] });
    const pdf = signed({ bodies: { 3: document.body(3) }, revision: { xref: 'stream' } }, document);
    const fonts = '5 0 << /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >> 3 0 null';
    const container = 11;
    expect(textOf(pdf.bytes)).toContain(`\n${container} 0 obj\n<< /Type /ObjStm`);
    const stream = pdfStream('/Type /ObjStm /N 2 /First 8', `3 60 5 0 ${fonts.slice(4)}`);
    const report = await verify(pdf.revise({ [container]: stream }, { xref: 'stream' }));
    expect(failures(report)).toContain('pdf-content-changed');
  });
});

describe('a signature that a later revision takes away', () => {
  it.each<readonly [string, (pdf: TestPdf) => PdfBodies]>([
    ['from the form', replaced(6, `${FIELD} 0 R `, '')],
    ['from its field', replaced(FIELD, `/V ${SIGNATURE} 0 R`, '')],
    ['with the form', replaced(1, '/AcroForm 6 0 R', '')],
    ['by freeing it', () => ({ [SIGNATURE]: null })],
    ['by freeing its field', () => ({ [FIELD]: null })],
  ])('%s is told', async (_name, change) => {
    const pdf = signed();
    const report = await verify(pdf.revise(change(pdf)));
    expect(report.signatures).toHaveLength(1);
    expect(failures(report)).toContain('pdf-signature-removed');
  });

  it('is told besides the one that took its place', async () => {
    const pdf = signed();
    const stripped = pdf.revise(replaced(6, `${FIELD} 0 R `, '')(pdf));
    const report = await verify(signed({}, stripped));
    expect(report.signatures).toHaveLength(2);
    expect(summary(report.signatures[1] ?? expect.fail())).toEqual(['intact trusted', 'whole']);
    expect(verdictOf(report)).toBe('total-failed');
  });
});

describe('a later revision beside the signed one', () => {
  /** Everything anew but the signature itself. */
  const beside = (pdf: TestPdf, previous: number | null): TestPdf => {
    const bodies = Object.fromEntries(Object.entries(pdf.bodies).filter(([number]) => number !== String(SIGNATURE)));
    const offsets = { [SIGNATURE]: offsetOf(pdf.bytes, SIGNATURE) };
    return pdf.revise({ ...bodies, 4: CONTENT }, { previous, offsets });
  };

  it('is refused where its sections leave the signed one out', async () => {
    const document = TestPdf.create();
    const pdf = signed({}, document);
    const { signatures } = await verify(beside(pdf, lastStartXref(document.bytes)));
    expect(signatures.map((signature) => summary(signature)[0])).toEqual(['ERR_SIGN_FORMAT pdf-revision-chain']);
  });

  it('is refused where it has no earlier section at all', async () => {
    const pdf = signed();
    const { signatures } = await verify(beside(pdf, null));
    expect(signatures.map((signature) => summary(signature)[0])).toEqual(['ERR_SIGN_FORMAT pdf-revision-chain']);
  });
});

describe('two signatures', () => {
  it('cannot share a ByteRange', async () => {
    const pdf = signed();
    const [copy, field] = [NEXT, NEXT + 1];
    const both = pdf.revise({
      [copy]: pdf.body(SIGNATURE),
      [field]: `<< /FT /Sig /T (copy) /V ${copy} 0 R >>`,
      6: addToArray(pdf.body(6), '/Fields', `${field} 0 R`),
    });
    const { signatures } = await verify(both);
    expect(signatures.map((signature) => summary(signature)[0])).toEqual([
      'intact trusted',
      'ERR_SIGN_FORMAT pdf-byte-range-gap',
    ]);
  });

  it('in one revision are both refused', async () => {
    const document = TestPdf.create();
    const inner =
      '<< /Type /Sig /SubFilter /adbe.pkcs7.detached /ByteRange [0 0000000001 0000000002 0000000003] /Contents <3000> >>';
    const bodies = { 20: inner, 21: '<< /FT /Sig /T (inner) /V 20 0 R >>' };
    let pdf = document.sign({
      holder,
      bodies: { ...bodies, 6: addToArray(addToArray(document.body(6), '/Fields', '21 0 R'), '/Fields', '12 0 R') },
    });
    const text = textOf(pdf.bytes);
    const start = text.indexOf('<3000>');
    const numbers = [start, start + 6, text.length - start - 6].map((number) => String(number).padStart(10, '0'));
    pdf = pdf.patched('0000000001 0000000002 0000000003', numbers.join(' '));
    const { signatures } = await verify(pdf);
    expect(signatures.map((signature) => summary(signature)[0])).toEqual([
      'ERR_SIGN_FORMAT pdf-byte-range-overlap',
      'ERR_SIGN_FORMAT pdf-byte-range-overlap',
    ]);
  });

  it('are both reported where only the first one is sound', async () => {
    const report = await verify(signed({ cms: () => latin1('0\u0003\u0002\u0001\u0001') }, signed()));
    expect(report.signatures.map((signature) => signature.signer.integrity)).toEqual(['intact', 'failed']);
    expect(verdictOf(report)).toBe('total-failed');
  });

  it('may be in a chain of kids, and on a page only', async () => {
    const document = TestPdf.create({
      ...DOCUMENT,
      6: String(DOCUMENT[6]).replace('[7', '[20 0 R 7'),
      20: '<< /T (group) /Kids [21 0 R] >>',
      21: '<< /T (deep) /FT /Sig /Kids [22 0 R] /Parent 20 0 R >>',
      22: '<< /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /Parent 21 0 R >>',
    });
    const first = signed({ existingField: 21 }, document);
    const form = first.body(6);
    const report = await verify(signed({ bodies: { 6: form } }, first));
    expect(report.signatures.map(summary)).toEqual([
      ['intact trusted', 'part', 'failure pdf-content-changed'],
      ['intact trusted', 'whole', 'warning pdf-field-outside-form'],
    ]);
  });
});
