import type { RandomAccessSource } from '../../../../sdk/formats/ports.js';
import type { DocumentPreview, PreviewWarning } from '../document-preview.js';
import { PreviewBuilder } from './preview-parts.js';

/** Octets of an older Office document that are looked at. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Octets of one entry of a compound file's directory ([MS-CFB] §2.6.1). */
const ENTRY_BYTES = 128;
const NAME_LENGTH_OFFSET = 64;
const TYPE_OFFSET = 66;

/** Storages and streams by their names, and what they tell. */
const MEANINGS: readonly (readonly [RegExp, PreviewWarning])[] = [
  [/^(?:VBA|_VBA_PROJECT|_VBA_PROJECT_CUR|Macros|PROJECTwm)$/i, 'macros'],
  [/^(?:EncryptedPackage|EncryptionInfo|EncryptedSummary)$/, 'encrypted'],
  [/^(?:.?Ole10Native|ObjectPool|Package)$/, 'embedded-files'],
  [/^(?:_xmlsignatures|_signatures)$/, 'already-signed'],
];

/**
 * An Office document of the older kind, or an encrypted one of the newer. Its directory is found by what its entries look
 * like rather than through the allocation table, which a document can set up to lead astray.
 */
export async function previewOle(source: RandomAccessSource): Promise<DocumentPreview> {
  const bytes = await source.read(0, MAX_BYTES);
  const preview = new PreviewBuilder();
  if (source.size > MAX_BYTES) preview.warn('cut');
  for (let offset = 0; offset + ENTRY_BYTES <= bytes.length; offset += ENTRY_BYTES) {
    const name = directoryName(bytes.subarray(offset, offset + ENTRY_BYTES));
    if (name === undefined) continue;
    for (const [pattern, warning] of MEANINGS) if (pattern.test(name)) preview.warn(warning);
  }
  return preview.build('office');
}

/** UTF-16LE with a terminator that its length counts; undefined where this is no entry. */
function directoryName(entry: Uint8Array): string | undefined {
  const length = (entry[NAME_LENGTH_OFFSET] ?? 0) + 256 * (entry[NAME_LENGTH_OFFSET + 1] ?? 0);
  const isStorageOrStream = entry[TYPE_OFFSET] === 1 || entry[TYPE_OFFSET] === 2;
  if (!isStorageOrStream || length < 4 || length > NAME_LENGTH_OFFSET || length % 2 !== 0) return undefined;
  const units: number[] = [];
  for (let at = 0; at < length - 2; at += 2) units.push((entry[at] ?? 0) + 256 * (entry[at + 1] ?? 0));
  return String.fromCharCode(...units);
}

const RTF_MEANINGS: readonly (readonly [RegExp, PreviewWarning])[] = [
  [/\\obj(?:data|emb|ocx|html)\b/, 'embedded-files'],
  [/\\objautlink|\\objlink\b|\\template\b|INCLUDE(?:PICTURE|TEXT)|\bDDE(?:AUTO)?\b/i, 'external-references'],
  [/\\v\b(?!0)/, 'invisible-text'],
];

/** Rich Text Format, which has no macros of its own. */
export async function previewRtf(source: RandomAccessSource): Promise<DocumentPreview> {
  const text = new TextDecoder('windows-1252').decode(await source.read(0, MAX_BYTES));
  const preview = new PreviewBuilder();
  if (source.size > MAX_BYTES) preview.warn('cut');
  for (const [pattern, warning] of RTF_MEANINGS) if (pattern.test(text)) preview.warn(warning);
  return preview.build('office');
}
