import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { CryptoKeySigner, PDF } from '@libpdf/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCertificate } from '../../../sdk/formats/index.js';
import { verifyPdf } from '../../../sdk/formats/pdf-verify/verify-pdf.js';
import type { DocumentReport } from '../../../sdk/formats/signature-report.js';
import { memorySource } from '../../support/piecewise-source.js';
import { TestPdf } from '../../support/pdf-attacks.js';
import { inflate, onePage } from '../../support/pdf-files.js';
import { pdfToolsMissing, PdfTools } from '../../support/pdf-tools.js';
import { issueTestCa, issueTimeStampAuthority, timeStampToken } from '../../support/test-authorities.js';
import { pdfAuthorityCertificate, pdfHolder, signPdf } from '../../support/sign-pdf.js';

const stampAuthority = issueTimeStampAuthority(issueTestCa('TSA CA'));
const anchor = parseCertificate(pdfAuthorityCertificate);

async function verify(pdf: Uint8Array): Promise<DocumentReport> {
  const options = { crypto: nodeCrypto, inflate, at: new Date(), trustAnchors: [anchor] };
  return await verifyPdf({ source: memorySource(pdf), ...options });
}

/** State, coverage and findings of each signature. */
async function summaries(pdf: Uint8Array): Promise<readonly string[]> {
  const { signatures } = await verify(pdf);
  return signatures.map(({ signer, coverage, findings }) => {
    const state = signer.integrity === 'intact' ? `intact ${signer.path.status}` : `${signer.code} ${signer.reason}`;
    return [state, coverage.kind, ...findings.map(({ code }) => code)].join(' ');
  });
}

const missing = pdfToolsMissing();
if (missing !== undefined) console.warn(`PDFs of other programs are not verified: ${missing}.`);

describe.skipIf(missing !== undefined)('what this product signs', () => {
  const tools = new PdfTools();
  afterAll(() => {
    tools.close();
  });
  const plain = onePage();

  it.each<readonly [string, () => Uint8Array]>([
    ['a cross-reference table', () => plain],
    ['object and cross-reference streams', () => tools.rewrite(plain, '--object-streams=generate')],
    ['linearized, table', () => tools.rewrite(plain, '--linearize', '--object-streams=disable')],
    ['linearized, streams', () => tools.rewrite(plain, '--linearize', '--object-streams=generate')],
  ])('is intact: %s', async (_name, make) => {
    const once = await signPdf(make());
    expect(await summaries(once)).toEqual(['intact trusted whole']);
    const twice = await signPdf(once, { subFilter: 'ETSI.CAdES.detached' });
    expect(await summaries(twice)).toEqual(['intact trusted part pdf-later-signature', 'intact trusted whole']);
  });

  it('says what a certification allows', async () => {
    const certified = await signPdf(plain, { certificationLevel: 2 });
    expect(await summaries(certified)).toEqual(['intact trusted whole pdf-docmdp']);
    expect(await summaries(await signPdf(certified))).toEqual([
      'intact trusted part pdf-docmdp pdf-later-signature',
      'intact trusted whole',
    ]);
  });

  it('may be seen on the page, in a field that waited for it', async () => {
    const waiting = '<< /Type /Annot /Subtype /Widget /FT /Sig /T (boss) /Rect [20 20 120 50] /P 3 0 R /F 4 >>';
    const page = { page: '/Annots [6 0 R]', catalog: '/AcroForm << /Fields [6 0 R] >>', more: { 6: waiting } };
    const document = onePage(page);
    const first = await signPdf(document);
    expect(await summaries(first)).toEqual(['intact trusted whole']);
    const second = await signPdf(first, { fieldName: 'boss' });
    expect(await summaries(second)).toEqual([
      expect.stringMatching(/^intact trusted part pdf-later-(?:visible-)?signature$/),
      'intact trusted whole',
    ]);
  });

  it('does not survive being written anew', async () => {
    const rewritten = tools.rewrite(await signPdf(plain), '--object-streams=generate');
    for (const { signer, coverage } of (await verify(rewritten)).signatures) {
      expect([signer.integrity, coverage.kind]).toEqual(['failed', 'part']);
    }
  });
});

