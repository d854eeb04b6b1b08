import type { RandomAccessSource } from '../ports.js';
import { openPdf, type PdfFile } from './file.js';
import { readFields, readForm, type TerminalField } from './form.js';
import { isWhiteSpace } from './lexer.js';
import { findUnlistedOctet } from './listed-octets.js';
import type { PdfDictionary } from './objects.js';
import { pdfDictionary, PdfReference } from './objects.js';
import { refusePdf } from './pdf-error.js';
import { readRestrictions, type SignatureRestrictions } from './permissions.js';
import type { Inflate } from './ports.js';

/** What of a document decides whether, and where, a signature goes. */
export interface SignableDocument {
  readonly file: PdfFile;
  readonly root: PdfReference;
  readonly catalog: PdfDictionary;
  /** The catalog's `Perms`; empty where there is none. */
  readonly permissions: PdfDictionary;
  readonly form: PdfDictionary | undefined;
  readonly fields: readonly TerminalField[];
  readonly restrictions: SignatureRestrictions;
}

/**
 * Opens a document that is to be signed, and refuses one that cannot be.
 * @throws FormatError `ERR_SIGN_FORMAT`; the reasons are those of `PdfReason`
 */
export async function readSignable(
  source: RandomAccessSource,
  options: { readonly inflate: Inflate; readonly certificationLevel?: 1 | 2 | 3 | undefined },
): Promise<SignableDocument> {
  const file = await openPdf(source, options);
  await requireNothingBehind(file);
  const root = file.trailer.get('Root');
  const catalog = await file.dictionary(root);
  if (!(root instanceof PdfReference) || catalog === undefined) return refusePdf('pdf-trailer', 'no catalog');
  requireUniqueKeys(catalog);
  if ((await file.resolve(catalog.get('NeedsRendering'))) === true) refusePdf('pdf-xfa', 'the pages are only made up');
  const form = await readForm(file, catalog);
  const fields = await readFields(file, form);
  for (const dictionary of [...(form === undefined ? [] : [form]), ...fields.map((field) => field.dictionary)]) {
    requireUniqueKeys(dictionary);
  }
  const restrictions = await readRestrictions(file, catalog, fields);
  if (restrictions.allowsNoChange) refusePdf('pdf-docmdp', 'an earlier signature allows no change');
  if (options.certificationLevel !== undefined) await requireUnsigned(file, fields);
  await requireNothingUnlisted(file);
  const permissions = (await file.dictionary(catalog.get('Perms'))) ?? pdfDictionary({});
  return { file, root, catalog, permissions, form, fields, restrictions };
}

/** What stands behind `%%EOF` would come to stand inside, and mean something else than before. */
async function requireNothingBehind({ source, revisions }: PdfFile): Promise<void> {
  const end = revisions.at(-1)?.end ?? 0;
  const behind = await source.read(end, source.size - end);
  if (!behind.every(isWhiteSpace)) refusePdf('pdf-trailing-junk', 'something stands behind the end');
}

/** Octets of a revision that is walked before signing; of a longer one only its verifier tells, who has the time. */
const MAX_WALKED_BYTES = 2 * 1024 * 1024;

/** A signer would answer for objects that only other readers see. */
async function requireNothingUnlisted(file: PdfFile): Promise<void> {
  for (const [index, { start, end }] of file.revisions.entries()) {
    if (end - start > MAX_WALKED_BYTES) continue;
    const unlisted = await findUnlistedOctet(file.revision(index));
    if (unlisted !== undefined) refusePdf('pdf-unlisted-objects', `octet ${unlisted} belongs to no object`);
  }
}

/** Readers disagree on which of two values counts. @throws FormatError `ERR_SIGN_FORMAT` `pdf-repeated-keys` */
export function requireUniqueKeys({ repeatedKeys }: PdfDictionary): void {
  if (repeatedKeys.length > 0) refusePdf('pdf-repeated-keys', 'key given twice');
}

/** A certification comes before all other signatures (ISO 32000-2 §12.8.2.2.1). */
async function requireUnsigned(file: PdfFile, fields: readonly TerminalField[]): Promise<void> {
  for (const { isSignature, value } of fields) {
    if (isSignature && (await file.resolve(value)) !== null) refusePdf('pdf-already-signed', 'signed already');
  }
}
