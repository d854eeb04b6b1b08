import type { RandomAccessSource } from '../ports.js';
import { MAX_DOCUMENT_BYTES } from '../xml/limits.js';
import { xmlSignatureError } from './xmldsig-error.js';

/** All octets of an XML document. @throws FormatError `ERR_SIGN_FORMAT`, `xml-limit` */
export async function readSource(source: RandomAccessSource): Promise<Uint8Array> {
  if (source.size > MAX_DOCUMENT_BYTES) throw xmlSignatureError('xml-limit', 'the document is too long');
  return source.read(0, source.size);
}
