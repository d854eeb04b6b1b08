/** What a signature allows to be changed after it (ISO 32000-2 §12.8.2, §12.7.5.5). */
import type { PdfFile } from '../pdf/file.js';
import { PdfString, type PdfDictionary, type PdfObject } from '../pdf/objects.js';
import { itemsOf, nameOf, nameText } from './form-fields.js';

/** 1: nothing; 2: filling in and signing; 3: annotations too. */
export type DocMdpLevel = 1 | 2 | 3;

export interface FieldLock {
  readonly action: 'All' | 'Include' | 'Exclude';
  /** Fully qualified and unverified. */
  readonly fields: readonly string[];
}

export interface Permissions {
  /** Undefined: the signer said nothing of it. */
  readonly docMdp: DocMdpLevel | undefined;
  readonly locks: readonly FieldLock[];
}

/** Signature references and names of fields that are looked at. */
const MAX_ITEMS = 10_000;

/**
 * @param file the document as it was signed
 * @param field the dictionary of the signature field, for its `Lock`
 */
export async function readPermissions(
  file: PdfFile,
  signature: PdfDictionary,
  field: PdfDictionary | undefined,
): Promise<Permissions> {
  let docMdp: DocMdpLevel | undefined;
  const locks: FieldLock[] = [];
  for (const item of itemsOf(await file.resolve(signature.get('Reference'))).slice(0, MAX_ITEMS)) {
    const reference = await file.dictionary(item);
    const parameters = await file.dictionary(reference?.get('TransformParams'));
    const method = nameOf(await file.resolve(reference?.get('TransformMethod')));
    if (method === 'DocMDP') docMdp = strictest(docMdp, docMdpLevel(await file.resolve(parameters?.get('P')), 2));
    if (method === 'FieldMDP' && parameters !== undefined) locks.push(await readLock(file, parameters));
  }
  const lock = await file.dictionary(field?.get('Lock'));
  if (lock !== undefined) {
    locks.push(await readLock(file, lock));
    const level = await file.resolve(lock.get('P'));
    if (level !== null) docMdp = strictest(docMdp, docMdpLevel(level, 1));
  }
  return { docMdp, locks };
}

/** A level that does not exist allows nothing. */
function docMdpLevel(value: PdfObject, missing: DocMdpLevel): DocMdpLevel {
  if (value === null) return missing;
  return value === 2 || value === 3 ? value : 1;
}

function strictest(a: DocMdpLevel | undefined, b: DocMdpLevel): DocMdpLevel {
  return a === undefined || b < a ? b : a;
}

/** An action that does not exist locks everything. */
async function readLock(file: PdfFile, dictionary: PdfDictionary): Promise<FieldLock> {
  const action = nameOf(await file.resolve(dictionary.get('Action')));
  const fields: string[] = [];
  for (const item of itemsOf(await file.resolve(dictionary.get('Fields'))).slice(0, MAX_ITEMS)) {
    const name = await file.resolve(item);
    if (name instanceof PdfString) fields.push(nameText(name));
  }
  return { action: action === 'Include' || action === 'Exclude' ? action : 'All', fields };
}

/** Whether a field may no longer change. A name stands for the fields below it too. */
export function isLocked(locks: readonly FieldLock[], field: string): boolean {
  return locks.some(({ action, fields }) => {
    if (action === 'All') return true;
    const isNamed = fields.some((name) => field === name || field.startsWith(`${name}.`));
    return action === 'Include' ? isNamed : !isNamed;
  });
}
