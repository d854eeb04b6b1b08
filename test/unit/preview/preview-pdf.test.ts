import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { DocumentPreview } from '../../../main/core/documents/document-preview.js';
import { previewDocument } from '../../../main/core/documents/preview/preview-document.js';
import { memorySource } from '../../support/piecewise-source.js';
import { inflate, octets, onePage, pdfOf, streamPdfOf, streamText } from '../../support/pdf-files.js';

const preview = (content: Uint8Array): Promise<DocumentPreview> => previewDocument(memorySource(content), { inflate });

const warningsOf = async (content: Uint8Array) => (await preview(content)).warnings;

/** Strings, each of which holds the objects that follow: `padding` octets of white space after each heap of them. */
function overlapping(shape: { clusters: number; objects: number; padding: number }): Uint8Array {
  const { clusters, objects, padding } = shape;
  const first = 6;
  let text = '%PDF-1.7\n';
  const lines: string[] = ['0000000000 65535 f \n'];
  const begin = (number: number): void => {
    lines[number] = `${text.length.toString().padStart(10, '0')} 00000 n \n`;
    text += `${number} 0 obj `;
  };
  const count = clusters * objects;
  const all = Array.from({ length: count }, (_, index) => `${first + index} 0 R`).join(' ');
  for (const [number, body] of [
    [1, `<< /Pages 2 0 R /X 4 0 R >>`],
    [2, '<< /Kids [3 0 R] /Count 1 >>'],
    [3, '<< /Type /Page >>'],
    [4, `[${all}]`],
    [5, 'null'],
  ] as const) {
    begin(number);
    text += `${body} endobj\n`;
  }
  for (let number = first; number < first + count; number += 1) {
    begin(number);
    text += '(';
    if ((number - first) % objects === objects - 1) text += `${' '.repeat(padding)}${')'.repeat(objects)}endobj\n`;
  }
  const trailer = `xref\n0 ${lines.length}\n${lines.join('')}trailer\n<< /Size ${lines.length} /Root 1 0 R >>\n`;
  return octets(`${text}${trailer}startxref\n${text.length}\n%%EOF\n`);
}

/** Page contents that decode to much more than is looked at. */
function bombs(streams: number): Uint8Array {
  const data = deflateSync(' '.repeat(8_000_000)).toString('latin1');
  const numbers = Array.from({ length: streams }, (_, index) => 6 + index);
  return onePage({
    catalog: `/X [${numbers.map((number) => `${number} 0 R`).join(' ')}]`,
    more: Object.fromEntries(numbers.map((number) => [number, streamText(data, '/Filter /FlateDecode')])),
  });
}

