/** The interactive form (ISO 32000-2 §12.7) as far as its signature fields. */
import type { PdfFile } from './file.js';
import { isName, naturalNumber, PdfArray, PdfDictionary, PdfReference, PdfString, type PdfObject } from './objects.js';
import { refusePdf } from './pdf-error.js';
import { decodeTextString } from './text-string.js';

/** A field that can have a value of its own: its kids, if any, are only its widgets. */
export interface TerminalField {
  /** Undefined where it is written inside another object. */
  readonly reference: PdfReference | undefined;
  readonly dictionary: PdfDictionary;
  /** Partial names joined by `.`; unverified text. */
  readonly unverifiedName: string;
  /** Whether its type, its own or inherited, is `Sig`. */
  readonly isSignature: boolean;
  /** Its own or inherited. */
  readonly value: PdfObject | undefined;
}

const MAX_FIELDS = 50_000;
const MAX_FIELD_DEPTH = 32;
/** UTF-16 units of a whole field name. */
const MAX_NAME_LENGTH = 4096;

/** All fields of the document, in its order. @throws FormatError `ERR_SIGN_FORMAT`: `pdf-form`, `pdf-too-large` */
export async function readFields(file: PdfFile, form: PdfDictionary | undefined): Promise<readonly TerminalField[]> {
  const walk = new FieldWalk(file);
  const fields = await file.array(form?.get('Fields'));
  for (const item of fields?.items ?? []) await walk.visit(item, { depth: 0, name: undefined, type: undefined });
  return walk.fields;
}

interface Inherited {
  readonly depth: number;
  readonly name: string | undefined;
  readonly type: PdfObject | undefined;
  readonly value?: PdfObject | undefined;
}

class FieldWalk {
  readonly fields: TerminalField[] = [];
  readonly #file: PdfFile;
  #visited = 0;

  constructor(file: PdfFile) {
    this.#file = file;
  }

  async visit(item: PdfObject, inherited: Inherited): Promise<void> {
    this.#visited += 1;
    if (this.#visited > MAX_FIELDS || inherited.depth > MAX_FIELD_DEPTH) refusePdf('pdf-too-large', 'too many fields');
    const dictionary = await this.#file.dictionary(item);
    if (dictionary === undefined) return;
    const partialName = await this.#file.resolve(dictionary.get('T'));
    const text = partialName instanceof PdfString ? decodeTextString(partialName) : undefined;
    const name = [inherited.name, text].filter((part) => part !== undefined).join('.');
    if (name.length > MAX_NAME_LENGTH) refusePdf('pdf-too-large', 'name of a field is too long');
    const own: Inherited = {
      depth: inherited.depth + 1,
      name,
      type: (await this.#file.resolve(dictionary.get('FT'))) ?? inherited.type,
      value: dictionary.get('V') ?? inherited.value,
    };
    const kids = await this.#fieldKids(dictionary);
    for (const kid of kids) await this.visit(kid, own);
    if (kids.length > 0) return;
    this.fields.push({
      reference: item instanceof PdfReference ? item : undefined,
      dictionary,
      unverifiedName: own.name ?? '',
      isSignature: isName(own.type, 'Sig'),
      value: own.value,
    });
  }

  /** Kids with a partial name are fields; without one they are widgets (§12.7.4.2). */
  async #fieldKids(dictionary: PdfDictionary): Promise<readonly PdfObject[]> {
    const kids = (await this.#file.array(dictionary.get('Kids')))?.items ?? [];
    const fields: PdfObject[] = [];
    for (const kid of kids) {
      this.#visited += 1;
      if (this.#visited > MAX_FIELDS) refusePdf('pdf-too-large', 'too many fields');
      if ((await this.#file.dictionary(kid))?.get('T') !== undefined) fields.push(kid);
    }
    return fields;
  }
}

/** The document's form. @throws FormatError `ERR_SIGN_FORMAT` `pdf-form` where there is one that is no dictionary */
export async function readForm(file: PdfFile, catalog: PdfDictionary): Promise<PdfDictionary | undefined> {
  const form = await file.resolve(catalog.get('AcroForm'));
  if (form === null) return undefined;
  if (!(form instanceof PdfDictionary)) return refusePdf('pdf-form', 'AcroForm is not a dictionary');
  const fields = await file.resolve(form.get('Fields'));
  return fields === null || fields instanceof PdfArray ? form : refusePdf('pdf-form', 'Fields is not an array');
}

/** `SignaturesExist` and `AppendOnly` (table 225), and whatever else is set. */
export async function signatureFlags(file: PdfFile, form: PdfDictionary | undefined): Promise<number> {
  return (naturalNumber(await file.resolve(form?.get('SigFlags'))) ?? 0) | 3;
}
