import type { Inflate } from '../../../../sdk/formats/pdf/ports.js';
import type { RandomAccessSource } from '../../../../sdk/formats/ports.js';
import type { InflateRaw } from '../../../../sdk/formats/zip/read-zip.js';
import { previewText } from '../../consent/preview.js';
import type { DocumentPreview } from '../document-preview.js';
import { containerKind, HEAD_BYTES } from './document-kind.js';
import { previewOle, previewRtf } from './preview-ole.js';
import { PreviewBuilder } from './preview-parts.js';
import { previewPdf } from './preview-pdf.js';
import { previewXml } from './preview-xml.js';
import { previewZip } from './preview-zip.js';

/** What looking into compressed documents needs. Without it their preview says that it is `cut`. */
export interface PreviewOptions {
  readonly inflate?: Inflate;
  readonly inflateRaw?: InflateRaw;
}

/** Octets of text that are looked at; `previewText` shows no longer one. */
const MAX_TEXT_BYTES = 64 * 1024;

/**
 * What can be told of a document before it is signed, going by its content and never by its name. Reads some MiB at most and
 * says `cut` where that was not everything; a document that cannot be read is told as `damaged` or `encrypted`, not thrown.
 * @throws whatever reading `source` throws
 */
export async function previewDocument(
  source: RandomAccessSource,
  options: PreviewOptions = {},
): Promise<DocumentPreview> {
  const kind = containerKind(await source.read(0, HEAD_BYTES));
  switch (kind) {
    case 'pdf':
      return previewPdf(source, options);
    case 'zip':
      return previewZip(source, options);
    case 'ole':
      return previewOle(source);
    case 'rtf':
      return previewRtf(source);
    case 'xml':
      return (await previewXml(source)) ?? previewUnknown(source);
    case 'image':
    case 'archive':
      return { kind, warnings: [] };
    case 'unknown':
      return previewUnknown(source);
  }
}

/** Text where it is text. A page of the web is text as well, with what a browser would run. */
async function previewUnknown(source: RandomAccessSource): Promise<DocumentPreview> {
  const head = await source.read(0, MAX_TEXT_BYTES);
  const preview = new PreviewBuilder();
  const text = previewText(source.size > MAX_TEXT_BYTES ? withoutHalfCharacter(head) : head);
  if (text === undefined) return preview.build(head.length === 0 ? 'text' : 'binary');
  const markup = new TextDecoder().decode(head);
  if (/<script\b/i.test(markup)) preview.warn('scripts');
  if (source.size > MAX_TEXT_BYTES) preview.warn('cut');
  // A part of a text could mislead; only a whole one is shown.
  return preview.build('text', source.size > MAX_TEXT_BYTES ? {} : { text });
}

/** Without the octets of a character that goes on behind the end. */
function withoutHalfCharacter(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > bytes.length - 4 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, Math.max(0, end - 1));
}
