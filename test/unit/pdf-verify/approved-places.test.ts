import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../../sdk/formats/signature-report.js';
import {
  addEntry,
  addToArray,
  DOCUMENT,
  FORM_STREAM,
  pdfStream,
  TestPdf,
  type PdfBodies,
  type SignatureTemplate,
} from '../../support/pdf-attacks.js';
import { signed, summary, verify } from './fixture.js';

/** Numbers of the first signature and of the next object. */
const SIGNATURE = 11;
const NEXT = 13;
const RECORD = 'AB'.repeat(20);

const EVIL = pdfStream('', 'BT /F1 12 Tf 20 150 Td (Pay 9999999 yen) Tj ET');
const drawing = (text: string): string => pdfStream(FORM_STREAM, `BT /F1 12 Tf 2 5 Td (${text}) Tj ET`);
const stamp = (appearance: number): string =>
  `<< /Type /Annot /Subtype /Stamp /F 4 /Rect [0 0 300 200] /AP << /N ${appearance} 0 R >> >>`;

/** The document with a further field, which waits for a signature. */
const waiting = (entries: string, more: PdfBodies = {}): PdfBodies => ({
  ...DOCUMENT,
  6: addToArray(String(DOCUMENT[6]), '/Fields', '30 0 R'),
  3: addToArray(String(DOCUMENT[3]), '/Annots', '30 0 R'),
  30: `<< /Type /Annot /Subtype /Widget /FT /Sig /T (boss) /F 4 ${entries} >>`,
  ...more,
});
/** Two drawings over each other. */
const STACKED: PdfBodies = {
  ...DOCUMENT,
  3: String(DOCUMENT[3]).replace('/Annots [7 0 R 8 0 R]', '/Annots [7 0 R 8 0 R 31 0 R 30 0 R]'),
  30: stamp(32),
  31: stamp(33),
  32: drawing('100 yen'),
  33: drawing('9999999 yen'),
};
const TWO_STATES = waiting('/Rect [0 0 300 200] /AS /A /AP << /N << /A 31 0 R /B 32 0 R >> >>', {
  31: drawing('100 yen'),
  32: drawing('9999999 yen'),
});
/** Adds a field. */
const field =
  (body: string, more: PdfBodies = {}) =>
  (pdf: TestPdf): PdfBodies => ({
    6: addToArray(pdf.body(6), '/Fields', `${NEXT} 0 R`),
    3: addToArray(pdf.body(3), '/Annots', `${NEXT} 0 R`),
    [NEXT]: body,
    ...more,
  });
/** A page that is changed in what tells nothing, and its content. */
const page = (pdf: TestPdf): PdfBodies => ({ 3: addEntry(pdf.body(3), '/Tabs /S'), 4: EVIL });
const NEW_FIELD = '/Type /Annot /F 4 /FT /Sig /T (s2) /P 3 0 R';
const SHOWN = '/Rect [10 90 280 180]';

interface Case {
  readonly name: string;
  readonly document?: PdfBodies;
  readonly signature?: Partial<SignatureTemplate>;
  readonly change: (pdf: TestPdf) => PdfBodies;
  /** Among the failures of the first signature. */
  readonly failure: string;
}

