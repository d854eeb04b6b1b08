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
} from '../../support/pdf-attacks.js';
import { signed, summary, verify } from './fixture.js';

const NEXT = 13;
const APPEARANCE = pdfStream(FORM_STREAM, 'BT /F1 12 Tf 2 5 Td (paid) Tj ET');
const NOTE = '<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents (note) >>';
const STAMP = '<< /Type /Annot /Subtype /Stamp /Rect [10 10 30 30] /AP << /N 9 0 R >> >>';

const docMdp = (parameters: string): string =>
  `/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /V /1.2 ${parameters} >> >>]`;
const fieldMdp = (parameters: string): string =>
  `/Reference [<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams << /Type /TransformParams /V /1.2 ${parameters} >> >>]`;

type Step = (pdf: TestPdf) => TestPdf;
const revise =
  (change: (pdf: TestPdf) => PdfBodies): Step =>
  (pdf) =>
    pdf.revise(change(pdf));
const annotate = (body: string): Step =>
  revise((pdf) => ({ 3: addToArray(pdf.body(3), '/Annots', `${NEXT} 0 R`), [NEXT]: body }));

const STEPS = {
  'validation data': revise((pdf) => ({ 1: addEntry(pdf.body(1), '/DSS << /Certs [] >>') })),
  filling: revise((pdf) => ({ 8: addEntry(pdf.body(8), '/V (paid)'), 10: APPEARANCE })),
  'another value': revise((pdf) => ({ 7: addEntry(pdf.body(7), '/V (paid)'), 9: APPEARANCE })),
  signing: (pdf: TestPdf) => signed({}, pdf),
  'visible signing': (pdf: TestPdf) => signed({ rect: '[0 0 90 90]', field: '/AP << /N 9 0 R >>' }, pdf),
  note: annotate(NOTE),
  stamp: annotate(STAMP),
  content: revise(() => ({ 4: pdfStream('', 'q Q') })),
} satisfies Record<string, Step>;

/** Findings of the first signature, its level aside. */
async function findings(entry: string, step: Step, document?: PdfBodies): Promise<readonly string[]> {
  const report = await verify(step(signed({ dictionary: entry }, TestPdf.create(document))));
  const found = summary(report.signatures[0] ?? expect.fail('no signature')).slice(2);
  expect(verdictOf(report) === 'total-failed').toBe(found.some((finding) => finding.startsWith('failure')));
  return found.filter((finding) => finding !== 'information pdf-docmdp');
}

const VIOLATED = 'failure pdf-docmdp-violated';

describe('DocMDP', () => {
  it.each<readonly [string, keyof typeof STEPS, readonly string[]]>([
    ['/P 1', 'validation data', ['information pdf-later-validation-data']],
    ['/P 1', 'filling', ['warning pdf-later-form-fields', VIOLATED]],
    ['/P 1', 'signing', ['information pdf-later-signature', VIOLATED]],
    ['/P 1', 'note', ['warning pdf-later-annotations', VIOLATED]],
    ['/P 2', 'filling', ['warning pdf-later-form-fields']],
    ['/P 2', 'another value', ['warning pdf-form-value-changed']],
    ['/P 2', 'signing', ['information pdf-later-signature']],
    ['/P 2', 'visible signing', ['warning pdf-later-visible-signature']],
    ['/P 2', 'note', ['warning pdf-later-annotations', VIOLATED]],
    ['/P 2', 'stamp', ['failure pdf-overlay-annotation', VIOLATED]],
    ['/P 3', 'note', ['warning pdf-later-annotations']],
    ['/P 3', 'stamp', ['warning pdf-overlay-annotation']],
    ['/P 3', 'content', ['failure pdf-content-changed', VIOLATED]],
    // No level: 2. No such level: nothing is allowed.
    ['', 'filling', ['warning pdf-later-form-fields']],
    ['', 'note', ['warning pdf-later-annotations', VIOLATED]],
    ['/P 4', 'filling', ['warning pdf-later-form-fields', VIOLATED]],
    ['/P (3)', 'note', ['warning pdf-later-annotations', VIOLATED]],
  ])('%s and %s', async (level, step, found) => {
    expect(await findings(docMdp(level), STEPS[step])).toEqual(found);
  });

  it('given twice holds to the stricter one', async () => {
    const both = `/Reference [${[docMdp('/P 3'), docMdp('/P 1')].map((entry) => entry.slice(12, -1)).join(' ')}]`;
    expect(await findings(both, STEPS.note)).toContain(VIOLATED);
  });

  it('is told', async () => {
    const { signatures } = await verify(signed({ dictionary: docMdp('/P 2') }));
    expect(signatures[0]?.findings).toEqual([{ code: 'pdf-docmdp', severity: 'information', unverifiedDetail: 'P=2' }]);
  });
});

