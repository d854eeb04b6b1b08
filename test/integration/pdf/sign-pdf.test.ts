import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { PDF } from '@libpdf/core';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCertificate } from '../../../sdk/formats/index.js';
import { verifyPdf } from '../../../sdk/formats/pdf-verify/verify-pdf.js';
import { pdfDictionary } from '../../../sdk/formats/pdf/objects.js';
import type { SignatureAppearance } from '../../../sdk/formats/pdf/appearance.js';
import { memorySource } from '../../support/piecewise-source.js';
import { inflate, octets, onePage, pdfOf } from '../../support/pdf-files.js';
import { pdfToolsMissing, PdfTools } from '../../support/pdf-tools.js';
import { rejection } from '../../support/refusal.js';
import { pdfAuthorityCertificate, pdfHolder, signPdf } from '../../support/sign-pdf.js';
import { issueTestCa, issueTimeStampAuthority, timeStampToken } from '../../support/test-authorities.js';
import { signWith } from '../../support/test-pki.js';

const missing = pdfToolsMissing();
if (missing !== undefined) console.warn(`Signed PDFs are not checked by other programs: ${missing}.`);

const SIGNER = '20260101123456789TEST';

/** Pages in a tree of three levels. */
function manyPages(count: number): Uint8Array {
  const objects: Record<number, string> = { 1: '<< /Type /Catalog /Pages 2 0 R >>' };
  const groups = Math.ceil(count / 10);
  const groupAt = (group: number): number => 3 + group;
  const pageAt = (page: number): number => 3 + groups + page;
  const references = (numbers: readonly number[]): string => numbers.map((number) => `${number} 0 R`).join(' ');
  const groupNumbers = Array.from({ length: groups }, (_, group) => groupAt(group));
  objects[2] = `<< /Type /Pages /Count ${count} /Kids [${references(groupNumbers)}] /MediaBox [0 0 200 200] >>`;
  for (let group = 0; group < groups; group += 1) {
    const pages = Array.from({ length: Math.min(10, count - group * 10) }, (_, index) => group * 10 + index);
    const kids = references(pages.map(pageAt));
    objects[groupAt(group)] = `<< /Type /Pages /Parent 2 0 R /Count ${pages.length} /Kids [${kids}] >>`;
    for (const page of pages) {
      objects[pageAt(page)] = `<< /Type /Page /Parent ${groupAt(group)} 0 R /Resources << >> >>`;
    }
  }
  return pdfOf(objects);
}

