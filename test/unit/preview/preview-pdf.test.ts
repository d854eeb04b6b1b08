import { describe, expect, it } from 'vitest';
import type { DocumentPreview } from '../../../main/core/documents/document-preview.js';
import { previewDocument } from '../../../main/core/documents/preview/preview-document.js';
import { memorySource } from '../../support/document-crypto.js';
import { inflate, onePage, pdfOf, streamPdfOf, streamText } from '../../support/pdf-files.js';

const preview = (content: Uint8Array): Promise<DocumentPreview> => previewDocument(memorySource(content), { inflate });

const warningsOf = async (content: Uint8Array) => (await preview(content)).warnings;

describe('a PDF', () => {
  const action = (text: string) => onePage({ catalog: `/OpenAction ${text}` });
  const annotated = (text: string) => onePage({ page: '/Annots [6 0 R]', more: { 6: text } });

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

  it('that cannot be read is told', async () => {
    expect(await warningsOf(pdfOf({ 1: '<< >>' }, { trailer: '/Root 1 0 R /Encrypt << >>' }))).toEqual(['encrypted']);
    expect(await preview(onePage().subarray(0, 300))).toEqual({ kind: 'pdf', warnings: ['damaged'] });
    expect(await previewDocument(memorySource(onePage()))).toEqual({ kind: 'pdf', warnings: ['cut'] });
  });
});
