import { PdfDictionary, PdfReference, type PdfObject } from '../pdf/objects.js';
import { inEntry, inItem, type Comparison, type Placed } from './comparison.js';
import { itemsOf } from './form-fields.js';
import { TRAILER } from './object-graph.js';
import { differingKeys, isSameValue } from './same-objects.js';

/** Entries of the catalog whose change is told as what it is. Any other entry steers what is shown or done. */
const METADATA_KEYS: ReadonlySet<string> = new Set(['Metadata', 'Version', 'Extensions']);
const ELSEWHERE: ReadonlySet<string> = new Set(['DSS', 'AcroForm']);
const COMPARED_KEYS: ReadonlySet<string> = new Set([...METADATA_KEYS, ...ELSEWHERE]);

export interface ComparedCatalogs {
  readonly before: PdfDictionary;
  readonly after: PdfDictionary;
  /** Number of the later one. */
  readonly number: number;
}

/** Trailer and catalog (ISO 32000-2 §7.5.5, §7.7.2). Undefined where there is no catalog to compare. */
export async function compareCatalogs(comparison: Comparison): Promise<ComparedCatalogs | undefined> {
  const [before, after] = [comparison.before.trailer.get('Root'), comparison.after.trailer.get('Root')];
  const [catalogBefore, catalogAfter] = [
    await comparison.before.dictionary(before),
    await comparison.after.dictionary(after),
  ];
  if (!isSameValue(before, after) || !(after instanceof PdfReference) || !catalogBefore || !catalogAfter) {
    comparison.add('content', 'trailer/Root');
    return undefined;
  }
  comparison.approveObject(after.number, COMPARED_KEYS);
  await compareInformation(comparison);
  const catalogs = { before: catalogBefore, after: catalogAfter, number: after.number };
  compareEntries(comparison, catalogs);
  await compareSecurityStore(comparison, catalogs);
  return catalogs;
}

/** `Info`, which viewers show beside the document, not in it. */
async function compareInformation(comparison: Comparison): Promise<void> {
  const [before, after] = [comparison.before.trailer.get('Info'), comparison.after.trailer.get('Info')];
  if (isSameValue(before, after) && !comparison.isChanged(after)) return;
  comparison.add('metadata', 'Info');
  await comparison.follow(inEntry({ holder: TRAILER, path: '', value: comparison.after.trailer }, 'Info'));
}

function compareEntries(comparison: Comparison, { before, after, number }: ComparedCatalogs): void {
  const different = new Set(differingKeys(before, after));
  for (const key of METADATA_KEYS) {
    const value = after.get(key);
    if (!different.has(key) && !comparison.isChanged(value)) continue;
    comparison.add('metadata', `Catalog/${key}`);
    comparison.approveAll(inEntry({ holder: number, path: '', value: after }, key));
  }
  for (const key of different) {
    if (!METADATA_KEYS.has(key) && !ELSEWHERE.has(key)) comparison.add('content', `Catalog/${key}`);
  }
}

/** Lists of streams in the document security store and in each of its `VRI` (ISO 32000-2 §12.8.4.3, §12.8.4.4). */
const LISTS = ['Certs', 'OCSPs', 'CRLs'] as const;
const VRI_LISTS = ['Cert', 'OCSP', 'CRL'] as const;
const STORE_KEYS: ReadonlySet<string> = new Set(['Type', 'VRI', ...LISTS]);
const RECORD_KEYS: ReadonlySet<string> = new Set(['Type', 'TU', 'TS', ...VRI_LISTS]);
/** SHA-1 of the signature's value. */
const RECORD_NAME = /^[0-9A-Fa-f]{40}$/;

async function compareSecurityStore(
  comparison: Comparison,
  { before, after, number }: ComparedCatalogs,
): Promise<void> {
  const walk = new StoreWalk(comparison);
  await walk.store(inEntry({ holder: number, path: '', value: after }, 'DSS'));
  if (walk.hasChanges || !isSameValue(before.get('DSS'), after.get('DSS'))) {
    comparison.add('validation-data', 'Catalog/DSS');
  }
}

class StoreWalk {
  hasChanges = false;
  readonly #comparison: Comparison;

  constructor(comparison: Comparison) {
    this.#comparison = comparison;
  }

  async store(placed: Placed): Promise<void> {
    const store = await this.#follow(placed);
    if (!hasOnly(store.value, STORE_KEYS)) return;
    await this.#lists(store, LISTS);
    const records = await this.#entry(store, 'VRI');
    if (!(records.value instanceof PdfDictionary)) return;
    for (const name of records.value.entries.keys()) {
      if (!RECORD_NAME.test(name)) continue;
      const record = await this.#entry(records, name);
      if (!hasOnly(record.value, RECORD_KEYS)) continue;
      await this.#lists(record, VRI_LISTS);
      await this.#entry(record, 'TS');
    }
  }

  async #lists(placed: Placed, keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const list = await this.#entry(placed, key);
      for (const [index, item] of itemsOf(list.value).entries()) await this.#follow(inItem(list, index, item));
    }
  }

  async #entry(placed: Placed, key: string): Promise<Placed> {
    return await this.#follow(inEntry(placed, key));
  }

  async #follow(placed: Placed): Promise<Placed> {
    this.hasChanges ||= this.#comparison.isChanged(placed.value);
    return await this.#comparison.follow(placed);
  }
}

/** What bears other entries is, or may be, something else too, so that nothing in it is approved. */
function hasOnly(value: PdfObject | undefined, keys: ReadonlySet<string>): boolean {
  return value instanceof PdfDictionary && [...value.entries.keys()].every((key) => keys.has(key));
}
