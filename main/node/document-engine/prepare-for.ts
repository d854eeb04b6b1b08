import type { PreparedDocument } from '../../../sdk/formats/document.js';
import { signatureAppearance } from '../../../sdk/formats/pdf-appearance/signature-appearance.js';
import type { SignatureAppearance } from '../../../sdk/formats/pdf/appearance.js';
import type { RandomAccessSource } from '../../../sdk/formats/ports.js';
import { cadesProfile } from '../../../sdk/formats/profiles/cades.js';
import { cmsProfile } from '../../../sdk/formats/profiles/cms.js';
import { etaxXtxProfile } from '../../../sdk/formats/profiles/etax-xtx.js';
import { prepareJws } from '../../../sdk/formats/profiles/jws.js';
import { padesProfile } from '../../../sdk/formats/profiles/pades.js';
import { toukiPdfProfile } from '../../../sdk/formats/profiles/touki-pdf.js';
import { xadesProfile } from '../../../sdk/formats/profiles/xades.js';
import { xmldsigProfile } from '../../../sdk/formats/profiles/xmldsig.js';
import type { SignatureFormat } from '../../core/documents/signature-formats.js';
import { findSystemGlyphs } from '../find-glyphs.js';
import { nodeCrypto } from '../node-crypto.js';
import { nodeInflate } from '../node-inflate.js';
import type { FileSigningOptions } from './messages.js';

/** Formats whose document is one file. */
export type FileFormat = Exclude<SignatureFormat, 'egov-kousei'>;

/** Reads and digests a document for a format. @throws FormatError */
export function prepareFor(
  format: FileFormat,
  source: RandomAccessSource,
  options: FileSigningOptions,
): Promise<PreparedDocument> {
  const content = options.attached === true ? 'attached' : 'detached';
  switch (format) {
    case 'cms':
      return cmsProfile.prepare(source, { content }, nodeCrypto);
    case 'cades':
      return cadesProfile.prepare(source, { content }, nodeCrypto);
    case 'xmldsig':
      return xmldsigProfile.prepare(source, nodeCrypto);
    case 'xades':
      return xadesProfile.prepare(source, nodeCrypto);
    case 'etax-xtx':
      return etaxXtxProfile.prepare(source, nodeCrypto);
    case 'jws':
      return prepareJws(source, { detached: true }, nodeCrypto);
    case 'touki-pdf':
      return toukiPdfProfile.prepare(source, pdfOptions(options), nodeCrypto);
    case 'pades':
      return padesProfile.prepare(source, pdfOptions(options), nodeCrypto);
  }
}

function pdfOptions({ visible }: FileSigningOptions) {
  return { inflate: nodeInflate, ...(visible && { appearance: appearanceAt(visible) }) };
}

function appearanceAt({ page, x, y, width, height }: NonNullable<FileSigningOptions['visible']>): SignatureAppearance {
  return signatureAppearance({ page, rect: [x, y, width, height] }, findSystemGlyphs);
}