describe('a PDF', () => {
  const action = (text: string) => onePage({ catalog: `/OpenAction ${text}` });
  const annotated = (text: string) => onePage({ page: '/Annots [6 0 R]', more: { 6: text } });

  const action6 = { catalog: '/OpenAction << /S 6 0 R /F (x) >>' };
  const EXTERNAL = 'external-references';
  const layers = (configuration: string, more: string) =>
    onePage({
      catalog: `/OCProperties << /OCGs [6 0 R] /D << ${configuration} >> >>`,
      more: { 6: '<< /Type /OCG /Name (x) /Usage 7 0 R >>', 7: more },
    });

  it('has pages and a title', async () => {
    const pdf = onePage({
      more: { 6: '<< /Title <FEFF7533 8ACB 202E> >>'.replaceAll(' 8', '8').replaceAll(' 2', '2') },
      trailer: '/Root 1 0 R /Info 6 0 R',
    });
    expect(await preview(pdf)).toEqual({ kind: 'pdf', title: '申請<U+202E>', pages: 1, warnings: [] });
  });

  it.each<[string, Uint8Array, readonly string[]]>([
    ['a script when it is opened', action('<< /S /JavaScript /JS (app.alert(1)) >>'), ['scripts']],
    ['a name written otherwise', action('<< /S /Java#53cript /J#53 (x) >>'), ['scripts']],
    ['a program when it is opened', action('<< /S /Launch /F (cmd.exe) >>'), ['scripts']],
    [
      'scripts by name',
      onePage({
        catalog: '/Names << /JavaScript << /Names [(a) 6 0 R] >> >>',
        more: { 6: '<< /S /JavaScript /JS (x) >>' },
      }),
      ['scripts'],
    ],
    ['a page shown first', action('[3 0 R /Fit]'), []],
    [
      'a link to the web',
      annotated('<< /Subtype /Link /A << /S /URI /URI (https://example.com) >> >>'),
      ['external-references'],
    ],
    ['another document', annotated('<< /Subtype /Link /A << /S /GoToR /F (x.pdf) >> >>'), ['external-references']],
    [
      'a form that is sent',
      annotated('<< /Subtype /Widget /FT /Btn /A << /S /SubmitForm /F (https://example.com) >> >>'),
      ['external-references', 'form-fields'],
    ],
    [
      'an attachment',
      annotated('<< /Subtype /FileAttachment /FS << /Type /Filespec /F (x.exe) /EF << /F 7 0 R >> >> >>'),
      ['embedded-files'],
    ],
    ['embedded files', onePage({ catalog: '/Names << /EmbeddedFiles << /Names [] >> >>' }), ['embedded-files']],
    [
      'a field',
      onePage({ catalog: '/AcroForm << /Fields [6 0 R] >>', more: { 6: '<< /FT /Tx /T (a) /V (b) >>' } }),
      ['form-fields'],
    ],
    [
      'a signature',
      onePage({
        catalog: '/AcroForm << /Fields [6 0 R] >>',
        more: { 6: '<< /FT /Sig /T (a) /V << /ByteRange [0 1 2 3] >> >>' },
      }),
      ['already-signed'],
    ],
    [
      'a field to be signed',
      onePage({ catalog: '/AcroForm << /Fields [6 0 R] >>', more: { 6: '<< /FT /Sig /T (a) >>' } }),
      [],
    ],
    [
      'a layer that is off',
      onePage({
        catalog: '/OCProperties << /OCGs [6 0 R] /D << /OFF [6 0 R] >> >>',
        more: { 6: '<< /Type /OCG /Name (x) >>' },
      }),
      ['hidden-layers'],
    ],
    [
      'layers that are on',
      onePage({
        catalog: '/OCProperties << /OCGs [6 0 R] /D << /OFF [] >> >>',
        more: { 6: '<< /Type /OCG /Name (x) >>' },
      }),
      [],
    ],
    ['invisible text', onePage({ more: { 4: streamText('BT 3 Tr /F1 12 Tf (secret) Tj ET') } }), ['invisible-text']],
    ['visible text', onePage({ more: { 4: streamText('BT 13 Tr 3 Tz (3 Trees) Tj ET') } }), []],
    [
      'data of another file',
      onePage({ more: { 4: streamText('', '/F (\\\\\\\\server\\\\x)') } }),
      ['external-references'],
    ],
    ['an object that is not there', onePage({ catalog: '/AA 99 0 R' }), []],
    ['a kind of action elsewhere', onePage({ ...action6, more: { 6: '/Launch' } }), ['scripts']],
    ['a kind of action by two references', onePage({ ...action6, more: { 6: '7 0 R', 7: '/URI' } }), [EXTERNAL]],
    ['an action said twice', action('<< /S /Launch /F (cmd.exe) /S /GoTo >>'), ['damaged']],
    ['a trailer that says something twice', onePage({ trailer: '/Root 1 0 R /Root 1 0 R' }), ['damaged']],
    [
      'a script of a field that only a widget leads to',
      onePage({
        page: '/Annots [6 0 R]',
        more: {
          6: '<< /Subtype /Widget /Parent 7 0 R >>',
          7: '<< /T (a) /AA << /K << /S /JavaScript /JS (x) >> >> >>',
        },
      }),
      ['scripts'],
    ],
    [
      'a script in what claims to be structure',
      onePage({ catalog: '/StructTreeRoot 6 0 R', more: { 6: '<< /A 7 0 R >>', 7: '<< /S /JavaScript >>' } }),
      ['scripts'],
    ],
    [
      'a script behind a reference of another generation',
      onePage({ catalog: '/A 6 1 R /OpenAction 6 0 R', more: { 6: '<< /S /JavaScript >>' } }),
      ['scripts'],
    ],
    [
      'a kind of annotation elsewhere',
      onePage({ page: '/Annots [6 0 R]', more: { 6: '<< /Subtype 7 0 R /FS (x.exe) >>', 7: '/FileAttachment' } }),
      ['embedded-files'],
    ],
    ['a kind of field elsewhere', onePage({ catalog: '/X << /FT 6 0 R >>', more: { 6: '/Tx' } }), ['form-fields']],
    ['a signature that is nothing', onePage({ catalog: '/X << /FT /Sig /V 6 0 R >>', more: { 6: 'null' } }), []],
    ['fields that are calculated', onePage({ catalog: '/AcroForm << /CO [5 0 R] >>' }), ['scripts']],
    ['layers that are off elsewhere', layers('/OFF 7 0 R', '[6 0 R]'), ['hidden-layers']],
    ['all layers off elsewhere', layers('/BaseState 7 0 R', '/OFF'), ['hidden-layers']],
    ['layers that are off by usage', layers('/AS []', '<< /View << /ViewState /OFF >> >>'), ['hidden-layers']],
    ...[
      '3.0 Tr (x) Tj',
      '03 Tr',
      '+3. Tr',
      '3%c\nTr',
      '3 % (\n%\n Tr',
      '7 Tr',
      '(\\)%) Tj 3%\nTr',
      'BI ID (% EI 3%c\nTr',
    ].map((text): [string, Uint8Array, readonly string[]] => [
      `invisible text, as ${JSON.stringify(text)}`,
      onePage({ more: { 4: streamText(`BT ${text} ET`) } }),
      ['invisible-text'],
    ]),
    ['text about it', onePage({ more: { 4: streamText('BT (a 3%) Tj (\\(3) Tj 0 Tr 3 Tz 1 Tr') } }), []],
    [
      'invisible text in what claims to be something else',
      onePage({ catalog: '/X 4 0 R', more: { 4: streamText('BT 3 Tr ET', '/Type /Metadata /Length1 1') } }),
      ['invisible-text'],
    ],
  ])('with %s', async (_name, pdf, warnings) => {
    expect(await warningsOf(pdf)).toEqual(warnings);
  });

  it('hides nothing in compressed objects', async () => {
    const packed = {
      1: '<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>',
      2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      3: '<< /Type /Page /Parent 2 0 R >>',
      4: '<< /S /JavaScript /JS (x) >>',
    };
    expect(await preview(streamPdfOf(packed, { packed: [1, 2, 3, 4] }))).toMatchObject({
      pages: 1,
      warnings: ['scripts'],
    });
  });

  it('that leads back to itself, or on and on, comes to an end', async () => {
    const loop = onePage({
      catalog: '/Names 6 0 R',
      more: { 6: '<< /Kids [6 0 R 7 0 R] >>', 7: '<< /Kids [6 0 R] >>' },
    });
    expect(await warningsOf(loop)).toEqual([]);
    const many = Object.fromEntries(
      Array.from({ length: 11_000 }, (_, index) => [index + 6, `<< /Next ${index + 7} 0 R >>`]),
    );
    expect(await warningsOf(onePage({ catalog: '/Names 6 0 R', more: many }))).toEqual(['cut']);
  });

  it.each([
    ['in one another', overlapping({ clusters: 1, objects: 60, padding: 4_000_000 })],
    ['in one another, in small heaps', overlapping({ clusters: 100, objects: 90, padding: 38_000 })],
    ['that decode to very much', bombs(60)],
  ])('with objects %s, is not read to the end', async (_name, pdf) => {
    const start = performance.now();
    expect(await warningsOf(pdf)).toContain('cut');
    expect(performance.now() - start).toBeLessThan(4000);
  });

  it('that cannot be read is told', async () => {
    expect(await warningsOf(pdfOf({ 1: '<< >>' }, { trailer: '/Root 1 0 R /Encrypt << >>' }))).toEqual(['encrypted']);
    expect(await preview(onePage().subarray(0, 300))).toEqual({ kind: 'pdf', warnings: ['damaged'] });
    expect(await previewDocument(memorySource(onePage()))).toEqual({ kind: 'pdf', warnings: ['cut'] });
  });
});
