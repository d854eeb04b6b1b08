import { describe, expect, it } from 'vitest';
import { openPdf, type PdfFile } from '../../../sdk/formats/pdf/file.js';
import type { PdfStream } from '../../../sdk/formats/pdf/objects.js';
import { PdfDictionary, PdfReference, type PdfObject } from '../../../sdk/formats/pdf/objects.js';
import { memorySource } from '../../support/piecewise-source.js';
import {
  appendRevision,
  edited,
  inflate,
  octets,
  onePage,
  pdfOf,
  streamPdfOf,
  streamText,
  type ObjectTexts,
} from '../../support/pdf-files.js';
import { rejection } from '../../support/refusal.js';

const open = (bytes: Uint8Array): Promise<PdfFile> => openPdf(memorySource(bytes), { inflate });
const object = async (bytes: Uint8Array, number: number): Promise<PdfObject> =>
  (await open(bytes)).resolve(new PdfReference(number, 0));

const OBJECTS: ObjectTexts = {
  1: '<< /Type /Catalog /Pages 2 0 R >>',
  2: '<< /Type /Pages /Kids [] /Count 0 >>',
  3: '(third)',
  4: '<< /Fourth true >>',
};

describe('cross-reference tables', () => {
  it.each([' \n', '\r\n', ' \r', '\n', '\r'])('takes entries that end in %j', async (endOfLine) => {
    expect(await object(onePage({ endOfLine }), 5)).toBeInstanceOf(PdfDictionary);
  });

  it('knows nothing of objects that are free, elsewhere or of another generation', async () => {
    const file = await open(pdfOf({ 1: '<< >>', 3: '3' }));
    expect(await file.resolve(new PdfReference(2, 0))).toBeNull();
    expect(await file.resolve(new PdfReference(99, 0))).toBeNull();
    expect(await file.resolve(new PdfReference(3, 1))).toBeNull();
    expect(await file.resolve(new PdfReference(3, 0))).toBe(3);
  });

  it('takes the newest of several revisions and says where each ends', async () => {
    const first = onePage();
    const second = appendRevision(first, { 5: '<< /New true >>', 9: '9' });
    const file = await open(second);
    expect(((await file.resolve(new PdfReference(5, 0))) as PdfDictionary).get('New')).toBe(true);
    expect(file.revisions.map(({ start, end }) => [start, end])).toEqual([
      [0, first.length - 1],
      [first.length - 1, second.length - 1],
    ]);
    expect(file.size).toBe(10);
    const entries: number[] = [];
    for await (const [number] of file.entries()) entries.push(number);
    expect(entries.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 9]);
  });

  it('follows references to references, and the length of a stream', async () => {
    const bytes = pdfOf({
      ...OBJECTS,
      5: '6 0 R',
      6: '(end)',
      7: '<< /Length 8 0 R >>\nstream\r\nabc\nendstream',
      8: '3',
    });
    const file = await open(bytes);
    expect(await file.resolve(new PdfReference(5, 0))).toEqual(await file.resolve(new PdfReference(6, 0)));
    const stream = (await file.resolve(new PdfReference(7, 0))) as PdfStream;
    expect(await file.decodeStream(stream)).toEqual(octets('abc'));
  });
});

describe('cross-reference streams', () => {
  it.each([undefined, 0, 1, 2, 3, 4] as const)('undoes PNG prediction %s', async (png) => {
    const bytes = streamPdfOf(OBJECTS, { ...(png === undefined ? {} : { png }), packed: [2, 3] });
    const file = await open(bytes);
    expect((await file.dictionary(new PdfReference(4, 0)))?.get('Fourth')).toBe(true);
    expect(await file.resolve(new PdfReference(3, 0))).toMatchObject({ bytes: octets('third') });
    expect((await file.dictionary(new PdfReference(2, 0)))?.get('Count')).toBe(0);
  });

  it('finds what a hybrid file hides from old readers', async () => {
    const base = String.fromCharCode(
      ...pdfOf({ 1: '<< /Hidden 7 0 R >>' }, { trailer: '/Root 1 0 R /XRefStm 0000000000' }),
    );
    const hidden = base.indexOf('xref\n');
    const entries = String.fromCharCode(1, hidden >> 8, hidden & 0xff);
    const stream = `7 0 obj\n(seen)\nendobj\n8 0 obj\n${streamText(entries, '/Type /XRef /W [1 2 0] /Index [7 1] /Size 9')}\nendobj\n`;
    const streamAt = hidden + stream.indexOf('8 0 obj');
    const tail = base
      .slice(hidden)
      .replace('0000000000 >>', `${streamAt} >>`)
      .replace(/startxref\n\d+/, `startxref\n${hidden + stream.length}`);
    const file = await open(octets(base.slice(0, hidden) + stream + tail));
    expect(await file.resolve(new PdfReference(7, 0))).toMatchObject({ bytes: octets('seen') });
    expect(await file.locate(7)).toEqual({ kind: 'offset', offset: hidden, generation: 0 });
  });
});

