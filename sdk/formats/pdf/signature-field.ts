/** Putting a signature into the form: as a new field, or into an empty one that is there (ISO 32000-2 §12.7.5.5). */
import { placeOfWidget, placeOnPage, type AppearancePlace, type SignatureAppearance } from './appearance.js';
import type { PdfFile } from './file.js';
import { signatureFlags, type TerminalField } from './form.js';
import type { PdfIncrement } from './increment.js';
import type { PdfDictionary } from './objects.js';
import { isName, PdfArray, PdfName, pdfDictionary, PdfReference } from './objects.js';
import { findPage, pageOf, readBox, type PdfPage } from './pages.js';
import { refusePdf } from './pdf-error.js';
import { requireSeedValue, requireUnlocked } from './permissions.js';
import { requireUniqueKeys, type SignableDocument } from './signable-document.js';
import { encodeTextString } from './text-string.js';

/** A field that a signature can be put into. */
export interface SignatureFieldPlan {
  /** Undefined: it does not show. */
  readonly place: AppearancePlace | undefined;
  /** The field's own `Lock`: what this signature is to lock. */
  readonly lock: PdfDictionary | undefined;
  /**
   * Adds the changed objects.
   * @param parts `appearance` is the widget's `AP`
   * @returns what changes in the catalog
   */
  apply(
    increment: PdfIncrement,
    parts: { readonly signature: PdfReference; readonly appearance: PdfDictionary | undefined },
  ): Readonly<Record<string, PdfReference | PdfDictionary>>;
}

/** Table 167: printed, and not to be moved. PDF/A wants the first and forbids whatever hides (ISO 19005-2 §6.3.2). */
const PRINT = 4;
const LOCKED = 128;

export interface FieldOptions {
  readonly subFilter: string;
  readonly fieldName?: string;
  readonly page?: number;
  readonly appearance?: SignatureAppearance;
}

/**
 * @throws FormatError `ERR_SIGN_FORMAT`: `pdf-field` where there is no such empty signature field, `pdf-field-lock`,
 * `pdf-seed-value`, `pdf-appearance`, `pdf-pages`, `pdf-page-number`
 */
export async function planSignatureField(
  document: SignableDocument,
  options: FieldOptions,
): Promise<SignatureFieldPlan> {
  const { fieldName } = options;
  return fieldName === undefined
    ? await planNewField(document, options)
    : await planExistingField(document, { ...options, name: fieldName });
}

async function planNewField(document: SignableDocument, options: FieldOptions): Promise<SignatureFieldPlan> {
  const { file, catalog, form } = document;
  const name = unusedName(document.fields);
  requireUnlocked(name, document.restrictions);
  const page = await findPage(file, catalog, options.appearance?.page ?? options.page ?? 1);
  requireUniqueKeys(page.dictionary);
  const place = options.appearance === undefined ? undefined : placeOnPage(page, options.appearance.rect);
  const annotations = await readAnnotations(file, page);
  const fieldItems = (await file.array(form?.get('Fields')))?.items ?? [];
  const flags = await signatureFlags(file, form);
  return {
    place,
    lock: undefined,
    apply(increment, { signature, appearance }) {
      const widget = increment.add(
        pdfDictionary({
          Type: new PdfName('Annot'),
          Subtype: new PdfName('Widget'),
          FT: new PdfName('Sig'),
          T: encodeTextString(name),
          V: signature,
          P: page.reference,
          Rect: new PdfArray(place?.rect ?? [0, 0, 0, 0]),
          F: PRINT | LOCKED,
          AP: appearance,
        }),
      );
      addAnnotation(increment, page, { annotations, widget });
      return updateForm(increment, document, { Fields: new PdfArray([...fieldItems, widget]), SigFlags: flags });
    },
  };
}

/** The annotations of a page; they may be written in it or elsewhere. */
async function readAnnotations(file: PdfFile, page: PdfPage): Promise<PdfArray> {
  const annotations = await file.resolve(page.dictionary.get('Annots'));
  if (annotations === null) return new PdfArray([]);
  return annotations instanceof PdfArray ? annotations : refusePdf('pdf-pages', 'Annots is not an array');
}

function addAnnotation(
  increment: PdfIncrement,
  page: PdfPage,
  { annotations, widget }: { readonly annotations: PdfArray; readonly widget: PdfReference },
): void {
  const changed = new PdfArray([...annotations.items, widget]);
  const written = page.dictionary.get('Annots');
  if (written instanceof PdfReference) increment.set(written, changed);
  else increment.set(page.reference, page.dictionary.with({ Annots: changed }));
}

