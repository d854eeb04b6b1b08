import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { parseCertificate } from '../../../sdk/formats/index.js';
import { verifyPdf, type VerifyPdfOptions } from '../../../sdk/formats/pdf-verify/verify-pdf.js';
import type { DocumentReport, DocumentSignature } from '../../../sdk/formats/signature-report.js';
import { memorySource } from '../../support/piecewise-source.js';
import { inflate } from '../../support/pdf-files.js';
import { TestPdf, type SignatureTemplate } from '../../support/pdf-attacks.js';
import { issueAuthority, issueHolder } from '../../support/test-pki.js';

export const authority = issueAuthority('signing');
export const anchor = parseCertificate(authority.certificate);
export const holder = issueHolder('signing', authority);

export async function verify(
  pdf: TestPdf | Uint8Array,
  options: Partial<VerifyPdfOptions> = {},
): Promise<DocumentReport> {
  const bytes = pdf instanceof TestPdf ? pdf.bytes : pdf;
  return await verifyPdf({
    source: memorySource(bytes, 1000),
    crypto: nodeCrypto,
    inflate,
    at: new Date(),
    trustAnchors: [anchor],
    ...options,
  });
}

export function signed(template: Partial<SignatureTemplate> = {}, document: TestPdf = TestPdf.create()): TestPdf {
  return document.sign({ holder, ...template });
}

/** What a signature comes to, in short: its state, its coverage and its findings. */
export function summary({ signer, coverage, findings }: DocumentSignature): readonly string[] {
  const state = signer.integrity === 'intact' ? `intact ${signer.path.status}` : `${signer.code} ${signer.reason}`;
  return [state, coverage.kind, ...findings.map(({ code, severity }) => `${severity} ${code}`)];
}

export function failures({ signatures, findings }: DocumentReport): readonly string[] {
  return [...findings, ...signatures.flatMap((signature) => signature.findings)]
    .filter(({ severity }) => severity === 'failure')
    .map(({ code }) => code);
}
