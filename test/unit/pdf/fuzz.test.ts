import fc from 'fast-check';
import { describe, it } from 'vitest';
import { FormatError } from '../../../sdk/formats/index.js';
import { openPdf } from '../../../sdk/formats/pdf/file.js';
import { PdfLexer } from '../../../sdk/formats/pdf/lexer.js';
import { PdfReference, PdfStream, type PdfObject } from '../../../sdk/formats/pdf/objects.js';
import { serialize } from '../../../sdk/formats/pdf/serialize.js';
import { memorySource } from '../../support/piecewise-source.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import { appendRevision, inflate, octets, onePage, streamPdfOf } from '../../support/pdf-files.js';
import { signPdf } from '../../support/sign-pdf.js';

const SIGNED = await signPdf(onePage({ catalog: '/AcroForm << /Fields [6 0 R] >>', more: { 6: '<< /T (a) >>' } }));
const CORPUS: readonly Uint8Array[] = [
  onePage(),
  appendRevision(onePage(), { 5: '<< /New (\\(\\050\\)) <00ff> >>' }),
  streamPdfOf(
    { 1: '<< /Type /Catalog /Pages 2 0 R >>', 2: '<< /Kids [3 0 R] /Count 1 >>', 3: '<< /Type /Page /Parent 2 0 R >>' },
    { packed: [2, 3], png: 2 },
  ),
  // Without most of the zeros of Contents, in which a mutation says nothing.
  octets(String.fromCharCode(...SIGNED).replace(/0{1000,}/, '00')),
];

/** One of the corpus with a few octets overwritten, cut out or doubled; often by something that means something. */
const TOKENS = [
  '<<',
  '>>',
  '[',
  ']',
  '(',
  ')',
  '<',
  '>',
  '/',
  '%',
  ' obj',
  'stream\n',
  'R',
  '0',
  '9999999999',
  '-1',
  '\r',
];
const mutation = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('overwrite', 'cut', 'insert', 'repeat'),
  text: fc.oneof(fc.constantFrom(...TOKENS), fc.string({ unit: 'binary-ascii', maxLength: 4 })),
  length: fc.nat(40),
});
const mutated = fc
  .tuple(fc.constantFrom(...CORPUS), fc.array(mutation, { minLength: 1, maxLength: 4 }))
  .map(([document, mutations]) => {
    let text = String.fromCharCode(...document);
    for (const { at, kind, text: inserted, length } of mutations) {
      const start = at % text.length;
      const end = kind === 'overwrite' ? start + inserted.length : kind === 'cut' ? start + length : start;
      const middle = kind === 'cut' ? '' : kind === 'repeat' ? text.slice(start, start + length) : inserted;
      text = text.slice(0, start) + middle + text.slice(end);
    }
    return octets(text);
  });

/** Expected refusals are `FormatError`s; anything else is a defect. */
async function onlyRefusals(act: () => unknown): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof FormatError) || error.reason === undefined) throw error;
  }
}

async function readEverything(document: Uint8Array): Promise<void> {
  const file = await openPdf(memorySource(document), { inflate });
  for await (const [number] of file.entries()) {
    await onlyRefusals(async () => {
      for (const generation of [0, 1]) {
        const object = await file.resolve(new PdfReference(number, generation));
        if (object instanceof PdfStream) await file.decodeStream(object, 100_000);
      }
    });
  }
}

describe('property: no document crashes or hangs the reader', () => {
  it('lexer', { timeout: FUZZ_TIMEOUT }, async () => {
    const text = fc.array(fc.oneof(fc.constantFrom(...TOKENS), fc.string({ unit: 'binary-ascii', maxLength: 3 })), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(text, (parts) =>
        onlyRefusals(() => new PdfLexer(octets(parts.join('')), { isWhole: true }).object()),
      ),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('mutated documents', { timeout: FUZZ_TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(mutated, (document) => onlyRefusals(() => readEverything(document))),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('signing mutated documents keeps every octet', { timeout: FUZZ_TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(mutated, (document) =>
        onlyRefusals(async () => {
          const signed = await signPdf(document);
          if (Buffer.compare(signed.subarray(0, document.length), document) !== 0) throw new Error('octets changed');
          await openPdf(memorySource(signed), { inflate });
        }),
      ),
      { numRuns: Math.ceil(FUZZ_RUNS / 5) },
    );
  });

  it('objects read the same after they were written', { timeout: FUZZ_TIMEOUT }, async () => {
    const read = (text: string): PdfObject => new PdfLexer(octets(text), { isWhole: true }).object();
    const scalar = fc.oneof(
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map((value) => Number(value.toFixed(6))),
    );
    const leaf = fc.oneof(
      scalar.map(serialize),
      fc.uint8Array({ maxLength: 12 }).map((bytes) => `<${Buffer.from(bytes).toString('hex')}>`),
      fc.uint8Array({ maxLength: 8 }).map((name) => `/${Buffer.from(name).toString('hex').replace(/../g, '#$&')}`),
      fc.tuple(fc.nat(), fc.nat(65535)).map(([number, generation]) => `${number} ${generation} R`),
    );
    const { object } = fc.letrec<{ object: string }>((tie) => ({
      object: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('object'), { maxLength: 4 }).map((items) => `[${items.join(' ')}]`),
        fc.array(tie('object'), { maxLength: 4 }).map((items) => {
          return `<<${items.map((item, index) => `/K${index} ${item}`).join('\n')}>>`;
        }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(object, async (text) => {
        const first = read(text);
        if (serialize(read(serialize(first))) !== serialize(first)) throw new Error('not the same');
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});
