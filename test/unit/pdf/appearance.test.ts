import { describe, expect, it } from 'vitest';
import { openPdf } from '../../../sdk/formats/pdf/file.js';
import { PdfReference, PdfStream, pdfDictionary } from '../../../sdk/formats/pdf/objects.js';
import type { AppearanceRequest, SignatureAppearance } from '../../../sdk/formats/pdf/appearance.js';
import { memorySource } from '../../support/piecewise-source.js';
import { inflate, octets, onePage } from '../../support/pdf-files.js';
import { rejection } from '../../support/refusal.js';
import { SIGNING_TIME, signPdf } from '../../support/sign-pdf.js';

const requests: AppearanceRequest[] = [];
const appearance = (rect: SignatureAppearance['rect'], page = 1): SignatureAppearance => ({
  page,
  rect,
  build: (request) => {
    requests.push(request);
    const reference = request.allocate();
    const content = octets('/G gs 0 0 10 10 re f');
    const resources = pdfDictionary({ ExtGState: pdfDictionary({ G: reference }) });
    return Promise.resolve({ content, resources, objects: [{ reference, object: pdfDictionary({ ca: 1 }) }] });
  },
});

async function widgetOf(signed: Uint8Array) {
  const file = await openPdf(memorySource(signed), { inflate });
  const catalog = await file.dictionary(file.trailer.get('Root'));
  const form = await file.dictionary(catalog?.get('AcroForm'));
  const [field] = (await file.array(form?.get('Fields')))?.items ?? [];
  const widget = await file.dictionary(field);
  const normal = await file.resolve((await file.dictionary(widget?.get('AP')))?.get('N'));
  const numbers = async (value: Parameters<typeof file.array>[0]) => (await file.array(value))?.items;
  if (!(normal instanceof PdfStream)) throw new Error('no appearance');
  return {
    file,
    normal,
    rect: await numbers(widget?.get('Rect')),
    box: await numbers(normal.dictionary.get('BBox')),
    matrix: await numbers(normal.dictionary.get('Matrix')),
  };
}

describe('a visible signature', () => {
  // The page shows 20 to 220 by 10 to 110 of user space: 200 by 100 points, or 100 by 200 where it is turned.
  const boxes = '/MediaBox [0 10 220 300] /CropBox [220 110 20 -50]';
  it.each([
    ['', [30, 20, 60, 30], [50, 30, 110, 60], [1, 0, 0, 1, 0, 0]],
    ['/Rotate 90', [30, 20, 60, 30], [170, 40, 200, 100], [0, 1, -1, 0, 30, 0]],
    ['/Rotate 180', [30, 20, 60, 30], [130, 60, 190, 90], [-1, 0, 0, -1, 60, 30]],
    ['/Rotate 270', [30, 20, 60, 30], [40, 20, 70, 80], [0, -1, 1, 0, 0, 60]],
    ['/Rotate -90', [30, 20, 60, 30], [40, 20, 70, 80], [0, -1, 1, 0, 0, 60]],
    ['/UserUnit 2', [30, 20, 60, 30], [35, 20, 65, 35], [1, 0, 0, 1, 0, 0]],
  ] as const)('stands where it was asked for on a page with %s', async (page, rect, userSpace, matrix) => {
    const signed = await signPdf(onePage({ page: `${boxes} ${page}` }), { appearance: appearance(rect) });
    const widget = await widgetOf(signed);
    expect(widget.rect).toEqual(userSpace);
    expect(widget.box).toEqual([0, 0, 60, 30]);
    expect(widget.matrix).toEqual(matrix);
    expect(await widget.file.decodeStream(widget.normal)).toEqual(octets('/G gs 0 0 10 10 re f'));
    const resources = await widget.file.dictionary(widget.normal.dictionary.get('Resources'));
    const states = await widget.file.dictionary(resources?.get('ExtGState'));
    expect((await widget.file.dictionary(states?.get('G')))?.get('ca')).toBe(1);
    expect(requests.at(-1)).toMatchObject({ width: 60, height: 30, signingTime: SIGNING_TIME });
    expect(requests.at(-1)?.signerName).toContain('𠮷');
  });

  it('takes Rotate and MediaBox from above', async () => {
    const document = onePage({ pages: '/Rotate 90' });
    expect((await widgetOf(await signPdf(document, { appearance: appearance([0, 0, 842, 595]) }))).rect).toEqual([
      0, 0, 595, 842,
    ]);
  });

  it.each([
    ['beyond the right edge', [200, 0, 400, 10]],
    ['below the page', [0, -1, 10, 10]],
    ['without height', [0, 0, 10, 0]],
    ['that is no number', [0, 0, Number.NaN, 10]],
  ] as const)('is refused %s', async (_, rect) => {
    expect(await rejection(signPdf(onePage(), { appearance: appearance(rect) }))).toBe(
      'ERR_SIGN_FORMAT pdf-appearance',
    );
  });

  const field = (rect: string) =>
    onePage({
      catalog: '/AcroForm << /Fields [6 0 R] >>',
      page: '/Annots [6 0 R] /Rotate 90',
      more: { 6: `<< /Type /Annot /Subtype /Widget /FT /Sig /T (A) /Rect ${rect} /P 3 0 R >>` },
    });

  it('fills a field that is there already', async () => {
    const options = { fieldName: 'A', appearance: appearance([0, 0, 1, 1]) };
    const widget = await widgetOf(await signPdf(field('[10 20 40 80]'), options));
    expect([widget.rect, widget.box, widget.matrix]).toEqual([
      [10, 20, 40, 80],
      [0, 0, 60, 30],
      [0, 1, -1, 0, 30, 0],
    ]);
    expect((await widget.file.dictionary(new PdfReference(6, 0)))?.get('V')).toBeInstanceOf(PdfReference);
    expect(await rejection(signPdf(field('[0 0 0 0]'), options))).toBe('ERR_SIGN_FORMAT pdf-appearance');
  });
});
