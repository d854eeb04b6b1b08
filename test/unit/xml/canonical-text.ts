import {
  canonicalize,
  type CanonicalizeOptions,
  type XmlDocument,
  type XmlElement,
} from '../../../sdk/formats/xml/index.js';

/** The canonical octets as text. */
export function canonicalText(
  document: XmlDocument,
  target: 'document' | XmlElement,
  options: CanonicalizeOptions,
): string {
  const chunks: Uint8Array[] = [];
  canonicalize(document, target, options, (chunk) => chunks.push(chunk.slice()));
  return Buffer.concat(chunks).toString('utf8');
}
