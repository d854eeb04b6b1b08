import type { RandomAccessSource } from '../../sdk/formats/ports.js';
import type { DocumentFormat } from '../../sdk/formats/signature-report.js';
import { FormatError } from '../../sdk/formats/index.js';

/** Octets at the start that decide. A PDF's header may stand anywhere in the first 1024 (ISO 32000-1, Annex H.3.4.1). */
const HEAD_BYTES = 1024;

/**
 * What kind of signed file it is, by its first octets; a name says nothing.
 * @throws FormatError `ERR_SIGN_FORMAT` (`unknown-format`)
 */
export async function detectDocumentFormat(source: RandomAccessSource): Promise<DocumentFormat> {
  const head = await source.read(0, HEAD_BYTES);
  const text = new TextDecoder('latin1').decode(head);
  if (head[0] === 0x30 || text.startsWith('-----BEGIN ')) return 'cms';
  const isUtf16 = /^(?:\xff\xfe|\xfe\xff)/.test(text);
  if (isUtf16 || /^(?:\xef\xbb\xbf)?\s*</.test(text)) return 'xml';
  if (/^\s*ey[A-Za-z0-9_-]{20}/.test(text)) return 'jws';
  // Last: what is attached to a signature may be a PDF.
  if (text.includes('%PDF-')) return 'pdf';
  throw new FormatError('ERR_SIGN_FORMAT', 'no known kind of signed file', { reason: 'unknown-format' });
}