describe('FieldMDP', () => {
  const FILLED = 'warning pdf-later-form-fields';
  const LOCKED = 'failure pdf-fieldmdp-violated';

  it.each<readonly [string, readonly string[]]>([
    ['/Action /All', [FILLED, LOCKED]],
    ['/Action /Include /Fields [(remark)]', [FILLED, LOCKED]],
    ['/Action /Include /Fields [(amount)]', [FILLED]],
    ['/Action /Include /Fields [(rem)]', [FILLED]],
    ['/Action /Exclude /Fields [(remark)]', [FILLED]],
    ['/Action /Exclude /Fields [(amount)]', [FILLED, LOCKED]],
    ['/Action /Exclude', [FILLED, LOCKED]],
    ['/Action /Nothing', [FILLED, LOCKED]],
    ['', [FILLED, LOCKED]],
  ])('%s', async (parameters, found) => {
    expect(await findings(fieldMdp(parameters), STEPS.filling)).toEqual(found);
  });

  it('of the field’s own lock counts too', async () => {
    const pdf = signed({ field: '/Lock << /Type /SigFieldLock /Action /Include /Fields [(remark)] >>' });
    const { signatures } = await verify(STEPS.filling(pdf));
    expect(summary(signatures[0] ?? expect.fail())).toContain(LOCKED);
  });

  it('of a lock may say a level', async () => {
    const pdf = signed({ field: '/Lock << /Type /SigFieldLock /Action /Include /Fields [(x)] /P 1 >>' });
    const { signatures } = await verify(STEPS.filling(pdf));
    expect(summary(signatures[0] ?? expect.fail())).toContain(VIOLATED);
  });

  it('stands for the fields below a name', async () => {
    const document = {
      ...DOCUMENT,
      6: String(DOCUMENT[6]).replace('8 0 R]', '20 0 R]'),
      8: addEntry(String(DOCUMENT[8]), '/Parent 20 0 R'),
      20: '<< /T (group) /Kids [8 0 R] >>',
    };
    expect(await findings(fieldMdp('/Action /Include /Fields [(group)]'), STEPS.filling, document)).toContain(LOCKED);
    expect(await findings(fieldMdp('/Action /Include /Fields [(gro)]'), STEPS.filling, document)).toEqual([FILLED]);
  });

  it('does not forbid a further signature in a field of its own', async () => {
    expect(await findings(fieldMdp('/Action /All'), STEPS.signing)).toEqual(['information pdf-later-signature']);
  });

  it('forbids a signature in a field that it locks', async () => {
    const empty = '<< /Type /Annot /Subtype /Widget /FT /Sig /T (second) /Rect [0 0 0 0] /P 3 0 R >>';
    const document = {
      ...DOCUMENT,
      3: addToArray(String(DOCUMENT[3]), '/Annots', '30 0 R'),
      6: addToArray(String(DOCUMENT[6]), '/Fields', '30 0 R'),
      30: empty,
    };
    const sign: Step = (pdf) => signed({ existingField: 30 }, pdf);
    expect(await findings('', sign, document)).toEqual(['information pdf-later-signature']);
    expect(await findings(fieldMdp('/Action /All'), sign, document)).toContain(LOCKED);
  });
});
