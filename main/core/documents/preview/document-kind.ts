/** What a document is, by its first octets. */
export type ContainerKind = 'pdf' | 'zip' | 'ole' | 'rtf' | 'xml' | 'image' | 'archive' | 'unknown';

/** Octets that decide. */
export const HEAD_BYTES = 4096;
/** A PDF's header may stand anywhere in so many octets (ISO 32000-1 annex H.3.4.1). */
const PDF_HEADER_BYTES = 1024;

interface Signature {
  readonly kind: ContainerKind;
  readonly offset?: number;
  /** One character for each octet. */
  readonly octets: string;
}

const SIGNATURES: readonly Signature[] = [
  { kind: 'zip', octets: 'PK\x03\x04' },
  { kind: 'zip', octets: 'PK\x05\x06' },
  { kind: 'ole', octets: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' },
  { kind: 'rtf', octets: '{\\rtf' },
  { kind: 'image', octets: '\x89PNG\r\n\x1a\n' },
  { kind: 'image', octets: '\xff\xd8\xff' },
  { kind: 'image', octets: 'GIF87a' },
  { kind: 'image', octets: 'GIF89a' },
  { kind: 'image', octets: 'II*\0' },
  { kind: 'image', octets: 'MM\0*' },
  { kind: 'image', octets: 'BM' },
  { kind: 'image', octets: 'WEBP', offset: 8 },
  { kind: 'image', octets: 'ftypheic', offset: 4 },
  { kind: 'image', octets: 'ftypavif', offset: 4 },
  { kind: 'image', octets: '\0\0\0\x0cjP  ' },
  { kind: 'archive', octets: '\x1f\x8b' },
  { kind: 'archive', octets: '7z\xbc\xaf\x27\x1c' },
  { kind: 'archive', octets: 'Rar!\x1a\x07' },
  { kind: 'archive', octets: 'MSCF' },
  { kind: 'archive', octets: 'BZh' },
  { kind: 'archive', octets: '\xfd7zXZ\0' },
  { kind: 'archive', octets: '-lh', offset: 2 },
  { kind: 'archive', octets: 'ustar', offset: 257 },
];

/** UTF-8 with or without its mark, and UTF-16. */
const XML_START = /^(?:\xef\xbb\xbf)?[ \t\r\n]*<[?!A-Za-z_:\x80-\xff]|^\xff\xfe[ \t\r\n\0]*<|^\xfe\xff[ \t\r\n\0]*</;

export function containerKind(head: Uint8Array): ContainerKind {
  const octets = Array.from(head.subarray(0, HEAD_BYTES), (octet) => String.fromCharCode(octet)).join('');
  if (octets.slice(0, PDF_HEADER_BYTES).includes('%PDF-')) return 'pdf';
  const known = SIGNATURES.find(({ octets: expected, offset = 0 }) => octets.startsWith(expected, offset));
  if (known !== undefined) return known.kind;
  return XML_START.test(octets) ? 'xml' : 'unknown';
}
