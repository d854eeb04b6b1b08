import { FormatError } from '../../../../sdk/formats/index.js';
import { openPdf, type PdfFile } from '../../../../sdk/formats/pdf/file.js';
import { PdfString } from '../../../../sdk/formats/pdf/objects.js';
import { pageCount } from '../../../../sdk/formats/pdf/pages.js';
import { decodeTextString } from '../../../../sdk/formats/pdf/text-string.js';
import type { RandomAccessSource } from '../../../../sdk/formats/ports.js';
import type { DocumentPreview } from '../document-preview.js';
import { PdfWalk } from './pdf-walk.js';
import type { PreviewOptions } from './preview-document.js';
import { PreviewBuilder } from './preview-parts.js';

/** Pages, title, and what a person cannot see on a page. */
export async function previewPdf(source: RandomAccessSource, { inflate }: PreviewOptions): Promise<DocumentPreview> {
  const preview = new PreviewBuilder();
  if (inflate === undefined) {
    preview.warn('cut');
    return preview.build('pdf');
  }
  let pages: number | undefined;
  try {
    const file = await openPdf(source, { inflate });
    pages = await pageCount(file);
    await readTitle(file, preview);
    // A key that is written twice means the one thing to this reader and may mean the other to the next.
    if (file.links.some(({ section }) => section.trailer.repeatedKeys.length > 0)) preview.warn('damaged');
    await new PdfWalk(file, preview).run();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    preview.warn(error.reason === 'pdf-encrypted' ? 'encrypted' : 'damaged');
  }
  return preview.build('pdf', pages === undefined ? {} : { pages });
}

async function readTitle(file: PdfFile, preview: PreviewBuilder): Promise<void> {
  const information = await file.dictionary(file.trailer.get('Info'));
  const title = await file.resolve(information?.get('Title'));
  if (title instanceof PdfString) preview.title(decodeTextString(title));
}
