import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../sdk/formats/index.js';
import { verdictOf, type DocumentReport } from '../../../sdk/formats/signature-report.js';
import { addEntry, FORM_STREAM, pdfStream, TestPdf } from '../../support/pdf-attacks.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import { signed, verify } from './fixture.js';

const packed = { xref: 'stream', compressed: [3, 6] } as const;
const streams = TestPdf.create(undefined, { xref: 'stream', compressed: [1, 2, 3, 5, 6, 7, 8] });
const filled = signed();
const CORPUS = [
  signed(),
  signed({}, signed()),
  signed({ revision: packed }, streams),
  filled.revise({
    8: addEntry(filled.body(8), '/V (paid)'),
    10: pdfStream(FORM_STREAM, 'BT /F1 12 Tf 2 5 Td (paid) Tj ET'),
  }),
].map(({ bytes }) => bytes);

async function reportOrRefusal(bytes: Uint8Array): Promise<DocumentReport | undefined> {
  try {
    return await verify(bytes);
  } catch (error) {
    if (error instanceof FormatError && error.code === 'ERR_SIGN_FORMAT') return undefined;
    throw error;
  }
}

/** Where the Contents of the last signature is, whose octets no signature covers. */
function lastGap(bytes: Uint8Array): { readonly start: number; readonly end: number } {
  const start = Buffer.from(bytes).lastIndexOf('/Contents <3') + 10;
  return { start, end: Buffer.from(bytes).indexOf('>', start) + 1 };
}

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  octets: fc.uint8Array({ maxLength: 6 }),
  removed: fc.nat(6),
});

function apply(
  bytes: Uint8Array,
  { at, octets, removed }: { at: number; octets: Uint8Array; removed: number },
): Uint8Array {
  const offset = Math.floor(at * bytes.length);
  return new Uint8Array(Buffer.concat([bytes.subarray(0, offset), octets, bytes.subarray(offset + removed)]));
}

describe('a signed PDF in which octets were changed', () => {
  it(
    'never passes as a whole, intact document',
    async () => {
      const property = fc.asyncProperty(
        fc.constantFrom(...CORPUS),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.integer({ min: 1, max: 255 }),
        async (original, at, mask) => {
          const bytes = new Uint8Array(original);
          const offset = Math.floor(at * bytes.length);
          bytes[offset] = (bytes[offset] ?? 0) ^ mask;
          const report = await reportOrRefusal(bytes);
          const gap = lastGap(original);
          if (report === undefined || (offset >= gap.start && offset < gap.end)) return;
          const isWhole = report.signatures.some(
            ({ signer, coverage }) => signer.integrity === 'intact' && coverage.kind === 'whole',
          );
          expect(isWhole).toBe(false);
        },
      );
      await fc.assert(property, { numRuns: FUZZ_RUNS });
    },
    FUZZ_TIMEOUT,
  );

  it(
    'is reported on or refused, whatever was done to it',
    async () => {
      const property = fc.asyncProperty(
        fc.constantFrom(...CORPUS),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        async (original, edits) => {
          const report = await reportOrRefusal(edits.reduce(apply, original));
          if (report !== undefined) expect(report.signatures.length).toBeGreaterThan(0);
        },
      );
      await fc.assert(property, { numRuns: FUZZ_RUNS });
    },
    FUZZ_TIMEOUT,
  );

  it(
    'never passes where a later revision writes over something that is seen',
    async () => {
      const base = signed();
      const seen = fc.constantFrom(2, 3, 4, 5, 7, 9);
      const property = fc.asyncProperty(seen, fc.string({ maxLength: 40 }), async (number, text) => {
        const body = `<< /Type /Nothing /Text <${Buffer.from(text).toString('hex')}> >>`;
        const report = await reportOrRefusal(base.revise({ [number]: body }).bytes);
        if (report !== undefined) expect(verdictOf(report)).toBe('total-failed');
      });
      await fc.assert(property, { numRuns: Math.ceil(FUZZ_RUNS / 10) });
    },
    FUZZ_TIMEOUT,
  );
});