describe.skipIf(missing !== undefined)('what pdfsig signs', () => {
  const tools = new PdfTools();
  beforeAll(() => {
    tools.nssDatabase(pdfHolder);
  });
  afterAll(() => {
    tools.close();
  });

  it('is intact, by itself and with ours on top', async () => {
    const theirs = tools.signWithPdfsig(onePage());
    expect(await summaries(theirs)).toEqual(['intact trusted whole']);
    const both = await signPdf(theirs);
    expect(await summaries(both)).toEqual(['intact trusted part pdf-later-signature', 'intact trusted whole']);
    expect(tools.pdfsig(both).map(({ isValid }) => isValid)).toEqual([true, true]);
  });

  it('leaves ours intact', async () => {
    const both = tools.signWithPdfsig(await signPdf(onePage()));
    const [first, second] = await summaries(both);
    expect(first).toMatch(/^intact trusted part pdf-later-(?:visible-)?signature$/);
    expect(second).toBe('intact trusted whole');
  });
});

describe('what @libpdf/core signs', () => {
  /** With everything that a fuller signature brings along. */
  const signByLibpdf = async (pdf: Uint8Array, level: 'B-B' | 'B-LTA'): Promise<Uint8Array> => {
    const pkcs8 = pdfHolder.key.privateKey.export({ type: 'pkcs8', format: 'der' });
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), algorithm, false, ['sign']);
    const signer = new CryptoKeySigner(key, pdfHolder.certificate, 'RSA', 'RSASSA-PKCS1-v1_5');
    const timestampAuthority = {
      timestamp: (digest: Uint8Array): Promise<Uint8Array> => {
        return Promise.resolve(timeStampToken({ authority: stampAuthority, digest }));
      },
    };
    const document = await PDF.load(pdf);
    const options = { signer, fieldName: 'Theirs', level };
    return (await document.sign(level === 'B-B' ? options : { ...options, timestampAuthority })).bytes;
  };

  it('is intact, below and above ours', async () => {
    const theirs = await signByLibpdf(await signPdf(onePage()), 'B-B');
    expect(await summaries(theirs)).toEqual(['intact trusted part pdf-later-signature', 'intact trusted whole']);
    const [first, second, third] = await summaries(await signPdf(theirs));
    expect([first, second]).toEqual(Array(2).fill('intact trusted part pdf-later-signature'));
    expect(third).toBe('intact trusted whole');
  });

  it('is intact with what keeps it for long', async () => {
    const [first, second, ...others] = await summaries(await signByLibpdf(await signPdf(onePage()), 'B-LTA'));
    expect(first).toMatch(/^intact trusted part (?:pdf-later-(?:signature|time-stamp|validation-data) ?)+$/);
    expect(second).toMatch(/^intact trusted part (?:pdf-later-(?:time-stamp|validation-data) ?)+$/);
    expect(others).toEqual(['intact untrusted part pdf-document-time-stamp pdf-later-validation-data']);
  });
});

describe.skipIf(missing !== undefined)('PDFs of the tests themselves', () => {
  const tools = new PdfTools();
  afterAll(() => {
    tools.close();
  });

  it('are sound and rightly signed', () => {
    const once = TestPdf.create().sign({ holder: pdfHolder });
    const twice = once.sign({ holder: pdfHolder, subFilter: '/ETSI.CAdES.detached' });
    // In the order of the fields, where a new one comes first.
    expect(tools.pdfsig(twice.bytes)).toMatchObject([
      { isValid: true, isWholeDocument: true },
      { isValid: true, isWholeDocument: false },
    ]);
    expect(tools.qpdfComplaints(twice.bytes)).toBe('');
  });

  it('are forged where only this verifier notices', async () => {
    const forged = TestPdf.create().sign({ holder: pdfHolder }).revise({ 4: '<< /Length 0 >>\nstream\n\nendstream' });
    expect(tools.pdfsig(forged.bytes)).toMatchObject([{ isValid: true }]);
    expect(await summaries(forged.bytes)).toEqual(['intact trusted part pdf-content-changed']);
  });
});
