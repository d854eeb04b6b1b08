import { nodeCrypto } from '../../main/node/node-crypto.js';
import type { SigningContext } from '../../sdk/formats/document.js';
import { preparePdfSignature, type PdfSignatureOptions } from '../../sdk/formats/pdf/prepare-signature.js';
import type { PreparedDocument, SignedOutput } from '../../sdk/formats/document.js';
import { memorySource } from './piecewise-source.js';
import { inflate } from './pdf-files.js';
import { issueAuthority, issueHolder, signWith, type TestHolder } from './test-pki.js';

const authority = issueAuthority('signing');
export const pdfAuthorityCertificate = authority.certificate;
/** A signing certificate after JPKI's profile, of somebody whose name has a surrogate pair and a variation sequence. */
export const pdfHolder = issueHolder('signing', authority);

export const SIGNING_TIME = new Date('2026-11-20T01:02:03Z');

export function signingContext(holder: TestHolder = pdfHolder, more: Partial<SigningContext> = {}): SigningContext {
  return {
    certificate: holder.certificate,
    signatureAlgorithm: 'RS256',
    signingTime: SIGNING_TIME,
    ...more,
  };
}

/** Signs a prepared document with a key at hand. */
export async function completeSignature(
  prepared: PreparedDocument,
  context = signingContext(),
  holder = pdfHolder,
  digestName = 'sha256',
): Promise<Uint8Array> {
  const inProgress = await prepared.begin(context);
  return await readOutput(await inProgress.complete(signWith(holder.key, inProgress.toBeSigned, digestName)));
}

export async function readOutput(output: SignedOutput): Promise<Uint8Array> {
  const parts = await Promise.all(
    output.map((part) =>
      part instanceof Uint8Array ? Promise.resolve(part) : part.source.read(part.start, part.end - part.start),
    ),
  );
  return new Uint8Array(Buffer.concat(parts));
}

export interface SignPdfOptions extends Partial<PdfSignatureOptions> {
  readonly context?: Partial<SigningContext>;
}

/** The document with one more signature. */
export async function signPdf(pdf: Uint8Array, { context, ...options }: SignPdfOptions = {}): Promise<Uint8Array> {
  const prepared = await preparePdfSignature(
    memorySource(pdf),
    { inflate, subFilter: 'adbe.pkcs7.detached', ...options },
    nodeCrypto,
  );
  return await completeSignature(prepared, signingContext(pdfHolder, context));
}