/** `Fields` and the form itself may each be an object of its own. */
function updateForm(
  increment: PdfIncrement,
  { catalog, form }: SignableDocument,
  changes: { readonly Fields?: PdfArray; readonly SigFlags: number },
): Readonly<Record<string, PdfReference | PdfDictionary>> {
  const written = form?.get('Fields');
  const isApart = changes.Fields !== undefined && written instanceof PdfReference;
  if (isApart) increment.set(written, changes.Fields);
  const changed = (form ?? pdfDictionary({})).with({
    ...(isApart || changes.Fields === undefined ? {} : { Fields: changes.Fields }),
    SigFlags: changes.SigFlags,
  });
  const reference = catalog.get('AcroForm');
  if (!(reference instanceof PdfReference)) return { AcroForm: form === undefined ? increment.add(changed) : changed };
  increment.set(reference, changed);
  return {};
}

/** `Signature1` and so on: the first that no field's name begins with. */
function unusedName(fields: readonly TerminalField[]): string {
  const rootNames = new Set(fields.map(({ unverifiedName }) => unverifiedName.split('.', 1)[0]));
  let number = 1;
  while (rootNames.has(`Signature${number}`)) number += 1;
  return `Signature${number}`;
}

/** @param options `name`: the field's whole name */
async function planExistingField(
  document: SignableDocument,
  options: FieldOptions & { readonly name: string },
): Promise<SignatureFieldPlan> {
  const { file } = document;
  const [field, another] = document.fields.filter(({ unverifiedName }) => unverifiedName === options.name);
  if (field?.reference === undefined || another !== undefined || !field.isSignature) {
    return refusePdf('pdf-field', 'no such signature field');
  }
  if ((await file.resolve(field.value)) !== null) refusePdf('pdf-field', 'the field is signed already');
  requireUnlocked(options.name, document.restrictions);
  await requireSeedValue(file, field.dictionary, options.subFilter);
  const widget = await readWidget(file, field.reference, field.dictionary);
  const place = options.appearance === undefined ? undefined : await placeOf(file, widget);
  const lock = await file.dictionary(field.dictionary.get('Lock'));
  const flags = await signatureFlags(file, document.form);
  const { reference, dictionary } = field;
  return {
    place,
    lock,
    apply(increment, { signature, appearance }) {
      increment.set(reference, dictionary.with({ V: signature }));
      if (appearance !== undefined && widget !== undefined) {
        const changed = widget.reference === reference ? widget.dictionary.with({ V: signature }) : widget.dictionary;
        increment.set(widget.reference, changed.with({ AP: appearance }));
      }
      return updateForm(increment, document, { SigFlags: flags });
    },
  };
}

interface Widget {
  readonly reference: PdfReference;
  readonly dictionary: PdfDictionary;
}

/** A field with one widget is mostly one object with it; otherwise the first of its kids is taken. */
async function readWidget(
  file: PdfFile,
  reference: PdfReference,
  dictionary: PdfDictionary,
): Promise<Widget | undefined> {
  if (isName(await file.resolve(dictionary.get('Subtype')), 'Widget')) return { reference, dictionary };
  const kid = (await file.array(dictionary.get('Kids')))?.items[0];
  const kidDictionary = await file.dictionary(kid);
  return kid instanceof PdfReference && kidDictionary !== undefined
    ? { reference: kid, dictionary: kidDictionary }
    : undefined;
}

async function placeOf(file: PdfFile, widget: Widget | undefined): Promise<AppearancePlace> {
  const rect = await readBox(file, await file.resolve(widget?.dictionary.get('Rect')));
  const pageReference = widget?.dictionary.get('P');
  if (rect === undefined || !(pageReference instanceof PdfReference)) {
    return refusePdf('pdf-appearance', 'the field has no place on a page');
  }
  return placeOfWidget(rect, await pageOf(file, pageReference));
}

/** What the signature itself says of the lock its field carries (§12.8.2.4). */
export function fieldMdpReference(lock: PdfDictionary, root: PdfReference): PdfDictionary {
  return pdfDictionary({
    Type: new PdfName('SigRef'),
    TransformMethod: new PdfName('FieldMDP'),
    Data: root,
    TransformParams: pdfDictionary({
      Type: new PdfName('TransformParams'),
      V: new PdfName('1.2'),
      Action: lock.get('Action'),
      Fields: lock.get('Fields'),
    }),
  });
}

/** A certification (§12.8.2.2). @param level 1 to 3, as `P` of table 257 */
export function docMdpReference(level: 1 | 2 | 3): PdfDictionary {
  return pdfDictionary({
    Type: new PdfName('SigRef'),
    TransformMethod: new PdfName('DocMDP'),
    TransformParams: pdfDictionary({ Type: new PdfName('TransformParams'), V: new PdfName('1.2'), P: level }),
  });
}
