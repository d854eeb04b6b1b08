/** What earlier signatures leave open (ISO 32000-2 §12.8.2), and what a field asks of its signer (§12.7.5.5). */
import { isLocked, readPermissions, type FieldLock } from '../pdf-verify/permissions.js';
import type { PdfFile } from './file.js';
import type { TerminalField } from './form.js';
import { isName, naturalNumber, type PdfDictionary } from './objects.js';
import { refusePdf } from './pdf-error.js';

export interface SignatureRestrictions {
  /** Whether a signature forbids every change. */
  readonly allowsNoChange: boolean;
  readonly locks: readonly FieldLock[];
}

/** Reads what the signatures of these fields, and the one that the catalog's `Perms` names, forbid. */
export async function readRestrictions(
  file: PdfFile,
  catalog: PdfDictionary,
  fields: readonly TerminalField[],
): Promise<SignatureRestrictions> {
  const perms = await file.dictionary(catalog.get('Perms'));
  const certification = await file.dictionary(perms?.get('DocMDP'));
  const permissions = certification === undefined ? [] : [await readPermissions(file, certification, undefined)];
  for (const { isSignature, value, dictionary } of fields) {
    const signature = isSignature ? await file.dictionary(value) : undefined;
    if (signature !== undefined) permissions.push(await readPermissions(file, signature, dictionary));
  }
  return {
    allowsNoChange: permissions.some(({ docMdp }) => docMdp === 1),
    locks: permissions.flatMap(({ locks }) => locks),
  };
}

/** @throws FormatError `ERR_SIGN_FORMAT` `pdf-field-lock` */
export function requireUnlocked(fieldName: string, { locks }: SignatureRestrictions): void {
  if (isLocked(locks, fieldName)) refusePdf('pdf-field-lock', 'an earlier signature locks the field');
}

/** `Required` bits of `Ff` in a seed value dictionary (table 237) for the two things that can be met here. */
const SEED_FILTER = 1;
const SEED_SUB_FILTER = 2;

/**
 * A field may say how it must be signed.
 * @throws FormatError `ERR_SIGN_FORMAT` `pdf-seed-value` for a demand that is not met
 */
export async function requireSeedValue(file: PdfFile, field: PdfDictionary, subFilter: string): Promise<void> {
  const seed = await file.dictionary(field.get('SV'));
  if (seed === undefined) return;
  const required = naturalNumber(await file.resolve(seed.get('Ff'))) ?? 0;
  const filter = await file.resolve(seed.get('Filter'));
  const subFilters = (await file.array(seed.get('SubFilter')))?.items ?? [];
  const isOtherFilter = (required & SEED_FILTER) !== 0 && filter !== null && !isName(filter, 'Adobe.PPKLite');
  const isOtherSubFilter = (required & SEED_SUB_FILTER) !== 0 && !subFilters.some((name) => isName(name, subFilter));
  const demandsMore = (required & ~(SEED_FILTER | SEED_SUB_FILTER)) !== 0;
  // `MDP` binds without a bit: the signature would have to certify, or must not. 0 asks for what is done here.
  const level = naturalNumber(await file.resolve((await file.dictionary(seed.get('MDP')))?.get('P'))) ?? 0;
  if (isOtherFilter || isOtherSubFilter || demandsMore || level !== 0) {
    refusePdf('pdf-seed-value', 'the field asks for another kind of signature');
  }
}