const good = onePage();
const text = String.fromCharCode(...good);
const xrefAt = text.indexOf('xref\n');

/** A document with further revisions of nothing but empty subsections. */
function manySubsections(count: number, revisions: number): Uint8Array {
  let document = String.fromCharCode(...good);
  for (let revision = 0; revision < revisions; revision += 1) {
    const previous = /startxref\n(\d+)\n%%EOF\n$/.exec(document)?.[1] ?? '';
    const trailer = `trailer\n<< /Size 6 /Root 1 0 R /Prev ${previous} >>\nstartxref\n${document.length}\n%%EOF\n`;
    document += `xref\n${'0 0\n'.repeat(count)}${trailer}`;
  }
  return octets(document);
}

const refusals: readonly (readonly [string, Uint8Array, string])[] = [
  ['nothing', new Uint8Array(), 'pdf-header'],
  ['something else', octets('<html></html>'), 'pdf-header'],
  ['junk before the header', octets(`junk\n${text}`), 'pdf-leading-junk'],
  ['a cut document', good.subarray(0, good.length - 200), 'pdf-truncated'],
  ['a document without %%EOF', good.subarray(0, good.length - 6), 'pdf-truncated'],
  ['an offset to nowhere', edited(good, `startxref\n${xrefAt}`, `startxref\n${xrefAt + 7}`), 'pdf-startxref'],
  ['an offset beyond the end', edited(good, `startxref\n${xrefAt}`, 'startxref\n99999999'), 'pdf-startxref'],
  ['an offset to an object', edited(good, `startxref\n${xrefAt}`, `startxref\n${text.indexOf('1 0 obj')}`), 'pdf-xref'],
  ['a subsection without its count', edited(good, 'xref\n0 6\n', 'xref\n0  \n'), 'pdf-syntax'],
  ['more entries than there are', edited(good, 'xref\n0 6\n', 'xref\n0 7\n'), 'pdf-syntax'],
  ['entries too short', edited(good, '65535 f \n', '65535 f'), 'pdf-xref'],
  ['an object number without end', edited(good, 'xref\n0 6\n', 'xref\n99999999999 6\n'), 'pdf-too-large'],
  ['no trailer', edited(good, 'trailer\n', 'trailed\n'), 'pdf-syntax'],
  ['no root', edited(good, '/Root 1 0 R', ''), 'pdf-trailer'],
  ['no size', edited(good, '/Size 6', ''), 'pdf-trailer'],
  ['a size beyond all bounds', edited(good, '/Size 6', '/Size 999999999999'), 'pdf-too-large'],
  ['subsections without end', manySubsections(70_000, 1), 'pdf-too-large'],
  ['subsections without end in many sections', manySubsections(50_000, 3), 'pdf-too-large'],
  ['an encrypted document', edited(good, '/Root', '/Encrypt << /Filter /Standard >> /Root'), 'pdf-encrypted'],
  [
    'an encrypted first revision',
    appendRevision(edited(good, '/Root', '/Encrypt 9 0 R /Root'), { 5: '5' }),
    'pdf-encrypted',
  ],
  [
    'a previous section that is itself',
    appendRevision(good, { 5: '5' }, { previous: good.length + '5 0 obj\n5\nendobj\n'.length }),
    'pdf-xref-loop',
  ],
  ['a previous section that is none', appendRevision(good, { 5: '5' }, { previous: 20 }), 'pdf-xref'],
  ['a previous section beyond the end', appendRevision(good, { 5: '5' }, { previous: 10 ** 9 }), 'pdf-xref'],
  ['a cross-reference stream that is too short', streamPdfOf(OBJECTS, { entries: '/Index [0 500]' }), 'pdf-xref'],
  ['a cross-reference stream without widths', edited(streamPdfOf(OBJECTS), '/W [1 3 2]', '/W [1 3]  '), 'pdf-xref'],
  ['overlapping subsections', streamPdfOf(OBJECTS, { entries: '/Index [0 4 3 2]' }), 'pdf-xref'],
  ['an unknown filter', edited(streamPdfOf(OBJECTS), '/FlateDecode', '/LZWDecode  '), 'pdf-filter'],
  ['damaged compressed data', edited(streamPdfOf(OBJECTS), 'x\u009c', 'y\u009c'), 'pdf-stream'],
];

describe('documents that are refused', () => {
  it('does not refuse the one they are made of', async () => {
    expect(await rejection(open(good))).toBe('not refused');
  });

  it.each(refusals)('%s', async (_, bytes, reason) => {
    expect(await rejection(open(bytes))).toBe(`ERR_SIGN_FORMAT ${reason}`);
  });
});

