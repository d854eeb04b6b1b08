import { xmlSignatureError } from './xmldsig-error.js';

/** What a `Reference/@URI` points at (XMLDSig §4.4.3): the document it stands in, an element of it, or a file beside it. */
export type ReferenceTarget =
  | { readonly kind: 'document' }
  | { readonly kind: 'element'; readonly id: string }
  | { readonly kind: 'file'; readonly name: string };

/** UTF-16 code units. */
const MAX_URI_LENGTH = 2048;

/**
 * Reads a URI with its percent-encoding decoded, once, as UTF-8. Refused: schemes, folders, drive letters, queries,
 * XPointer expressions, control characters, and names that decode to something that another decoding or Windows would
 * take for another name.
 * @throws FormatError `xml-reference-uri`
 */
export function parseReferenceUri(uri: string): ReferenceTarget {
  if (uri === '') return { kind: 'document' };
  if (uri.length > MAX_URI_LENGTH) throw refusal('a URI that is too long');
  if (uri.startsWith('#')) return { kind: 'element', id: fragmentId(uri.slice(1)) };
  return { kind: 'file', name: fileName(uri) };
}

function fragmentId(fragment: string): string {
  const id = decoded(fragment);
  // `(` begins an XPointer expression; none of the others can be in an ID.
  if (id === '' || /[\s()#%]/u.test(id)) throw refusal('a fragment that is no bare ID');
  return id;
}

function fileName(uri: string): string {
  // Before decoding these would be a query, a fragment, a scheme or a folder.
  if (/[?#:/\\]/.test(uri)) throw refusal('a URI that is no bare file name');
  const name = decoded(uri);
  if (/[:/\\]/.test(name) || /^ |[. ]$/.test(name)) throw refusal('a file name that is none');
  if (/%[0-9A-Fa-f]{2}/.test(name)) throw refusal('a file name that is percent-encoded twice');
  return name;
}

function decoded(text: string): string {
  let result: string;
  try {
    result = decodeURIComponent(text);
  } catch (cause) {
    throw xmlSignatureError('xml-reference-uri', 'percent-encoding that is not UTF-8', { cause });
  }
  if (/\p{Cc}/u.test(result)) throw refusal('control characters in a URI');
  return result;
}

function refusal(message: string): Error {
  return xmlSignatureError('xml-reference-uri', message);
}
