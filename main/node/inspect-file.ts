import { checkToukiConformance, type ConformanceLine } from '../../sdk/formats/pdf-verify/touki-conformance.js';
import { verifyPdf } from '../../sdk/formats/pdf-verify/verify-pdf.js';
import type { RandomAccessSource } from '../../sdk/formats/ports.js';
import type { DocumentPreview } from '../core/documents/document-preview.js';
import { previewDocument } from '../core/documents/preview/preview-document.js';
import { toClientError } from '../core/errors.js';
import { nodeInflateRaw } from './application-folder.js';
import { openFileSource } from './file-source.js';
import { nodeCrypto } from './node-crypto.js';
import { nodeInflate } from './node-inflate.js';

/** What a file is, going by its content. */
export interface FileInspection {
  /** Octets. */
  readonly size: number;
  readonly sha256: Uint8Array;
  readonly preview: DocumentPreview;
  /** How a signed PDF stands to what 登記・供託 takes, rule by rule. */
  readonly toukiConformance?: readonly ConformanceLine[];
}

/** @throws ClientError where the file cannot be read */
export async function inspectFile(path: string): Promise<FileInspection> {
  const source = await openFileSource(path);
  try {
    const sha256 = await nodeCrypto.digest('SHA-256', source);
    const preview = await previewDocument(source, { inflate: nodeInflate, inflateRaw: nodeInflateRaw });
    const toukiConformance = await conformance(source, preview);
    return { size: source.size, sha256, preview, ...(toukiConformance && { toukiConformance }) };
  } catch (thrown) {
    throw toClientError(thrown);
  } finally {
    await source.close();
  }
}

async function conformance(
  source: RandomAccessSource,
  { kind, warnings }: DocumentPreview,
): Promise<readonly ConformanceLine[] | undefined> {
  if (kind !== 'pdf' || !warnings.includes('already-signed')) return undefined;
  const report = await verifyPdf({ source, inflate: nodeInflate, crypto: nodeCrypto, at: new Date() }).catch(
    () => undefined,
  );
  return checkToukiConformance({ source, inflate: nodeInflate, ...(report && { report }) });
}