const wrongObjects: readonly (readonly [string, Uint8Array, string])[] = [
  ['another number than expected', edited(good, '5 0 obj', '4 0 obj'), 'pdf-object'],
  ['another generation', edited(good, '5 0 obj', '5 1 obj'), 'pdf-object'],
  ['an object without end', edited(good, '/Helvetica >>\nendobj', '/Helvetica >>\n      '), 'pdf-syntax'],
  ['a reference to itself', pdfOf({ ...OBJECTS, 5: '5 0 R' }), 'pdf-loop'],
  [
    'a stream whose length is itself',
    pdfOf({ ...OBJECTS, 5: '<< /Length 5 0 R >>\nstream\nabc\nendstream' }),
    'pdf-loop',
  ],
  ['a stream of another length', pdfOf({ ...OBJECTS, 5: '<< /Length 2 >>\nstream\nabcde\nendstream' }), 'pdf-stream'],
  ['a stream without length', pdfOf({ ...OBJECTS, 5: '<< >>\nstream\nabcde\nendstream' }), 'pdf-stream'],
  [
    'a stream longer than the document',
    pdfOf({ ...OBJECTS, 5: '<< /Length 99999 >>\nstream\na\nendstream' }),
    'pdf-stream',
  ],
  ['CR alone after stream', pdfOf({ ...OBJECTS, 5: '<< /Length 1 >>\nstream\ra\nendstream' }), 'pdf-syntax'],
];

describe('objects that are refused', () => {
  it.each(wrongObjects)('%s', async (_, bytes, reason) => {
    expect(await rejection(object(bytes, 5))).toBe(`ERR_SIGN_FORMAT ${reason}`);
  });

  it('an object stream whose filter is inside itself', async () => {
    const bytes = streamPdfOf({ ...OBJECTS, 5: '/FlateDecode' }, { packed: [3, 5] });
    const looped = edited(bytes, '/Filter /FlateDecode /Type /ObjStm', '/Filter 5 0 R        /Type /ObjStm');
    expect(await rejection(object(looped, 3))).toBe('ERR_SIGN_FORMAT pdf-loop');
  });

  it('an object that its object stream has under another number', async () => {
    const packed = streamPdfOf(OBJECTS, { packed: [3, 4] });
    const file = await open(packed);
    expect(await rejection(file.resolve(new PdfReference(3, 0)))).toBe('not refused');
    const other = streamPdfOf({ ...OBJECTS, 5: '5' }, { packed: [3, 4], entries: '/Index [0 3 4 2 3 1 6 2]' });
    expect(await rejection(object(other, 4))).toBe('ERR_SIGN_FORMAT pdf-object');
  });

  it('a stream that decodes to more than was asked for', async () => {
    const file = await open(pdfOf({ ...OBJECTS, 5: streamText('414243>', '/Filter /ASCIIHexDecode') }));
    const stream = (await file.resolve(new PdfReference(5, 0))) as PdfStream;
    expect(await file.decodeStream(stream)).toEqual(octets('ABC'));
    const bomb = streamPdfOf({ ...OBJECTS, 5: `(${'a'.repeat(100_000)})` }, { packed: [5] });
    const packedStream = (await object(bomb, 6)) as PdfStream;
    expect(packedStream.length).toBeLessThan(1000);
    expect(await rejection((await open(bomb)).decodeStream(packedStream, 50_000))).toBe('ERR_SIGN_FORMAT pdf-stream');
  });

  it.each([
    ['ASCII85Decode', '87cURD]i,"Ebo80~>', 'Hello World!'],
    ['ASCII85Decode', 'z!!~>', '\0\0\0\0\0'],
    ['AHx', '4 8 6>', 'H`'],
  ])('%s', async (filter, data, decoded) => {
    const file = await open(pdfOf({ ...OBJECTS, 5: streamText(data, `/Filter [/${filter}]`) }));
    const stream = (await file.resolve(new PdfReference(5, 0))) as PdfStream;
    expect(await file.decodeStream(stream)).toEqual(octets(decoded));
  });
});

describe('reading only what is needed', () => {
  it('does not go through the objects of a large document', async () => {
    const objects: Record<number, string> = { ...OBJECTS };
    for (let number = 5; number < 20_000; number += 1) objects[number] = `(${'x'.repeat(40)})`;
    const bytes = pdfOf(objects);
    let octetsRead = 0;
    const source = memorySource(bytes);
    const counting = {
      ...source,
      read: (offset: number, length: number) => {
        octetsRead += length;
        return source.read(offset, length);
      },
    };
    const file = await openPdf(counting, { inflate });
    expect(await file.resolve(new PdfReference(12_345, 0))).toMatchObject({ form: 'literal' });
    expect(octetsRead).toBeLessThan(200_000);
    expect(bytes.length).toBeGreaterThan(1_500_000);
  });
});