describe.skipIf(missing !== undefined)('signed PDFs, as other programs see them', () => {
  const tools = new PdfTools();
  afterAll(() => {
    tools.close();
  });

  const plain = onePage();
  const form = onePage({
    catalog: '/AcroForm << /Fields [6 0 R] /DA (/Helv 0 Tf 0 g) >>',
    page: '/Annots [6 0 R]',
    more: { 6: '<< /Type /Annot /Subtype /Widget /FT /Tx /T (Text) /V (abc) /Rect [50 50 150 70] /P 3 0 R >>' },
  });
  const documents: readonly (readonly [string, () => Promise<Uint8Array> | Uint8Array])[] = [
    ['a cross-reference table', () => plain],
    ['a table whose lines have 19 octets', () => onePage({ endOfLine: '\n' })],
    ['rewritten by qpdf', () => tools.rewrite(plain, '--object-streams=disable')],
    ['object and cross-reference streams', () => tools.rewrite(plain, '--object-streams=generate')],
    ['linearized, table', () => tools.rewrite(plain, '--linearize', '--object-streams=disable')],
    ['linearized, streams', () => tools.rewrite(plain, '--linearize', '--object-streams=generate')],
    ['a form', () => form],
    ['a form in object streams', () => tools.rewrite(form, '--object-streams=generate')],
    ['1,000 pages', () => tools.rewrite(manyPages(1_000), '--object-streams=generate')],
    ['certified', () => signPdf(plain, { certificationLevel: 2 })],
  ];

  it.each(documents)('%s', async (_, make) => {
    const document = await make();
    const earlier = tools.pdfsig(document).length;
    const signed = await signPdf(document);
    expect(Buffer.compare(signed.subarray(0, document.length), document)).toBe(0);
    expect(tools.pdfsig(signed).at(-1)).toEqual({
      isValid: true,
      isWholeDocument: true,
      signer: SIGNER,
      type: 'adbe.pkcs7.detached',
    });
    expect(tools.qpdfComplaints(signed)).toBe('');
    expect(tools.opensslVerifies(signed, pdfAuthorityCertificate)).toBe(true);
    const twice = await signPdf(signed, { subFilter: 'ETSI.CAdES.detached', page: 1 });
    const signatures = tools.pdfsig(twice);
    expect(signatures).toHaveLength(earlier + 2);
    expect(signatures.every(({ isValid }) => isValid)).toBe(true);
    expect(signatures.at(-1)).toMatchObject({ isWholeDocument: true, type: 'ETSI.CAdES.detached' });
    expect(tools.qpdfComplaints(twice)).toBe('');
    expect(tools.opensslVerifies(twice, pdfAuthorityCertificate)).toBe(true);
  });

  it('puts the field on the page that qpdf counts so', async () => {
    const signed = await signPdf(tools.rewrite(manyPages(250), '--object-streams=generate'), { page: 123 });
    const { pages } = JSON.parse(tools.run('qpdf', ['--json=1', tools.write('pages.pdf', signed)])) as {
      pages: { object: string }[];
    };
    const page = JSON.stringify(
      (
        JSON.parse(tools.run('qpdf', ['--json=1', '--json-key=objects', tools.path('pages.pdf')])) as {
          objects: Record<string, unknown>;
        }
      ).objects[pages[122]?.object ?? ''],
    );
    expect(page).toContain('/Annots');
  });

  it('keeps a signature of poppler and NSS valid', async () => {
    tools.nssDatabase(pdfHolder);
    for (const document of [plain, tools.rewrite(plain, '--linearize', '--object-streams=generate')]) {
      const theirs = tools.signWithPdfsig(document);
      const signed = await signPdf(theirs, { subFilter: 'ETSI.CAdES.detached' });
      expect(Buffer.compare(signed.subarray(0, theirs.length), theirs)).toBe(0);
      expect(tools.pdfsig(signed)).toMatchObject([
        { isValid: true, isWholeDocument: false },
        { isValid: true, isWholeDocument: true },
      ]);
      expect(tools.qpdfComplaints(signed)).toBe(tools.qpdfComplaints(theirs));
      const third = tools.signWithPdfsig(signed);
      expect(tools.pdfsig(third).map(({ isValid }) => isValid)).toEqual([true, true, true]);
    }
  });

  it.each(['disable', 'generate'])('keeps a signature of @libpdf/core valid (object streams: %s)', async (streams) => {
    const pdf = await PDF.load(tools.rewrite(form, `--object-streams=${streams}`));
    const { bytes } = await pdf.sign({
      signer: {
        certificate: pdfHolder.certificate,
        keyType: 'RSA',
        signatureAlgorithm: 'RSASSA-PKCS1-v1_5',
        sign: (data) => Promise.resolve(signWith(pdfHolder.key, data)),
      },
    });
    const signed = await signPdf(bytes);
    expect(tools.pdfsig(signed)).toMatchObject([
      { isValid: true, isWholeDocument: false },
      { isValid: true, isWholeDocument: true },
    ]);
    expect(tools.qpdfComplaints(signed)).toBe('');
    const reloaded = await PDF.load(signed);
    expect(reloaded.getPageCount()).toBe(1);
  });

  it('takes a time stamp (PAdES B-T)', async () => {
    const root = issueTestCa('Time Root');
    const authority = issueTimeStampAuthority(root);
    const timeStamper = ({ digest }: { digest: Uint8Array }) => Promise.resolve(timeStampToken({ authority, digest }));
    const signed = await signPdf(plain, { subFilter: 'ETSI.CAdES.detached', context: { timeStamper } });
    expect(tools.pdfsig(signed)).toMatchObject([{ isValid: true, isWholeDocument: true }]);
    expect(tools.opensslVerifies(signed, pdfAuthorityCertificate)).toBe(true);
    const report = await verifyPdf({
      source: memorySource(signed),
      crypto: nodeCrypto,
      inflate,
      at: new Date(),
      trustAnchors: [parseCertificate(pdfAuthorityCertificate)],
      timeStampAnchors: [parseCertificate(root.certificate)],
    });
    expect(report.signatures).toMatchObject([
      { coverage: { kind: 'whole' }, signer: { timeStamp: { status: 'intact', path: { status: 'trusted' } } } },
    ]);
  });

  it('refuses what qpdf has encrypted, with and without a password', async () => {
    for (const password of ['', 'secret']) {
      const encrypted = tools.rewrite(plain, '--encrypt', password, 'owner', '256', '--');
      expect(await rejection(signPdf(encrypted))).toBe('ERR_SIGN_FORMAT pdf-encrypted');
    }
  });

  /** Draws a black bar along the lower edge and a grey one up the left edge, so that every turn looks different. */
  const bars = (rect: SignatureAppearance['rect']): SignatureAppearance => ({
    page: 1,
    rect,
    build: ({ width, height }) =>
      Promise.resolve({
        content: octets(`0 g 0 0 ${width} 4 re f 0.5 g 0 4 4 ${height - 4} re f`),
        resources: pdfDictionary({}),
        objects: [],
      }),
  });

  it.each([0, 90, 180, 270])('shows upright at its place on a page turned by %i degrees', async (rotation) => {
    const blank = onePage({
      page: `/MediaBox [30 40 230 340] /Rotate ${rotation}`,
      more: { 4: '<< /Length 0 >>\nstream\n\nendstream' },
    });
    const signed = await signPdf(blank, { appearance: bars([20, 50, 80, 40]) });
    expect(tools.qpdfComplaints(signed)).toBe('');
    expect(tools.pdfsig(signed)).toMatchObject([{ isValid: true, isWholeDocument: true }]);
    const { height, at } = tools.render(signed);
    // From the lower left corner of what shows, in points; one pixel is one point.
    const shade = (x: number, y: number): number => at(x, height - 1 - y);
    expect([shade(22, 51), shade(60, 51), shade(98, 51)]).toEqual([0, 0, 0]);
    expect([shade(21, 60), shade(21, 88)].map((value) => Math.round(value / 32))).toEqual([4, 4]);
    expect([shade(60, 70), shade(60, 47), shade(103, 51), shade(21, 93), shade(17, 60)]).toEqual([
      255, 255, 255, 255, 255,
    ]);
  });
});
