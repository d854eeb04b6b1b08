/** The fields of a form (ISO 32000-2 §12.7), signature fields above all, wherever a document keeps them. */
import type { PdfFile } from '../pdf/file.js';
import { isName, PdfArray, PdfDictionary, PdfName, PdfReference, PdfString, type PdfObject } from '../pdf/objects.js';
import { decodeTextString } from '../pdf/text-string.js';
import { refuseSignature } from './refuse.js';

/** A field that holds a signature or waits for one. */
export interface SignatureField {
  /** Fully qualified (§12.7.4.2), unverified. */
  readonly name: string;
  readonly dictionary: PdfDictionary;
  /** `V` as written. Undefined: not signed. */
  readonly value: PdfObject | undefined;
  /** Undefined: neither signed nor anything else. */
  readonly signature: PdfDictionary | undefined;
  /** Found on a page or in `Perms` only, not in the form. */
  readonly isOutsideForm: boolean;
}

/** Fields, widgets and nodes of the page tree of one state of a document. */
const MAX_NODES = 200_000;
const MAX_DEPTH = 64;

/** What is left of a bound on work, shared by several walks. */
export class Budget {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  /** @throws FormatError `ERR_SIGN_FORMAT` `pdf-too-complex` */
  spend(): void {
    this.#left -= 1;
    if (this.#left < 0) refuseSignature('pdf-too-complex', 'the structure is too large to be gone through');
  }
}

/**
 * Every signature field: those of the form, widgets on pages that the form does not know, and what `Perms` names.
 * @param options `pages`: whether to go through the pages too
 */
export async function findSignatureFields(
  file: PdfFile,
  options: { readonly pages: boolean },
): Promise<readonly SignatureField[]> {
  const search = new FieldSearch(file);
  const catalog = await file.dictionary(file.trailer.get('Root'));
  const form = await file.dictionary(catalog?.get('AcroForm'));
  await search.fields(form?.get('Fields'), { name: '', type: undefined, depth: 0 });
  search.isOutsideForm = true;
  if (options.pages) await search.pages(catalog?.get('Pages'), 0);
  const permissions = await file.dictionary(catalog?.get('Perms'));
  await search.permission(permissions?.get('DocMDP'));
  return search.found;
}

interface Inherited {
  readonly name: string;
  readonly type: PdfObject | undefined;
  readonly depth: number;
}

class FieldSearch {
  readonly found: SignatureField[] = [];
  isOutsideForm = false;
  readonly #file: PdfFile;
  readonly #seen = new Set<number>();
  readonly #budget = new Budget(MAX_NODES);

  constructor(file: PdfFile) {
    this.#file = file;
  }

  /** Whether the object was not met yet; direct ones never were. */
  #isNew(object: PdfObject): boolean {
    this.#budget.spend();
    if (!(object instanceof PdfReference)) return true;
    if (this.#seen.has(object.number)) return false;
    this.#seen.add(object.number);
    return true;
  }

  async fields(list: PdfObject | undefined, inherited: Inherited): Promise<void> {
    if (inherited.depth > MAX_DEPTH) refuseSignature('pdf-too-complex', 'fields nested too deep');
    for (const item of (await this.#file.array(list))?.items ?? []) {
      if (!this.#isNew(item)) continue;
      const field = await this.#file.dictionary(item);
      if (field !== undefined) await this.#field(field, inherited);
    }
  }

  async #field(field: PdfDictionary, inherited: Inherited): Promise<void> {
    const name = qualifiedName(inherited.name, await this.#file.resolve(field.get('T')));
    const type = field.get('FT') === undefined ? inherited.type : await this.#file.resolve(field.get('FT'));
    const signature = await this.#file.dictionary(field.get('V'));
    // A signature counts whatever its field says to be.
    if (isName(type, 'Sig') || isSignature(signature)) this.#add(field, name, signature);
    await this.fields(field.get('Kids'), { name, type, depth: inherited.depth + 1 });
  }

  #add(dictionary: PdfDictionary, name: string, signature: PdfDictionary | undefined): void {
    const value = dictionary.get('V');
    // Kids of a signature field that are only its appearance on a page have no value of their own.
    if (value === undefined && dictionary.get('T') === undefined) return;
    this.found.push({ name, dictionary, value, signature, isOutsideForm: this.isOutsideForm });
  }

  async pages(node: PdfObject | undefined, depth: number): Promise<void> {
    if (node === undefined || depth > MAX_DEPTH || !this.#isNew(node)) return;
    const dictionary = await this.#file.dictionary(node);
    for (const kid of (await this.#file.array(dictionary?.get('Kids')))?.items ?? []) await this.pages(kid, depth + 1);
    for (const item of (await this.#file.array(dictionary?.get('Annots')))?.items ?? []) {
      if (!this.#isNew(item)) continue;
      const annotation = await this.#file.dictionary(item);
      if (annotation?.get('V') === undefined && !isName(annotation?.get('FT'), 'Sig')) continue;
      if (annotation !== undefined) await this.#field(annotation, { name: '', type: undefined, depth });
    }
  }

  /** A certification signature that no field holds. */
  async permission(value: PdfObject | undefined): Promise<void> {
    const signature = await this.#file.dictionary(value);
    if (value === undefined || signature === undefined || this.found.some((field) => isSameValue(field, value))) return;
    const dictionary = new PdfDictionary(new Map([['V', value]]));
    this.found.push({ name: 'Perms/DocMDP', dictionary, value, signature, isOutsideForm: true });
  }
}

function isSameValue({ value }: SignatureField, other: PdfObject): boolean {
  return value instanceof PdfReference && other instanceof PdfReference && value.number === other.number;
}

function isSignature(value: PdfDictionary | undefined): boolean {
  return value?.get('ByteRange') !== undefined && value.get('Contents') !== undefined;
}

/** A partial name behind that of the parent, with a full stop in between. */
export function qualifiedName(parent: string, partial: PdfObject): string {
  if (!(partial instanceof PdfString)) return parent;
  const text = nameText(partial);
  return parent === '' ? text : `${parent}.${text}`;
}

/** Octets of a partial name that are looked at, so that nested names do not grow without bound. */
const MAX_NAME_BYTES = 1024;

/** A text string, unverified and cut where it is too long for a name. */
export function nameText({ bytes }: PdfString): string {
  return decodeTextString(new PdfString(bytes.subarray(0, MAX_NAME_BYTES)));
}

/** What a name object says, or what else there is in its place. */
export function nameOf(object: PdfObject | undefined): string | undefined {
  return object instanceof PdfName ? object.name : undefined;
}

/** Direct items of an array; none for anything else. */
export function itemsOf(object: PdfObject | undefined): readonly PdfObject[] {
  return object instanceof PdfArray ? object.items : [];
}