const CASES: readonly Case[] = [
  {
    name: 'a page given as the records of validation data',
    change: (pdf) => ({ 1: addEntry(pdf.body(1), '/DSS << /VRI 3 0 R >>'), ...page(pdf) }),
    failure: 'pdf-content-changed',
  },
  {
    name: 'a page given as one record of validation data',
    change: (pdf) => ({ 1: addEntry(pdf.body(1), `/DSS << /VRI << /${RECORD} 3 0 R >> >>`), ...page(pdf) }),
    failure: 'pdf-content-changed',
  },
  {
    name: 'one place approved twice for two places',
    document: { ...DOCUMENT, 3: addEntry(String(DOCUMENT[3]), '/Cert [4 0 R]').replace('4 0 R', '[4 0 R]') },
    change: (pdf) => ({
      1: addEntry(pdf.body(1), `/DSS << /VRI << /${RECORD} 3 0 R /${'CD'.repeat(20)} 3 0 R >> >>`),
      ...page(pdf),
    }),
    failure: 'pdf-content-changed',
  },
  {
    name: 'an object with one approved place and another one',
    document: {
      ...DOCUMENT,
      1: addEntry(String(DOCUMENT[1]), `/DSS << /VRI << /${RECORD} 40 0 R /${'CD'.repeat(20)} 40 0 R >> >>`),
      3: String(DOCUMENT[3]).replace('/Contents 4 0 R', '/Contents 41 0 R'),
      40: '<< /Cert 41 0 R /Other 41 0 R >>',
      41: '[4 0 R]',
    },
    change: () => ({ 4: EVIL }),
    failure: 'pdf-content-changed',
  },
  {
    name: 'a page given as the appearance of a field that is signed',
    document: waiting('/Rect [0 0 0 0]'),
    change: (pdf) => ({ 30: addEntry(pdf.body(30), `/AP 3 0 R /V ${SIGNATURE} 0 R`), ...page(pdf) }),
    failure: 'pdf-content-changed',
  },
  {
    name: 'a page given as the states of an appearance',
    document: waiting('/Rect [0 0 0 0]'),
    change: (pdf) => ({
      30: addEntry(pdf.body(30), `/AP << /N 3 0 R >> /V 50 0 R`),
      50: '<< /Type /Sig >>',
      ...page(pdf),
    }),
    failure: 'pdf-content-changed',
  },
  ...[
    '/FreeText /Contents (Pay 9999999) /DA (/F1 12 Tf)',
    '/Square /IC [1 1 1]',
    '/Ink /InkList [[20 150 200 160]]',
  ].map((subtype): Case => ({
    name: `a field that viewers draw themselves: ${subtype}`,
    change: field(`<< ${NEW_FIELD} /Subtype ${subtype} ${SHOWN} /V 50 0 R >>`, { 50: '<< /Type /Sig >>' }),
    failure: 'pdf-overlay-annotation',
  })),
  {
    name: 'a drawing as the widget of a new field',
    change: field(`<< /FT /Sig /T (s2) /V 50 0 R /Kids [51 0 R] >>`, {
      50: '<< /Type /Sig >>',
      51: `<< /Type /Annot /Subtype /FreeText /Contents (x) ${SHOWN} /Parent ${NEXT} 0 R >>`,
    }),
    failure: 'pdf-overlay-annotation',
  },
  {
    name: 'a new field with the signature of another one',
    change: field(`<< ${NEW_FIELD} /Subtype /Widget /Rect [0 0 0 0] /V ${SIGNATURE} 0 R >>`),
    failure: 'pdf-content-changed',
  },
  {
    name: 'a new field with an action',
    change: field(`<< ${NEW_FIELD} /Subtype /Widget /Rect [0 0 0 0] /AA << /PO << /S /JavaScript /JS (x) >> >> >>`),
    failure: 'pdf-content-changed',
  },
  {
    name: 'a new field with two rectangles',
    change: field(`<< ${NEW_FIELD} /Subtype /Widget ${SHOWN} /Rect [0 0 0 0] >>`),
    failure: 'pdf-content-changed',
  },
  {
    name: 'annotations in another order',
    document: STACKED,
    change: (pdf) => ({ 3: pdf.body(3).replace('31 0 R 30 0 R', '30 0 R 31 0 R') }),
    failure: 'pdf-overlay-annotation',
  },
  {
    name: 'a waiting field in another state',
    document: TWO_STATES,
    change: (pdf) => ({ 30: pdf.body(30).replace('/AS /A', '/AS /B') }),
    failure: 'pdf-appearance-changed',
  },
  {
    name: 'a signed field in another state',
    document: TWO_STATES,
    signature: { existingField: 30 },
    change: (pdf) => ({ 30: pdf.body(30).replace('/AS /A', '/AS /B') }),
    failure: 'pdf-signed-appearance-changed',
  },
];

describe('a later revision that hides a change behind a harmless one', () => {
  it.each(CASES)('$name', async ({ document, signature, change, failure }) => {
    const pdf = signed(signature, TestPdf.create(document));
    expect(verdictOf(await verify(pdf))).toBe('total-passed');
    const report = await verify(pdf.revise(change(pdf)));
    const [state, , ...found] = summary(report.signatures[0] ?? expect.fail('no signature'));
    expect(state).toBe('intact trusted');
    expect(found).toContain(`failure ${failure}`);
    expect(verdictOf(report)).toBe('total-failed');
  });
});

describe('a later revision that is what it says', () => {
  const outcome = async (pdf: TestPdf): Promise<readonly string[]> => {
    return summary((await verify(pdf)).signatures[0] ?? expect.fail('no signature')).slice(2);
  };

  it('adds validation data, and more of them later', async () => {
    const pdf = signed();
    const store = (more: string): PdfBodies => ({
      40: `<< /Type /DSS /Certs [42 0 R${more}] /VRI << /${RECORD} 41 0 R >> >>`,
      41: `<< /Type /VRI /Cert [42 0 R${more}] /TU (D:20260102030405Z) >>`,
    });
    const first = { 1: addEntry(pdf.body(1), '/DSS 40 0 R'), ...store(''), 42: pdfStream('', 'DER') };
    const once = pdf.revise(first);
    expect(await outcome(once)).toEqual(['information pdf-later-validation-data']);
    const twice = signed({}, once).revise({ ...store(' 90 0 R'), 90: pdfStream('', 'DER') });
    expect(await outcome(twice)).toEqual(['information pdf-later-validation-data', 'information pdf-later-signature']);
    const second = (await verify(twice)).signatures[1] ?? expect.fail('no second signature');
    expect(summary(second).slice(2)).toEqual(['information pdf-later-validation-data']);
  });

  it('signs where it can be seen, with an appearance or without', async () => {
    expect(await outcome(signed({ rect: '[0 0 90 90]' }, signed()))).toEqual(['warning pdf-later-visible-signature']);
  });

  it('puts annotations before and between those that were there', async () => {
    const pdf = signed({}, TestPdf.create(STACKED));
    const note = '<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents (note) >>';
    const changed = pdf.revise({ 3: pdf.body(3).replace('31 0 R', '31 0 R 40 0 R'), 40: note });
    expect(await outcome(changed)).toEqual(['warning pdf-later-annotations']);
  });
});
